"""Signing in with a second factor: what comes in, what is refused, and what locks."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from tests.factories.codes import SECRET, code_of
from tests.factories.shop import NOON
from tests.factories.staff import PASSWORD, StaffFactory

from zhanggui.accounts import services
from zhanggui.accounts.models import User
from zhanggui.accounts.types import Role
from zhanggui.core.models import AuditEntry, Event
from zhanggui.core.types import SYSTEM

pytestmark = pytest.mark.django_db
LOGIN, SECOND, ACCOUNT = "/console/login/", "/console/login/second/", "/console/account/"
LATER = NOON + timedelta(minutes=5)
WRONG = "验证码不对，或者已经用过。请输入最新的一个。"


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()  # of tries


def protected(**values: object) -> tuple[User, tuple[str, ...]]:
    """Make somebody with an app; the codes are those for recovery."""
    user = StaffFactory(**values)
    codes = services.add_codes_of_app(
        user_id=user.pk, secret=SECRET, code=code_of(NOON), actor=SYSTEM, now=NOON
    )
    return user, codes


def by_password(client: Client, user: User, password: str = PASSWORD, **more: str) -> str:
    answer = client.post(LOGIN, {"username": user.username, "password": password, **more})
    return str(answer.get("Location", answer.status_code))


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_password_alone_comes_to_the_second_step(client: Client) -> None:
    user, _codes = protected()

    with time_machine.travel(LATER, tick=False):
        assert by_password(client, user, next="/console/orders/") == SECOND
        assert not is_in(client)
        assert client.get("/console/orders/")["Location"].startswith(LOGIN)
        page = client.get(SECOND)
        answer = client.post(SECOND, {"code": code_of(LATER)})

    assert (page.status_code, "no-store" in page["Cache-Control"]) == (200, True)
    assert (answer.status_code, answer["Location"]) == (302, "/console/orders/")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session["has_factor"] is True
    assert "second_step" not in client.session


def test_a_recovery_code_comes_in_once(client: Client) -> None:
    user, codes = protected()

    for expected in (302, 422):
        client = Client()
        by_password(client, user)
        assert (
            client.post(SECOND, {"code": f"{codes[0][:4]} {codes[0][4:]}"}).status_code == expected
        )
        assert is_in(client) == (expected == 302)


def test_a_code_seen_over_the_shoulder_is_worth_nothing(client: Client) -> None:
    user, _codes = protected()
    with time_machine.travel(LATER, tick=False):
        by_password(client, user)
        client.post(SECOND, {"code": code_of(LATER)})
        other = Client()
        by_password(other, user)
        answer = other.post(SECOND, {"code": code_of(LATER)})

    assert (is_in(client), is_in(other), answer.status_code) == (True, False, 422)


@pytest.mark.parametrize("posted", ["000000", "", "x" * 400, "nul\x00"])
def test_every_wrong_code_reads_the_same(client: Client, posted: str) -> None:
    user, _codes = protected()
    by_password(client, user)

    answer = client.post(SECOND, {"code": posted})

    assert (answer.status_code, is_in(client)) == (422, False)
    assert WRONG in answer.content.decode()


@pytest.mark.parametrize(
    "credential", ["", "no json", "[]", "{}", '{"response": "x"}', '{"id": 1}']
)
def test_a_wrong_passkey_is_refused(client: Client, credential: str) -> None:
    user, _codes = protected()
    by_password(client, user)
    client.get("/console/login/passkey/options/")

    answer = client.post(SECOND, {"credential": credential})
    alone = client.post("/console/login/passkey/", {"credential": credential})

    assert (answer.status_code, alone.status_code, is_in(client)) == (422, 422, False)


def test_without_a_password_there_is_no_second_step(client: Client) -> None:
    _user, codes = protected()

    assert client.get(SECOND)["Location"] == LOGIN
    assert client.post(SECOND, {"code": codes[0]})["Location"] == LOGIN
    assert not is_in(client)


def test_the_second_step_waits_ten_minutes(client: Client) -> None:
    user, codes = protected()
    with time_machine.travel(LATER, tick=False):
        by_password(client, user)
    with time_machine.travel(LATER + timedelta(minutes=10, seconds=1), tick=False):
        assert client.post(SECOND, {"code": codes[0]})["Location"] == LOGIN

    assert not is_in(client)


@pytest.mark.parametrize("change", ["stopped", "another password"])
def test_the_second_step_ends_with_the_access(client: Client, change: str) -> None:
    user, codes = protected()
    by_password(client, user)
    if change == "stopped":
        User.objects.update(is_active=False)
    else:
        user.set_password("another long one")
        user.save()

    assert client.post(SECOND, {"code": codes[0]})["Location"] == LOGIN
    assert not is_in(client)


def test_five_wrong_codes_lock_the_account_also_in_new_sessions_and_elsewhere() -> None:
    user, codes = protected()

    statuses = []
    for _ in range(5):
        client = Client()  # a new session each time
        by_password(client, user)
        statuses.append(client.post(SECOND, {"code": "000000"}).status_code)
    assert statuses == [422, 422, 422, 422, 429]

    assert by_password(Client(), user) == "429"  # at this address not even a password
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert by_password(elsewhere, user) == SECOND
    answer = elsewhere.post(SECOND, {"code": codes[0]})
    assert (answer.status_code, is_in(elsewhere)) == (429, False)
    kinds = AuditEntry.objects.filter(actor_id=user.pk).values_list("kind", flat=True)
    assert [kind for kind in kinds if "entry" in kind or "locked" in kind] == [
        *["staff.entry_failed"] * 4,
        "staff.locked_out",
    ]


def test_five_wrong_codes_from_five_addresses_lock_the_account() -> None:
    user, codes = protected()
    for number in range(5):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}")
        by_password(client, user)
        assert client.post(SECOND, {"code": "000000"}).status_code == 422

    client = Client(REMOTE_ADDR="203.0.113.99")
    by_password(client, user)
    assert client.post(SECOND, {"code": codes[0]}).status_code == 429


def test_a_right_code_gives_all_tries_again(client: Client) -> None:
    user, codes = protected()
    for code in codes[:3]:
        client = Client()
        by_password(client, user)
        for _ in range(3):
            client.post(SECOND, {"code": "000000"})
        assert client.post(SECOND, {"code": code}).status_code == 302


def test_a_colleague_is_not_locked_out_by_wrong_codes(client: Client) -> None:
    user, _codes = protected()
    other, codes = protected()
    by_password(client, user)
    for _ in range(5):
        client.post(SECOND, {"code": "000000"})

    client = Client()
    by_password(client, other)
    assert client.post(SECOND, {"code": codes[0]}).status_code == 302


def test_a_browser_is_new_to_a_person_once() -> None:
    user, other = StaffFactory(), StaffFactory()
    agent = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0"
    client, stranger = Client(HTTP_USER_AGENT=agent), Client()
    stranger.cookies["device"] = "forged"

    for one in (client, client, stranger):
        by_password(one, user)
        one.post("/console/logout/")
    by_password(client, other)

    told = Event.objects.filter(kind="staff.new_device").order_by("id")
    assert [(row.subject_id, row.payload["device"]) for row in told] == [
        (user.pk, "Edge · Windows"),
        (user.pk, "?"),
        (other.pk, "Edge · Windows"),
    ]


def test_a_shop_that_asks_for_a_factor_leads_there_before_anything_else(client: Client) -> None:
    user = StaffFactory(role=Role.SERVICE)
    services.require_second_factor(is_required=True, now=NOON)
    by_password(client, user)

    assert client.get("/console/orders/")["Location"] == ACCOUNT
    assert client.post("/console/staff/invite/")["Location"] == ACCOUNT
    fragment = client.get("/console/orders/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (403, ACCOUNT)
    assert "店铺要求两步验证" in client.get(ACCOUNT).content.decode()
    assert client.get(f"{ACCOUNT}codes/").status_code == 200

    services.add_codes_of_app(
        user_id=user.pk, secret=SECRET, code=code_of(NOON), actor=SYSTEM, now=NOON
    )
    assert client.get("/console/orders/").status_code == 200


def test_codes_and_passwords_do_not_stand_in_the_list_of_tries(client: Client) -> None:
    from axes.models import AccessAttempt

    user, _codes = protected()
    by_password(client, user)
    client.post(SECOND, {"code": "135791"})

    assert "135791" not in AccessAttempt.objects.get().post_data
