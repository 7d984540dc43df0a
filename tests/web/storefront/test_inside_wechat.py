"""Paying inside WeChat: the silent round trip, the attempt, what may go wrong on the way."""

import html
import json
import logging
import re
import urllib.parse
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from tests.payments.providers.test_simulator_cashier import fetch
from tests.unchanged import nothing_changes
from tests.web.storefront.test_paying import ordered

from zhanggui.orders.models import Order
from zhanggui.payments.models import Payment
from zhanggui.payments.providers.simulator import SimulatorServer
from zhanggui.web.storefront.pay import wechat

pytestmark = pytest.mark.django_db

INSIDE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50(0x18003233) NetType/WIFI"
)
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604"
)
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0.0.0 Safari/537.36"
COMPANY = INSIDE.replace("MicroMessenger", "wxwork/4.1.0 MicroMessenger")


@pytest.fixture
def inside() -> Client:
    """A browser inside WeChat."""
    return Client(headers={"User-Agent": INSIDE})


def to_wechat(client: Client, path: str) -> str:
    """Open a page that leads to WeChat, and return where."""
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', text(client, path))
    assert found is not None
    return html.unescape(found[1])


def through_wechat(address: str) -> str:
    """Follow WeChat and return the path that the browser comes back to."""
    status, headers, _page = fetch(address)
    assert status == 303
    return headers["Location"].removeprefix("http://127.0.0.1:8000")


def named(client: Client, order: Order) -> str:
    """Let this browser be known, and return its pay page."""
    back = through_wechat(to_wechat(client, f"/pay/{order.token}/"))
    answer = client.get(back)
    assert answer["Location"] == f"/pay/{order.token}/?channel=wechat_jsapi"
    return text(client, answer["Location"])


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def bridge(page: str) -> dict[str, str]:
    """Return what the page's script asks WeChat for."""
    found = re.search(r'data-bridge="([^"]+)"', page)
    assert found is not None
    asked: dict[str, str] = json.loads(html.unescape(found[1]))
    return asked


def test_who_pays_inside_wechat_is_asked_once_and_silently(
    inside: Client, account: SimulatorServer
) -> None:
    order = ordered()

    address = urllib.parse.urlsplit(to_wechat(inside, f"/pay/{order.token}/"))
    asked = dict(urllib.parse.parse_qsl(address.query))
    assert list(asked) == ["appid", "redirect_uri", "response_type", "scope", "state"]
    assert (asked["scope"], address.fragment) == ("snsapi_base", "wechat_redirect")
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/pay/wechat/"
    assert order.token not in address.geturl()
    assert not Payment.objects.exists()

    page = named(inside, order)
    again = text(inside, f"/pay/{order.token}/")

    assert account.invoke(bridge(page))["err_msg"] == "get_brand_wcpay_request:ok"
    assert bridge(again) == bridge(page)
    assert inside.get(f"/pay/{order.token}/state/").json()["state"] == "done"
    payment = Payment.objects.get()
    assert (payment.channel, payment.status) == ("wechat_jsapi", "succeeded")


