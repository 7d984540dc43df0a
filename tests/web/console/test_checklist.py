"""First steps of a new shop, told from what is there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories.catalog import SkuFactory
from tests.factories.passkeys import protect
from tests.factories.shop import NOON, open_shop, stocked
from tests.factories.staff import StaffFactory

from zhanggui.accounts.models import User
from zhanggui.accounts.services import save_settings
from zhanggui.accounts.settings import Group
from zhanggui.accounts.types import Role
from zhanggui.core.types import SYSTEM
from zhanggui.demo.models import SamplePart
from zhanggui.inventory.models import StockLevel
from zhanggui.web.console.home.checklist import checklist

pytestmark = pytest.mark.django_db


def open_steps(person: User) -> list[str]:
    found = checklist(person, now=NOON)
    return [str(step.label) for step in found.steps if not step.is_done] if found else []


def test_an_empty_shop_is_told_all_steps_with_their_links() -> None:
    found = checklist(StaffFactory(), now=NOON)

    assert found is not None
    assert found.done == 0
    assert [(str(step.label), step.url) for step in found.steps] == [
        ("给店铺起名字", "/console/settings/shop/"),
        ("建一个默认运费模板", "/console/freight/"),
        ("上架第一件商品", "/console/products/"),
        ("给商品入库", "/console/stock/"),
        ("开通一种收款方式", "/console/settings/payment/"),
        ("写上客服联系方式", "/console/settings/contact/"),
        ("填写 ICP 备案号", "/console/settings/licence/"),
        ("上传店标", "/console/settings/shop/"),
        ("再添一位店主", "/console/staff/invite/"),
    ]


def test_each_step_goes_when_it_is_done_and_the_list_with_the_last_needed_one() -> None:
    owner = StaffFactory()
    optional = ["填写 ICP 备案号", "上传店标", "再添一位店主"]

    open_shop(transfer_account="")
    needed = ["上架第一件商品", "给商品入库", "开通一种收款方式", "写上客服联系方式"]
    assert open_steps(owner) == [*needed, *optional]
    sku = SkuFactory()
    assert open_steps(owner) == [*needed[1:], *optional]
    stocked(sku, 1)
    assert open_steps(owner) == [*needed[2:], *optional]
    for group, values in {
        Group.PAYMENT: {"transfer_account": "示例银行 0000"},
        Group.CONTACT: {"service_wechat": "shop"},
    }.items():
        save_settings(group=group, values=values, actor=SYSTEM, now=NOON)

    assert checklist(owner, now=NOON) is None


def test_goods_to_try_things_out_with_are_no_first_product_and_no_stock() -> None:
    owner = StaffFactory()
    sku = SkuFactory()
    stocked(sku, 1)
    SamplePart.objects.create(product=sku.product)
    steps = ["上架第一件商品", "给商品入库"]
    assert [step for step in open_steps(owner) if step in steps] == steps
    stocked(SkuFactory(product__archived_at=NOON), 1)  # what an order left of cleared ones
    assert [step for step in open_steps(owner) if step in steps] == steps

    stocked(SkuFactory(), 1)

    assert [step for step in open_steps(owner) if step in steps] == []


SPARE = "再添一位店主"


def test_a_second_owner_or_recovery_codes_are_a_second_way_in() -> None:
    owner = StaffFactory()
    StaffFactory(role=Role.SERVICE)
    StaffFactory(is_active=False)
    StaffFactory(access_until=NOON - timedelta(days=1))
    assert SPARE in open_steps(owner)

    other = StaffFactory()
    assert SPARE not in open_steps(owner)

    other.delete()
    assert SPARE in open_steps(owner)
    protect(owner.pk, 1)
    assert SPARE not in open_steps(owner)


def test_people_are_told_only_what_they_may_do() -> None:
    found = checklist(StaffFactory(role=Role.WAREHOUSE), now=NOON)

    assert found is not None
    assert [step.url for step in found.steps] == ["/console/stock/"]


def test_it_stands_on_the_owners_home(owner: Client) -> None:
    assert "开店准备" in owner.get("/console/").content.decode()


def test_once_all_is_done_nobody_looks_again_for_a_while(
    django_assert_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    open_shop(service_phone="400-800-1234")
    stocked(SkuFactory(), 1)
    person = StaffFactory()
    assert checklist(person, now=NOON) is None

    StockLevel.objects.update(on_hand=0)  # sold out
    with django_assert_num_queries(1):  # the versions
        assert checklist(person, now=NOON + timedelta(minutes=9)) is None
