"""Signing in by WeChat: once with the phone, then alone; linking, unlinking; never for staff."""

import html
import re
import urllib.parse

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from tests.factories.catalog import SkuFactory
from tests.factories.shop import basket, open_shop, stocked
from tests.factories.staff import StaffFactory
from tests.payments.providers.test_simulator_cashier import fetch
from tests.unchanged import nothing_changes
from tests.web.storefront.test_inside_wechat import INSIDE, text
from tests.web.storefront.test_me import code_for, sign_in

from zhanggui.accounts.models import User
from zhanggui.core.encryption import blind_index
from zhanggui.customers.models import Customer
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order
from zhanggui.payments.providers.simulator import SimulatorServer

pytestmark = pytest.mark.django_db
OTHER = "13800009999"


@pytest.fixture
def inside(account: SimulatorServer) -> Client:
    """A browser inside WeChat, at an open shop that knows WeChat's people."""
    open_shop()
    return Client(headers={"User-Agent": INSIDE})


def ordered() -> Order:
    """Place an order of the usual phone."""
    sku = SkuFactory()
    stocked(sku, 3)
    wanted = basket((sku, 1), payment_channel="transfer")
    placed = orders.place_order(wanted=wanted, now=timezone.now())
    return Order.objects.get(pk=placed.order_id)


def confirmed(client: Client, *, answer: str = "allow") -> str:
    """Start at our page, answer WeChat's question, and return the path that leads back."""
    page = client.post("/me/wechat/").content.decode()
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
    assert found is not None
    address = html.unescape(found[1])
    parts = urllib.parse.urlsplit(address)
    assert dict(urllib.parse.parse_qsl(parts.query))["scope"] == "snsapi_userinfo"
    assert parts.fragment == "wechat_redirect"
    _status, _headers, asked = fetch(address)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', asked))
    origin = f"{parts.scheme}://{parts.netloc}"
    _status, headers, _page = fetch(f"{origin}/connect/oauth2/answer", {**hidden, "answer": answer})
    return headers["Location"].removeprefix("http://127.0.0.1:8000")


def by_wechat(client: Client) -> str:
    """Sign in or link by WeChat and return where it leads."""
    return client.get(confirmed(client))["Location"]


def signed_in(client: Client) -> int | None:
    found = client.session.get("_auth_user_id")
    return int(found) if found else None


def test_a_new_person_shows_a_phone_once_and_comes_by_wechat_alone(
    inside: Client, account: SimulatorServer
) -> None:
    order = ordered()
    assert "微信登录" in text(inside, "/me/")

    assert by_wechat(inside) == "/me/"
    assert signed_in(inside) is None
    assert "首次登录请验证一次手机号" in text(inside, "/me/")
    assert User.objects.count() == 0
    sign_in(inside)
    assert f'href="/o/{order.token}/"' in text(inside, "/me/")

    elsewhere = Client(headers={"User-Agent": INSIDE})
    assert by_wechat(elsewhere) == "/me/"
    assert f'href="/o/{order.token}/"' in text(elsewhere, "/me/")
    assert signed_in(elsewhere) == signed_in(inside) == User.objects.get().pk


def test_nothing_of_the_person_is_kept_but_a_blind_index(
    inside: Client, account: SimulatorServer
) -> None:
    openid = account.openid(user="小明")

    by_wechat(inside)
    sign_in(inside)
    by_wechat(Client(headers={"User-Agent": INSIDE}))

    kept = SocialAccount.objects.get()
    assert (kept.provider, kept.uid, kept.extra_data) == (
        "weixin",
        blind_index("wechat", openid),
        {},
    )
    sessions = [str(one.get_decoded()) for one in Session.objects.all()]
    assert not [one for one in sessions if openid in one or "小明" in one]
    assert User.objects.get().name == ""


def test_who_signed_in_by_phone_links_wechat_and_takes_it_back(
    inside: Client, account: SimulatorServer
) -> None:
    sign_in(inside)
    assert "绑定微信" in text(inside, "/me/")

    assert by_wechat(inside) == "/me/?wechat=linked"
    assert by_wechat(inside) == "/me/?wechat=linked"
    assert "已绑定微信" in text(inside, "/me/")
    assert SocialAccount.objects.get().user_id == signed_in(inside)

    assert inside.post("/me/wechat/unlink/")["Location"] == "/me/?wechat=unlinked"
    assert not SocialAccount.objects.exists()
    elsewhere = Client(headers={"User-Agent": INSIDE})
    by_wechat(elsewhere)
    assert signed_in(elsewhere) is None


def test_one_wechat_signs_one_shopper_in(inside: Client, account: SimulatorServer) -> None:
    sign_in(inside)
    by_wechat(inside)
    second = Client(headers={"User-Agent": INSIDE})
    sign_in(second, OTHER)

    with nothing_but_its_moment():
        assert by_wechat(second) == "/me/?wechat=taken"

    assert "这个微信已经用于另一个手机号" in text(second, "/me/?wechat=taken")
    assert SocialAccount.objects.get().user_id == signed_in(inside)