def test_the_openid_stands_nowhere_in_clear(
    inside: Client, account: SimulatorServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    openid = account.openid(user="小明")

    page = named(inside, ordered())

    cookie = inside.cookies[wechat.PAYER]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/pay/", True, "Lax")
    assert openid not in str(signing.loads(cookie.value, salt=wechat.PAYER))
    assert openid not in page
    assert openid not in caplog.text
    assert "sessionid" not in inside.cookies


def test_the_state_belongs_to_one_browser_and_is_used_once(
    inside: Client, account: SimulatorServer
) -> None:
    order = ordered()
    back = through_wechat(to_wechat(inside, f"/pay/{order.token}/"))
    kept = inside.cookies[wechat.STATE].value
    stranger = Client(headers={"User-Agent": INSIDE})
    forged = back.replace("state=", "state=0")

    assert stranger.get(back).status_code == 400
    assert inside.get(forged).status_code == 400
    assert inside.get(back).status_code == 302
    assert inside.get(back).status_code == 400
    inside.cookies[wechat.STATE] = kept
    inside.cookies[wechat.PAYER] = ""
    assert inside.get(back)["Location"] == f"/pay/{order.token}/?channel=wechat_jsapi"
    assert wechat.PAYER not in {name for name, one in inside.cookies.items() if one.value}


def test_an_old_state_is_worth_nothing(
    inside: Client, account: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ordered()
    back = through_wechat(to_wechat(inside, f"/pay/{order.token}/"))
    monkeypatch.setattr(wechat, "_STATE_S", -1)

    answer = inside.get(back)

    assert answer.status_code == 400
    assert "没有扣款，订单还在" in answer.content.decode()


@pytest.mark.parametrize(
    ("fault", "logged"),
    [
        ("expired_code", "40029"),
        ("used_code", "40163"),
        ("wrong_secret", "40125"),
        ("500", "unreadable"),
        ("no_json", "JSONDecodeError"),
        ("no_object", "unreadable"),
    ],
)
def test_when_wechat_names_nobody_the_order_waits_and_another_way_is_open(
    inside: Client,
    account: SimulatorServer,
    caplog: pytest.LogCaptureFixture,
    fault: str,
    logged: str,
) -> None:
    order = ordered()
    back = through_wechat(to_wechat(inside, f"/pay/{order.token}/"))
    account.faults.change(oauth_next=[fault])

    with nothing_changes():
        answer = inside.get(back)
        assert answer["Location"] == f"/pay/{order.token}/?channel=wechat_jsapi&why=wechat"
        page = inside.get(answer["Location"])

    assert page.status_code == 503
    shown = page.content.decode()
    assert "微信没有确认付款人，没有扣款。" in shown
    assert f'data-copy="http://127.0.0.1:8000/pay/{order.token}/"' in shown
    assert 'href="?channel=wechat_native"' in shown
    assert 'href="?channel=wechat_jsapi"' in shown
    assert [one.getMessage() for one in caplog.records if "who pays" in one.getMessage()] == [
        f"WeChat did not tell who pays: {logged}"
    ]
    assert account.invoke(bridge(named(inside, order)))["err_msg"].endswith(":ok")


def test_an_account_that_the_channel_does_not_know_is_asked_again(
    inside: Client, account: SimulatorServer
) -> None:
    order = ordered()
    named(inside, order)
    with account.sim.books() as books:
        books.execute("DELETE FROM people")
    Payment.objects.update(url_expires_at=None)

    page = inside.get(f"/pay/{order.token}/")

    assert "微信支付没有接受这笔付款" in page.content.decode()
    assert bridge(named(inside, order))


def test_a_payer_can_be_asked_afresh(inside: Client, account: SimulatorServer) -> None:
    order = ordered()
    named(inside, order)
    account.faults.change(wechat_user="小红")

    back = through_wechat(to_wechat(inside, f"/pay/{order.token}/?channel=wechat_jsapi&fresh=1"))
    page = text(inside, inside.get(back)["Location"])

    assert account.invoke(bridge(page))["err_msg"].endswith(":ok")
    assert list(Payment.objects.order_by("attempt").values_list("status", flat=True)) == [
        "closed",
        "pending",
    ]


def test_who_chose_wechat_instead_of_a_transfer_stays_with_it(
    inside: Client, account: SimulatorServer
) -> None:
    order = ordered("transfer", transfer_account="示例银行 6222 0000")
    assert "示例银行" in text(inside, f"/pay/{order.token}/")

    back = through_wechat(to_wechat(inside, f"/pay/{order.token}/?channel=wechat_jsapi"))
    page = text(inside, inside.get(back)["Location"])

    assert account.invoke(bridge(page))["err_msg"].endswith(":ok")


@pytest.mark.parametrize(
    ("agent", "placed_for", "shown"),
    [
        (DESKTOP, "wechat_native", "qr"),
        (DESKTOP, "wechat_h5", "qr"),
        (DESKTOP, "wechat_jsapi", "qr"),
        (PHONE, "wechat_native", "h5"),
        (PHONE, "wechat_jsapi", "h5"),
        (COMPANY, "wechat_jsapi", "h5"),
        (INSIDE, "wechat_native", "jsapi"),
        (INSIDE, "wechat_h5", "jsapi"),
        (INSIDE, "wechat_jsapi", "jsapi"),
        ("", "wechat_h5", "h5"),
        ("", "wechat_jsapi", "qr"),
    ],
)
def test_the_device_chooses_how_wechat_is_paid(
    account: SimulatorServer, agent: str, placed_for: str, shown: str
) -> None:
    order = ordered(placed_for)

    page = text(Client(headers={"User-Agent": agent}), f"/pay/{order.token}/")

    marks = {"qr": 'class="qr"', "h5": f'href="{account.base}/h5', "jsapi": "/connect/oauth2/"}
    assert {name for name, mark in marks.items() if mark in page} == {shown}


def test_without_the_accounts_keys_wechat_says_what_to_do(
    inside: Client, simulator: SimulatorServer
) -> None:
    order = ordered("wechat_h5")

    page = text(inside, f"/pay/{order.token}/")

    assert 'class="qr"' in page
    assert "请用另一部手机的微信扫码付款" in page
    assert f'data-copy="http://127.0.0.1:8000/pay/{order.token}/"' in page
    assert "wechat_h5" not in page
    assert "wechat_jsapi" not in page


def test_keys_of_another_account_than_the_paid_one_are_not_used(
    inside: Client, account: SimulatorServer, settings: Any
) -> None:
    settings.WECHAT = {**settings.WECHAT, "app_id": "wx0000000000000001"}

    assert 'class="qr"' in text(inside, f"/pay/{ordered().token}/")


@pytest.mark.parametrize(
    ("agent", "channel"),
    [(DESKTOP, "wechat_native"), (PHONE, "wechat_h5"), (INSIDE, "wechat_jsapi")],
)
def test_checkout_offers_wechat_once_in_the_way_that_fits(
    account: SimulatorServer, agent: str, channel: str
) -> None:
    order = ordered()

    page = text(
        Client(headers={"User-Agent": agent}), f"/checkout/?sku={order.lines.get().sku_code}"
    )

    assert set(re.findall(r"wechat_(?:native|h5|jsapi)", page)) == {channel}


def test_wechat_can_check_that_the_domain_is_the_accounts(client: Client, settings: Any) -> None:
    settings.WECHAT = {**settings.WECHAT, "verify": "AbCdEf0123456789"}

    answer = client.get("/MP_verify_AbCdEf0123456789.txt")

    assert (answer.content, answer["Content-Type"]) == (b"AbCdEf0123456789", "text/plain")
    assert client.get("/MP_verify_0123456789AbCdEf.txt").status_code == 404


def test_a_program_that_wants_to_pay_inside_wechat_is_led_to_the_page(
    client: Client, account: SimulatorServer
) -> None:
    order = ordered("wechat_jsapi")

    with nothing_changes():
        answer = client.post(
            f"/api/v1/shop/orders/{order.number}/payments",
            json.dumps({"payment_channel": "wechat_jsapi"}),
            content_type="application/json",
            headers={"Idempotency-Key": "0123456789abcdef", "X-Order-Token": order.token},
        )

    assert (answer.status_code, answer.json()["code"]) == (409, "payment_refused")
