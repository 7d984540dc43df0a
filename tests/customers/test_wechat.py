"""Which WeChat signs which shopper in, also when many are quick."""

from functools import partial

import pytest
from allauth.socialaccount.models import SocialAccount
from tests.factories.shop import NOON
from tests.factories.threads import at_once
from tests.unchanged import nothing_changes

from zhanggui.accounts import services as accounts
from zhanggui.customers import queries, services
from zhanggui.customers.models import Customer
from zhanggui.customers.types import WechatTaken

ONE, TWO = "1" * 32, "2" * 32


def shopper() -> int:
    """Return the user of a new shopper."""
    user_id = int(accounts.create_shopper_user(now=NOON).pk)
    Customer.objects.create(user_id=user_id, created_at=NOON)
    return user_id


def linked() -> list[tuple[int, str]]:
    return sorted(SocialAccount.objects.values_list("user_id", "uid"))


@pytest.mark.django_db
def test_linking_twice_links_once_and_the_newest_counts() -> None:
    user_id = shopper()

    services.link_wechat(user_id=user_id, uid=ONE)
    services.link_wechat(user_id=user_id, uid=ONE)
    assert linked() == [(user_id, ONE)]
    services.link_wechat(user_id=user_id, uid=TWO)

    assert linked() == [(user_id, TWO)]
    assert queries.is_wechat_linked(user_id=user_id)
    services.unlink_wechat(user_id=user_id)
    assert not queries.is_wechat_linked(user_id=user_id)


@pytest.mark.django_db
def test_a_wechat_stays_with_its_first_shopper() -> None:
    first, second = shopper(), shopper()
    services.link_wechat(user_id=first, uid=ONE)
    services.link_wechat(user_id=second, uid=TWO)

    with nothing_changes(), pytest.raises(WechatTaken):
        services.link_wechat(user_id=second, uid=ONE)

    services.unlink_wechat(user_id=second)
    assert linked() == [(first, ONE)]


@pytest.mark.django_db(transaction=True)
def test_of_many_shoppers_with_one_wechat_one_gets_it() -> None:
    users = [shopper() for _ in range(4)]

    results = at_once([partial(services.link_wechat, user_id=one, uid=ONE) for one in users])

    assert [type(one) for one in results].count(WechatTaken) == 3
    assert len(linked()) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_wechats_of_one_shopper_one_is_left() -> None:
    user_id = shopper()

    results = at_once(
        [partial(services.link_wechat, user_id=user_id, uid=str(n) * 32) for n in range(4)]
    )

    assert results == [None] * 4
    assert [user for user, _uid in linked()] == [user_id]
