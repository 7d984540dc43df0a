"""The pages of imports and exports: step by step as a person goes, and who may."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories.catalog import ProductFactory, SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, open_shop
from tests.factories.staff import StaffFactory
from tests.unchanged import nothing_changes

from zhanggui.accounts import services as accounts
from zhanggui.accounts.types import RIGHTS, Role
from zhanggui.catalog.models import Product, ProductAttribute
from zhanggui.core.models import AuditEntry
from zhanggui.integrations import services
from zhanggui.integrations.models import ColumnMatch, ExportRun, ImportRun
from zhanggui.integrations.types import ExportState, RunState

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
SHEET = "款式,叫什么,要价,备注\nmug,马克杯,39.90,易碎\nbad,坏行,abc,\n"


def staff(role: str = Role.OWNER) -> Client:
    client = Client()
    client.force_login(StaffFactory(role=role), BACKEND)
    return client


def upload(client: Client, text: str = SHEET, kind: str = "products") -> Any:
    file = SimpleUploadedFile("商品.csv", text.encode())
    return client.post("/console/imports/new/", {"kind": kind, "file": file})


def work() -> ImportRun:
    """Do what a worker does."""
    made = ImportRun.objects.order_by("pk").last()
    assert made is not None
    services.work_on_import(run_id=made.pk, now=made.created_at)
    made.refresh_from_db()
    return made


def match(client: Client, columns: list[str], **also: str) -> Any:
    made = ImportRun.objects.order_by("pk").last()
    assert made is not None
    sent = {"format": "zhanggui", "column": columns, "stock": "new", "shelf": "draft", **also}
    return client.post(f"/console/imports/{made.pk}/match/", sent)


COLUMNS = ["slug", "name", "price", ""]


def test_a_table_with_columns_of_its_own_is_imported_step_by_step(client: Client) -> None:
    open_shop()
    client = staff()
    answer = upload(client)
    made = ImportRun.objects.get()
    url = f"/console/imports/{made.pk}/"
    assert (answer.status_code, answer["Location"]) == (302, url)

    page = client.get(url).content.decode()
    assert "叫什么" in page
    assert "马克杯、坏行" in page

    assert match(client, COLUMNS)["Location"] == url
    assert 'hx-trigger="every 1s"' in client.get(url).content.decode()
    assert work().state == RunState.CHECKED
    page = client.get(url).content.decode()
    assert 'id="n-created">1<' in page
    assert 'id="n-refused">1<' in page
    assert "abc 不是金额" in page
    assert not Product.objects.exists()

    client.post(f"{url}begin/")
    assert work().state == RunState.DONE
    assert Product.objects.get().name == "马克杯"

    errors = b"".join(client.get(f"{url}errors/"))  # type: ignore[arg-type]
    lines = errors.decode("utf-8-sig").splitlines()
    assert lines == [
        "行号,款式,叫什么,要价,备注,不能导入的原因",
        "3,bad,坏行,abc,,售价：abc 不是金额，例如 19.90",
    ]

    client.post(f"{url}undo/")
    assert work().state == RunState.UNDONE
    assert Product.objects.get().archived_at is not None
    assert "已归档" in client.get(url).content.decode()
    told = {"kind", "label", "subject_id", "details"}
    acts = AuditEntry.objects.exclude(kind__startswith="staff.").order_by("pk").values(*told)
    assert [{**act, "details": json.loads(act["details"])} for act in acts] == [
        {
            "kind": "import.ordered",
            "label": "商品.csv",
            "subject_id": made.pk,
            "details": {"what": "products", "step": step, "things": things},
        }
        for step, things in (("check", 0), ("run", 1), ("undo", 1))
    ]


def test_a_file_in_another_encoding_is_read_again_as_somebody_says() -> None:
    client = staff()
    file = SimpleUploadedFile("g.csv", "sku,name,price\na,Łódź,5\nb,Café,6\n".encode("cp1250"))
    refused = client.post("/console/imports/new/", {"kind": "products", "file": file})
    assert refused.status_code == 422
    assert "分不清" in refused.content.decode() or "无法识别" in refused.content.decode()
    file.seek(0)
    client.post("/console/imports/new/", {"kind": "products", "file": file, "encoding": "cp1252"})
    made = ImportRun.objects.get()
    url = f"/console/imports/{made.pk}/"
    page = client.get(url).content.decode()
    assert "按「西欧（Windows-1252、Latin-1）」读取" in page
    assert "Łódź" not in page

    answer = match(client, made.columns, encoding="cp1250")

    made.refresh_from_db()
    assert answer["Location"] == url
    assert made.state == RunState.UPLOADED
    assert "Łódź、Café" in client.get(url).content.decode()
    match(client, made.columns, encoding="cp1250")
    assert work().state == RunState.CHECKED
    client.post(f"{url}begin/")
    work()
    assert set(Product.objects.values_list("name", flat=True)) == {"Łódź", "Café"}


def test_an_encoding_that_a_file_is_not_in_changes_nothing() -> None:
    client = staff()
    upload(client)
    made = ImportRun.objects.get()

    with nothing_changes():
        answer = match(client, COLUMNS, encoding="gb18030", reread="1")

    page = client.get(answer["Location"]).content.decode()
    assert "附近有损坏的字符" in page
    assert "马克杯、坏行" in page
    made.refresh_from_db()
    assert "encoding" not in made.options


def test_the_match_is_remembered_for_the_same_header() -> None:
    client = staff()
    upload(client)
    match(client, COLUMNS)

    upload(client)

    last = ImportRun.objects.order_by("pk").last()
    assert last is not None
    assert last.columns == COLUMNS
    assert ColumnMatch.objects.count() == 1


@pytest.mark.parametrize("columns", [["", "", "", ""], ["name", "name", "price", ""], ["name"]])
def test_a_match_that_makes_no_sense_is_refused(columns: list[str]) -> None:
    client = staff()
    upload(client)

    with nothing_changes():
        answer = match(client, columns)

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 broken", b"\xff\xfe\x00"], ids=["empty", "zip", "bytes"]
)
def test_a_file_that_is_no_table_is_refused_at_once(content: bytes) -> None:
    client = staff()
    file = SimpleUploadedFile("x.xlsx", content)

    with nothing_changes():
        answer = client.post("/console/imports/new/", {"kind": "products", "file": file})

    assert answer.status_code == 422


def test_a_checked_import_can_be_dropped() -> None:
    client = staff()
    upload(client)
    match(client, COLUMNS)
    made = work()

    client.post(f"/console/imports/{made.pk}/cancel/")

    made.refresh_from_db()
    assert made.state == RunState.CANCELLED
    client.post(f"/console/imports/{made.pk}/begin/")
    made.refresh_from_db()
    assert made.state == RunState.CANCELLED
    assert not Product.objects.exists()


def test_past_orders_go_the_same_way_and_stay() -> None:
    open_shop()
    client = staff()
    head = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    upload(client, head + "536365,A,Cup,6,2010-12-01 08:26:00,2.55,17850.0,UK\n", "orders")
    made = work()
    assert (made.state, made.counts["created"], made.sample) == (RunState.CHECKED, 1, [])

    client.post(f"/console/imports/{made.pk}/begin/")
    made = work()
    client.post(f"/console/imports/{made.pk}/undo/")

    made.refresh_from_db()
    assert (made.state, made.counts["created"], made.file) == (RunState.DONE, 1, "")


@pytest.mark.parametrize("role", [Role.SERVICE, Role.WAREHOUSE])
def test_who_lacks_the_right_sees_and_starts_nothing(role: str) -> None:
    WarehouseFactory()
    client = staff(role)

    with nothing_changes():
        assert upload(client).status_code == 403
        assert client.get("/console/imports/").status_code == 403
        answer = client.post("/console/exports/new/", {"kind": "products", "ending": "csv"})

    assert answer.status_code == 403


@pytest.mark.parametrize("kind", ["products", "prices", "stock"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_templates_are_understood_as_they_are(kind: str, ending: str) -> None:
    WarehouseFactory()
    client = staff()
    answer = client.get(f"/console/imports/template/{kind}/{ending}/")
    content = b"".join(answer)  # type: ignore[arg-type]

    file = SimpleUploadedFile(f"t.{ending}", content)
    client.post("/console/imports/new/", {"kind": kind, "file": file})

    made = ImportRun.objects.get()
    assert all(made.columns), list(zip(made.header, made.columns, strict=True))


def export(client: Client, **sent: str) -> ExportRun:
    client.post("/console/exports/new/", {"kind": "products", "ending": "csv", **sent})
    made = ExportRun.objects.order_by("pk").last()
    assert made is not None
    services.make_export(export_id=made.pk, now=made.created_at)
    made.refresh_from_db()
    return made


def test_the_filtered_list_is_exported_and_handed_to_who_asked() -> None:
    open_shop()
    SkuFactory(product=ProductFactory(name="龙井茶"))
    SkuFactory(product=ProductFactory(name="青瓷杯", shelf="off"))
    client = staff()

    made = export(client, shelf="off")

    assert (made.state, made.rows) == (ExportState.DONE, 1)
    answer = client.get(f"/console/exports/{made.pk}/file/")
    assert "青瓷杯" in b"".join(answer).decode()  # type: ignore[arg-type]
    assert (answer["Cache-Control"], "attachment" in answer["Content-Disposition"]) == (
        "private, no-store",
        True,
    )
    assert staff().get(f"/console/exports/{made.pk}/file/").status_code == 404
    row = AuditEntry.objects.filter(kind="export.ordered").get()
    assert '"shelf": "off"' in row.details


def test_the_log_of_exports_does_not_repeat_what_was_searched() -> None:
    open_shop()
    made = export(staff(), kind="orders", q="13800001234")

    assert made.state == ExportState.DONE
    row = AuditEntry.objects.filter(kind="export.ordered").get()
    assert "13800001234" not in row.details


def test_a_right_that_was_taken_away_closes_the_download() -> None:
    open_shop()
    user = StaffFactory()
    client = Client()
    client.force_login(user, BACKEND)
    made = export(client)

    user.role = Role.SERVICE
    user.save()

    assert client.get(f"/console/exports/{made.pk}/file/").status_code == 403


def test_a_scope_that_was_narrowed_closes_the_file_of_more_warehouses() -> None:
    open_shop()
    user = StaffFactory()
    client = Client()
    client.force_login(user, BACKEND)
    url = f"/console/exports/{export(client, kind='stock').pk}/file/"
    assert client.get(url).status_code == 200

    here = [WarehouseFactory().pk]
    user.role = accounts.save_role(
        code="", name="某人", home=Role.OWNER, rights=RIGHTS, warehouse_ids=here, now=NOON
    )
    user.save()

    assert client.get(url).status_code == 403
    own = f"/console/exports/{export(client, kind='stock').pk}/file/"
    assert client.get(own).status_code == 200


def test_reasons_are_told_in_the_language_of_who_asked() -> None:
    open_shop()
    client = staff()
    client.cookies["lang"] = "en"
    upload(client)
    match(client, COLUMNS)

    made = work()

    page = client.get(f"/console/imports/{made.pk}/").content.decode()
    assert "abc is not an amount" in page


def test_a_column_of_ones_own_can_become_an_attribute() -> None:
    client = staff()
    upload(client, "商品名称,售价,季节\n裙子,9,夏\n")
    url = f"/console/imports/{ImportRun.objects.get().pk}/"
    assert "属性：季节" in client.get(url).content.decode()

    match(client, ["name", "price", "attribute:季节"])
    work()
    client.post(f"{url}begin/")
    work()

    assert list(ProductAttribute.objects.values_list("attribute__name", "text")) == [("季节", "夏")]
