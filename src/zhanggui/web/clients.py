"""Who asks: the client's network address and device, and under which address we are known."""

import ipaddress
import re
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

_DESKTOP = re.compile(r"Windows NT|Macintosh|X11|CrOS")
_PHONE = re.compile(r"Mobile|Android|iPhone|HarmonyOS", re.IGNORECASE)
# What a browser's own name for itself says, the more telling words first.
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("MiuiBrowser", "MIUI Browser"),
    ("QQBrowser", "QQ Browser"),
    ("UCBrowser", "UC Browser"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def client_ip(request: HttpRequest) -> str:
    """Return the network address of the client, as the outermost trusted proxy saw it.

    What a client writes into X-Forwarded-For by itself is never believed.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    trusted = settings.TRUSTED_PROXIES
    named = hops[-trusted].strip() if trusted and len(hops) >= trusted else direct
    try:
        return str(ipaddress.ip_address(named))
    except ValueError:
        return direct


def is_phone(request: HttpRequest) -> bool:
    """Tell whether the page is read on a phone, which can open the payment app by itself."""
    return bool(_PHONE.search(request.headers.get("User-Agent", "")))


def is_in_wechat(request: HttpRequest) -> bool:
    """Tell whether the page is read inside WeChat; its sister for companies can't pay like it."""
    agent = request.headers.get("User-Agent", "")
    return "MicroMessenger/" in agent and "wxwork" not in agent


def is_desktop(request: HttpRequest) -> bool:
    """Tell whether the page is read on a computer, which has no payment app."""
    agent = request.headers.get("User-Agent", "")
    return bool(_DESKTOP.search(agent)) and not _PHONE.search(agent)


def device_name(user_agent: str) -> str:
    """Return browser and system in a few words, "" where they say nothing of themselves."""
    found = (
        next((name for mark, name in known if mark in user_agent), "")
        for known in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(filter(None, found))


def is_by_number(request: HttpRequest) -> bool:
    """Tell whether the shop was asked for under a bare network address, which passkeys refuse."""
    try:
        ipaddress.ip_address(urlsplit(f"//{request.get_host()}").hostname or "")
    except ValueError:
        return False
    return True


def public_url(request: HttpRequest) -> str:
    """Return the shop's public origin; the demo and developers are called by any name."""
    if settings.DEBUG or settings.DEMO:
        return request.build_absolute_uri("/").rstrip("/")
    return str(settings.PUBLIC_URL)
