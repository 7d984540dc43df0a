"""A real shop is set up once, wholly."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from zhanggui.accounts.models import Shop, User
from zhanggui.inventory.models import Warehouse

pytestmark = pytest.mark.django_db

GIVEN = {
    "name": "山野茶事",
    "owner": "lin",
    "password": "zaochun-longjing",
    "warehouse": "杭州仓",
    "place": "浙江杭州余杭区",
}


def test_a_shop_gets_its_name_owner_and_warehouse() -> None:
    call_command("setup", stdout=StringIO(), **GIVEN)
    assert (Shop.objects.get().name, Shop.objects.get().is_demo) == ("山野茶事", False)
    owner = User.objects.get()
    assert (owner.username, owner.role, owner.check_password("zaochun-longjing")) == (
        "lin",
        "owner",
        True,
    )
    assert Warehouse.objects.get().division_code == "330110"
    with pytest.raises(CommandError, match="already"):
        call_command("setup", stdout=StringIO(), **GIVEN)


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"password": "12345678901"}, {"place": "火星"}], ids=str
)
def test_what_is_wrong_is_said_and_nothing_is_made(wrong: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("setup", stdout=StringIO(), **{**GIVEN, **wrong})
    assert not Shop.objects.exists()
    assert not User.objects.exists()
    assert not Warehouse.objects.exists()


def printed(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_staff_warehouses_and_settings_are_kept_from_the_command_line() -> None:
    call_command("setup", stdout=StringIO(), **GIVEN)
    secret = "dongzhi-tangyuan"

    listed = printed("staff", "save", "wang", "--role", "warehouse", "--password", secret)
    assert listed == "owner      lin\nwarehouse  wang\n"
    assert User.objects.get(username="wang").check_password(secret)
    assert printed("staff", "stop", "wang") == "owner      lin\n"
    with pytest.raises(CommandError, match="Nobody"):
        printed("staff", "stop", "nobody")
    with pytest.raises(CommandError):
        printed("staff", "save", "li", "--role", "service", "--password", "123")
    assert not User.objects.filter(username="li").exists()

    houses = printed("warehouse", "save", "CD", "--name", "成都仓", "--place", "四川成都武侯区")
    assert houses == "WH1        330110  杭州仓\nCD         510107  成都仓\n"
    with pytest.raises(CommandError, match="Unknown place"):
        printed("warehouse", "save", "X", "--name", "月仓", "--place", "月球")
    assert Warehouse.objects.count() == 2

    shown = printed("shop", "--transfer-account", "示例银行 0000", "--unpaid-minutes", "15")
    assert "unpaid_minutes    15" in shown
    shop = Shop.objects.get()
    assert (shop.name, shop.transfer_account, shop.unpaid_minutes) == (
        "山野茶事",
        "示例银行 0000",
        15,
    )
    with pytest.raises(CommandError):
        printed("shop", "--unpaid-minutes", "0")
    assert Shop.objects.get().unpaid_minutes == 15
