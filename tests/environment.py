"""Tests see the shop's own settings, whatever the shell of who runs them exports."""

import importlib
import os
import re
import time

from django.conf import settings

from zhanggui.config import settings as module

# What a shop is given; what tests need stays: folder, keys, database, cache.
_OF_A_SHOP = re.compile(
    r"ZHANGGUI_(DEMO|DEBUG|HOSTS|PUBLIC_URL|PROXIES|TIME_ZONE|FETCH_LOCAL|MEDIA_HOST|PAY_GATEWAYS"
    r"|LOG_LEVEL)|WECHAT(PAY)?_\w+"
)
_KEPT = {"DATABASES", "CACHES"}  # made ready for the tests already


def forget_shell() -> list[str]:
    """Take a shop's variables out of the environment, also of programs that tests start.

    Settings are read before any of our files, so they are read again; returns what was taken out.
    """
    taken = sorted(name for name in os.environ if _OF_A_SHOP.fullmatch(name))
    for name in taken:
        del os.environ[name]
    if taken:
        fresh = importlib.reload(module)
        for name in filter(str.isupper, vars(fresh)):
            if name not in _KEPT and getattr(settings, name, None) != getattr(fresh, name):
                setattr(settings, name, getattr(fresh, name))
        os.environ["TZ"] = settings.TIME_ZONE
        time.tzset()
    return taken
