"""Sample goods in a real, new shop: one click, all or nothing, once."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.test import Client
from tests.demo.sample import LOAD, PAGE, loaded, new_shop, seen, work
from tests.factories.catalog import ProductFactory, SkuFactory
from tests.factories.shop import NOON, books_balance, open_shop
from tests.factories.staff import StaffFactory
from tests.factories.threads import at_once
from tests.unchanged import nothing_changes, rows

from zhanggui.accounts import services as accounts
from zhanggui.accounts.models import User
from zhanggui.accounts.types import Role
from zhanggui.catalog.models import Category, Picture, Product, Sku
from zhanggui.core import versions
from zhanggui.core.models import AuditEntry
from zhanggui.core.types import SYSTEM, Actor, ActorType
from zhanggui.demo import queries, services
from zhanggui.demo.content import load
from zhanggui.demo.loading import sample as making
from zhanggui.demo.models import SamplePart, SampleShop
from zhanggui.demo.tasks import BrokenOff, load_sample, wipe_sample
from zhanggui.demo.types import (
    SAMPLE,
    SAMPLE_CATEGORIES,
    SAMPLE_PICTURES,
    SAMPLE_PIECES,
    SAMPLE_SKUS,
    SampleRefused,
    SampleState,
)
from zhanggui.freight.models import FreightTemplate
from zhanggui.inventory.models import StockLevel, StockMovement, Warehouse
from zhanggui.inventory.queries import WAREHOUSES
from zhanggui.orders.models import Order

pytestmark = pytest.mark.django_db
OFFER = "装入示例店铺"
STAFF = Actor(ActorType.STAFF, 1, "林岚")


def state() -> str:
    return SampleShop.objects.get().state


def test_what_is_promised_is_what_the_files_hold() -> None:
    products = [one for one in load().products if one.slug in SAMPLE]
    leaves = {one.category for one in products}
    parents = {one.slug: one.parent for one in load().categories}

    assert len(products) == len(SAMPLE) == 12
    assert sum(len(one.skus) for one in products) == SAMPLE_SKUS
    assert sum(len(one.pictures) for one in products) == SAMPLE_PICTURES
    assert len(leaves | {parents[one] for one in leaves}) == SAMPLE_CATEGORIES


def test_one_click_in_a_new_shop_brings_goods_to_sell_and_nobody_and_no_money() -> None:
    owner = new_shop(transfer_account="示例银行 0000")
    home = owner.get("/console/").content.decode()
    assert OFFER in home
    assert "12 个商品（38 个规格）、22 张图片、9 个类目、1,520 件库存" in home
    assert "还有一个默认运费模板" in home
    before = User.objects.count()

    answer = owner.post(LOAD, follow=True)
    assert "正在装入" in answer.content.decode()
    assert "正在装入" in owner.get("/console/").content.decode()
    assert work() == 1

    assert state() == SampleState.LOADED
    assert Product.objects.filter(shelf="on", archived_at=None).count() == 12
    assert (Sku.objects.count(), Category.objects.count()) == (38, 9)
    assert Picture.objects.count() == 22
    assert all(default_storage.exists(one.small) for one in Picture.objects.all())
    template = FreightTemplate.objects.get()
    assert (template.name, template.default_key) == ("标准快递", 1)
    assert StockLevel.objects.filter(on_hand=SAMPLE_PIECES, reserved=0).count() == 38
    assert set(StockMovement.objects.values_list("kind", "actor_type")) == {("receive", "staff")}
    books_balance()
    assert SamplePart.objects.count() == 12 + 9 + 1
    assert (User.objects.count(), Order.objects.count()) == (before, 0)
    assert "清除示例店铺" in owner.get("/console/").content.decode()
    shop = Client().get("/").content.decode()
    assert "深蓝釉面马克杯" in shop


def test_loading_is_one_row_of_the_audit_log() -> None:
    loaded()

    acts = list(AuditEntry.objects.values_list("kind", "actor_name", "details"))
    assert acts == [("sample.ordered", "林岚", '{"act": "load", "products": 12}')]


def test_two_clicks_and_two_workers_load_once() -> None:
    owner = new_shop()
    owner.post(LOAD)
    owner.post(LOAD)
    assert work() == 1

    with nothing_changes():
        load_sample.call()  # a second worker, or the job once more
    assert Product.objects.count() == 12
    assert AuditEntry.objects.count() == 1


def test_a_failure_in_the_middle_leaves_nothing_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = new_shop()
    owner.post(LOAD)
    before = rows()
    whole = making.make_product

    def breaks(product: object, **values: object) -> int:
        if getattr(product, "slug", "") == "tea-longjing":
            raise RuntimeError
        return whole(product, **values)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(making, "make_product", breaks)
        with pytest.raises(BrokenOff):
            load_sample.call()

    after = rows()
    assert {name: n for name, n in after.items() if before.get(name) != n} == {}
    assert state() == SampleState.NONE
    page = owner.get(PAGE).content.decode()
    assert "请再点一次" in page
    assert "请再点一次" in owner.get("/console/").content.decode()

    owner.post(LOAD)
    work()
    assert Product.objects.count() == 12
    assert "请再点一次" not in owner.get(PAGE).content.decode()


def test_a_shop_with_products_of_its_own_is_offered_none() -> None:
    owner = new_shop()
    SkuFactory()
    assert OFFER not in owner.get("/console/").content.decode()

    owner.post(LOAD)
    with pytest.raises(SampleRefused, match="自己的商品"):
        services.order_load(actor=STAFF, now=NOON)

    assert work() == 0
    assert Product.objects.count() == 1
    assert not SampleShop.objects.exists()


def test_a_product_that_came_between_click_and_work_stops_it() -> None:
    owner = new_shop()
    owner.post(LOAD)
    ProductFactory()

    work()

    assert (state(), Product.objects.count()) == (SampleState.NONE, 1)
    assert "没有再装示例" in owner.get(PAGE).content.decode()


def test_a_shop_without_a_warehouse_is_told_so() -> None:
    owner = new_shop()
    Warehouse.objects.all().delete()
    versions.bump(WAREHOUSES)

    page = owner.post(LOAD, follow=True).content.decode()

    assert "还没有仓库" in page
    assert work() == 0


def test_what_the_shop_calls_the_same_keeps_its_name() -> None:
    owner = new_shop()
    open_shop(name="新店")  # with a default template 标准快递
    own = Category.objects.create(name="茶", slug="tea", path="/1/")
    archived = SkuFactory(code="SG-CY01-01", product__slug="mug-navy")
    Product.objects.update(archived_at=NOON)

    owner.post(LOAD)
    work()

    assert FreightTemplate.objects.count() == 1
    assert Category.objects.get(slug="tea") == own
    mug = Product.objects.get(name="深蓝釉面马克杯")
    assert mug.slug != "mug-navy"
    assert re.fullmatch(r"[A-Z0-9-]+-01", mug.skus.get().code)
    assert Sku.objects.get(code="SG-CY01-01") == archived
    assert Product.objects.filter(archived_at=None).count() == 12


@pytest.mark.parametrize("lacking", ["products", "stock", "freight", "settings"])
def test_only_who_may_change_all_of_it_is_offered_it_and_may_load_it(lacking: str) -> None:
    new_shop()
    rights = {one: {"view", "edit"} for one in ("products", "stock", "freight", "settings", "home")}
    rights["home"] = {"view"}
    rights["orders"] = {"view", "see_money"}
    rights[lacking] = {"view"}
    code = accounts.save_role(
        code="", name="店长", home=Role.OWNER, rights=rights, warehouse_ids=None, now=NOON
    )
    client = Client()
    client.force_login(StaffFactory(role=code), "django.contrib.auth.backends.ModelBackend")

    with nothing_changes():
        assert client.post(LOAD).status_code == 403
    assert OFFER not in client.get("/console/").content.decode()


def test_nothing_but_one_thing_is_a_part_and_there_is_one_sample_shop() -> None:
    product = ProductFactory()
    wrong = [
        SamplePart(),
        SamplePart(product=product, category=product.category),
        SamplePart(category=product.category, is_kept=True),
        SampleShop(id=2),
        SampleShop(id=1, state="half"),
        SampleShop(id=1, state=SampleState.LOADING),
    ]
    for row in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)
    SamplePart.objects.create(product=product)
    with pytest.raises(IntegrityError), transaction.atomic():
        SamplePart.objects.create(product=product)


def test_what_no_worker_ended_in_ten_minutes_can_be_ordered_again() -> None:
    owner = new_shop()
    assert services.order_load(actor=SYSTEM, now=NOON)
    assert not services.order_load(actor=SYSTEM, now=NOON)
    later = NOON + timedelta(minutes=11)

    with time_machine.travel(later, tick=False):
        assert "再试一次" in owner.get(PAGE).content.decode()
        assert owner.post(LOAD).status_code == 302

    assert queries.sample_status().ordered_at == later
    assert work() == 2
    assert Product.objects.count() == 12


def test_the_sample_needs_no_file_beyond_those_of_the_demo() -> None:
    assert all((Path(making.PICTURES) / name).exists() for name in making.read_sample().pictures)


@pytest.mark.django_db(transaction=True)
def test_two_people_and_two_workers_at_the_same_moment_load_one_sample() -> None:
    owner = new_shop()

    ordered = at_once([lambda: services.order_load(actor=STAFF, now=NOON)] * 2)
    at_once([load_sample.call] * 2)

    assert sorted(ordered) == [False, True]
    assert (Product.objects.count(), SamplePart.objects.count()) == (12, 22)
    books_balance()
    figures = seen(owner)
    wiped = at_once([lambda: services.order_wipe(seen=figures, actor=STAFF, now=NOON)] * 2)
    at_once([wipe_sample.call] * 2)
    assert sorted(wiped) == [False, True]
    assert (Product.objects.count(), SamplePart.objects.count()) == (0, 0)
    assert (state(), SampleShop.objects.get().counts["products"]) == (SampleState.NONE, 12)


def test_the_card_of_the_home_follows_the_work_and_goes_when_there_is_nothing_to_say() -> None:
    owner = new_shop()
    asked = {"HX-Request": "true"}
    owner.post(LOAD)
    assert "正在装入" in owner.get(f"{PAGE}?card=1", headers=asked).content.decode()
    assert "查看和清除" in owner.get("/console/settings/").content.decode()
    work()
    assert "清除示例店铺" in owner.get(f"{PAGE}?card=1", headers=asked).content.decode()

    SamplePart.objects.all().delete()
    SampleShop.objects.update(state=SampleState.NONE)
    versions.bump(queries.SAMPLE)

    assert owner.get(f"{PAGE}?card=1", headers=asked).content.strip() == b""
