"""Every page of console and storefront: axe, widths, themes, languages, and a walk by Tab.

The pages are those of tests/web/test_query_counts.py, which fails when an address is missing.
A page is opened once in each language and then given each width and theme. What depends on what
decides what is asked where: widths show other elements, so axe is asked at each; a theme changes
colours and a language texts, so contrast is asked in both themes of one language. What may lie
under a bar depends on how long texts are, so phones are walked in English, the longer one.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import CDPSession, Error, Page
from pytest_django.live_server_helper import LiveServer
from tests.browser import errors
from tests.browser.conftest import axe
from tests.browser.extremes import lengthen
from tests.browser.refused import REFUSED, send
from tests.factories.shop import open_shop
from tests.web.test_query_counts import ASKED, World, _staff, build, visitors

from zhanggui.accounts.types import Role
from zhanggui.core import versions
from zhanggui.web.console.login.entering import CONFIRMED

pytestmark = [pytest.mark.browser, pytest.mark.full, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]
SCRIPT = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")
WIDTHS = (360, 768, 1440)
NARROW_AND_WIDE = (360, 1440)
WALKED = {"zh-hans": (768, 1440), "en": (360,)}
FACES = ("console", "store")
NO_PAGES = re.compile(
    r"api/|livez|readyz|robots|favicon|console/pulse|console/find|.*(sw.js|webmanifest)$"
)
TAB = {"type": "rawKeyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
# Else a page that waits for a payment loads anew while it is walked.
STILL = "for (let one = setTimeout(() => {}); one; one -= 1) clearTimeout(one);"
ERRORS = ("nothing/", *(f"error-{name}/" for name in errors.PAGES))


@dataclass(frozen=True, slots=True)
class Stop:
    """A page to look at and who looks."""

    who: str
    url: str
    is_filtered: bool = False  # a list that another stop shows unfiltered
    sent: dict[str, str] | None = None  # typed into its form, which comes back


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
            is_filtered = "?" in url and url != urls[0]
            for who in people if url == urls[0] else people[:1]:
                yield Stop(who, url.format(**world.names), is_filtered)
    yield from _refused(world, face)
    home = "/console/" if face == "console" else "/"
    for error in ERRORS:
        yield Stop(Role.OWNER if face == "console" else "", home + error)


def _refused(world: World, face: str) -> Iterator[Stop]:
    """Return the pages of which a form comes back."""
    for url, sent in REFUSED[face].items() if world.size else ():
        who = Role.OWNER if face == "console" else "guest"
        yield Stop(who, url.format(**world.names), sent=sent)


def cookies(world: World, face: str) -> dict[str, Client]:
    """Return whose browser is who's."""
    if not world.size and face == "store":
        return {}
    if face == "console":
        people = {role: _staff(role) for role in Role.values}
        for client in people.values():
            session = client.session
            session[CONFIRMED] = time()  # some pages are for who proved just now who they are
            session.save()
        return people
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
    """Open a page and stop its timers; False where the address answers a file or a fragment."""
    try:
        page.goto(url)
    except Error as error:
        if "Download is starting" in error.message or "ERR_ABORTED" in error.message:
            return False
        raise
    page.evaluate(STILL)
    return bool(page.evaluate("document.doctype !== null"))


class Look:
    """A browser's window that takes each width, with a language."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language, self.width, self.is_touched = page, language, 0, False
        self.menus: set[int] = set()  # widths at which the menu was walked
        self.screen: CDPSession = page.context.new_cdp_session(page)

    def resize(self, width: int) -> None:
        """Turn into a phone, a tablet or a desk."""
        is_touched = width < WIDTHS[-1]
        if is_touched != self.is_touched:
            self.screen.send("Emulation.setTouchEmulationEnabled", {"enabled": is_touched})
        self.width, self.is_touched = width, is_touched
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")

    def layout(self) -> list[str]:
        """Return what is too wide or cut."""
        self.page.evaluate(SCRIPT)
        return list(self.page.evaluate("lookedAt()"))

    def named(self) -> list[str]:
        """Return what is wrong with layout, and what axe finds beside contrast."""
        return [*self.layout(), *axe(self.page, without=("color-contrast",))]

    def whole(self) -> list[str]:
        """Return all that is wrong at this width: layout, axe, and the walk by Tab."""
        if self.language == "en":
            wrong = self.named()
        else:
            wrong = [*self.layout(), *axe(self.page)]
            self.page.evaluate("() => { document.documentElement.dataset.theme = 'dark'; }")
            wrong += [f"dark {one}" for one in axe(self.page, ("color-contrast",))]
            self.page.evaluate("() => { document.documentElement.dataset.theme = 'light'; }")
        return wrong + (self.walk() if self.width in WALKED[self.language] else [])

    def walk(self) -> list[str]:
        """Walk by Tab; return the controls that were not reached, and those that were covered."""
        # The menu beside a wide page is the same on all: one walk through it is enough.
        home = "main" if self.width in self.menus else "body"
        self.menus |= {self.width} if self.width >= 768 else set()
        count = self.page.evaluate("(home) => walk(home)", home)
        for presses in (count + 1, 10, 60, 60):
            for _ in range(presses):
                self.screen.send("Input.dispatchKeyEvent", TAB)
            found = self.page.evaluate("stops()")
            if not found["left"]:
                break
        return [f"not reached: {one}" for one in found["left"]] + list(found["covered"])


Ask = Callable[[Look], list[str]]


def looked(
    look: Look, url: str, pages: Iterable[Stop], people: Mapping[str, Client], ask: Ask
) -> list[str]:
    """Open pages at each width and ask what is wrong there; return it with its page."""
    wrong: list[str] = []
    versions.forget()
    for stop in pages:
        entered(look.page, people.get(stop.who), url, look.language)
        if not opened(look.page, url + stop.url):
            continue
        if stop.sent is not None:
            send(look.page, stop.sent)
        # a form that came back is its page with words more: one language of it is walked
        is_back = stop.sent is not None
        is_brief = stop.is_filtered or (is_back and look.language == "en")
        for width in NARROW_AND_WIDE if is_back else WIDTHS:
            look.resize(width)
            found = look.layout() if is_brief else ask(look)
            wrong += [f"{stop.who} {stop.url} at {width}: {one}" for one in found]
    return wrong


@pytest.fixture(autouse=True)
def _whole_shop(settings: Any) -> None:
    settings.DEMO = True
    settings.ROOT_URLCONF = errors.__name__
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.mark.parametrize("language", WALKED)
@pytest.mark.parametrize("face", FACES)
def test_every_page_is_whole_in_all_looks(
    live_server: LiveServer, visit: Visit, face: str, language: str
) -> None:
    world = build(2)
    pages, people = stops(world, face), cookies(world, face)

    found = looked(Look(visit(1440), language), live_server.url, pages, people, Look.whole)

    assert found == []


@pytest.mark.parametrize("face", FACES)
def test_nothing_is_cut_where_names_and_sums_are_the_longest(
    live_server: LiveServer, visit: Visit, face: str
) -> None:
    world = build(2)
    pages = (one for one in stops(world, face) if one.sent is None)
    people = cookies(world, face)
    lengthen()

    found = looked(Look(visit(1440), "en"), live_server.url, pages, people, Look.layout)

    assert found == []


@pytest.mark.parametrize("face", FACES)
def test_a_shop_that_has_nothing_yet_is_whole(
    live_server: LiveServer, visit: Visit, face: str
) -> None:
    open_shop(is_demo=True)
    pages, people = stops(World(0), face), cookies(World(0), face)

    found = looked(Look(visit(1440), "en"), live_server.url, pages, people, Look.named)

    assert found == []
