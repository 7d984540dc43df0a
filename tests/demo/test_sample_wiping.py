"""Clearing the sample shop: the sample's goods go, and nothing else changes."""

from typing import Any

import pytest
from django.test import Client
from tests.demo.sample import (
    LOAD,
    PAGE,
    WIPE,
    bought,
    loaded,
    new_shop,
    seen,
    shop,
    stock_is_right,
    values,
    wiped,
    work,
)
from tests.factories.catalog import CategoryFactory, SkuFactory
from tests.factories.shop import NOON, stocked
from tests.unchanged import nothing_changes, nothing_stays
from tests.web.posted import fields_of

from zhanggui.catalog.models import Category, Product
from zhanggui.core.models import AuditEntry
from zhanggui.core.types import SYSTEM, Actor, ActorType
from zhanggui.demo.models import SamplePart
from zhanggui.demo.services import wiping
from zhanggui.demo.tasks import BrokenOff, wipe_sample
from zhanggui.demo.types import SampleState
from zhanggui.inventory.models import StockLevel
from zhanggui.orders import queries as orders
from zhanggui.orders.models import CartLine, Order
from zhanggui.payments import services as payments

pytestmark = pytest.mark.django_db
MUG, TEA, BOOK = "SG-CY01-01", "SG-CY03-01", "SG-TS02-01"
CLERK = Actor(ActorType.STAFF, 1, "林岚")
ADDED = ("core.Event", "core.AuditEntry", "django_tasks_database.DBTaskResult")
ITS_OWN = ("core.AuditHead", "demo.SampleShop")


def pay(order: Order) -> None:
    payments.confirm_transfer(
        order_id=order.pk,
        amount_minor=order.payable_minor,
        reference="A1",
        actor=SYSTEM,
        now=NOON,
    )


def test_loading_and_clearing_leave_every_other_row_as_it_was() -> None:
    owner = new_shop()
    CategoryFactory(name="自己的")
    stocked(SkuFactory(product__archived_at=NOON), 3)

    with nothing_stays(added_to=ADDED, besides=ITS_OWN):
        owner.post(LOAD)
        work()
        assert Product.objects.count() == 13
        wiped(owner)

    assert shop().state == SampleState.NONE
    assert shop().counts == {
        "products": 12,
        "pieces": 1_520,
        "categories": 9,
        "templates": 1,
    }
    assert stock_is_right()
    assert "装入示例店铺" in owner.get("/console/").content.decode()


def test_the_preview_says_what_goes_and_stays_and_clearing_does_exactly_that() -> None:
    owner = loaded(transfer_account="示例银行 0000")
    bought(MUG)
    paid = bought(TEA, pieces=2)
    pay(paid)
    own = SkuFactory(code="OWN-1", product__category=Category.objects.get(slug="tea"))
    stocked(own, 5)
    mixed = bought(BOOK, "OWN-1")

    preview: Any = owner.get(PAGE).context["preview"]

    assert (preview.products, preview.archived, preview.skus) == (9, 3, 31)
    assert (preview.pieces, preview.pieces_kept) == (1_520 - 3, 3)
    assert (preview.categories, preview.categories_archived, preview.categories_kept) == (5, 2, 2)
    assert (preview.template, preview.template_goes) == ("标准快递", False)
    assert (preview.orders, preview.orders_paid) == (3, 1)
    assert (preview.orders_closed, preview.orders_open) == (1, 2)
    page = owner.get(PAGE).content.decode()
    assert "9 个示例商品，共 31 个规格" in page
    assert "1,517 件示例商品的库存" in page
    assert "有示例商品的 3 张订单，其中付过款的 1 张：都不删除，金额不变" in page
    before = values(paid, *paid.lines.all(), mixed, *mixed.lines.all(), own, own.product)

    wiped(owner)

    assert shop().counts == {
        "orders": 1,
        "products": 9,
        "archived": 3,
        "pieces": 1_517,
        "categories": 5,
        "templates": 0,
    }
    after = values(paid, *paid.lines.all(), mixed, *mixed.lines.all(), own, own.product)
    assert after == before
    left = Product.objects.exclude(pk=own.product_id)
    assert set(left.values_list("slug", flat=True)) == {"mug-navy", "tea-longjing", "notebook-set"}
    assert left.filter(archived_at=None).count() == 0
    live = Category.objects.filter(archived_at=None).values_list("slug", flat=True)
    assert set(live) == {"tea", "home"}
    held = StockLevel.objects.filter(on_hand__gt=0).values_list("sku__code", "on_hand", "reserved")
    assert set(held) == {(TEA, 2, 2), (BOOK, 1, 1), ("OWN-1", 5, 1)}
    assert stock_is_right()


def test_the_whole_life_of_a_test_sale_in_the_browser() -> None:
    owner = loaded(transfer_account="示例银行 0000")
    shopper = Client()
    shopper.post("/cart/add/", {"sku": MUG, "quantity": "2"})
    sent = {
        "action": "pay",
        "key": "test-key-0123456789",
        "from": "page",
        "sku": MUG,
        "seen": "5900",
        "quantity": "2",
        "channel": "transfer",
        "expected": str(2 * 5900 + 600),
        "name": "陈晓琳",
        "phone": "13800001234",
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "detail": "示例路 88 号",
    }
    assert shopper.post("/checkout/", sent).status_code == 302
    order = Order.objects.get()
    assert (order.payable_minor, order.display_status) == (12_400, "to_pay")
    confirm = f"/console/orders/{order.number}/transfer/"
    sheet = fields_of(owner.get(confirm).content.decode())
    owner.post(confirm, {**sheet, "reference": "A1"})
    order.refresh_from_db()
    assert (order.paid_minor, order.display_status) == (12_400, "to_ship")
    before = values(order, *order.lines.all())

    wiped(owner)

    assert values(order, *order.lines.all()) == before
    assert Product.objects.get().slug == "mug-navy"
    level = StockLevel.objects.get(on_hand__gt=0)
    assert (level.on_hand, level.reserved) == (2, 2)
    assert stock_is_right()


