"""WeChat's service account: its OAuth tells who reads our page inside WeChat."""

import re
from typing import Any
from urllib.parse import urlsplit

import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.weixin.client import WeixinOAuth2Client
from allauth.socialaccount.providers.weixin.views import WeixinOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from zhanggui.web.clients import public_url

PROVIDER = "weixin"
_LOCAL = {"127.0.0.1", "localhost", "::1"}
_OPENID = re.compile(r"[0-9A-Za-z_-]{10,128}", re.ASCII)
_ERROR = re.compile(r'"errcode":\s*(\d{1,6})')


class NotTold(Exception):
    """WeChat did not say who it is; `code` is its own number, or what else went wrong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class WechatClient(WeixinOAuth2Client):  # type: ignore[misc]
    """The parameters in the order that WeChat wants, and its mark for pages inside WeChat."""

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str:
        """Return where the browser asks WeChat."""
        return f"{super().get_redirect_url(*args, **kwargs)}#wechat_redirect"


class WechatAdapter(WeixinOAuth2Adapter):  # type: ignore[misc]
    """The service account of the settings: real, or simulated on this machine."""

    client_class = WechatClient
    access_token_method = "GET"  # noqa: S105 -- as documented; allauth would send a form

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        base = settings.WECHAT["api_base"]
        self.access_token_url = f"{base}/sns/oauth2/access_token"
        self.profile_url = f"{base}/sns/userinfo"

    @property
    def authorize_url(self) -> str:
        """Return the page of WeChat that asks, or only looks."""
        return f"{settings.WECHAT['open_base']}/connect/oauth2/authorize"

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return our page that WeChat leads back to."""
        return public_url(request) + reverse("store:me-wechat-return")

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Have the token confirmed by the profile, of which nothing is kept."""
        openid = str(kwargs["response"].get("openid", ""))
        with get_adapter().get_requests_session() as session:
            asked = {"access_token": token.token, "openid": openid, "lang": "zh_CN"}
            answer = session.get(self.profile_url, params=asked)
            answer.raise_for_status()
            told = answer.json()
        if not isinstance(told, dict) or told.get("openid") != openid or not is_openid(openid):
            raise ProviderException(error_code(str(told)))
        return self.get_provider().sociallogin_from_response(request, {"openid": openid})


def is_set_up() -> bool:
    """Tell whether the shop has the keys of a service account."""
    return bool(settings.WECHAT["app_id"] and settings.WECHAT["app_secret"])


def app() -> SocialApp:
    """Return the service account of the settings, as allauth takes it."""
    known = settings.WECHAT
    return SocialApp(provider=PROVIDER, client_id=known["app_id"], secret=known["app_secret"])


def session_of(session: requests.Session) -> requests.Session:
    """Keep a simulator on this machine from being asked over a proxy."""
    session.trust_env = urlsplit(settings.WECHAT["api_base"]).hostname not in _LOCAL
    return session


def silent_address(request: HttpRequest, *, back: str, state: str) -> str:
    """Return where the browser learns a code by which we learn the openid; nobody is asked."""
    client = _client(request, back)
    client.state = state
    address: str = client.get_redirect_url(
        WechatAdapter(request).authorize_url, ["snsapi_base"], {}
    )
    return address


def openid_by_code(request: HttpRequest, *, code: str) -> str:
    """Exchange a code for the openid of who came back.

    Raises:
        NotTold: the code is old, used or wrong, our keys are, or WeChat can't be reached.
    """
    try:
        told = _client(request, "").get_access_token(code)
    except OAuth2Error as error:
        raise NotTold(error_code(str(error))) from None  # its text holds the whole answer
    except requests.RequestException as error:
        raise NotTold(type(error).__name__) from None  # its text holds our secret
    openid = str(told.get("openid", ""))
    if not is_openid(openid):
        raise NotTold("no openid")
    return openid


def is_openid(text: str) -> bool:
    """Tell whether this can be an openid."""
    return bool(_OPENID.fullmatch(text))


def error_code(text: str) -> str:
    """Return WeChat's number of an error, and nothing else of its answer."""
    found = _ERROR.search(text.replace("'", '"'))
    return found[1] if found else "unreadable"


def _client(request: HttpRequest, back: str) -> WechatClient:
    adapter = WechatAdapter(request)
    known = app()
    return WechatClient(
        request,
        known.client_id,
        known.secret,
        adapter.access_token_method,
        adapter.access_token_url,
        back,
    )
