"""The maintained SDK, with its gaps closed: base URL, timeouts, ages, errors, quiet logs."""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.core import Core
from wechatpayv3.type import RequestType
from wechatpayv3.utils import build_authorization

from zhanggui.payments.providers.base import TIMEOUT, CallbackRefused, ProviderError
from zhanggui.payments.providers.wechatpay.config import WechatConfig
from zhanggui.payments.providers.wechatpay.signatures import TrustedKeys, check

logger = logging.getLogger(__name__)

AGENT = "zhanggui (wechatpayv3)"
NO_PROXY = {"http": "", "https": "", "all": ""}  # a simulator on this machine is never proxied


@dataclass(frozen=True)
class Answer:
    """What the API answered, not yet judged."""

    status: int
    body: str | bytes

    def fields(self) -> dict[str, Any]:
        """Return the JSON object of the answer, empty when there is none."""
        try:
            parsed = json.loads(self.body) if self.body else {}
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}


class Gateway(Core):  # type: ignore[misc]  # the SDK is untyped
    """The SDK's transport. Private names of the SDK are used in this class only.

    Replaced because the SDK's own `request` knows no base URL, checks no age, tells neither the
    Request-ID nor a typed error, and writes bodies (with the payer's openid) to the log.
    """

    def __init__(self, config: WechatConfig, keys: TrustedKeys, clock: Callable[[], float]) -> None:
        super().__init__(
            mchid=config.mchid,
            cert_serial_no=config.serial,
            private_key=config.private_key_pem,
            apiv3_key=config.apiv3_key,
            public_key=config.public_key_pem,
            public_key_id=config.public_key_id,
        )
        self._gate_way = config.base
        self._keys = keys
        self._clock = clock
        local = urlsplit(config.base).hostname in {"127.0.0.1", "localhost", "::1"}
        self._proxies = NO_PROXY if local else None

    def request(  # the SDK's signature
        self,
        path: str,
        method: RequestType = RequestType.GET,
        data: dict[str, Any] | None = None,
        skip_verify: bool = False,
        cipher_data: bool = False,  # asks for a header that we always send
    ) -> tuple[int, str | bytes]:
        """Sign, send, verify. Raises ProviderError when no answer can be trusted."""
        if not path.startswith("/"):
            raise ProviderError(permanent=True, code="foreign_address", message=path[:80])
        body = json.dumps(data) if data else ""
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            "Wechatpay-Serial": self._public_key_id,
            "Authorization": build_authorization(
                path, method.value, self._mchid, self._cert_serial_no, self._private_key, data=body
            ),
        }
        response = self._send(method.value, path, headers, body)
        self._log(method.value, path, response)
        if 200 <= response.status_code < 300 and not skip_verify:
            self._verify(response)
        return response.status_code, response.content

    def _send(
        self, method: str, path: str, headers: dict[str, str], body: str
    ) -> requests.Response:
        try:
            return requests.request(
                method,
                self._gate_way + path,
                headers=headers,
                data=body.encode() or None,
                timeout=TIMEOUT,
                proxies=self._proxies,
                allow_redirects=False,
            )
        except requests.Timeout as lost:
            raise ProviderError(
                permanent=False, code="timeout", message=type(lost).__name__, query_first=True
            ) from lost
        except requests.RequestException as lost:
            raise ProviderError(
                permanent=False, code="unreachable", message=type(lost).__name__, query_first=True
            ) from lost

    def _verify(self, response: requests.Response) -> None:
        try:
            check(
                keys=self._keys,
                headers=response.headers,
                body=response.content,
                now=self._clock(),
            )
        except CallbackRefused as refusal:
            raise ProviderError(
                permanent=False, code="untrusted_answer", message=refusal.code, query_first=True
            ) from refusal

    @staticmethod
    def _log(method: str, path: str, response: requests.Response) -> None:
        """Name the call and WeChat's Request-ID; never bodies, they hold the payer's openid."""
        level = logging.INFO if response.status_code < 400 else logging.WARNING
        where = quote(path.partition("?")[0])
        request_id = response.headers.get("Request-ID", "-")
        logger.log(level, "%s %s %s %s", method, where, response.status_code, request_id)


def client(config: WechatConfig, keys: TrustedKeys, clock: Callable[[], float]) -> Any:
    """Return the SDK's client, speaking through our gateway."""
    sdk = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=config.mchid,
        private_key="",  # held by our gateway only
        cert_serial_no=config.serial,
        appid=config.appid,
        apiv3_key=config.apiv3_key,
        public_key=config.public_key_pem,
        public_key_id=config.public_key_id,
    )
    sdk._core = Gateway(config, keys, clock)
    return sdk


def wall_clock() -> float:
    """Seconds since 1970, for judging the age of answers."""
    return time.time()
