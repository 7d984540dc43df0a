"""Signing in by WeChat as allauth knows it; allauth looks for a module of this name."""

from typing import Any

from allauth.socialaccount.providers.weixin.provider import WeixinProvider

from zhanggui.core.encryption import blind_index
from zhanggui.web.wechat import WechatAdapter


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


provider_classes = [WechatProvider]
