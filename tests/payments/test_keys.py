"""Keys of WeChat Pay entered in the console, tried at the simulator; channels on and off."""

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.db import connection
from pytest_django import Settings
from tests.factories.catalog import SkuFactory
from tests.factories.payments import placed
from tests.factories.shop import NOON, basket, open_shop, stocked
from tests.factories.staff import StaffFactory
from tests.unchanged import nothing_changes

from zhanggui.accounts import queries as accounts
from zhanggui.accounts.settings import Group
from zhanggui.core.models import Event
from zhanggui.core.types import SYSTEM, Actor, ActorType
from zhanggui.orders import services as orders
from zhanggui.orders.types import OrderRefused
from zhanggui.payments import queries, services
from zhanggui.payments.channels import merchant_keys, provider_for
from zhanggui.payments.models import MerchantAccount
from zhanggui.payments.providers.simulator import SimulatorServer
from zhanggui.payments.types import KeysFixed, KeysRefused, NoWayToPay, PaymentRefused

pytestmark = pytest.mark.django_db

NOTIFY = "https://shop.example/pay/notify/wechatpay/"
OTHER_KEY = "k" * 32


def now() -> datetime:
    """The channel judges ages by the real clock."""
    return datetime.now(UTC)


@pytest.fixture
def entered(simulator: SimulatorServer, settings: Settings) -> dict[str, str]:
    """A shop whose environment only says where the API is; returns the right keys."""
    known = dict.fromkeys(settings.WECHATPAY, "")
    settings.WECHATPAY = known | {"base": simulator.base, "client_ip": "203.0.113.10"}
    open_shop()
    shop = simulator.sim.ring.shop
    return {
        "mchid": shop.mchid,
        "appid": shop.appid,
        "serial": shop.serial,
        "private_key_pem": shop.private_key_pem,
        "apiv3_key": shop.apiv3_key,
        "public_key_id": shop.public_key_id,
        "public_key_pem": shop.public_key_pem,
    }


def save(values: dict[str, str], **more: Any) -> None:
    services.save_keys(values=values, **{"actor": SYSTEM, "now": NOON, **more})


def test_keys_turn_wechat_pay_on_and_are_stored_encrypted(entered: dict[str, str]) -> None:
    assert queries.channels() == ["transfer"]
    lin = StaffFactory()

    save(entered, actor=Actor(ActorType.STAFF, lin.pk))

    assert queries.channels() == ["wechat_native", "wechat_h5", "transfer"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM payments_merchantaccount")
        stored = repr(cursor.fetchall())
    assert entered["apiv3_key"] not in stored
    assert "PRIVATE" not in stored
    shown = queries.merchant_account()
    assert shown is not None
    assert (shown.mchid, shown.apiv3_ending) == (entered["mchid"], entered["apiv3_key"][-4:])
    assert (shown.changed_by, shown.changed_at, shown.is_fixed) == (lin.pk, NOON, False)
    event = Event.objects.get(kind="payment_keys.changed")
    assert event.payload["keys"] == [
        *("mchid", "appid", "serial", "private_key_pem", "apiv3_key"),
        *("public_key_id", "public_key_pem"),
    ]
    assert entered["apiv3_key"] not in repr(event.payload)


def test_secrets_left_empty_stay(entered: dict[str, str]) -> None:
    save(entered)

    save({**entered, "private_key_pem": "", "apiv3_key": "", "serial": "AB" * 20})

    keys = merchant_keys()
    assert keys is not None
    assert (keys.apiv3_key, keys.serial) == (entered["apiv3_key"], "AB" * 20)
    assert keys.private_key_pem == entered["private_key_pem"]
    assert Event.objects.filter(kind="payment_keys.changed").latest("id").payload["keys"] == [
        "serial"
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mchid", "12"),
        ("appid", "gh_1234567890"),
        ("serial", "not hex"),
        ("private_key_pem", "-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----"),
        ("private_key_pem", "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----"),
        ("apiv3_key", "k" * 31),
        ("public_key_id", "PUB_KEY"),
        ("public_key_pem", "-----BEGIN PUBLIC KEY-----\nQUJD\n-----END PUBLIC KEY-----"),
    ],
)
def test_keys_that_can_not_be_right_are_named_and_nothing_is_stored(
    entered: dict[str, str], name: str, value: str
) -> None:
    with nothing_changes(), pytest.raises(KeysRefused) as refusal:
        save({**entered, name: value})

    assert refusal.value.fields == (name,)


def test_good_keys_pass_the_check_which_leaves_nothing_to_pay(
    entered: dict[str, str], simulator: SimulatorServer
) -> None:
    save(entered)

    found = services.check_keys(notify_url=NOTIFY, now=now())

    assert (found.code, found.is_good) == ("ok", True)
    with simulator.sim.books() as books:
        rows = books.execute("SELECT out_trade_no, total, state FROM payments").fetchall()
    assert [(row["total"], row["state"]) for row in rows] == [(1, "CLOSED")]
    assert rows[0]["out_trade_no"].startswith("CHECK")
    assert MerchantAccount.objects.get().check_code == "ok"


