"""Stock: finding a SKU, correcting a count, reading the ledger."""

import re
from typing import Any

import pytest
from django.test import Client
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, stocked
from tests.web.console.conftest import SignIn, placed

from zhanggui.accounts.types import Role
from zhanggui.catalog.services.search import rebuild_search
from zhanggui.inventory.models import StockLevel, StockMovement

pytestmark = pytest.mark.usefixtures("noon", "shop")
URL = "/console/stock/"


def codes(html: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'/level/([^"]+)/"', html)))


def test_a_sku_is_found_by_code_barcode_or_product(warehouse: Client) -> None:
    WarehouseFactory(code="HZ")
    tea = SkuFactory(code="TEA-1", barcode="6900000000012", product__name="龙井茶")
    SkuFactory(code="CUP-1", product__name="白瓷杯")
    rebuild_search()

    found = {
        q: codes(warehouse.get(URL, {"q": q}).content.decode())
        for q in ("", tea.code, tea.barcode, "龙井", "白瓷", "没有", "\x00")
    }

    assert found == {
        "": ["CUP-1", "TEA-1"],
        "TEA-1": ["TEA-1"],
        "6900000000012": ["TEA-1"],
        "龙井": ["TEA-1"],
        "白瓷": ["CUP-1"],
        "没有": [],
        "\x00": ["CUP-1", "TEA-1"],
    }


def test_a_count_becomes_a_row_of_the_ledger(warehouse: Client) -> None:
    level = stocked(SkuFactory(code="A/B 1"), 10, WarehouseFactory(code="HZ"))

    answer = warehouse.post(
        "/console/stock/HZ/count/A%2FB%201/", {"on_hand": "8", "reason": "盘点少 2 件"}
    )
    html = warehouse.get(answer["Location"]).content.decode()

    level.refresh_from_db()
    assert (level.on_hand, level.reserved) == (8, 0)
    assert "盘点少 2 件" in html
    assert "林岚" in html
    assert "实物 −2 → 8" in html


def test_a_count_below_what_is_promised_is_refused_and_changes_nothing(warehouse: Client) -> None:
    order = placed(now=NOON, paid=True)
    level = StockLevel.objects.select_related("sku", "warehouse").get()
    moves = StockMovement.objects.count()

    answer = warehouse.post(
        f"/console/stock/{level.warehouse.code}/count/{level.sku.code}/",
        {"on_hand": "1", "reason": "盘点"},
    )

    assert answer.status_code == 422
    assert "不能少于已占用和不可售的 2 件" in answer.content.decode()
    assert 'value="1"' in answer.content.decode()
    level.refresh_from_db()
    assert (level.on_hand, level.reserved) == (10, order.pieces)
    assert StockMovement.objects.count() == moves


@pytest.mark.parametrize(
    "values",
    [{"on_hand": "-1", "reason": "x"}, {"on_hand": "1e3", "reason": "x"}, {"on_hand": "5"}],
    ids=["negative", "no number", "no reason"],
)
def test_a_count_needs_a_number_and_a_reason(warehouse: Client, values: dict[str, str]) -> None:
    level = stocked(SkuFactory(code="S1"), 10, WarehouseFactory(code="HZ"))

    assert warehouse.post("/console/stock/HZ/count/S1/", values).status_code == 422
    level.refresh_from_db()
    assert level.on_hand == 10


def test_customer_service_reads_stock_and_changes_none(sign_in: SignIn) -> None:
    level = stocked(SkuFactory(code="S1"), 10, WarehouseFactory(code="HZ"))
    client = sign_in(Role.SERVICE)

    page = client.get("/console/stock/HZ/level/S1/").content.decode()
    answer = client.post("/console/stock/HZ/count/S1/", {"on_hand": "3", "reason": "x"})

    assert "/count/" not in page
    assert answer.status_code == 403
    level.refresh_from_db()
    assert level.on_hand == 10


def test_unknown_levels_are_not_found(warehouse: Client) -> None:
    stocked(SkuFactory(code="S1"), 1, WarehouseFactory(code="HZ"))

    for place in ("XX/level/S1", "HZ/level/S2", "HZ/level/%00"):
        assert warehouse.get(f"/console/stock/{place}/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_statements_for_any_number_of_rows(
    warehouse: Client, rows: int, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        stocked(SkuFactory(), 3)

    with django_assert_num_queries(
        8
    ):  # session, user, versions, shop, SKUs, levels, houses, counts
        warehouse.get(URL)
