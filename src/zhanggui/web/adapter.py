"""How allauth behaves here: nobody signs up by themselves, shoppers come by WeChat."""

from typing import TYPE_CHECKING, Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers import registry
from django.http import HttpRequest

from zhanggui.web import wechat
from zhanggui.web.clients import client_ip
from zhanggui.web.storefront.me import wechat as shoppers

if TYPE_CHECKING:
    import requests


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff are made by the owner, so sign-up is closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse to make accounts from the login page."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the client's address as the rest of the shop sees it."""
        return client_ip(request)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """WeChat for shoppers: allauth keeps the state and asks WeChat, our own views do the rest."""

    def list_apps(self, *args: Any, **kwargs: Any) -> list[SocialApp]:
        """Return the service account of the settings; the table of allauth is not used."""
        return [wechat.app()] if wechat.is_set_up() else []

    def get_provider(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Register WeChat with the first shopper who comes by it, not with each process."""
        if registry.get_class(wechat.PROVIDER) is None:
            from zhanggui.web.wechat_oauth import (  # noqa: PLC0415 -- brings requests
                WechatProvider,
            )

            registry.register(WechatProvider)
        return super().get_provider(request, *args, **kwargs)

    def get_requests_session(self) -> "requests.Session":
        """Ask with a time-out, and this machine without a proxy."""
        session: requests.Session = super().get_requests_session()
        session.trust_env = not wechat.is_local()
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> NoReturn:
        """Take over from allauth, which would make a user."""
        raise ImmediateHttpResponse(shoppers.arrived(request, sociallogin))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, exception: Any = None, **more: Any
    ) -> NoReturn:
        """Go back to where the phone signs in as well."""
        raise ImmediateHttpResponse(shoppers.failed(request, exception))