def test_new_keys_have_to_be_checked_anew(entered: dict[str, str]) -> None:
    save(entered)
    services.check_keys(notify_url=NOTIFY, now=now())

    save({**entered, "apiv3_key": OTHER_KEY})

    row = MerchantAccount.objects.get()
    assert (row.check_code, row.checked_at) == ("", None)


def other_keys() -> tuple[str, str]:
    """Return a private key in PEM and its public one."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def test_the_check_says_what_is_wrong(entered: dict[str, str], simulator: SimulatorServer) -> None:
    private, public = other_keys()
    wrong = {
        "private_key_pem": (private, "SIGN_ERROR"),
        "serial": ("AB" * 20, "SIGN_ERROR"),
        "mchid": ("1900000009", "SIGN_ERROR"),
        "appid": ("wx00000000000000", "APPID_MCHID_NOT_MATCH"),
        "public_key_pem": (public, "untrusted_answer"),
    }

    found = {}
    for name, (value, _code) in wrong.items():
        save({**entered, name: value})
        found[name] = services.check_keys(notify_url=NOTIFY, now=now()).code
        assert MerchantAccount.objects.get().check_code == found[name]

    assert found == {name: code for name, (_value, code) in wrong.items()}


def test_no_network_is_said(entered: dict[str, str], settings: Settings) -> None:
    save(entered)
    settings.WECHATPAY = {**settings.WECHATPAY, "base": "http://127.0.0.1:9"}
    services.save_keys(values={**entered, "serial": "AB" * 20}, actor=SYSTEM, now=NOON)

    assert services.check_keys(notify_url=NOTIFY, now=now()).code == "unreachable"


def test_without_keys_there_is_nothing_to_check(entered: dict[str, str]) -> None:
    assert services.check_keys(notify_url=NOTIFY, now=now()).code == "no_keys"


def test_keys_of_the_environment_stand(
    entered: dict[str, str], folder: Any, settings: Settings
) -> None:
    save({**entered, "apiv3_key": OTHER_KEY})
    files = {"private_key": "merchant_private.pem", "public_key": "platform_public.pem"}
    settings.WECHATPAY = {
        **settings.WECHATPAY,
        **{name: entered[name] for name in ("mchid", "appid", "serial", "public_key_id")},
        **{name: str(folder / "keys" / file) for name, file in files.items()},
        "apiv3_key": entered["apiv3_key"],
    }

    keys, shown = merchant_keys(), queries.merchant_account()
    assert keys is not None
    assert shown is not None
    assert (keys.apiv3_key, shown.is_fixed) == (entered["apiv3_key"], True)
    with nothing_changes():
        assert services.check_keys(notify_url=NOTIFY, now=now()).is_good
        with pytest.raises(KeysFixed):
            save(entered)


def switch(**values: Any) -> None:
    services.save_channels(
        values=values,
        seen=accounts.newest_change(group=Group.PAYMENT),
        is_sure=False,
        actor=SYSTEM,
        now=NOON,
    )


def test_a_channel_that_is_off_takes_no_order_and_no_attempt(entered: dict[str, str]) -> None:
    save(entered)
    order = placed(now=now())
    sku = SkuFactory()
    stocked(sku, 5)
    switch(takes_wechat_native=False, takes_wechat_h5=False)

    assert queries.channels() == ["transfer"]
    with nothing_changes():
        with pytest.raises(OrderRefused) as refusal:
            orders.place_order(wanted=basket((sku, 1), payment_channel="wechat_native"), now=now())
        with pytest.raises(PaymentRefused):
            services.start_payment(
                order_id=order.pk,
                channel="wechat_native",
                client_ip="14.23.150.211",
                notify_url=NOTIFY,
                return_url=NOTIFY,
                description="茶",
                now=now(),
            )
    assert refusal.value.code == "invalid_payment_channel"
    assert provider_for("wechat_native") is not None, "what was begun is settled"


def test_the_last_channel_goes_only_when_one_is_sure(entered: dict[str, str]) -> None:
    with nothing_changes(), pytest.raises(NoWayToPay):
        switch(takes_transfer=False)
    with nothing_changes(), pytest.raises(NoWayToPay):
        switch(transfer_account="")

    services.save_channels(
        values={"takes_transfer": False}, seen=0, is_sure=True, actor=SYSTEM, now=NOON
    )

    assert queries.channels() == []
    switch(takes_wechat_h5=False)  # there is nothing more to lose
    assert accounts.shop().takes_wechat_h5 is False


def test_undoing_asks_the_same_question(entered: dict[str, str]) -> None:
    services.save_channels(
        values={"transfer_account": ""}, seen=0, is_sure=True, actor=SYSTEM, now=NOON
    )
    switch(transfer_account="示例银行 0001")
    newest = accounts.setting_changes().first()
    assert newest is not None

    with nothing_changes(), pytest.raises(NoWayToPay):
        services.undo_channels(change=newest, is_sure=False, actor=SYSTEM, now=NOON)