class nothing_but_its_moment:  # noqa: N801 -- reads as a sentence
    """Fail when an account is linked anew within."""

    def __enter__(self) -> None:
        self.before = list(SocialAccount.objects.values_list("pk", "user_id", "uid"))

    def __exit__(self, *_: object) -> None:
        assert list(SocialAccount.objects.values_list("pk", "user_id", "uid")) == self.before


def test_a_shopper_has_one_wechat_the_newest(inside: Client, account: SimulatorServer) -> None:
    sign_in(inside)
    by_wechat(inside)
    account.faults.change(wechat_user="小红")

    assert by_wechat(inside) == "/me/?wechat=linked"

    assert SocialAccount.objects.get().uid == blind_index("wechat", account.openid(user="小红"))


def test_who_refuses_is_not_signed_in(inside: Client, account: SimulatorServer) -> None:
    back = confirmed(inside, answer="deny")

    with nothing_changes():
        assert inside.get(back)["Location"] == "/me/?wechat=failed"

    assert "微信没有确认你的身份" in text(inside, "/me/?wechat=failed")
    assert signed_in(inside) is None


@pytest.mark.parametrize(
    "faults",
    [
        *(["expired_code"], ["used_code"], ["wrong_secret"], ["500"]),
        *(["no_json"], ["no_object"], ["ok", "no_json"], ["ok", "no_object"]),
    ],
    ids="-".join,
)
def test_every_error_of_wechat_leads_back_to_the_phone(
    inside: Client, account: SimulatorServer, faults: list[str]
) -> None:
    back = confirmed(inside)
    account.faults.change(oauth_next=faults)

    with nothing_changes():
        assert inside.get(back)["Location"] == "/me/?wechat=failed"

    assert signed_in(inside) is None


def test_the_state_belongs_to_one_browser_and_is_used_once(
    inside: Client, account: SimulatorServer
) -> None:
    sign_in(inside)
    by_wechat(inside)
    inside.post("/me/sign-out/")
    back = confirmed(inside)
    stranger = Client(headers={"User-Agent": INSIDE})

    assert stranger.get(back)["Location"] == "/me/?wechat=failed"
    assert signed_in(stranger) is None
    assert inside.get(back)["Location"] == "/me/"
    assert inside.get(back)["Location"] == "/me/?wechat=failed"


def test_a_pending_wechat_is_not_linked_a_quarter_of_an_hour_later(
    inside: Client, account: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_wechat(inside)
    monkeypatch.setattr("zhanggui.web.storefront.me.wechat._PENDING_S", -1)

    sign_in(inside)

    assert not SocialAccount.objects.exists()


def test_wechat_never_signs_staff_in(inside: Client, account: SimulatorServer) -> None:
    staff = StaffFactory()
    uid = blind_index("wechat", account.openid(user="小明"))
    SocialAccount.objects.create(user=staff, provider="weixin", uid=uid)

    assert by_wechat(inside) == "/me/?wechat=refused"
    assert signed_in(inside) is None


def test_a_shopper_by_wechat_can_not_reach_the_console(
    inside: Client, account: SimulatorServer
) -> None:
    by_wechat(inside)
    sign_in(inside)

    assert inside.get("/console/orders/")["Location"].startswith("/console/login/?next=")


def test_a_closed_account_is_refused(inside: Client, account: SimulatorServer) -> None:
    by_wechat(inside)
    sign_in(inside)
    User.objects.update(is_active=False)

    assert by_wechat(Client(headers={"User-Agent": INSIDE})) == "/me/?wechat=refused"


def test_the_phone_of_another_shopper_gives_that_shopper(
    inside: Client, account: SimulatorServer
) -> None:
    sign_in(Client(), OTHER)
    by_wechat(inside)

    inside.post("/me/sign-in/", {"phone": OTHER, "code": "000000"})
    assert not SocialAccount.objects.exists()
    assert Customer.objects.count() == 1


def test_a_wrong_code_links_nothing(inside: Client, account: SimulatorServer) -> None:
    by_wechat(inside)
    code = code_for(inside)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"

    assert inside.post("/me/sign-in/", {"phone": OTHER, "code": wrong}).status_code == 422

    assert not SocialAccount.objects.exists()


def test_without_keys_nothing_is_offered(client: Client, simulator: SimulatorServer) -> None:
    open_shop()
    inside = Client(headers={"User-Agent": INSIDE})

    assert "微信登录" not in text(inside, "/me/")
    assert inside.post("/me/wechat/").status_code == 404
    assert inside.get("/me/wechat/return/?code=1&state=1").status_code == 404


def test_outside_wechat_it_is_not_offered(client: Client, account: SimulatorServer) -> None:
    open_shop()

    assert "微信登录" not in text(client, "/me/")
