"""What makes console and storefront installable, and what neither ever keeps."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.factories.shop import open_shop
from tests.factories.staff import StaffFactory

import zhanggui.web

pytestmark = pytest.mark.django_db
STATIC = Path(zhanggui.web.__file__).parent / "static"


def face(path: str) -> dict[str, Any]:
    """Return what a service worker is told."""
    answer = Client().get(path)
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"
    told = re.match(r"self\.FACE=(\{.*\});\n", answer.content.decode())
    assert told is not None
    found: dict[str, Any] = json.loads(told[1])
    return found


def test_the_consoles_worker_keeps_masked_lists_and_forgets_them_at_the_door() -> None:
    told = face("/console/sw.js")

    orders = "/console/orders/"
    assert told["kept"] == ["/console/", orders, f"{orders}?status=to_ship"]
    assert told["below"] == []
    assert told["closing"] == ["/console/login/", "/console/logout/", "/console/join/"]
    assert "/console/login/" in told["never"]


def test_the_shops_worker_keeps_what_is_the_same_for_everybody() -> None:
    told = face("/sw.js")

    assert (told["kept"], told["below"]) == (["/"], ["/p/"])
    assert {"/console/", "/api/", "/pay/"} <= set(told["never"])


@pytest.mark.parametrize("path", ["/console/sw.js", "/sw.js"])
def test_the_files_of_a_worker_exist(path: str) -> None:
    told = face(path)

    assert [
        one for one in told["files"] if not (STATIC / one.removeprefix("/static/")).exists()
    ] == []
    assert Client().get(told["offline"]).status_code == 200


@pytest.mark.parametrize(
    ("path", "home"),
    [("/console/manifest.webmanifest", "/console/"), ("/manifest.webmanifest", "/")],
)
def test_a_manifest_names_the_shop_and_its_icons(path: str, home: str) -> None:
    open_shop(name="山野茶事")

    told = json.loads(Client().get(path).content)

    assert told["name"].startswith("山野茶事")
    assert (told["start_url"], told["scope"], told["display"]) == (home, home, "standalone")
    sizes = {(one["sizes"], one["purpose"]) for one in told["icons"]}
    assert sizes == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    for icon in told["icons"]:
        assert (STATIC / icon["src"].removeprefix("/static/")).exists()
    for shortcut in told["shortcuts"]:
        assert shortcut["url"].startswith(home)


def test_signing_out_clears_the_browsers_cache() -> None:
    client = Client()
    client.force_login(StaffFactory(), "django.contrib.auth.backends.ModelBackend")

    assert client.post("/console/logout/")["Clear-Site-Data"] == '"cache"'
