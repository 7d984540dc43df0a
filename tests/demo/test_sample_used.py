"""Clearing the sample shop after its goods were used: edited, moved, imported, counted."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import IntegrityError
from tests.demo.sample import (
    PAGE,
    WIPE,
    bought,
    loaded,
    seen,
    shop,
    stock_is_right,
    values,
    wiped,
    work,
)
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, stocked
from tests.unchanged import nothing_changes

from zhanggui.catalog import services as catalog
from zhanggui.catalog.models import BulkEditRow, Category, Picture, Product, ProductChange, Sku
from zhanggui.catalog.types import AttributeKind, BulkAct, BulkWish
from zhanggui.core.types import SYSTEM, Actor, ActorType
from zhanggui.demo.types import SampleState
from zhanggui.freight import queries as freight_queries
from zhanggui.freight import services as freight
from zhanggui.freight.models import FreightTemplate
from zhanggui.integrations import services as integrations
from zhanggui.integrations.models import ImportRun
from zhanggui.inventory import services as inventory
from zhanggui.inventory.models import StockLevel, StockMovement, Transfer
from zhanggui.inventory.types import Arrival, Correction, CorrectionAct, CorrectionReason

pytestmark = pytest.mark.django_db
MUG, TEA = "SG-CY01-01", "SG-CY03-01"
CLERK = Actor(ActorType.STAFF, 1, "林岚")


def test_edited_goods_go_and_own_ones_in_and_beside_sample_categories_stay() -> None:
    owner = loaded()
    tea, tops = Category.objects.get(slug="tea"), Category.objects.get(slug="tops")
    catalog.save_category(
        category_id=tops.pk,
        name="上衣",
        slug="shangyi",
        parent_id=tops.parent_id,
        position=0,
        now=NOON,
    )
    books = Category.objects.get(slug="books")
    catalog.save_attribute(category_id=books.pk, name="开本", kind=AttributeKind.TEXT)
    Product.objects.filter(slug="mug-navy").update(name="改了名", slug="my-mug", category=tops)
    Sku.objects.filter(code=TEA).update(
        timed_price_minor=1, timed_from=NOON, timed_until=NOON.replace(hour=20)
    )
    own = SkuFactory(product__category=tea)
    beside = SkuFactory()
    below = CategoryFactory(parent=Category.objects.get(slug="decor"))
    copy = catalog.copy_product(
        product_id=Product.objects.get(slug="gaiwan-white").pk, now=NOON, actor=SYSTEM
    )
    mine = [own, own.product, beside, beside.product, below, copy, *copy.skus.all()]
    mine += [*copy.pictures.all(), *ProductChange.objects.filter(product=copy)]
    before = values(*mine)

    wiped(owner)

    assert values(*mine) == before
    assert set(Product.objects.values_list("pk", flat=True)) == {
        own.product_id,
        beside.product_id,
        copy.pk,
    }
    kept = Category.objects.filter(archived_at=None).exclude(pk=beside.product.category_id)
    assert set(kept.values_list("slug", flat=True)) == {"home", "tea", "decor", below.slug}
    archived = Category.objects.exclude(archived_at=None).values_list("slug", flat=True)
    assert set(archived) == {"books", "leisure"}  # the owner's attribute hangs there
    assert FreightTemplate.objects.count() == 1  # own products need it


def test_edits_of_many_imports_and_drafts_forget_sample_goods() -> None:
    owner = loaded()
    far = WarehouseFactory(code="FAR")
    own = SkuFactory(code="OWN-1")
    stocked(own, 9)
    token = catalog.preview_bulk_edit(
        product_ids=list(Product.objects.values_list("pk", flat=True)),
        wish=BulkWish(act=BulkAct.WEIGHT, weight_grams=77),
        now=NOON,
        actor=CLERK,
    )
    edit_id = catalog.start_bulk_edit(token=token, now=NOON, actor=CLERK)
    catalog.run_bulk_edit(edit_id=edit_id, now=NOON)
    draft = inventory.create_transfer(
        source="WH1",
        target=far.code,
        note="",
        request_id="",
        lines={MUG: 2, "OWN-1": 1},
        actor=CLERK,
        now=NOON,
    )

    wiped(owner)

    assert list(BulkEditRow.objects.values_list("product_id", flat=True)) == [own.product_id]
    assert owner.get(f"/console/products/bulk/{token}/").status_code == 200
    assert list(draft.lines.values_list("sku__code", "quantity")) == [("OWN-1", 1)]
    catalog.undo_bulk_edit(token=token, now=NOON, actor=CLERK)
    catalog.run_bulk_edit(edit_id=edit_id, now=NOON)
    own.refresh_from_db()
    assert own.weight_grams == 500
    assert stock_is_right()


def test_an_import_of_stock_that_sample_goods_were_in_can_still_be_undone(tmp_path: Path) -> None:
    owner = loaded()
    own = SkuFactory(code="OWN-1")
    level = stocked(own, 9)
    file = tmp_path / "stock.csv"
    file.write_text(f"规格编码,仓库,数量\n{MUG},WH1,7\nOWN-1,WH1,5\n", encoding="utf-8")
    call_command("import_stock", str(file), "--json")
    run = ImportRun.objects.get()
    assert StockLevel.objects.get(sku__code=MUG).on_hand == 7

    wiped(owner)
    owner.post(f"/console/imports/{run.pk}/undo/")
    integrations.work_on_import(run_id=run.pk, now=NOON)

    run.refresh_from_db()
    level.refresh_from_db()
    assert (run.state, level.on_hand) == ("undone", 9)
    assert owner.get(f"/console/imports/{run.pk}/").status_code == 200
    assert stock_is_right()


def test_goods_on_the_way_stop_it_until_they_are_received() -> None:
    owner = loaded()
    WarehouseFactory(code="FAR")
    sent = inventory.create_transfer(
        source="WH1",
        target="FAR",
        note="",
        request_id="",
        lines={MUG: 4},
        actor=CLERK,
        now=NOON,
    )
    inventory.send_transfer(transfer_id=sent.pk, actor=CLERK, now=NOON)

    page = owner.get(PAGE).content.decode()
    assert f"调拨单 {sent.number} 还在途" in page
    assert "确认清除" not in page
    with nothing_changes():
        answer = owner.post(WIPE, {"seen": seen(owner)})
    assert answer.status_code == 422
    assert "请先收货" in answer.content.decode()

    line = sent.lines.get()
    inventory.receive_transfer(
        transfer_id=sent.pk,
        arrivals=[Arrival(line_id=line.pk, received=4, missing=0, seen=4)],
        missing_reason="",
        note="",
        request_id="",
        actor=CLERK,
        now=NOON,
    )
    wiped(owner)
    mug = Product.objects.get()
    assert (mug.slug, mug.archived_at is not None) == ("mug-navy", True)
    assert Transfer.objects.get().status == "received"
    assert owner.get(f"/console/stock/transfers/{sent.number}/").status_code == 200
    assert not StockLevel.objects.exclude(on_hand=0).exists()
    assert StockMovement.objects.filter(cause_type="sample", kind="adjust").count() == 2
    assert stock_is_right()


def test_goods_sent_after_the_click_stop_it_too() -> None:
    owner = loaded()
    WarehouseFactory(code="FAR")
    sent = inventory.create_transfer(
        source="WH1", target="FAR", note="", request_id="", lines={MUG: 4}, actor=CLERK, now=NOON
    )
    owner.post(WIPE, {"seen": seen(owner)})
    inventory.send_transfer(transfer_id=sent.pk, actor=CLERK, now=NOON)

    work()

    assert (shop().state, shop().error) == (SampleState.LOADED, "on_the_way")
    assert Product.objects.filter(archived_at=None).count() == 12
    assert "还在调拨途中" in owner.get(PAGE).content.decode()


@pytest.mark.parametrize("change", ["edited", "chosen"])
def test_a_freight_template_that_became_the_owners_stays(change: str) -> None:
    owner = loaded()
    template = FreightTemplate.objects.get()
    if change == "edited":
        view = freight_queries.templates()[template.pk]
        freight.save_template(
            name="我的快递",
            charge_by=view.charge_by,
            currency=view.currency,
            rules=view.rules,
            is_default=True,
            template_id=template.pk,
        )
    else:
        product = ProductFactory(archived_at=NOON)
        freight.set_product_template(product_id=product.pk, template_id=template.pk)
    stored = values(template, *template.rules.all())

    wiped(owner)

    assert values(template, *template.rules.all()) == stored
    assert shop().counts["templates"] == 0


def test_differences_of_the_stock_check_that_are_open_go_with_the_goods() -> None:
    owner = loaded()
    StockLevel.objects.filter(sku__code=MUG).update(unavailable=1)
    assert inventory.check_stock(now=NOON).still_open == 1
    assert "账实差异" in owner.get("/console/").content.decode()

    wiped(owner)

    assert "账实差异" not in owner.get("/console/").content.decode()
    assert owner.get("/console/stock/check/").status_code == 200
    assert stock_is_right()


def test_pieces_kept_back_leave_the_ledger_of_archived_goods() -> None:
    owner = loaded(transfer_account="示例银行 0000")
    bought(MUG)
    level = StockLevel.objects.get(sku__code=MUG)
    wanted = Correction(
        sku_code=MUG,
        warehouse_code="WH1",
        act=CorrectionAct.SET_ASIDE,
        quantity=3,
        reason=CorrectionReason.DAMAGED,
    )
    inventory.correct(wanted=wanted, actor=CLERK, now=NOON)
    level.refresh_from_db()
    assert (level.on_hand, level.reserved, level.unavailable) == (40, 1, 3)

    wiped(owner)

    level.refresh_from_db()
    assert (level.on_hand, level.reserved, level.unavailable) == (0, 0, 0)
    ledger = owner.get(f"/console/stock/sku/{MUG}/").content.decode()
    assert "示例店铺：清除剩下的货" in ledger
    assert "示例店铺：清除不可售的货" in ledger
    assert stock_is_right()


def test_the_database_lets_nobody_delete_a_part_of_the_sample_behind_its_back() -> None:
    loaded()
    category = Category.objects.get(slug="tea")
    Product.objects.filter(category=category).update(category=Category.objects.get(slug="books"))

    with pytest.raises(IntegrityError):
        catalog.remove_categories(category_ids=[category.pk])


def test_pictures_that_own_goods_show_stay_whole() -> None:
    owner = loaded()
    mug = Product.objects.get(slug="mug-navy")
    catalog.copy_product(product_id=mug.pk, now=NOON, actor=SYSTEM)

    wiped(owner)

    picture = Picture.objects.get()
    assert picture.product.slug != "mug-navy"
    assert all(
        default_storage.exists(name) for name in (picture.small, picture.medium, picture.large)
    )
