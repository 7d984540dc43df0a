"""One's own account: name, password, second factors, browsers, and proving who one is."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories.codes import SECRET, code_of
from tests.factories.shop import NOON, open_shop
from tests.factories.staff import PASSWORD, StaffFactory

from zhanggui.accounts import queries, services
from zhanggui.accounts.models import User
from zhanggui.accounts.types import FactorKind, Role
from zhanggui.core.models import AuditEntry
from zhanggui.core.rotation import fresh_key
from zhanggui.core.types import SYSTEM
from zhanggui.web import seen

pytestmark = pytest.mark.django_db
ACCOUNT = "/console/account/"
CONFIRM = f"{ACCOUNT}confirm/"
LATER = NOON + timedelta(minutes=6)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()
    seen._noted.clear()


def signed_in(user: User, client: Client | None = None) -> Client:
    client = client or Client()
    answer = client.post("/console/login/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def with_app(user: User) -> tuple[str, ...]:
    return services.add_codes_of_app(
        user_id=user.pk, secret=SECRET, code=code_of(NOON), actor=SYSTEM, now=NOON
    )


def is_in(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("role", Role.values)
def test_everybody_of_the_staff_has_an_account(role: str) -> None:
    client = signed_in(StaffFactory(role=role))

    assert client.get(ACCOUNT).status_code == 200
    answer = client.post(ACCOUNT, {"name": "  林小满 "})

    assert answer["Location"] == ACCOUNT
    assert User.objects.get().name == "林小满"
    assert AuditEntry.objects.filter(kind="staff.renamed").count() == 1


def test_an_app_is_set_up_by_its_first_code() -> None:
    user = StaffFactory()
    with time_machine.travel(NOON, tick=False):
        client = signed_in(user)
        page = client.get(f"{ACCOUNT}codes/")
        found = re.search(r'id="secret"[^>]*value="([A-Z2-7 ]+)"', text(page))
        assert found is not None
        secret = found[1].replace(" ", "")
        wrong = client.post(f"{ACCOUNT}codes/", {"code": "000000"})
        assert (wrong.status_code, found[1] in text(wrong)) == (422, True)
        made = client.post(f"{ACCOUNT}codes/", {"code": code_of(NOON, secret=secret)})

    assert "<svg" in text(page)
    assert secret not in str(dict(client.session))  # any more
    codes = re.findall(r"<li>(\d{4} \d{4})</li>", text(made))
    assert (made.status_code, len(codes), "no-store" in made["Cache-Control"]) == (200, 10, True)
    saved = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)"', text(made))
    assert saved is not None
    assert unquote(saved[1]).split("\r\n")[1:-1] == codes
    assert queries.has_factor(user_id=user.pk)
    assert client.session["has_factor"] is True
    shown = text(client.get(ACCOUNT))
    assert not any(code in shown for code in codes)
    assert "还剩 10 个" in shown


def test_the_secret_stays_while_its_page_is_looked_at_again() -> None:
    client = signed_in(StaffFactory())

    pages = [text(client.get(f"{ACCOUNT}codes/")) for _ in range(2)]
    secrets = [re.findall(r'id="secret"[^>]*value="([^"]+)"', page)[0] for page in pages]

    assert secrets[0] == secrets[1]


def test_the_secret_that_waits_is_sealed_and_gives_way_when_its_key_is_gone(settings: Any) -> None:
    client = signed_in(StaffFactory())

    def shown() -> str:
        page = text(client.get(f"{ACCOUNT}codes/"))
        return str(re.findall(r'id="secret"[^>]*value="([^"]+)"', page)[0])

    first = shown()
    assert first.replace(" ", "") not in str(dict(client.session))

    settings.FIELD_KEYS = fresh_key([])
    settings.FIELD_KEYS_FILE = None
    assert shown() != first


def test_who_removes_the_last_factor_is_signed_out_elsewhere() -> None:
    user = StaffFactory()
    with time_machine.travel(NOON, tick=False):
        here, there = signed_in(user), signed_in(user)
        with_app(user)
        (app,) = (one for one in queries.factors(user_id=user.pk) if one.kind == FactorKind.CODE)
        here.post(f"{ACCOUNT}factors/{app.key}/remove/")

        assert queries.factors(user_id=user.pk) == []
        assert (is_in(here), is_in(there)) == (True, False)


SENSITIVE = [
    ("get", "codes/"),
    ("post", "codes/"),
    ("get", "passkeys/"),
    ("post", "passkeys/"),
    ("get", "passkeys/options/"),
    ("post", "factors/1/remove/"),
    ("post", "recovery-codes/"),
]


@pytest.mark.parametrize(("method", "path"), SENSITIVE)
def test_what_a_thief_would_do_asks_again_after_five_minutes(method: str, path: str) -> None:
    user = StaffFactory()
    with time_machine.travel(NOON, tick=False):
        client = signed_in(user)
    with_app(user)
    before = queries.factors(user_id=user.pk)

    with time_machine.travel(NOON + timedelta(seconds=301), tick=False):
        answer = getattr(client, method)(ACCOUNT + path)

    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{CONFIRM}?next=%2Fconsole%2Faccount%2F")
    assert queries.factors(user_id=user.pk) == before


@pytest.mark.parametrize("proof", ["password", "code", "recovery code"])
def test_password_or_code_prove_who_one_is_for_five_minutes(proof: str) -> None:
    user = StaffFactory()
    with time_machine.travel(NOON, tick=False):
        client = signed_in(user)
    codes = with_app(user)
    given = {
        "password": {"password": PASSWORD},
        "code": {"code": code_of(LATER)},
        "recovery code": {"code": codes[0]},
    }[proof]

    with time_machine.travel(LATER, tick=False):
        assert client.get(CONFIRM).status_code == 200
        answer = client.post(CONFIRM, {**given, "next": f"{ACCOUNT}codes/"})
        assert answer["Location"] == f"{ACCOUNT}codes/"
        assert client.get(f"{ACCOUNT}codes/").status_code == 200
    with time_machine.travel(LATER + timedelta(seconds=301), tick=False):
        assert client.get(f"{ACCOUNT}codes/").status_code == 302


@pytest.mark.parametrize("given", [{"password": "wrong"}, {"code": "000000"}, {"credential": "{}"}])
def test_wrong_proofs_are_counted_and_lock(given: dict[str, str]) -> None:
    user = StaffFactory()
    with time_machine.travel(NOON, tick=False):
        client = signed_in(user)
    with_app(user)

    with time_machine.travel(LATER, tick=False):
        statuses = [client.post(CONFIRM, given).status_code for _ in range(5)]
        locked = client.post(CONFIRM, {"password": PASSWORD}).status_code
        assert client.get(f"{ACCOUNT}codes/").status_code == 302

    assert (statuses, locked) == ([422, 422, 422, 422, 429], 429)


def test_only_pages_of_this_site_follow_the_proof() -> None:
    client = signed_in(StaffFactory())

    answer = client.post(CONFIRM, {"password": PASSWORD, "next": "https://evil.example/"})

    assert answer["Location"] == "/console/"


def test_a_new_password_takes_the_old_one_and_ends_other_sessions() -> None:
    user = StaffFactory()
    here, there = signed_in(user), signed_in(user)

    refused = here.post(f"{ACCOUNT}password/", {"old": "wrong", "new": "a new long one"})
    weak = here.post(f"{ACCOUNT}password/", {"old": PASSWORD, "new": "12345"})
    assert (refused.status_code, weak.status_code, is_in(there)) == (422, 422, True)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)

    answer = here.post(f"{ACCOUNT}password/", {"old": PASSWORD, "new": "a new long one"})

    user.refresh_from_db()
    assert (answer["Location"], user.check_password("a new long one")) == (ACCOUNT, True)
    assert (is_in(here), is_in(there)) == (True, False)
    assert UserSession.objects.get().session_key == here.session.session_key


def test_one_device_or_all_others_are_signed_out() -> None:
    user = StaffFactory()
    here, there, elsewhere = (signed_in(user) for _ in range(3))
    key = UserSession.objects.get(session_key=there.session.session_key).pk

    here.post(f"{ACCOUNT}devices/{key}/end/")
    assert (is_in(here), is_in(there), is_in(elsewhere)) == (True, False, True)
    here.post(f"{ACCOUNT}devices/end/")
    assert (is_in(here), is_in(elsewhere)) == (True, False)


def test_signing_out_leaves_the_list() -> None:
    user = StaffFactory()
    here, there = signed_in(user), signed_in(user)

    there.post("/console/logout/")

    assert UserSession.objects.get().session_key == here.session.session_key


def test_a_page_writes_when_it_was_seen_once_in_five_minutes() -> None:
    open_shop()
    user = StaffFactory()
    with time_machine.travel(NOON, tick=False):
        client = signed_in(user)
    written = []
    for minutes in (1, 4, 6, 7, 12):
        with (
            time_machine.travel(NOON + timedelta(minutes=minutes), tick=False),
            CaptureQueriesContext(connection) as asked,
        ):
            assert client.get("/console/orders/").status_code == 200
        written.append([q["sql"][:6] for q in asked if q["sql"][:6] in ("UPDATE", "INSERT")])

    assert written == [[], [], ["UPDATE"], [], ["UPDATE"]]
    assert UserSession.objects.get().last_seen_at == NOON + timedelta(minutes=12)


def test_what_open_pages_ask_by_themselves_is_not_seen() -> None:
    open_shop()
    with time_machine.travel(NOON, tick=False):
        client = signed_in(StaffFactory())

    with time_machine.travel(LATER, tick=False):
        client.get("/console/pulse/")

    assert UserSession.objects.get().last_seen_at == NOON


def test_who_may_edit_staff_resets_factors_and_ends_sessions_of_others() -> None:
    owner, user = StaffFactory(), StaffFactory(role=Role.SERVICE)
    client, theirs = signed_in(owner), signed_in(user)
    with_app(user)
    key = UserSession.objects.get(user=user).pk
    url = f"/console/staff/{user.username}"
    assert "重设两步验证" in text(client.get(f"{url}/edit/"))

    client.post(f"{url}/devices/{key}/end/")
    assert (is_in(theirs), is_in(client)) == (False, True)
    client.post(f"{url}/reset-factors/")

    assert not queries.has_factor(user_id=user.pk)
    row = AuditEntry.objects.get(kind="staff.factors_reset")
    assert (row.actor_id, row.subject_id, row.label) == (owner.pk, user.pk, user.name)
    signed_in(user)


def test_the_owner_is_out_of_reach_of_lesser_roles() -> None:
    owner = StaffFactory()
    theirs = signed_in(owner)
    with_app(owner)
    code = services.save_role(
        code="", name="店长", home=Role.SERVICE, rights={"staff": ["view", "edit"]},
        warehouse_ids=None, now=NOON,
    )  # fmt: skip
    client = signed_in(StaffFactory(role=code))
    key = UserSession.objects.get(user=owner).pk

    client.post(f"/console/staff/{owner.username}/reset-factors/")
    client.post(f"/console/staff/{owner.username}/devices/{key}/end/")

    assert queries.has_factor(user_id=owner.pk)
    assert is_in(theirs)


def test_the_owner_asks_all_for_a_factor() -> None:
    client = signed_in(StaffFactory())

    client.post("/console/staff/second-factor/", {"required": "1"})
    assert queries.shop().second_factor_required
    assert client.get("/console/staff/")["Location"] == ACCOUNT


def test_a_lost_owner_comes_in_again_by_the_command_line(capsys: Any) -> None:
    user = StaffFactory()
    with_app(user)

    call_command("staff", "reset-factors", user.username)

    assert not queries.has_factor(user_id=user.pk)
    assert AuditEntry.objects.get(kind="staff.factors_reset").actor_type == "command"
    for login in (user.username, "nobody"):
        with pytest.raises(CommandError):
            call_command("staff", "reset-factors", login)
