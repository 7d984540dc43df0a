"""Stock: finding a SKU, correcting a count, reading the ledger."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, stocked
from tests.web.console.conftest import SignIn, placed

from zhanggui.accounts.types import Role
from zhanggui.catalog.services.search import rebuild_search
from zhanggui.core.types import SYSTEM
from zhanggui.inventory import services
from zhanggui.inventory.models import StockLevel, StockMovement

pytestmark = pytest.mark.usefixtures("noon", "shop")
URL = "/console/stock/"


def codes(html: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'/stock/sku/([^"?]+)/"', html)))


def form(level: StockLevel, **values: str) -> dict[str, str]:
    """Return a filled correction form as a person sees this level now."""
    level.refresh_from_db()
    return {
        "act": "count",
        "quantity": "8",
        "reason": "counted",
        "note": "",
        "seen_on_hand": str(level.on_hand),
        "seen_unavailable": str(level.unavailable),
        "request_id": "one",
        "step": "save",
        **values,
    }


def address(level: StockLevel) -> str:
    return f"/console/stock/correct/{level.warehouse.code}/{level.sku.code}/"


def figures(level: StockLevel) -> tuple[int, int, int]:
    level.refresh_from_db()
    return level.on_hand, level.reserved, level.unavailable


def test_a_product_is_found_by_name_and_a_scan_opens_its_sku(warehouse: Client) -> None:
    WarehouseFactory(code="HZ")
    tea = SkuFactory(code="TEA-1", barcode="6900000000012", product__name="龙井茶")
    SkuFactory(code="CUP-1", product__name="白瓷杯")
    rebuild_search()

    found = {
        q: codes(warehouse.get(URL, {"q": q}).content.decode())
        for q in ("", "龙井", "白瓷", "bcb", "没有", "\x00")
    }
    scanned = [warehouse.get(URL, {"q": q})["Location"] for q in (tea.code, tea.barcode)]
    by_script = warehouse.get(URL, {"q": tea.barcode}, headers={"HX-Request": "true"})

    assert found == {
        "": ["CUP-1", "TEA-1"],
        "龙井": ["TEA-1"],
        "白瓷": ["CUP-1"],
        "bcb": ["CUP-1"],
        "没有": [],
        "\x00": ["CUP-1", "TEA-1"],
    }
    assert scanned == ["/console/stock/sku/TEA-1/"] * 2
    assert by_script["HX-Redirect"] == "/console/stock/sku/TEA-1/"


def test_the_list_shows_what_is_few_sold_out_or_wrong(warehouse: Client) -> None:
    near, far = WarehouseFactory(code="HZ"), WarehouseFactory(code="CD")
    stocked(SkuFactory(code="MANY"), 11, near)
    stocked(SkuFactory(code="FEW"), 10, near)
    gone = stocked(SkuFactory(code="GONE"), 3, far)
    SkuFactory(code="NEVER")
    services.set_count(
        sku_code="GONE", warehouse_code="CD", on_hand=0, reason="x", actor=SYSTEM, now=NOON
    )
    StockLevel.objects.filter(pk=gone.pk).update(on_hand=5)
    services.check_stock(now=NOON)
    StockLevel.objects.filter(pk=gone.pk).update(on_hand=0)

    shown = {
        (show, house): codes(
            warehouse.get(URL, {"show": show, "warehouse": house}).content.decode()
        )
        for show, house in (
            ("low", ""),
            ("low", "CD"),
            ("out", ""),
            ("out", "HZ"),
            ("wrong", ""),
            ("x", "y"),
        )
    }

    assert shown == {
        ("low", ""): ["FEW"],
        ("low", "CD"): [],
        ("out", ""): ["GONE", "NEVER"],
        ("out", "HZ"): ["GONE", "NEVER"],
        ("wrong", ""): ["GONE"],
        ("x", "y"): ["FEW", "GONE", "MANY", "NEVER"],
    }


def test_a_correction_is_shown_first_and_becomes_a_row_of_the_ledger(warehouse: Client) -> None:
    level = stocked(SkuFactory(code="A/B 1"), 10, WarehouseFactory(code="HZ"))

    empty = warehouse.get(address(level)).content.decode()
    preview = warehouse.post(address(level), form(level, step="preview")).content.decode()
    assert figures(level) == (10, 0, 0)
    filled = form(level, note="盘点少 2 件")
    answers = [warehouse.post(address(level), filled) for _ in range(2)]
    html = warehouse.get(answers[0]["Location"]).content.decode()

    assert 'value="10"' in empty
    assert "10 → 8 (−2)" in preview
    assert [answer.status_code for answer in answers] == [302, 302]
    assert figures(level) == (8, 0, 0)
    assert "盘点调整 · 盘点" in html
    assert "盘点少 2 件" in html
    assert "林岚" in html
    assert "实物 −2 → 8" in html
    assert "为什么是 8 件？" in html
    assert "流水合计与库存一致：实物 8，占用 0，不可售 0。" in html


def test_a_figure_that_moved_meanwhile_is_answered_with_the_new_one(warehouse: Client) -> None:
    level = stocked(SkuFactory(code="S1"), 10, WarehouseFactory(code="HZ"))
    old = form(level, act="set_aside", quantity="3")
    warehouse.post(address(level), form(level, act="set_aside", quantity="1", request_id="two"))

    answer = warehouse.post(address(level), old)

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "你看到 0 件，现在是 1 件（林岚：转为不可售）" in html
    assert re.search(r'name="seen_unavailable" value="1"', html)
    assert re.search(r'name="quantity" value="3"', html)
    assert figures(level) == (10, 0, 1)


def test_the_page_says_where_ledger_and_stock_differ(warehouse: Client) -> None:
    level = stocked(SkuFactory(code="S1"), 45, WarehouseFactory(code="HZ"))
    StockLevel.objects.filter(pk=level.pk).update(on_hand=47)

    html = warehouse.get("/console/stock/sku/S1/").content.decode()

    assert "为什么是 47 件？" in html
    assert "流水合计是实物 45、占用 0、不可售 0，库存写的是 47、0、0。" in html


def test_the_ledger_names_its_orders_and_is_filtered_and_paged(warehouse: Client) -> None:
    order = placed(now=NOON, paid=True)
    level = StockLevel.objects.select_related("sku", "warehouse").get()
    here = f"/console/stock/sku/{level.sku.code}/"
    for _ in range(30):
        services.set_count(
            sku_code=level.sku.code,
            warehouse_code=level.warehouse.code,
            on_hand=figures(level)[0] + 1,
            reason="x",
            actor=SYSTEM,
            now=NOON + timedelta(seconds=1),
        )

    first = warehouse.get(here).content.decode()
    last = StockMovement.objects.order_by("-id")[29].pk
    second = warehouse.get(here, {"before": str(last)}).content.decode()
    only = warehouse.get(here, {"kind": "reserve", "period": "today"}).content.decode()

    assert first.count("实物 +1 →") == 30
    assert f"before={last}" in first
    assert f"订单 {order.number} 下单占用" in second
    assert f'href="/console/orders/{order.number}/"' in second
    assert "占用 +2 → 2" in second
    assert only.count(" 下单占用") == 1
    assert "实物 +1 →" not in only
    assert "¥" not in first + second + only
    assert "19.90" not in second


def test_a_count_below_what_is_promised_is_refused_and_changes_nothing(warehouse: Client) -> None:
    order = placed(now=NOON, paid=True)
    level = StockLevel.objects.select_related("sku", "warehouse").get()
    moves = StockMovement.objects.count()

    for step in ("preview", "save"):
        answer = warehouse.post(address(level), form(level, quantity="1", step=step))

    assert answer.status_code == 409
    assert "不能少于已占用和不可售的 2 件" in answer.content.decode()
    assert 'value="1"' in answer.content.decode()
    level.refresh_from_db()
    assert (level.on_hand, level.reserved) == (10, order.pieces)
    assert StockMovement.objects.count() == moves


@pytest.mark.parametrize(
    "values",
    [{"quantity": "-1"}, {"quantity": "1e3"}, {"reason": "x"}, {"reason": "other"}],
    ids=["negative", "no number", "no reason", "other without a note"],
)
def test_a_count_needs_a_number_and_a_reason(warehouse: Client, values: dict[str, str]) -> None:
    level = stocked(SkuFactory(code="S1"), 10, WarehouseFactory(code="HZ"))

    assert warehouse.post(address(level), form(level, **values)).status_code == 422
    level.refresh_from_db()
    assert level.on_hand == 10


def test_customer_service_reads_stock_and_changes_none(sign_in: SignIn) -> None:
    level = stocked(SkuFactory(code="S1"), 10, WarehouseFactory(code="HZ"))
    client = sign_in(Role.SERVICE)

    page = client.get("/console/stock/sku/S1/").content.decode()
    answer = client.post(address(level), form(level))

    assert "/correct/" not in page
    assert answer.status_code == 403
    level.refresh_from_db()
    assert level.on_hand == 10


def test_unknown_levels_are_not_found(warehouse: Client) -> None:
    stocked(SkuFactory(code="S1"), 1, WarehouseFactory(code="HZ"))

    for place in ("correct/XX/S1", "correct/HZ/S2", "sku/S2", "sku/%00", "transfers/DB1"):
        assert warehouse.get(f"/console/stock/{place}/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_statements_for_any_number_of_rows(
    warehouse: Client, rows: int, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        stocked(SkuFactory(), 3)

    with django_assert_num_queries(
        10
    ):  # session, user, role, versions, shop, SKUs, levels, on the way, houses, counts
        warehouse.get(URL)
