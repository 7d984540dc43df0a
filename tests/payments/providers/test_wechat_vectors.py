"""The worked examples of the protocol: signatures, notifications, decryption.

The keys under data/keys are public test keys: never configure them anywhere else.
"""

import base64
import json
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from wechatpayv3.utils import build_authorization

from zhanggui.payments.providers.base import (
    Callback,
    CallbackRefused,
    ChannelPayment,
    ChannelRefund,
    PaymentState,
    RefundState,
)
from zhanggui.payments.providers.wechatpay import WechatConfig, WechatPay
from zhanggui.payments.providers.wechatpay.gateway import client
from zhanggui.payments.providers.wechatpay.signatures import TrustedKeys, check, decrypt

DATA = Path(__file__).parent / "data"
VECTORS: dict[str, Any] = json.loads((DATA / "wechatpay-v3.json").read_text())
SAMPLES = {
    sample["id"]: sample
    for sample in json.loads((DATA / "protocol-samples-wechat-pay.json").read_text())["samples"]
}
SIGNED_AT = datetime.fromtimestamp(1795226405, UTC)
BEIJING_10 = datetime(2026, 11, 21, 2, 0, 4, tzinfo=UTC)


def pem(name: str) -> str:
    return (DATA / "keys" / f"wechat_{name}.pem").read_text()


def config(**changes: str) -> WechatConfig:
    settings = VECTORS["settings"]
    usual = WechatConfig(
        mchid=settings["mchid"],
        appid=settings["appid"],
        serial=settings["merchant_serial"],
        private_key_pem=pem("merchant_private"),
        apiv3_key=settings["apiv3_key"],
        public_key_pem=pem("platform_public"),
        public_key_id=settings["public_key_id"],
    )
    return replace(usual, **changes)


def notice(name: str) -> tuple[dict[str, str], bytes]:
    return dict(VECTORS[name]["headers"]), VECTORS[name]["body"].encode()


def refusal(
    headers: dict[str, str], body: bytes, now: datetime = SIGNED_AT, **changes: str
) -> CallbackRefused:
    with pytest.raises(CallbackRefused) as refused:
        WechatPay(config(**changes)).verify_callback(headers=headers, body=body, now=now)
    return refused.value


@pytest.mark.parametrize("name", ["request_get", "request_post"])
def test_the_gateway_signs_requests_as_the_worked_example(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = VECTORS[name]
    monkeypatch.setattr("time.time", lambda: int(example["timestamp"]))
    key = client(config(), TrustedKeys({}), lambda: 0)._core._private_key

    authorization = build_authorization(
        example["path"],
        example["method"],
        VECTORS["settings"]["mchid"],
        VECTORS["settings"]["merchant_serial"],
        key,
        data=example["body"],
        nonce_str=example["nonce"],
    )

    assert f'signature="{example["signature"]}"' in authorization
    assert authorization == example.get("authorization", authorization)


def test_what_the_app_is_asked_for_is_signed_as_documented(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    example = VECTORS["jsapi_invoke"]
    app, at, nonce, package = example["lines"]
    monkeypatch.setattr(secrets, "token_hex", lambda _: nonce)
    channel = WechatPay(config(), clock=lambda: float(at))

    assert channel._bridge(package.removeprefix("prepay_id=")) == {
        "appId": app,
        "timeStamp": at,
        "nonceStr": nonce,
        "package": package,
        "signType": "RSA",
        "paySign": example["paySign"],
    }


def test_a_payment_notification_becomes_facts() -> None:
    headers, body = notice("notify_pay")

    callback = WechatPay(config()).verify_callback(headers=headers, body=body, now=SIGNED_AT)

    assert callback == Callback(
        event_id="EV-2026112110000500001",
        kind="payment",
        payment=ChannelPayment(
            out_trade_no="T202611210001",
            state=PaymentState.PAID,
            merchant="1900007291",
            app="wxd678efh567hg6787",
            amount_minor=1,
            currency="CNY",
            channel_ref="4200002611202611210000000001",
            paid_at=BEIJING_10,
        ),
    )


def test_a_refund_notification_becomes_facts() -> None:
    headers, body = notice("notify_refund")

    callback = WechatPay(config()).verify_callback(headers=headers, body=body, now=SIGNED_AT)

    assert callback == Callback(
        event_id="EV-2026112110100500002",
        kind="refund",
        refund=ChannelRefund(
            out_refund_no="R202611210001",
            state=RefundState.SUCCEEDED,
            out_trade_no="T202611210001",
            refund_minor=1,
            total_minor=1,
            channel_ref="50300026112026112100000000001",
            succeeded_at=BEIJING_10 + timedelta(minutes=10),
        ),
    )


def test_header_names_may_come_in_any_case() -> None:
    headers, body = notice("notify_pay")
    lower = {name.lower(): value for name, value in headers.items()}
    callback = WechatPay(config()).verify_callback(headers=lower, body=body, now=SIGNED_AT)
    assert callback.event_id == "EV-2026112110000500001"


@pytest.mark.parametrize(
    ("age", "is_fresh"),
    [(0, True), (300, True), (301, False), (86_400, False), (-300, True), (-301, False)],
)
def test_a_notification_is_believed_for_five_minutes(age: int, is_fresh: bool) -> None:
    headers, body = notice("notify_pay")
    now = SIGNED_AT + timedelta(seconds=age)
    if is_fresh:
        assert WechatPay(config()).verify_callback(headers=headers, body=body, now=now).payment
    else:
        assert refusal(headers, body, now).code == "stale"


@pytest.mark.parametrize("position", [0, 40, 400, -3, -1])
def test_one_changed_byte_breaks_the_signature(position: int) -> None:
    headers, body = notice("notify_pay")
    changed = bytearray(body)
    changed[position] ^= 1
    assert refusal(headers, bytes(changed)).code == "bad_signature"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("Wechatpay-Signature", base64.b64encode(b"x" * 256).decode(), "bad_signature"),
        ("Wechatpay-Signature", "not base64!", "bad_signature"),
        ("Wechatpay-Signature", "", "missing_header"),
        ("Wechatpay-Signature", "WECHATPAY/SIGNTEST/cmFuZG9t", "signature_probe"),
        ("Wechatpay-Nonce", "another", "bad_signature"),
        ("Wechatpay-Nonce", "", "missing_header"),
        ("Wechatpay-Timestamp", "1795226406", "bad_signature"),
        ("Wechatpay-Timestamp", "soon", "stale"),
        ("Wechatpay-Timestamp", "１７９５２２６４０５", "stale"),
        ("Wechatpay-Timestamp", "-1", "stale"),
        ("Wechatpay-Timestamp", "9" * 400, "stale"),
        ("Wechatpay-Serial", "PUB_KEY_ID_0114232134912410000000000001", "unknown_key"),
        ("Wechatpay-Serial", "5F2D1A", "unknown_key"),
        ("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3", "unknown_algorithm"),
    ],
)
def test_a_forged_header_is_refused(name: str, value: str, code: str) -> None:
    headers, body = notice("notify_pay")
    refused = refusal({**headers, name: value}, body)
    assert (refused.code, refused.is_probe) == (code, code == "signature_probe")


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("mchid", "1900007292", "merchant_mismatch"),
        ("appid", "wxd678efh567hg6788", "merchant_mismatch"),
        ("apiv3_key", "0123456789abcdef0123456789abcdeX", "undecryptable"),
    ],
)
def test_a_message_for_another_merchant_is_refused(setting: str, value: str, code: str) -> None:
    headers, body = notice("notify_pay")
    assert refusal(headers, body, **{setting: value}).code == code


