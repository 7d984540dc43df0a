"""Counts from a table, and setting an import back as far as nobody changed since."""

from pathlib import Path

import pytest
from tests.factories.catalog import ProductFactory, SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, basket, books_balance, open_shop, stocked
from tests.integrations.conftest import Run
from tests.unchanged import nothing_changes

from zhanggui.catalog.models import Product, Sku
from zhanggui.core.states import IllegalMove
from zhanggui.core.types import SYSTEM
from zhanggui.integrations import queries, services
from zhanggui.integrations.models import ImportRun
from zhanggui.integrations.types import ImportRefused, Kind, RunState
from zhanggui.inventory.models import StockLevel
from zhanggui.orders.services import place_orders

pytestmark = pytest.mark.django_db


def sheet(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "sheet.csv"
    path.write_text("\n".join(lines), "utf-8")
    return path


def undo(made: ImportRun) -> dict[str, str]:
    """Undo and return what is said of each row."""
    services.begin_undo(run=made, actor=SYSTEM, now=NOON)
    services.undo_import(run=made, actor=SYSTEM, now=NOON)
    made.refresh_from_db()
    assert made.state == RunState.UNDONE
    return {row.label: row.undone for row in queries.undo_rows(run=made)}


def on_hand() -> dict[str, int]:
    return dict(StockLevel.objects.values_list("sku__code", "on_hand"))


def test_counts_are_booked_by_code_or_barcode(tmp_path: Path, run: Run) -> None:
    WarehouseFactory(code="HZ")
    stocked(SkuFactory(code="A"), 5)
    SkuFactory(code="B", barcode="6901234567892")
    path = sheet(
        tmp_path, "规格编码,条码,仓库,实物数量,原因", "A,,HZ,9,盘点", ",6901234567892,HZ,4,"
    )

    made = run(path, kind=Kind.STOCK)

    assert (made.state, made.counts["updated"]) == (RunState.DONE, 2)
    assert on_hand() == {"A": 9, "B": 4}
    books_balance()
    assert run(path, kind=Kind.STOCK).counts["unchanged"] == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("NONE,HZ,1", "没有规格编码或条码 NONE"),
        ("A,ZZ,1", "没有仓库 ZZ"),
        ("A,HZ,viele", "不是整数"),
        ("A,HZ,", "没有数量"),
        ("A,HZ,-3", "数量要在"),
        (",HZ,1", "没有规格编码"),
    ],
)
def test_wrong_counts_are_refused_with_their_reason(
    tmp_path: Path, run: Run, line: str, reason: str
) -> None:
    WarehouseFactory(code="HZ")
    stocked(SkuFactory(code="A"), 5)

    made = run(sheet(tmp_path, "规格编码,仓库编码,库存", line), kind=Kind.STOCK)

    assert made.counts["refused"] == 1
    assert reason in queries.problems(run=made)[0][1]
    assert on_hand() == {"A": 5}


def test_fewer_than_are_promised_is_refused(tmp_path: Path, run: Run) -> None:
    open_shop()
    sku = SkuFactory(code="A")
    stocked(sku, 5)
    place_orders(wanted=[basket((sku, 3))], now=NOON)

    made = run(sheet(tmp_path, "规格编码,库存", "A,2"), kind=Kind.STOCK)

    assert made.counts["refused"] == 1
    assert on_hand() == {"A": 5}


def test_the_same_sku_twice_is_counted_once(tmp_path: Path, run: Run) -> None:
    WarehouseFactory()
    SkuFactory(code="A")

    made = run(sheet(tmp_path, "规格编码,库存", "A,2", "A,3"), kind=Kind.STOCK)

    assert (made.counts["updated"], made.counts["refused"]) == (1, 1)
    assert on_hand() == {"A": 2}


def test_a_booked_count_is_set_back_by_a_counter_movement(tmp_path: Path, run: Run) -> None:
    stocked(SkuFactory(code="A"), 5)
    made = run(sheet(tmp_path, "规格编码,库存", "A,9"), kind=Kind.STOCK)
    stocked(Sku.objects.get(), 2)

    said = undo(made)

    assert said == {"A": "库存已冲回"}
    assert on_hand() == {"A": 7}
    books_balance()


def test_new_products_are_archived_and_changed_ones_get_their_values_back(
    tmp_path: Path, run: Run
) -> None:
    WarehouseFactory()
    old = ProductFactory(slug="old", name="旧名")
    SkuFactory(product=old, code="OLD", price_minor=1000)
    path = sheet(
        tmp_path, "商品编码,商品名称,规格编码,售价,库存", "old,新名,OLD,20,", "new,新品,NEW,5,8"
    )
    made = run(path)
    assert (made.counts["created"], made.counts["updated"]) == (1, 1)

    undo(made)

    old.refresh_from_db()
    assert (old.name, Sku.objects.get(code="OLD").price_minor) == ("旧名", 1000)
    assert Product.objects.get(slug="new").archived_at == NOON
    assert on_hand() == {"NEW": 0}


def test_what_somebody_changed_since_stays(tmp_path: Path, run: Run) -> None:
    old = ProductFactory(slug="old", name="旧名", subtitle="旧")
    SkuFactory(product=old, code="OLD", price_minor=1000)
    path = sheet(tmp_path, "商品编码,商品名称,副标题,规格编码,售价", "old,新名,新,OLD,20")
    made = run(path)
    run(sheet(tmp_path, "商品编码,商品名称,规格编码,售价", "old,又改,OLD,21"))

    said = undo(made)

    old.refresh_from_db()
    assert (old.name, old.subtitle) == ("又改", "旧")
    assert Sku.objects.get().price_minor == 2100
    assert "没有动" in said["新名"]


def test_a_new_sku_of_an_old_product_goes_and_the_rest_stays(tmp_path: Path, run: Run) -> None:
    product = ProductFactory(slug="cup", options=[{"name": "色", "values": ["黑"]}])
    SkuFactory(product=product, code="B", options=["黑"])
    made = run(sheet(tmp_path, "商品编码,规格1名称,规格1值,规格编码,售价", "cup,色,白,W,9"))
    assert Sku.objects.filter(archived_at=None).count() == 2

    undo(made)

    assert list(Sku.objects.filter(archived_at=None).values_list("code", flat=True)) == ["B"]
    product.refresh_from_db()
    assert product.options == [{"name": "色", "values": ["黑"]}]


def test_an_undone_import_can_be_imported_again(tmp_path: Path, run: Run) -> None:
    path = sheet(tmp_path, "商品编码,商品名称,规格编码,售价", "new,新品,NEW,5")
    undo(run(path))

    again = run(path)

    assert again.counts["created"] == 1
    assert Product.objects.get(slug="new").archived_at is None
    undo(again)
    assert Product.objects.get(slug="new").archived_at == NOON


def test_what_did_nothing_or_still_runs_is_not_undone(tmp_path: Path, run: Run) -> None:
    SkuFactory(code="A", price_minor=500)
    made = run(sheet(tmp_path, "规格编码,售价", "A,5"), kind=Kind.PRICES)
    running = run(sheet(tmp_path, "规格编码,售价", "A,6"), kind=Kind.PRICES)
    ImportRun.objects.filter(pk=running.pk).update(state=RunState.RUNNING)
    running.refresh_from_db()

    with nothing_changes(), pytest.raises(ImportRefused):
        services.begin_undo(run=made, actor=SYSTEM, now=NOON)
    with nothing_changes(), pytest.raises(IllegalMove):
        services.begin_undo(run=running, actor=SYSTEM, now=NOON)
