"""What imports and exports show and let change follows the rights of who looks at them."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories.catalog import ProductFactory, SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, stocked
from tests.factories.staff import StaffFactory
from tests.unchanged import nothing_changes

from zhanggui.accounts import services as accounts
from zhanggui.accounts.types import RIGHTS, Role
from zhanggui.catalog.models import Product, Sku
from zhanggui.integrations import queries, services
from zhanggui.integrations.models import ExportRun, ImportRun
from zhanggui.integrations.types import RunState
from zhanggui.inventory.models import StockLevel

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
SHEET = "商品编码,商品名称,规格编码,售价,成本价,进货价\n{}\n"


def person(
    *, without: tuple[tuple[str, str], ...] = (), warehouse_ids: list[int] | None = None
) -> Client:
    """Return a browser of somebody with all rights but these."""
    rights = {
        one: frozenset(act for act in acts if (one, act) not in without)
        for one, acts in RIGHTS.items()
    }
    code = accounts.save_role(
        code="", name="某人", home=Role.OWNER, rights=rights, warehouse_ids=warehouse_ids, now=NOON
    )
    return of_role(code)


def of_role(code: str) -> Client:
    client = Client()
    client.force_login(StaffFactory(role=code), BACKEND)
    return client


def imported(
    client: Client, text: str, *, kind: str = "products", until: str = "done"
) -> ImportRun:
    """Go the way of an import as this person, as far as said."""
    file = SimpleUploadedFile("goods.csv", text.encode())
    client.post("/console/imports/new/", {"kind": kind, "file": file})
    made = last()
    url = f"/console/imports/{made.pk}/"
    if until != "uploaded":
        sent: dict[str, Any] = {"format": made.format, "column": made.columns, "stock": "all"}
        client.post(f"{url}match/", sent)
        work(made)
    if until == "done":
        client.post(f"{url}begin/")
        work(made)
    return made


def last() -> ImportRun:
    made = ImportRun.objects.order_by("pk").last()
    assert made is not None
    return made


def work(made: ImportRun) -> None:
    services.work_on_import(run_id=made.pk, now=made.created_at)
    made.refresh_from_db()


def errors(client: Client, made: ImportRun) -> list[dict[str, str]]:
    answer = client.get(f"/console/imports/{made.pk}/errors/")
    text = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_costs_in_a_file_are_for_who_may_see_them() -> None:
    clerk = person(without=(("products", "see_cost"),))
    made = imported(of_role(Role.OWNER), SHEET.format("mug,杯子,M,x,7.31,8.42"), until="uploaded")
    url = f"/console/imports/{made.pk}/"

    page = clerk.get(url).content.decode()

    assert "杯子" in page
    assert "7.31" not in page
    assert "8.42" not in page
    assert "7.31" in of_role(Role.OWNER).get(url).content.decode()


def test_the_file_of_errors_keeps_costs_from_who_may_not_see_them() -> None:
    clerk, owner = person(without=(("products", "see_cost"),)), of_role(Role.OWNER)
    made = imported(
        owner, SHEET.format("mug,杯子,M,x,7.31,8.42\ncup,盏,C,1,7.5/8.5,1"), until="checked"
    )

    hidden, shown = errors(clerk, made), errors(owner, made)

    assert [(one["商品编码"], one["成本价"], one["进货价"]) for one in hidden] == [
        ("mug", "", ""),
        ("cup", "", ""),
    ]
    assert [one["成本价"] for one in shown] == ["7.31", "7.5/8.5"]
    assert [one["不能导入的原因"] for one in hidden] == [one["不能导入的原因"] for one in shown]
    page = clerk.get(f"/console/imports/{made.pk}/").content.decode()
    assert "成本价" in page
    assert "7.5" not in page + str(hidden)


def test_who_may_not_see_costs_changes_none_by_a_file() -> None:
    SkuFactory(product=ProductFactory(slug="mug"), code="M", price_minor=100, cost_price_minor=50)
    clerk = person(without=(("products", "see_cost"),))

    made = imported(clerk, SHEET.format("mug,杯子,M,2,9,9"))

    assert (made.state, made.columns[4]) == (RunState.DONE, "cost")  # remembered for others
    assert Sku.objects.values_list("price_minor", "cost_price_minor").get() == (200, 50)


@pytest.mark.parametrize("begun", [False, True])
def test_costs_that_another_imports_are_neither_confirmed_nor_set_back(begun: bool) -> None:
    SkuFactory(product=ProductFactory(slug="mug"), code="M", cost_price_minor=50)
    clerk = person(without=(("products", "see_cost"),))
    sheet = SHEET.format("mug,杯子,M,2,9,9")
    made = imported(of_role(Role.OWNER), sheet, until="done" if begun else "checked")
    url = f"/console/imports/{made.pk}/"

    with nothing_changes():
        answer = clerk.post(f"{url}undo/" if begun else f"{url}begin/", follow=True)

    assert "看成本的人" in answer.content.decode()
    assert Sku.objects.get().cost_price_minor == (900 if begun else 50)


@pytest.fixture
def tea() -> dict[str, int]:
    """Make a SKU with stock in the north and in the south."""
    houses = {code: WarehouseFactory(code=code) for code in ("NORTH", "SOUTH")}
    sku = SkuFactory(code="TEA", product=ProductFactory(slug="tea", name="茶"))
    for house in houses.values():
        stocked(sku, 5, house)
    return {code: house.pk for code, house in houses.items()}


def pieces() -> dict[str, int]:
    return dict(StockLevel.objects.values_list("warehouse__code", "on_hand"))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("stock", "规格编码,仓库编码,实物数量\nTEA,SOUTH,9\n"),
        ("products", "商品编码,商品名称,规格编码,售价,库存:SOUTH\ntea,茶,TEA,3,9\n"),
    ],
)
@pytest.mark.parametrize("begun", [False, True])
def test_stock_of_another_warehouse_is_neither_confirmed_nor_set_back(
    tea: dict[str, int], kind: str, text: str, begun: bool
) -> None:
    made = imported(of_role(Role.OWNER), text, kind=kind, until="done" if begun else "checked")
    url = f"/console/imports/{made.pk}/"
    north, south = (person(warehouse_ids=[tea[code]]) for code in ("NORTH", "SOUTH"))

    with nothing_changes():
        answer = north.post(f"{url}undo/" if begun else f"{url}begin/", follow=True)

    assert "仓库的库存" in answer.content.decode()
    assert pieces() == {"NORTH": 5, "SOUTH": 9 if begun else 5}
    if begun:
        south.post(f"{url}undo/")
        work(made)
        assert (made.state, pieces()) == (RunState.UNDONE, {"NORTH": 5, "SOUTH": 5})


def test_who_may_not_change_stock_sets_none_back(tea: dict[str, int]) -> None:
    text = "商品编码,商品名称,规格编码,售价,库存:SOUTH\ntea,茶,TEA,3,9\n"
    made = imported(of_role(Role.OWNER), text)

    clerk = person(without=(("stock", "edit"),))

    with nothing_changes():
        clerk.post(f"/console/imports/{made.pk}/undo/")

    assert pieces()["SOUTH"] == 9
    assert Product.objects.get().revision > 1


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ({"warehouse_ids": ["NORTH"]}, {"库存:NORTH"}),
        ({"without": (("stock", "view"), ("stock", "edit"))}, set()),
        ({}, {"库存:NORTH", "库存:SOUTH"}),
    ],
)
def test_an_export_of_products_shows_stock_as_far_as_its_person_does(
    tea: dict[str, int], names: dict[str, Any], shown: set[str]
) -> None:
    if "warehouse_ids" in names:
        names = {"warehouse_ids": [tea[code] for code in names["warehouse_ids"]]}
    person(**names).post("/console/exports/new/", {"kind": "products", "ending": "csv"})
    made = ExportRun.objects.get()

    services.make_export(export_id=made.pk, now=NOON)

    made.refresh_from_db()
    with queries.stored_file(name=made.file) as file:
        header = file.read().decode("utf-8-sig").splitlines()[0].split(",")
    assert {name for name in header if name.startswith("库存")} == shown