def test_a_test_order_is_closed_and_its_goods_are_for_nobody_any_more() -> None:
    owner = loaded(transfer_account="示例银行 0000")
    shopper = Client()
    shopper.post("/cart/add/", {"sku": TEA, "quantity": 2})
    assert CartLine.objects.count() == 1
    order = bought(MUG, pieces=3)

    wiped(owner)

    order.refresh_from_db()
    assert (order.status, order.close_reason, order.paid_minor) == ("closed", "merchant", 0)
    assert orders.status_counts()["closed"] == 1
    mug = Product.objects.get()
    assert mug.archived_at is not None
    assert StockLevel.objects.filter(sku__product=mug).get().on_hand == 0
    assert CartLine.objects.count() == 0
    assert shopper.get("/p/mug-navy/").status_code == 404
    assert "马克杯" not in shopper.get("/").content.decode()
    assert "马克杯" not in owner.get("/console/products/").content.decode()
    assert "马克杯" in owner.get("/console/products/?shelf=archived").content.decode()
    assert "马克杯" not in owner.get("/console/stock/").content.decode()
    assert owner.get(f"/console/orders/{order.number}/").status_code == 200
    assert owner.get(f"/console/stock/sku/{MUG}/").status_code == 200
    assert stock_is_right()


def test_a_paid_order_can_still_be_shipped_and_the_sample_loaded_again() -> None:
    owner = loaded(transfer_account="示例银行 0000")
    order = bought(MUG, pieces=3)
    pay(order)
    wiped(owner)
    owner.post(
        f"/console/orders/{order.number}/ship/",
        {"carrier": "shunfeng", "tracking_no": "SF1234567890999"},
    )
    order.refresh_from_db()
    assert order.display_status == "to_receive"
    assert stock_is_right()

    owner.post(LOAD)
    work()
    assert Product.objects.filter(archived_at=None).count() == 12
    wiped(owner)
    assert Product.objects.get().slug == "mug-navy"
    assert stock_is_right()


def test_it_is_one_act_for_the_audit_log() -> None:
    owner = loaded(transfer_account="示例银行 0000")
    bought(MUG)

    wiped(owner)

    acts = list(AuditEntry.objects.order_by("pk").values_list("kind", "details"))
    assert acts == [
        ("sample.ordered", '{"act": "load", "products": 12}'),
        ("sample.ordered", '{"act": "wipe", "products": 12}'),
    ]
    said = owner.get("/console/audit/").content.decode()
    assert "清除 · 12 个商品" in said


def test_two_clicks_clear_once_and_a_repeated_job_changes_nothing() -> None:
    owner = loaded()
    figures = seen(owner)
    owner.post(WIPE, {"seen": figures})
    owner.post(WIPE, {"seen": figures})
    assert work() == 1

    with nothing_changes():
        wipe_sample.call()
    owner.post(WIPE, {"seen": figures})
    assert work() == 0
    assert AuditEntry.objects.count() == 2


def test_figures_that_nobody_saw_are_not_confirmed() -> None:
    owner = loaded(transfer_account="示例银行 0000")
    figures = seen(owner)
    bought(MUG)

    with nothing_changes():
        answer = owner.post(WIPE, {"seen": figures})

    assert answer.status_code == 422
    assert "刚刚有了变化" in answer.content.decode()
    assert shop().state == SampleState.LOADED


def test_cut_short_anywhere_it_goes_on_where_it_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = loaded(transfer_account="示例银行 0000")
    pay(bought(MUG))
    owner.post(WIPE, {"seen": seen(owner)})
    whole, done = wiping._clear_product, []

    def breaks(*args: Any) -> None:
        if len(done) == 5:
            raise RuntimeError
        whole(*args)
        done.append(args)

    with monkeypatch.context() as patch:
        patch.setattr(wiping, "_clear_product", breaks)
        with pytest.raises(RuntimeError):  # as if the process were killed: nobody notes it
            wiping.wipe_sample(now=NOON)
    assert Product.objects.count() in (7, 8)
    assert shop().state == SampleState.WIPING
    assert "正在清除" in owner.get(PAGE).content.decode()

    work()

    assert shop().counts == {
        "products": 11,
        "archived": 1,
        "pieces": 1_519,
        "categories": 7,
        "templates": 1,
    }
    assert (Product.objects.count(), SamplePart.objects.count()) == (1, 0)
    assert stock_is_right()


def test_an_error_of_ours_is_told_and_clearing_can_be_ordered_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = loaded()
    owner.post(WIPE, {"seen": seen(owner)})

    with monkeypatch.context() as patch:
        patch.setattr(wiping, "_finish", lambda *_: 1 / 0)
        with pytest.raises(BrokenOff):
            wipe_sample.call()
    assert "请再点一次" in owner.get(PAGE).content.decode()

    wiped(owner)
    assert (Product.objects.count(), Category.objects.count()) == (0, 0)
