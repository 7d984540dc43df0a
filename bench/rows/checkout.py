"""Placing orders through the API: spread over many SKUs, on one, and more buyers than pieces."""

import json
import time
import uuid
from collections.abc import Iterator
from itertools import count
from typing import Any

from bench.drivers import Outcome, request
from bench.figures import Figure
from bench.measure import Stage
from bench.rows.reads import note_latency

CLIENTS = 32
PIECES = 100
_phones = count(1)
_PLACES = (
    ("浙江省", "杭州市", "西湖区"),
    ("广东省", "深圳市", "南山区"),
    ("四川省", "成都市", "武侯区"),
    ("江苏省", "南京市", "鼓楼区"),
)


def order(*skus: str) -> bytes:
    """Return the request of a new buyer for one piece of each SKU."""
    body, key = wanted(*skus)
    headers = {"Idempotency-Key": key}
    return request("POST", "/api/v1/shop/orders", body=json.dumps(body).encode(), headers=headers)


def wanted(*skus: str) -> tuple[dict[str, Any], str]:
    """Return what a new buyer wants, one piece of each SKU, and the key of the request."""
    number = next(_phones)
    province, city, district = _PLACES[number % len(_PLACES)]
    body = {
        "lines": [{"sku": sku, "quantity": 1} for sku in skus],
        "address": {
            "name": f"买家{number % 997}",
            "phone": f"133{(number * 7_368_787) % 10**8:08d}",
            "province": province,
            "city": city,
            "district": district,
            "detail": f"示例路 {number % 300} 号",
        },
        "payment_channel": "transfer",
    }
    return body, uuid.uuid4().hex


def measure_orders(stage: Stage, figures: dict[str, Figure]) -> None:
    """Measure one round: spread SKUs, then one hot SKU."""
    skus = stage.sample["skus"]
    if not figures:
        warm = [order(skus[place], skus[place + 1]) for place in range(min(200, len(skus) - 1))]
        stage.driver.drive(stage.shop.port, warm, clients=CLIENTS)
    places = count(next(_phones) * 17)
    spread = [
        order(skus[place * 2 % len(skus)], skus[(place * 2 + 1) % len(skus)])
        for place, _ in zip(places, range(stage.order_count), strict=False)
    ]
    hot = [
        order(stage.sample["hot"], skus[place % len(skus)])
        for place, _ in zip(places, range(stage.order_count), strict=False)
    ]
    limits = {"target": 4.0, "least_per_second": 400.0} if stage.is_postgres else {}
    for row, title, wishes in (
        ("place orders", "place an order of two lines, 32 clients", spread),
        ("place orders, hot", "the same, one hot SKU", hot),
    ):
        figure = figures.get(row)
        if figure is None:
            figure = figures[row] = stage.figure(row, title, **limits)
            stage.with_reference(figure, "R4" if stage.is_postgres else "R1")
        cost = stage.cost(stage.shop, wishes, clients=CLIENTS)
        placed = cost.outcome.statuses["201"]
        figure.values.append(cost.cpu_ms * len(cost.outcome.latencies) / max(placed, 1))
        figure.per_second = max(figure.per_second or 0.0, placed / cost.outcome.seconds)
        note_latency(figure, cost.outcome)
        if placed != len(wishes):
            figure.note = f"answers: {dict(cost.outcome.statuses)}"
            figure.is_right = _are_clean(cost.outcome)


def measure_stampedes(stage: Stage, *, crowds: tuple[int, ...]) -> Iterator[Figure]:
    """Let crowds of buyers want 100 pieces at the same moment."""
    for buyers in crowds:
        books = _books(stage, str(PIECES))
        before = books["counters"]["reserved"]
        wishes = [order(stage.sample["scarce"]) for _ in range(buyers)]
        began = time.perf_counter()
        outcome = stage.driver.drive(stage.shop.port, wishes, clients=buyers, patient=True)
        seconds = time.perf_counter() - began
        books = _books(stage)
        sold = books["counters"]["reserved"] - before
        figure = stage.figure(
            f"stampede of {buyers:,}",
            f"{PIECES} pieces, {buyers:,} simultaneous buyers",
            unit="s",
            values=[outcome.seconds or seconds],
            target=3.0 if buyers <= 200 else 10.0,
        )
        figure.is_right = (
            outcome.statuses["201"] == sold == PIECES
            and books["counters"] == books["ledger"]
            and _are_clean(outcome)
        )
        answers = ", ".join(f"{n:,} × {label}" for label, n in sorted(outcome.statuses.items()))
        figure.note = f"{answers}; told to come again {outcome.retried:,} times"
        note_latency(figure, outcome)
        yield figure


def _are_clean(outcome: Outcome) -> bool:
    return all(
        label == "201" or label.startswith(("409 out_of_stock", "503 busy"))
        for label in outcome.statuses
    )


def _books(stage: Stage, *pieces: str) -> dict[str, dict[str, int]]:
    text = stage.shop.run_module("bench.stock", stage.sample["scarce"], *pieces)
    books: dict[str, dict[str, int]] = json.loads(text)
    return books