def test_the_key_is_chosen_by_the_serial_of_the_message() -> None:
    """A published notification, signed by a platform certificate, without signature type."""
    sample = SAMPLES["wechatpay-v3-notify-payscore"]
    headers, body = sample["request"]["headers"], sample["request"]["body"].encode()
    keys = TrustedKeys.load(
        public_key_pem=pem("platform_public"),
        public_key_id=VECTORS["settings"]["public_key_id"],
        certificate_pem=sample["platform_certificate_pem"],
    )
    resource = json.loads(body)["resource"]

    check(keys=keys, headers=headers, body=body, now=1624523846)
    opened = decrypt(
        key=sample["apiv3_key"],
        nonce=resource["nonce"],
        ciphertext=resource["ciphertext"],
        associated_data=resource["associated_data"],
    )

    assert opened == sample["expect"]["decrypted_resource"]
    with pytest.raises(CallbackRefused, match="stale"):
        check(keys=keys, headers=headers, body=body, now=SIGNED_AT.timestamp())
    with pytest.raises(CallbackRefused, match="bad_signature"):
        check(keys=keys, headers=headers, body=body + b" ", now=1624523846)


def test_the_certificate_of_a_migrating_merchant_is_trusted_beside_the_key() -> None:
    sample = SAMPLES["wechatpay-v3-notify-payscore"]
    headers, body = sample["request"]["headers"], sample["request"]["body"].encode()
    when = datetime.fromtimestamp(1624523846, UTC)
    assert refusal(headers, body, when).code == "unknown_key"
    # With the certificate the signature is good; its content is sealed for another merchant.
    trusted = sample["platform_certificate_pem"]
    assert refusal(headers, body, when, platform_certificate_pem=trusted).code == "undecryptable"


def test_the_public_aes_vector_opens() -> None:
    sample = SAMPLES["wechatpay-aes-gcm-vector"]
    opened = decrypt(
        key=sample["apiv3_key"],
        nonce=sample["nonce"],
        ciphertext=sample["ciphertext"],
        associated_data=sample["associated_data"],
    )
    assert opened == sample["expect"]["plaintext"] == VECTORS["aes_public"]["plaintext"]


@pytest.mark.parametrize("change", SAMPLES["wechatpay-aes-gcm-vector"]["must_fail"])
def test_what_must_not_open_is_refused(change: dict[str, str]) -> None:
    sample = {**SAMPLES["wechatpay-aes-gcm-vector"], **change}
    with pytest.raises(CallbackRefused, match="undecryptable"):
        decrypt(
            key=sample["apiv3_key"],
            nonce=sample["nonce"],
            ciphertext=sample["ciphertext"],
            associated_data=sample["associated_data"],
        )


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("apiv3_key", "too short"),
        ("mchid", "19"),
        ("appid", "gh_1"),
        ("serial", "no serial"),
        ("public_key_id", "1234"),
        ("base", "https://api.mch.weixin.qq.com/"),
        ("private_key_pem", ""),
        ("public_key_pem", ""),
    ],
)
def test_unusable_settings_are_named_without_their_value(setting: str, value: str) -> None:
    with pytest.raises(ValueError, match=setting) as problem:
        config(**{setting: value})
    assert not value or value not in str(problem.value)


def test_credentials_do_not_show_in_a_printed_config() -> None:
    shown = repr(config())
    assert VECTORS["settings"]["apiv3_key"] not in shown
    assert "PRIVATE KEY" not in shown
