"""Every page of console and storefront: axe, widths, themes, languages, and a walk by Tab.

The pages are those of tests/web/test_query_counts.py, which fails when an address is missing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Error, Page
from pytest_django.live_server_helper import LiveServer
from tests.browser.conftest import axe
from tests.browser.extremes import lengthen
from tests.factories.shop import open_shop
from tests.web.test_query_counts import ASKED, World, _staff, build, visitors

from zhanggui.accounts.types import Role
from zhanggui.core import versions

pytestmark = [pytest.mark.browser, pytest.mark.walk, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]
SCRIPT = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")
WIDTHS = (360, 768, 1440)
AXE_WIDTHS = (360, 1440)
LANGUAGES = ("zh-hans", "en")
FACES = ("console", "store")
NO_PAGES = re.compile(
    r"api/|livez|readyz|robots|favicon|console/pulse|console/find|.*(sw.js|webmanifest)$"
)
# The one exception of axe: a bulk bar may lie on a row's button, which focus scrolls free.
EXCEPTED = ("target-size",)
ERRORS = {"console": "/console/orders/nothing/", "store": "/nothing/"}


@dataclass(frozen=True, slots=True)
class Stop:
    """A page to look at and who looks."""

    who: str
    url: str


def stops(world: World, face: str) -> Iterator[Stop]:
    """Return the pages of a face, each with everybody who sees it differently."""
    for route, urls in ASKED.items():
        if NO_PAGES.match(route) or (face == "console") != route.startswith("console/"):
            continue
        if route == "console/login/":
            people: tuple[str, ...] = ("",)
        elif route in ("console/", "console/all/", "console/orders/"):
            people = tuple(Role.values)
        else:
            people = (Role.OWNER,) if face == "console" else ("shopper",)
        for url in urls:
            if not set(re.findall(r"{(\w+)}", url)) <= set(world.names):
                continue  # an empty shop has no page of it
            for who in people if url == urls[0] else people[:1]:
                yield Stop(who, url.format(**world.names))
    yield Stop(Role.OWNER if face == "console" else "", ERRORS[face])


def cookies(world: World, face: str) -> dict[str, Client]:
    """Return whose browser is who's."""
    if not world.size and face == "store":
        return {}
    if face == "console":
        return {role: _staff(role) for role in Role.values}
    return {one.name: one.client for one in visitors(world)[""]}


def entered(page: Page, client: Client | None, url: str, language: str) -> None:
    """Give a browser somebody's cookies and a language."""
    page.context.clear_cookies()
    known = {} if client is None else {name: one.value for name, one in client.cookies.items()}
    page.context.add_cookies(
        [
            {"name": name, "value": value.strip('"'), "url": url}
            for name, value in (known | {"lang": language, "theme": "light"}).items()
        ]
    )


def opened(page: Page, url: str) -> bool:
    """Open a page; False where the address answers a file or a fragment."""
    try:
        page.goto(url)
    except Error as error:
        if "Download is starting" in error.message or "ERR_ABORTED" in error.message:
            return False
        raise
    return bool(page.evaluate("document.doctype !== null"))


def layout(page: Page) -> list[str]:
    """Return what is wrong at each width."""
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(SCRIPT)
        wrong += [f"{width} {one}" for one in page.evaluate("lookedAt()")]
    return wrong


def themes(page: Page) -> list[str]:
    """Return what axe finds in both themes on a phone and on a desk."""
    wrong = []
    for width in AXE_WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for theme in ("light", "dark"):
            page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
            found = [one for one in axe(page) if not one.startswith(EXCEPTED)]
            wrong += [f"{width} {theme} {one}" for one in found]
    return wrong


def tabbed(page: Page) -> list[str]:
    """Walk by Tab; return the controls that were not reached, and those that were covered."""
    page.evaluate(SCRIPT)
    count = page.evaluate("walk()")
    for _ in range(4):
        for _ in range(count + 10):
            page.keyboard.press("Tab")
        found = page.evaluate("stops()")
        if not found["left"]:
            break
    return [f"not reached: {one}" for one in found["left"]] + list(found["covered"])


@pytest.fixture
def world(settings: Any) -> World:
    """Make a shop with two of everything."""
    settings.DEMO = True
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    return build(2)


def walked(
    page: Page,
    live_server: LiveServer,
    world: World,
    face: str,
    looks: Callable[[Page], list[str]],
    *,
    is_long: bool = False,
) -> list[str]:
    """Open every page of a face in one browser; return what is wrong, with its page."""
    wrong: list[str] = []
    people = cookies(world, face)
    if is_long:
        lengthen()
    versions.forget()
    for language in LANGUAGES if looks is layout and not is_long else LANGUAGES[:1]:
        for stop in stops(world, face):
            entered(page, people.get(stop.who), live_server.url, language)
            if opened(page, live_server.url + stop.url):
                wrong += [f"{stop.who} {stop.url} {language}: {one}" for one in looks(page)]
    return wrong


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("data", ["usual", "long", "none"])
def test_no_page_is_too_wide_and_no_text_is_cut(
    live_server: LiveServer, visit: Visit, settings: Any, face: str, data: str
) -> None:
    settings.DEMO = True
    world = World(0) if data == "none" else build(2)
    if data == "none":
        open_shop(is_demo=True)

    found = walked(visit(1440), live_server, world, face, layout, is_long=data == "long")

    assert found == []


@pytest.mark.parametrize("face", FACES)
def test_axe_finds_nothing_in_both_themes(
    live_server: LiveServer, visit: Visit, world: World, face: str
) -> None:
    assert walked(visit(1440), live_server, world, face, themes) == []


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("width", AXE_WIDTHS)
def test_tab_reaches_every_control(
    live_server: LiveServer, visit: Visit, world: World, face: str, width: int
) -> None:
    page = visit(1440)
    page.set_viewport_size({"width": width, "height": 800})

    assert walked(page, live_server, world, face, tabbed) == []
