"""The payment channel WeChat Pay, as providers/base.py asks for it."""

import gzip
import hashlib
import ipaddress
import re
import secrets
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from wechatpayv3 import WeChatPayType

from zhanggui.payments.providers.base import (
    BillRow,
    Callback,
    CallbackRefused,
    ChannelPayment,
    ChannelRefund,
    CloseOutcome,
    PaymentState,
    ProviderError,
    RefundRequest,
    RefundState,
    Scene,
    Started,
    StartRequest,
)
from zhanggui.payments.providers.wechatpay.answers import (
    failure,
    payment_of,
    read_json,
    refund_of,
)
from zhanggui.payments.providers.wechatpay.bills import CHINA, parse_trade_bill
from zhanggui.payments.providers.wechatpay.config import WechatConfig
from zhanggui.payments.providers.wechatpay.gateway import Answer, client, wall_clock
from zhanggui.payments.providers.wechatpay.signatures import TrustedKeys, check, decrypt

# Narrower than the API: its `|`, `*` and `@` change on their way through a URL path.
TRADE_NO = re.compile(r"[0-9A-Za-z_\-]{6,32}", re.ASCII)
OPENID = re.compile(r"[0-9A-Za-z_\-]{10,128}", re.ASCII)
REFUND_NO = re.compile(r"[0-9A-Za-z_\-]{1,64}", re.ASCII)
CODE_LIFETIME = timedelta(hours=2)
PAGE_LIFETIME = timedelta(minutes=5)


