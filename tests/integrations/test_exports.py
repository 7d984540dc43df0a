"""Tables that come out of the shop: they come in again unchanged, and hurt nobody."""

import csv
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from tests.factories.catalog import (
    CategoryFactory,
    PictureFactory,
    ProductFactory,
    SkuFactory,
    image_file,
)
from tests.factories.shop import NOON, WarehouseFactory, basket, open_shop, stocked
from tests.integrations.conftest import Run

from zhanggui.catalog import queries as catalog
from zhanggui.catalog import services as catalog_services
from zhanggui.catalog.models import Category, Picture, Product, ProductChange, SearchTerm, Sku
from zhanggui.catalog.types import Shelf
from zhanggui.core.tables.reading import open_table
from zhanggui.core.types import SYSTEM
from zhanggui.integrations import queries, services
from zhanggui.integrations.models import ExportRun
from zhanggui.integrations.services.exporting import stored_filter
from zhanggui.integrations.types import ExportState, Kind
from zhanggui.inventory.models import StockLevel, StockMovement
from zhanggui.orders.queries import OrderFilter
from zhanggui.orders.services import place_orders

pytestmark = pytest.mark.django_db


def export(tmp_path: Path, kind: Kind = Kind.PRODUCTS, ending: str = "csv", **also: Any) -> Path:
    """Export and return the file."""
    wanted = also.pop("wanted", {})
    made = services.start_export(
        kind=kind,
        ending=ending,
        wanted=wanted,
        narrowed={},
        actor=SYSTEM,
        now=NOON,
        **{"with_costs": True, "with_money": True, **also},
    )
    services.make_export(export_id=made.pk, now=NOON, base="https://shop.example")
    made.refresh_from_db()
    assert made.state == ExportState.DONE, made.error
    path = tmp_path / f"out.{ending}"
    with queries.stored_file(name=made.file) as file:
        path.write_bytes(file.read())
    return path


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table by header names, as it stands there."""
    if path.suffix == ".csv":
        text = path.read_bytes().decode("utf-8-sig")
        return list(csv.DictReader(StringIO(text, newline="")))
    table = open_table(path, knows=lambda _cells: 0)
    return [dict(zip(table.header, one.cells, strict=False)) for one in table.records()]


def catalogue() -> list[Any]:
    """Return everything that a catalogue says, without ids and times, by slug."""
    return sorted(
        (
            one.slug,
            one.name,
            one.subtitle,
            one.description,
            one.category_slug,
            one.shelf,
            one.on_at,
            one.off_at,
            one.options,
            one.skus,
            [(p.key, p.view.alt, p.sku_codes) for p in one.pictures],
            one.currency,
        )
        for one in catalog.products_for_edit(
            slugs=list(Product.objects.filter(archived_at=None).values_list("slug", flat=True)),
            now=NOON,
        )
    )


def stock() -> dict[tuple[str, str], int]:
    found = StockLevel.objects.values_list("sku__code", "warehouse__code", "on_hand")
    return {(sku, house): pieces for sku, house, pieces in found if pieces}


@pytest.fixture
def full_shop() -> None:
    """Make a shop whose products have everything, odd signs included."""
    house, other = WarehouseFactory(code="HZ"), WarehouseFactory(code="BJ")
    top = CategoryFactory(name="茶 > 器", slug="tea")
    below = CategoryFactory(name="杯子", slug="cups", parent=top)
    cup = ProductFactory(
        slug="cup",
        name='=青瓷杯, "大"',
        subtitle="-10% 'a",
        description="<p>第一行\n第二行 &amp; ＝</p>",
        category=below,
        shelf=Shelf.OFF,
        on_at=NOON,
        off_at=NOON + timedelta(days=3),
        options=[{"name": "颜色", "values": ["天青", "月白"]}, {"name": "容量", "values": ["S"]}],
    )
    blue = SkuFactory(
        product=cup,
        code="00123",
        options=["天青", "S"],
        price_minor=59_01,
        market_price_minor=79_00,
        cost_price_minor=20_50,
        barcode="6901234567892",
        volume_cm3=800,
    )
    white = SkuFactory(product=cup, code="+B", options=["月白", "S"], price_minor=0)
    for number, colour in enumerate(("teal", "white")):
        catalog_services.add_picture(
            product_id=cup.pk, content=image_file(colour=colour), alt=f"图|{number}", now=NOON
        )
    second = Picture.objects.order_by("position").last()
    catalog_services.set_sku_picture(sku_id=white.pk, picture_id=second.pk)
    SkuFactory(product=ProductFactory(slug="plain", name="素", category=top), code="P1")
    ProductFactory(slug="empty", name="还没有规格", category=top, shelf=Shelf.DRAFT)
    stocked(blue, 7, house)
    stocked(blue, 3, other)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.usefixtures("full_shop")
def test_what_is_exported_and_imported_again_changes_nothing(
    tmp_path: Path, ending: str, run: Run
) -> None:
    before, pieces = catalogue(), stock()
    revisions = list(Product.objects.order_by("pk").values_list("slug", "revision", "updated_at"))

    made = run(export(tmp_path, ending=ending), stock="all")

    assert {one: made.counts.get(one, 0) for one in ("created", "updated", "refused")} == {
        "created": 0,
        "updated": 0,
        "refused": 0,
    }, queries.problems(run=made)
    assert (catalogue(), stock()) == (before, pieces)
    assert revisions == list(
        Product.objects.order_by("pk").values_list("slug", "revision", "updated_at")
    )


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.usefixtures("full_shop")
def test_an_emptied_shop_gets_the_same_catalogue_back(
    tmp_path: Path, ending: str, run: Run
) -> None:
    before, pieces = catalogue(), stock()
    path = export(tmp_path, ending=ending)
    known = list(Picture.objects.values("digest", "small", "medium", "large", "width", "height"))
    StockMovement.objects.all().delete()
    StockLevel.objects.all().delete()
    SearchTerm.objects.all().delete()
    ProductChange.objects.all().delete()
    Sku.objects.all().delete()
    Picture.objects.all().delete()
    Product.objects.all().delete()
    for values in known:  # the files are still there: some archived product shows them
        PictureFactory(**values, product=ProductFactory(archived_at=NOON))

    made = run(path)

    assert (made.counts["created"], made.counts.get("refused", 0)) == (3, 0)
    assert (catalogue(), stock()) == (before, pieces)
    assert Category.objects.exclude(slug__startswith="category-").count() == 2


@pytest.mark.usefixtures("full_shop")
def test_the_file_is_fit_for_excel_in_china(tmp_path: Path) -> None:
    content = export(tmp_path).read_bytes()

    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") >= 5
    names = [row["商品名称"] for row in rows(tmp_path / "out.csv")]
    assert names[0] == '\'=青瓷杯, "大"'


@pytest.mark.usefixtures("full_shop")
def test_costs_are_for_who_may_see_them(tmp_path: Path) -> None:
    path = export(tmp_path, Kind.PRICES, with_costs=False)

    assert "成本价" not in rows(path)[0]
    assert "20.50" not in path.read_text("utf-8-sig")


@pytest.mark.usefixtures("full_shop")
def test_an_export_holds_exactly_the_filtered_list(tmp_path: Path) -> None:
    wanted = {"q": "", "category": "", "shelf": "off"}

    assert {row["商品编码"] for row in rows(export(tmp_path, wanted=wanted))} == {"cup"}


@pytest.mark.usefixtures("full_shop")
def test_prices_and_stock_come_out_by_sku_and_go_in_again(tmp_path: Path, run: Run) -> None:
    prices = rows(export(tmp_path, Kind.PRICES))
    assert [(one["规格编码"], one["售价"], one["成本价"]) for one in prices] == [
        ("00123", "59.01", "20.50"),
        ("'+B", "0.00", ""),
        ("P1", "19.90", ""),
    ]
    assert run(tmp_path / "out.csv", kind=Kind.PRICES).counts.get("updated", 0) == 0

    pieces = rows(export(tmp_path, Kind.STOCK, ending="xlsx"))
    assert {(one["规格编码"].lstrip("'"), one["仓库编码"], one["实物数量"]) for one in pieces} == {
        *{("00123", "HZ", "7"), ("00123", "BJ", "3"), ("P1", "HZ", "0"), ("P1", "BJ", "0")},
        *{("+B", "HZ", "0"), ("+B", "BJ", "0")},
    }
    again = run(tmp_path / "out.xlsx", kind=Kind.STOCK)
    assert (again.counts.get("updated", 0), again.counts.get("refused", 0)) == (0, 0)


def test_orders_come_out_line_by_line_with_buyers_masked(tmp_path: Path) -> None:
    open_shop()
    cup, tea = SkuFactory(code="CUP"), SkuFactory(code="TEA")
    for sku in (cup, tea):
        stocked(sku, 9)
    placed = place_orders(wanted=[basket((cup, 2), (tea, 1))], now=NOON)[0]
    wanted = stored_filter(OrderFilter(placed_from=NOON, only_ids=None))

    found = rows(export(tmp_path, Kind.ORDERS, wanted=wanted))
    bare = rows(export(tmp_path, Kind.ORDERS, wanted=wanted, with_people=True, with_money=False))

    assert [(one["订单号"], one["行类型"], one["规格编码"], one["数量"]) for one in found] == [
        (placed.number, "首行", "CUP", "2"),  # type: ignore[union-attr]
        (placed.number, "续行", "TEA", "1"),  # type: ignore[union-attr]
    ]
    assert (found[0]["收件人"], found[0]["电话"], found[0]["单价"]) == (
        *("陈*琳", "138****1234"),
        "19.90",
    )
    assert (bare[0]["收件人"], bare[0]["电话"].lstrip("'")) == ("陈晓琳", "+8613800001234")
    assert "单价" not in bare[0]


def test_what_was_searched_is_not_kept_in_the_clear() -> None:
    wanted = {"q": "13800001234", "category": "", "shelf": ""}
    made = services.start_export(
        kind=Kind.PRODUCTS, ending="csv", wanted=wanted, narrowed={}, actor=SYSTEM, now=NOON
    )

    stored = ExportRun.objects.filter(pk=made.pk).values_list("wanted")

    assert "13800001234" not in json.dumps(list(stored))
    assert ExportRun.objects.get(pk=made.pk).filter == wanted


def test_a_cancelled_export_makes_no_file() -> None:
    SkuFactory()
    made = services.start_export(
        kind=Kind.PRODUCTS, ending="csv", wanted={}, narrowed={}, actor=SYSTEM, now=NOON
    )
    services.cancel_export(run=made, now=NOON)

    services.make_export(export_id=made.pk, now=NOON)

    made.refresh_from_db()
    assert (made.state, made.file) == (ExportState.CANCELLED, "")


def test_files_go_after_their_days() -> None:
    SkuFactory()
    made = services.start_export(
        kind=Kind.PRODUCTS, ending="csv", wanted={}, narrowed={}, actor=SYSTEM, now=NOON
    )
    services.make_export(export_id=made.pk, now=NOON)
    made.refresh_from_db()
    name = made.file

    services.prune_files(now=NOON + timedelta(days=8))

    made.refresh_from_db()
    assert (made.state, made.file) == (ExportState.EXPIRED, "")
    with pytest.raises(FileNotFoundError):
        queries.stored_file(name=name)
