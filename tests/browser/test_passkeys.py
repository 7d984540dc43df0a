"""Passkeys in a real browser with a virtual authenticator, and the account page's looks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.browser.conftest import axe, overflow
from tests.factories.codes import SECRET, code_of
from tests.factories.shop import open_shop
from tests.factories.staff import PASSWORD, StaffFactory

from zhanggui.accounts import services
from zhanggui.accounts.models import User
from zhanggui.core.types import SYSTEM

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Page]
THEFT = """<form method="post" data-repeat data-passkey="get"
    data-options="/console/login/passkey/options/"><input type="hidden" name="credential">
    <button id="theft">x</button><p data-passkey-failed hidden tabindex="-1">x</p></form>"""


@pytest.fixture
def user(transactional_db: None) -> User:
    cache.clear()
    open_shop()
    return StaffFactory(username="lin")


@pytest.fixture
def base(live_server: LiveServer) -> str:
    """Return the shop's address by a name: passkeys belong to names only."""
    return live_server.url.replace("127.0.0.1", "localhost")


def authenticator(page: Page, *, verifies: bool = True) -> tuple[Any, str]:
    """Give the browser a fingerprint reader that says yes."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def by_password(page: Page, base: str) -> None:
    page.goto(f"{base}/console/login/")
    page.get_by_label("用户名").fill("lin")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def add_passkey(page: Page, base: str) -> None:
    page.goto(f"{base}/console/account/passkeys/")
    page.get_by_label("名称").fill("店里的电脑")
    page.get_by_role("button", name="添加通行密钥").click()
    expect(page.get_by_role("heading", name="恢复码")).to_be_visible()


def sign_out(page: Page) -> None:
    page.context.clear_cookies()


def test_a_passkey_is_added_and_signs_in_alone_and_as_second_step(
    visit: Visit, base: str, user: User
) -> None:
    page = visit(390)
    authenticator(page)
    by_password(page, base)
    add_passkey(page, base)
    row = Authenticator.objects.get(type="webauthn")
    assert (row.user_id, row.data["name"], row.last_used_at) == (user.pk, "店里的电脑", None)

    sign_out(page)
    page.goto(f"{base}/console/login/?next=/console/account/")
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.get_by_role("heading", name="我的账户")).to_be_visible()
    expect(page.get_by_text("店里的电脑")).to_be_visible()

    sign_out(page)
    by_password(page, base)
    expect(page.get_by_role("heading", name="还差一步")).to_be_visible()
    page.get_by_role("button", name="用通行密钥确认").click()
    page.wait_for_url(f"{base}/console/")
    row.refresh_from_db()
    assert row.last_used_at is not None


def test_a_passkey_proves_again_who_one_is(visit: Visit, base: str, user: User) -> None:
    page = visit(1440)
    authenticator(page)
    by_password(page, base)
    add_passkey(page, base)

    page.goto(f"{base}/console/account/confirm/?next=/console/account/")
    page.get_by_role("button", name="用通行密钥确认").click()

    expect(page.get_by_role("heading", name="我的账户")).to_be_visible()


def test_the_passkey_of_somebody_else_is_no_second_step(
    visit: Visit, base: str, user: User
) -> None:
    services.add_codes_of_app(
        user_id=user.pk, secret=SECRET, code=code_of(timezone.now()), actor=SYSTEM,
        now=timezone.now(),
    )  # fmt: skip
    other = StaffFactory(username="other")
    page = visit(1440)
    authenticator(page)
    page.goto(f"{base}/console/login/")
    page.get_by_label("用户名").fill("other")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    add_passkey(page, base)
    sign_out(page)

    by_password(page, base)  # owes a code, and has no passkey of their own
    script = "html => document.querySelector('main').insertAdjacentHTML('beforeend', html)"
    page.evaluate(script, THEFT)
    page.locator("#theft").click(force=True)
    page.wait_for_load_state("networkidle")

    assert page.url.endswith("/console/login/second/")
    assert Authenticator.objects.get(user=other, type="webauthn").last_used_at is None


def test_a_key_that_asks_for_no_finger_or_pin_is_refused(
    visit: Visit, base: str, user: User
) -> None:
    page = visit(390)
    authenticator(page, verifies=False)
    by_password(page, base)
    page.goto(f"{base}/console/account/passkeys/")
    page.get_by_role("button", name="添加通行密钥").click()

    expect(page.locator("[data-passkey-failed]")).to_be_visible()
    assert not Authenticator.objects.exists()


def test_under_a_bare_address_no_passkey_is_offered(
    visit: Visit, live_server: LiveServer, user: User
) -> None:
    page = visit(390)
    page.goto(f"{live_server.url.replace('localhost', '127.0.0.1')}/console/login/")

    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="用通行密钥登录")).to_have_count(0)


@pytest.mark.full
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_account_fit_and_read(
    visit: Visit, base: str, user: User, width: int, scheme: str
) -> None:
    now = timezone.now() - timedelta(hours=1)
    page = visit(width, color_scheme=scheme)
    by_password(page, base)
    services.add_codes_of_app(
        user_id=user.pk, secret=SECRET, code=code_of(now), actor=SYSTEM, now=now
    )

    for path in (
        "account/", "account/password/", "account/confirm/", "account/codes/", "account/passkeys/",
        "staff/", "staff/lin/edit/", "login/second/",
    ):  # fmt: skip
        if path == "login/second/":
            sign_out(page)
            by_password(page, base)
        page.goto(f"{base}/console/{path}")
        assert (path, overflow(page), axe(page)) == (path, 0, [])


def test_without_scripts_all_but_passkeys_works(visit: Visit, base: str, user: User) -> None:
    page = visit(390, script=False)
    now = timezone.now() - timedelta(hours=1)
    codes = services.add_codes_of_app(
        user_id=user.pk, secret=SECRET, code=code_of(now), actor=SYSTEM, now=now
    )
    by_password(page, base)
    page.get_by_label("验证码或恢复码").fill(codes[0])
    page.get_by_role("button", name="确认验证码").click()

    page.wait_for_url(f"{base}/console/")
    page.goto(f"{base}/console/account/")
    page.get_by_role("button", name="重新生成恢复码").click()
    expect(page.get_by_role("heading", name="恢复码")).to_be_visible()
