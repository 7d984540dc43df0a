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
