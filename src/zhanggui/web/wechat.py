"""WeChat's service account: whether the shop has one, and what may be told of its answers.

How it is asked stands in `web.wechat_oauth`, which brings `requests` along (5 MiB in a process):
nothing imports that before somebody comes by WeChat.
"""

import re
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialApp
from django.conf import settings

PROVIDER = "weixin"
_LOCAL = {"127.0.0.1", "localhost", "::1"}
_OPENID = re.compile(r"[0-9A-Za-z_-]{10,128}", re.ASCII)
_ERROR = re.compile(r'"errcode":\s*(\d{1,6})')


class NotTold(Exception):
    """WeChat did not say who it is; `code` is its own number, or what else went wrong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_set_up() -> bool:
    """Tell whether the shop has the keys of a service account."""
    return bool(settings.WECHAT["app_id"] and settings.WECHAT["app_secret"])


def is_local() -> bool:
    """Tell whether a simulator on this machine answers for WeChat, which no proxy reaches."""
    return urlsplit(settings.WECHAT["api_base"]).hostname in _LOCAL


def app() -> SocialApp:
    """Return the service account of the settings, as allauth takes it."""
    known = settings.WECHAT
    return SocialApp(provider=PROVIDER, client_id=known["app_id"], secret=known["app_secret"])


def is_openid(text: str) -> bool:
    """Tell whether this can be an openid."""
    return bool(_OPENID.fullmatch(text))


def error_code(text: str) -> str:
    """Return WeChat's number of an error, and nothing else of its answer."""
    found = _ERROR.search(text.replace("'", '"'))
    return found[1] if found else "unreadable"
