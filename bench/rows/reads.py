"""Pages that are read: storefront and console, each by some addresses asked for in turn."""

import http.client
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from bench.drivers import Outcome, drive_here, request
from bench.figures import Figure
from bench.measure import Stage

CLIENTS = 2
_NEXT = re.compile(r'href="\?([^"]*cursor=[^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Addresses that stand for one kind of work."""

    row: str
    title: str
    wishes: Sequence[bytes]
    target: float | None = None
    p95_target_ms: float | None = None
    reference: str = "R1"
    is_new: bool = False  # each wish is made once: the shop may not answer from memory


def page(path: str, *, cookie: str = "") -> bytes:
    """Return the request of a browser for a page."""
    headers = {"Accept": "text/html", "Accept-Language": "zh-CN"}
    return request("GET", path, headers={**headers, **({"Cookie": cookie} if cookie else {})})


def reads(stage: Stage) -> list[Read]:
    """Return all reads of a seeded shop."""
    return [*_storefront(stage), *_lists(stage), *_searches(stage), *_pages(stage)]


def _storefront(stage: Stage) -> list[Read]:
    sample = stage.sample
    lists = [page(f"/c/{slug}/") for slug in sample["categories"][:4]]
    return [
        Read(
            row="storefront list, warm",
            title="storefront list, warm",
            wishes=[page("/"), *lists],
            target=1.2,
        ),
        Read(
            row="storefront detail, warm",
            title="storefront detail, warm",
            wishes=[page(f"/p/{slug}/") for slug in sample["products"][:20]],
            target=1.2,
        ),
    ]


def _lists(stage: Stage) -> list[Read]:
    cookie = stage.sample["sessions"]["owner"]
    tabs = ("", "to_pay", "to_ship", "to_receive", "completed", "closed")
    found = [(tab or "all", f"status={tab}") for tab in tabs]
    found += [
        (f"{tab}, {words}", f"status={tab}&{more}")
        for tab in ("to_ship", "completed")
        for words, more in (
            ("placed in 30 days", "placed=month"),
            ("paid in 7 days", "paid=week"),
            ("stuck refund", "refund=abnormal"),
            ("warehouse", "warehouse=GZ"),
            ("one week of spring", "from=2026-03-02&to=2026-03-08"),
            ("channel", "source=api"),
            ("with a note", "flag=note"),
            ("late", "flag=late"),
            ("refunded", "flag=refunded"),
        )
    ]
    rows = [
        Read(
            row=f"order list: {name}",
            title=f"order list: {name}",
            wishes=[page(f"/console/orders/?{query}", cookie=cookie)],
            target=10,
            p95_target_ms=100,
            reference="R5 list",
        )
        for name, query in found
    ]
    later = _later_page(stage.shop.port, "status=completed", cookie)
    if later:
        rows.append(
            Read(
                row="order list: completed, page 4",
                title="order list: completed, page 4",
                wishes=[page(f"/console/orders/?{later}", cookie=cookie)],
                target=10,
                p95_target_ms=100,
                reference="R5 list",
            )
        )
    return rows


def _later_page(port: int, query: str, cookie: str) -> str:
    """Follow the link to the next page three times; return the address's query."""
    for _step in range(3):
        text = asked(port, page(f"/console/orders/?{query}", cookie=cookie))
        links = [link.replace("&amp;", "&") for link in _NEXT.findall(text)]
        if not links:
            return ""
        query = links[-1]
    return query


def asked(port: int, wish: bytes) -> str:
    """Return what the server answers to one request without compression."""
    head = wish.decode().split("\r\n")
    path = head[0].split(" ")[1]
    fields = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
    fields.pop("Accept-Encoding", None)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=fields)
    text = connection.getresponse().read().decode("utf-8", "replace")
    connection.close()
    return text


def _searches(stage: Stage) -> list[Read]:
    cookie = stage.sample["sessions"]["owner"]
    return [
        Read(
            row=f"order search: {name}",
            title=f"order search: {name}",
            wishes=[
                page(f"/console/orders/?q={quote(word)}", cookie=cookie)
                for word in stage.sample[key][:30]
            ],
            target=8,
        )
        for name, key in (
            ("number", "numbers"),
            ("phone", "phones"),
            ("name", "names"),
            ("tracking number", "tracking"),
        )
    ]


def _pages(stage: Stage) -> list[Read]:
    cookie = stage.sample["sessions"]["owner"]
    numbers = stage.sample["completed"][:30]
    return [
        Read(
            row="order page",
            title="order page with its timeline",
            wishes=[page(f"/console/orders/{number}/", cookie=cookie) for number in numbers],
            target=15,
        ),
        Read(
            row="dashboard",
            title="dashboard of the owner",
            wishes=[page("/console/", cookie=cookie)],
            target=25,
        ),
    ]


def search_read(stage: Stage, skus: int) -> Read:
    """Return the storefront's search."""
    return Read(
        row="storefront search",
        title=f"storefront search, {skus:,} SKU",
        wishes=[page(f"/search/?q={quote(word)}") for word in stage.sample["words"]],
        target=10,
        p95_target_ms=100,
        is_new=True,
    )


def measure_read(stage: Stage, read: Read, figures: dict[str, Figure]) -> None:
    """Measure one round of a read."""
    figure = figures.get(read.row)
    if figure is None:
        figure = figures[read.row] = stage.figure(
            read.row, read.title, target=read.target, p95_target_ms=read.p95_target_ms
        )
        stage.with_reference(figure, read.reference)
    if read.is_new:
        wishes = read.wishes[len(figure.values) :: stage.rounds]
        cost = stage.cost(stage.shop, wishes, clients=CLIENTS)
    else:
        warm(stage, read)
        cost = stage.cost(stage.shop, read.wishes, clients=CLIENTS, seconds=stage.seconds)
    figure.values.append(cost.cpu_ms)
    note_latency(figure, cost.outcome)
    if any(not status.startswith("200") for status in cost.outcome.statuses):
        figure.is_right, figure.note = False, f"answers: {dict(cost.outcome.statuses)}"


def warm(stage: Stage, read: Read) -> None:
    """Ask for each address some times, so that both processes have seen it lately.

    In each round: the shop keeps pages for half a minute, and other rows change the catalogue.
    """
    drive_here(stage.shop.port, [*read.wishes] * max(4, 12 // len(read.wishes)), 8)


def note_latency(figure: Figure, outcome: Outcome) -> None:
    """Keep the best round's latencies: what another program of the machine did is not ours."""
    p50, p95 = outcome.percentile(0.5), outcome.percentile(0.95)
    figure.p50_ms = p50 if figure.p50_ms is None else min(figure.p50_ms, p50)
    figure.p95_ms = p95 if figure.p95_ms is None else min(figure.p95_ms, p95)
