"""Categories are moved in a real browser: by mouse, by finger and by arrow keys."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.factories.catalog import CategoryFactory
from tests.factories.shop import open_shop
from tests.factories.staff import StaffFactory

from zhanggui.accounts.types import Role
from zhanggui.catalog.models import Category

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tree(visit: Callable[..., Page], live_server: LiveServer) -> Callable[[int], Page]:
    """Open the page of three categories, the second of which has one below it."""
    open_shop()
    rows = [CategoryFactory(slug=slug, name=slug, position=at) for at, slug in enumerate("abc")]
    CategoryFactory(slug="b1", name="b1", parent=rows[1])
    client = Client()
    client.force_login(StaffFactory(role=Role.OWNER), "django.contrib.auth.backends.ModelBackend")

    def opened(width: int) -> Page:
        page = visit(width, base_url=live_server.url)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
        page.context.add_cookies([{**cookie, "url": live_server.url}])
        page.goto("/console/products/categories/")
        return page

    return opened


def paths() -> dict[str, str]:
    """Return slug → the slug of its parent."""
    return dict(Category.objects.values_list("slug", "parent__slug").order_by("slug"))


def order(page: Page) -> list[str]:
    """Return the rows as they stand."""
    found: list[str] = page.locator("[data-branch]").evaluate_all(
        "rows => rows.map((row) => row.dataset.branch)"
    )
    return found


def grip(page: Page, slug: str) -> Locator:
    return page.locator(f"#cat-{slug} [data-grip]")


def drop(page: Page, slug: str, target: str, part: float) -> None:
    """Drag a row to so far down the height of another one."""
    start, end = grip(page, slug).bounding_box(), page.locator(f"#cat-{target}").bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    y = end["y"] + end["height"] * part
    page.mouse.move(start["x"] + 5, y, steps=5)
    with page.expect_navigation():
        page.mouse.up()
    expect(page.locator(".toasts")).to_contain_text("已移动")


@pytest.mark.parametrize(
    ("part", "parent", "after"),
    [
        (0.1, None, ["c", "a", "b", "b1"]),
        (0.5, "a", ["a", "c", "b", "b1"]),
        (0.9, None, ["a", "c", "b", "b1"]),
    ],
    ids=["before", "into an empty one", "after"],
)
def test_a_row_lands_where_it_is_dropped(
    tree: Callable[[int], Page], part: float, parent: str | None, after: list[str]
) -> None:
    page = tree(1280)

    drop(page, "c", "a", part)

    assert (paths()["c"], order(page)) == (parent, after)
    expect(grip(page, "c")).to_be_focused()


def test_dropping_below_the_list_leads_out_of_a_branch(tree: Callable[[int], Page]) -> None:
    page = tree(390)

    drop(page, "a", "b", 0.5)
    assert (paths()["a"], order(page)) == ("b", ["b", "b1", "a", "c"])
    drop(page, "a", "c", 1.6)
    assert (paths()["a"], order(page)) == (None, ["b", "b1", "c", "a"])


def test_arrow_keys_move_the_row_that_has_the_focus(tree: Callable[[int], Page]) -> None:
    page = tree(1280)
    grip(page, "b").focus()

    for key, rows in [
        ("ArrowUp", ["b", "b1", "a", "c"]),
        ("ArrowDown", ["a", "b", "b1", "c"]),
        ("ArrowRight", ["a", "b", "b1", "c"]),
        ("ArrowLeft", ["a", "b", "b1", "c"]),
    ]:
        with page.expect_navigation():
            page.keyboard.press(key)
        expect(grip(page, "b")).to_be_focused()
        assert order(page) == rows
        assert paths()["b"] == ("a" if key == "ArrowRight" else None)


def test_escape_gives_a_drag_up(tree: Callable[[int], Page]) -> None:
    page = tree(1280)
    box = grip(page, "c").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, box["y"] - 100, steps=3)
    expect(page.locator(".is-dragged")).to_have_count(1)

    page.keyboard.press("Escape")
    page.mouse.up()

    expect(page.locator(".is-dragged")).to_have_count(0)
    assert order(page) == ["a", "b", "b1", "c"]
    assert paths() == {"a": None, "b": None, "b1": "b", "c": None}