class WechatPay:
    """WeChat Pay for one merchant. Safe to share between threads.

    `clock` (seconds since 1970) judges the age of answers and of codes; the edge gives its own
    `now` where a callback is judged.
    """

    def __init__(self, config: WechatConfig, *, clock: Callable[[], float] = wall_clock) -> None:
        self._config = config
        self._clock = clock
        self._keys = TrustedKeys.load(
            public_key_pem=config.public_key_pem,
            public_key_id=config.public_key_id,
            certificate_pem=config.platform_certificate_pem,
        )
        self._sdk = client(config, self._keys, clock)

    def start(self, request: StartRequest) -> Started:
        """Open the attempt, or open it again: the same values give a fresh code.

        Raises:
            ProviderError: `INVALID_REQUEST` or `OUT_TRADE_NO_USED` when the number was used with
                other values; `ORDER_PAID` with `query_first`.
        """
        _fits(TRADE_NO, request.out_trade_no)
        starts = {
            Scene.NATIVE: self._start_native,
            Scene.H5: self._start_h5,
            Scene.JSAPI: self._start_jsapi,
        }
        return starts[request.scene](request)

    def _start_native(self, request: StartRequest) -> Started:
        answer = self._create(request, WeChatPayType.NATIVE)
        return Started(
            code_url=_text(answer, "code_url"), expires_at=self._until(request, CODE_LIFETIME)
        )

    def _start_h5(self, request: StartRequest) -> Started:
        scene = {
            "payer_client_ip": self._client_ip(request),
            "h5_info": {"type": "Wap"},
        }
        url = _text(self._create(request, WeChatPayType.H5, scene_info=scene), "h5_url")
        if request.return_url:
            joint = "&" if "?" in url else "?"
            url += f"{joint}redirect_url={quote(request.return_url, safe='')}"
        return Started(pay_url=url, expires_at=self._until(request, PAGE_LIFETIME))

    def _start_jsapi(self, request: StartRequest) -> Started:
        if not OPENID.fullmatch(request.payer):
            raise ProviderError(permanent=True, code="payer_missing")
        answer = self._create(request, WeChatPayType.JSAPI, payer={"openid": request.payer})
        return Started(
            bridge=self._bridge(_text(answer, "prepay_id")),
            expires_at=self._until(request, CODE_LIFETIME),
        )

    def _bridge(self, prepay_id: str) -> dict[str, str]:
        """Sign what our page asks WeChat's script for."""
        signed = {
            "appId": self._config.appid,
            "timeStamp": str(int(self._clock())),
            "nonceStr": secrets.token_hex(16),
            "package": f"prepay_id={prepay_id}",
        }
        return {**signed, "signType": "RSA", "paySign": self._sdk.sign([*signed.values()])}

    def _create(self, request: StartRequest, kind: WeChatPayType, **extra: Any) -> dict[str, Any]:
        expires = request.expires_at.astimezone(CHINA).isoformat(timespec="seconds")
        answer = Answer(
            *self._sdk.pay(
                pay_type=kind,
                out_trade_no=request.out_trade_no,
                description=request.description.strip()[:127],
                amount={"total": request.amount_minor, "currency": request.currency},
                notify_url=request.notify_url,
                time_expire=expires,
                **extra,
            )
        )
        return self._succeeded(answer)

    def _client_ip(self, request: StartRequest) -> str:
        address = self._config.client_ip_override or request.client_ip
        try:
            is_public = ipaddress.ip_address(address).is_global
        except ValueError:
            is_public = False
        if not is_public:
            raise ProviderError(permanent=True, code="client_ip_not_public")
        return address

    def _until(self, request: StartRequest, lifetime: timedelta) -> datetime:
        return min(request.expires_at, datetime.fromtimestamp(self._clock(), UTC) + lifetime)

    def query(self, *, out_trade_no: str) -> ChannelPayment:
        """Ask how the attempt stands.

        Raises:
            ProviderError: `merchant_mismatch` when the answer is about somebody else's payment.
        """
        _fits(TRADE_NO, out_trade_no)
        answer = Answer(*self._sdk.query(out_trade_no=out_trade_no))
        if _is_unknown(answer):
            return ChannelPayment(
                out_trade_no=out_trade_no,
                state=PaymentState.UNKNOWN_NUMBER,
                merchant=self._config.mchid,
                app=self._config.appid,
            )
        payment = payment_of(self._succeeded(answer))
        if (payment.merchant, payment.app, payment.out_trade_no) != (
            self._config.mchid,
            self._config.appid,
            out_trade_no,
        ):
            raise ProviderError(permanent=True, code="merchant_mismatch")
        return payment

    def close(self, *, out_trade_no: str) -> CloseOutcome:
        """Make the attempt unpayable; repeatable."""
        _fits(TRADE_NO, out_trade_no)
        answer = Answer(*self._sdk.close(out_trade_no=out_trade_no))
        if _is_unknown(answer):
            return CloseOutcome.UNKNOWN_NUMBER
        if answer.status in (200, 204):
            return CloseOutcome.CLOSED
        problem = failure(answer)
        if problem.code in ("ORDER_PAID", "ORDERPAID"):
            return CloseOutcome.QUERY_FIRST
        if problem.code in ("ORDER_CLOSED", "ORDERCLOSED"):
            return CloseOutcome.CLOSED
        raise problem

    def refund(self, request: RefundRequest) -> ChannelRefund:
        """Ask for money back. The answer says accepted, rarely done; repeat with the same number.

        Raises:
            ProviderError: not permanent on `NOT_ENOUGH` (the merchant's balance is short).
        """
        _fits(TRADE_NO, request.out_trade_no)
        _fits(REFUND_NO, request.out_refund_no)
        answer = Answer(
            *self._sdk.refund(
                out_trade_no=request.out_trade_no,
                out_refund_no=request.out_refund_no,
                amount={
                    "refund": request.refund_minor,
                    "total": request.total_minor,
                    "currency": request.currency,
                },
                reason=request.reason.strip()[:80] or None,
                notify_url=request.notify_url or None,
            )
        )
        return self._own_refund(self._succeeded(answer), request.out_refund_no)

    def query_refund(self, *, out_refund_no: str) -> ChannelRefund:
        """Ask how the refund stands; a number that was never accepted is a state."""
        _fits(REFUND_NO, out_refund_no)
        answer = Answer(*self._sdk.query_refund(out_refund_no=out_refund_no))
        if _is_unknown(answer):
            return ChannelRefund(out_refund_no=out_refund_no, state=RefundState.UNKNOWN_NUMBER)
        return self._own_refund(self._succeeded(answer), out_refund_no)

    def _own_refund(self, fields: dict[str, Any], out_refund_no: str) -> ChannelRefund:
        refund = refund_of(fields)
        if refund.out_refund_no != out_refund_no:
            raise ProviderError(permanent=True, code="merchant_mismatch")
        return refund

    def verify_callback(
        self, *, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Callback:
        """Turn a notification into facts: signed, fresh, decrypted, and about this merchant.

        Answer a refusal with 401 (an own 4xx), everything else with 204 within five seconds.

        Raises:
            CallbackRefused: missing_header, signature_probe, unknown_algorithm, stale, unknown_key,
                bad_signature, malformed, undecryptable, unsupported_event, merchant_mismatch.
        """
        check(keys=self._keys, headers=headers, body=body, now=now.timestamp())
        event = read_json(body)
        resource = event.get("resource")
        if not isinstance(resource, dict) or resource.get("algorithm") != "AEAD_AES_256_GCM":
            raise CallbackRefused("malformed")
        parts = [resource.get("nonce"), resource.get("ciphertext"), event.get("id")]
        if not all(isinstance(part, str) and part for part in parts):
            raise CallbackRefused("malformed")
        facts = decrypt(
            key=self._config.apiv3_key,
            nonce=resource["nonce"],
            ciphertext=resource["ciphertext"],
            associated_data=resource.get("associated_data") or "",
        )
        return self._callback(event, read_json(facts.encode()))

    def _callback(self, event: dict[str, Any], facts: dict[str, Any]) -> Callback:
        if facts.get("mchid") != self._config.mchid:
            raise CallbackRefused("merchant_mismatch")
        try:
            if event.get("event_type") == "TRANSACTION.SUCCESS":
                if facts.get("appid") != self._config.appid:
                    raise CallbackRefused("merchant_mismatch")
                return Callback(event_id=event["id"], kind="payment", payment=payment_of(facts))
            if str(event.get("event_type")).startswith("REFUND."):
                return Callback(event_id=event["id"], kind="refund", refund=refund_of(facts))
        except ProviderError as problem:
            raise CallbackRefused("malformed") from problem
        raise CallbackRefused("unsupported_event")

    def fetch_bill(self, *, day: date) -> tuple[BillRow, ...]:
        """Return the payments and refunds of a past day in China, ready from 10:00 of the next.

        Raises:
            ProviderError: `STATEMENT_CREATING` (not permanent: ask again in half an hour),
                `bill_hash_mismatch`, `unreadable_bill`.
        """
        asked = Answer(*self._sdk.trade_bill(bill_date=day.isoformat(), bill_type="ALL"))
        if asked.status >= 400 and failure(asked).code == "NO_STATEMENT_EXIST":
            return ()
        ticket = self._succeeded(asked)
        found = Answer(*self._sdk.download_bill(_text(ticket, "download_url")))
        if found.status != 200:
            raise failure(found)
        content = found.body if isinstance(found.body, bytes) else found.body.encode()
        return parse_trade_bill(_checked(content, ticket))

    @staticmethod
    def _succeeded(answer: Answer) -> dict[str, Any]:
        if not 200 <= answer.status < 300:
            raise failure(answer)
        return answer.fields()


def _checked(content: bytes, ticket: dict[str, Any]) -> str:
    """Unpack a statement and compare it with its announced hash (over the unpacked file)."""
    try:
        plain = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        text = plain.decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as problem:
        raise ProviderError(permanent=False, code="unreadable_bill") from problem
    # SHA-1 is what the protocol uses; it guards against damage, TLS against an attacker.
    found = hashlib.sha1(plain, usedforsecurity=False).hexdigest()
    if found != str(ticket.get("hash_value", "")).lower():
        raise ProviderError(permanent=False, code="bill_hash_mismatch")
    return text


def _fits(pattern: re.Pattern[str], number: str) -> None:
    if not pattern.fullmatch(number):
        raise ProviderError(permanent=True, code="invalid_number")


def _is_unknown(answer: Answer) -> bool:
    return answer.status == 404 and failure(answer).code in (
        "ORDER_NOT_EXIST",
        "ORDERNOTEXIST",
        "RESOURCE_NOT_EXISTS",
    )


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderError(
            permanent=False, code="unreadable_answer", message=name, query_first=True
        )
    return value
