"""Asking WeChat who reads our page inside WeChat: its OAuth, by allauth's provider."""

from typing import Any

import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.weixin.client import WeixinOAuth2Client
from allauth.socialaccount.providers.weixin.provider import WeixinProvider
from allauth.socialaccount.providers.weixin.views import WeixinOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from zhanggui.core.encryption import blind_index
from zhanggui.web.clients import public_url
from zhanggui.web.wechat import NotTold, app, error_code, is_openid


class WechatClient(WeixinOAuth2Client):  # type: ignore[misc]
    """The parameters in the order that WeChat wants, and its mark for pages inside WeChat."""

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str:
        """Return where the browser asks WeChat."""
        return f"{super().get_redirect_url(*args, **kwargs)}#wechat_redirect"

    def get_access_token(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Exchange a code; what is JSON but no object is an error, too."""
        told = super().get_access_token(*args, **kwargs)
        if not isinstance(told, dict):
            raise OAuth2Error("no object")
        return told


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


class WechatProvider(WeixinProvider):  # type: ignore[misc]
    """WeChat's own provider, of whose answers only a blind index of the openid is kept."""

    oauth2_adapter_class = WechatAdapter

    def get_default_scope(self) -> list[str]:
        """Ask the person: signing in is not done behind anybody's back."""
        return ["snsapi_userinfo"]

    def extract_uid(self, data: dict[str, Any]) -> str:
        """Return what the account is found by again."""
        return blind_index("wechat", data["openid"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep nothing."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Take no name over."""
        return {}


returned = OAuth2CallbackView.adapter_view(WechatAdapter)


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
