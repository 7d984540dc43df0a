"""Second factors: codes of an app, recovery codes, passkeys, and losing them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, connection, transaction
from tests.factories.codes import SECRET, code_of
from tests.factories.shop import NOON
from tests.factories.staff import StaffFactory
from tests.factories.threads import at_once

from zhanggui.accounts import queries, services
from zhanggui.accounts.factors import FactorAdapter
from zhanggui.accounts.models import FactorSecret, Shop, User
from zhanggui.accounts.roles import role
from zhanggui.accounts.types import (
    FactorExists,
    FactorKind,
    LastFactor,
    NoFactor,
    NotAllowed,
    Role,
    WrongCode,
)
from zhanggui.core.models import Event
from zhanggui.core.types import Actor, ActorType

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


def acting(user: User) -> Actor:
    return Actor(ActorType.STAFF, user.pk, user.name)


def with_app(user: User, now: datetime = NOON) -> tuple[str, ...]:
    return services.add_codes_of_app(
        user_id=user.pk, secret=SECRET, code=code_of(now), actor=acting(user), now=now
    )


def use(user: User, code: str, now: datetime = LATER) -> FactorKind | None:
    return services.use_code(user_id=user.pk, code=code, actor=acting(user), now=now)


def kinds(user: User) -> list[str]:
    return [one.kind for one in queries.factors(user_id=user.pk)]


def told(user: User) -> list[tuple[str, dict[str, Any]]]:
    rows = Event.objects.filter(subject_type="user", subject_id=user.pk).order_by("id")
    return [(row.kind, row.payload) for row in rows]


def test_our_arithmetic_is_that_of_the_rfc() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890" of RFC 6238
    assert code_of(datetime.fromtimestamp(1_111_111_109, UTC), secret=secret) == "081804"


def test_an_app_is_taken_once_it_showed_a_right_code_and_brings_ten_recovery_codes() -> None:
    user = StaffFactory()

    codes = with_app(user)

    assert (len(set(codes)), {len(code) for code in codes}) == (10, {8})
    assert kinds(user) == ["totp", "recovery_codes"]
    assert queries.has_factor(user_id=user.pk)
    assert told(user) == [
        ("staff.factor_added", {"factor": "totp"}),
        ("staff.recovery_codes_made", {}),
    ]


def test_a_wrong_first_code_changes_nothing() -> None:
    user = StaffFactory()

    with pytest.raises(WrongCode):
        services.add_codes_of_app(
            user_id=user.pk, secret=SECRET, code="000000", actor=acting(user), now=NOON
        )

    assert (kinds(user), told(user)) == ([], [])
    assert not queries.has_factor(user_id=user.pk)


def test_there_is_one_app_a_person() -> None:
    user = StaffFactory()
    with_app(user)

    with pytest.raises(FactorExists):
        with_app(user, LATER)

    assert kinds(user) == ["totp", "recovery_codes"]


def test_the_database_holds_one_secret_of_a_kind_and_no_other_kinds() -> None:
    user = StaffFactory()
    with_app(user)

    for kind in (FactorKind.CODE, FactorKind.PASSKEY):
        with pytest.raises(IntegrityError), transaction.atomic():
            FactorSecret.objects.create(user=user, kind=kind, secret="x")


def test_no_secret_stands_in_the_clear() -> None:
    with_app(StaffFactory())

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_factorsecret")
        stored = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored += " ".join(str(row[0]) for row in cursor.fetchall())

    assert SECRET not in stored
    assert {row.secret for row in FactorSecret.objects.filter(kind="totp")} == {SECRET}
    with pytest.raises(TypeError):
        FactorAdapter().encrypt("a secret")


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_clocks_may_differ_by_half_a_minute(steps: int) -> None:
    user = StaffFactory()
    with_app(user)

    assert use(user, code_of(LATER, steps=steps)) is FactorKind.CODE


@pytest.mark.parametrize("steps", [-2, 2])
def test_clocks_may_not_differ_by_more(steps: int) -> None:
    user = StaffFactory()
    with_app(user)

    assert use(user, code_of(LATER, steps=steps)) is None


@pytest.mark.parametrize("written", ["{0} {1}", " {0}{1} ", "{0}-{1}", "{0}　{1}"])
def test_a_code_may_be_written_with_spaces(written: str) -> None:
    user, code = StaffFactory(), code_of(LATER)
    with_app(user)

    assert use(user, written.format(code[:3], code[3:])) is FactorKind.CODE


def test_a_code_in_full_width_digits_is_read() -> None:
    user = StaffFactory()
    with_app(user)

    wide = code_of(LATER).translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert use(user, wide) is FactorKind.CODE


@pytest.mark.parametrize("code", ["", "12345", "x" * 5000, "１２", "é" * 6, "\u2028"])
def test_what_is_no_code_is_refused(code: str) -> None:
    user = StaffFactory()
    with_app(user)

    assert use(user, code) is None


def test_a_code_works_once_within_its_window() -> None:
    user, code = StaffFactory(), code_of(LATER)
    with_app(user)

    tries = [use(user, code, LATER + timedelta(seconds=n)) for n in (0, 1, 29, 31, 59)]

    assert tries == [FactorKind.CODE, None, None, None, None]


def test_an_older_code_than_the_last_one_is_refused_and_the_next_one_works() -> None:
    user = StaffFactory()
    with_app(user)
    use(user, code_of(LATER))

    assert use(user, code_of(LATER, steps=-1)) is None
    assert use(user, code_of(LATER, steps=1)) is FactorKind.CODE


def test_the_code_that_set_the_app_up_is_used() -> None:
    user = StaffFactory()
    with_app(user)

    assert use(user, code_of(NOON), NOON + timedelta(seconds=20)) is None


def test_a_code_of_somebody_else_is_none() -> None:
    user, other = StaffFactory(), StaffFactory()
    codes = with_app(user)
    services.add_passkey(user_id=other.pk, name="x", credential={}, actor=acting(other), now=NOON)

    assert use(other, code_of(LATER)) is None
    assert use(other, codes[0]) is None


def test_each_recovery_code_works_once() -> None:
    user = StaffFactory()
    first, second, *_ = with_app(user)

    tries = [use(user, f"{first[:4]} {first[4:]}"), use(user, first), use(user, second)]

    assert tries == [FactorKind.RECOVERY, None, FactorKind.RECOVERY]
    assert queries.factors(user_id=user.pk)[1].left == 8
    assert told(user)[-2:] == [
        ("staff.recovery_code_used", {"left": 9}),
        ("staff.recovery_code_used", {"left": 8}),
    ]


def test_new_recovery_codes_make_the_old_ones_void() -> None:
    user = StaffFactory()
    old = with_app(user)

    new = services.make_recovery_codes(user_id=user.pk, actor=acting(user), now=NOON)

    assert not set(old) & set(new)
    assert (use(user, old[0]), use(user, new[0])) == (None, FactorKind.RECOVERY)


def test_recovery_codes_stand_in_for_something() -> None:
    user = StaffFactory()

    with pytest.raises(NoFactor):
        services.make_recovery_codes(user_id=user.pk, actor=acting(user), now=NOON)

    assert (kinds(user), told(user)) == ([], [])


def test_a_second_factor_brings_no_new_recovery_codes() -> None:
    user = StaffFactory()
    with_app(user)

    codes = services.add_passkey(
        user_id=user.pk, name="店里的电脑", credential={}, actor=acting(user), now=LATER
    )

    assert codes == ()
    assert [(one.kind, one.name) for one in queries.factors(user_id=user.pk)] == [
        ("totp", ""), ("webauthn", "店里的电脑"), ("recovery_codes", ""),
    ]  # fmt: skip


def test_the_last_factor_takes_the_recovery_codes_along() -> None:
    user = StaffFactory()
    with_app(user)
    services.add_passkey(user_id=user.pk, name="x", credential={}, actor=acting(user), now=LATER)
    app, passkey, _codes = queries.factors(user_id=user.pk)

    removed = [
        services.remove_factor(user_id=user.pk, key=key, actor=acting(user), now=LATER)
        for key in (passkey.key, passkey.key)
    ]
    assert (removed, kinds(user)) == ([FactorKind.PASSKEY, None], ["totp", "recovery_codes"])

    services.remove_factor(user_id=user.pk, key=app.key, actor=acting(user), now=LATER)
    assert (kinds(user), FactorSecret.objects.count()) == ([], 0)
    with_app(user, LATER)  # and may be set up again


def test_removing_the_app_leaves_the_passkey_and_the_recovery_codes() -> None:
    user = StaffFactory()
    codes = with_app(user)
    services.add_passkey(user_id=user.pk, name="x", credential={}, actor=acting(user), now=LATER)

    key = queries.factors(user_id=user.pk)[0].key
    services.remove_factor(user_id=user.pk, key=key, actor=acting(user), now=LATER)

    assert kinds(user) == ["webauthn", "recovery_codes"]
    assert use(user, codes[3]) is FactorKind.RECOVERY


def test_nobody_removes_what_is_another_persons() -> None:
    user, other = StaffFactory(), StaffFactory()
    with_app(user)
    key = queries.factors(user_id=user.pk)[0].key

    found = services.remove_factor(user_id=other.pk, key=key, actor=acting(other), now=LATER)

    assert (found, kinds(user)) == (None, ["totp", "recovery_codes"])


def test_a_shop_that_asks_for_a_factor_keeps_the_last_one() -> None:
    user = StaffFactory()
    with_app(user)
    Shop.objects.create(pk=1, name="茶", second_factor_required=True)
    key = queries.factors(user_id=user.pk)[0].key

    with pytest.raises(LastFactor):
        services.remove_factor(user_id=user.pk, key=key, actor=acting(user), now=LATER)

    assert kinds(user) == ["totp", "recovery_codes"]


def test_factors_are_reset_only_by_who_may_as_much() -> None:
    owner, service = StaffFactory(), StaffFactory(role=Role.SERVICE)
    with_app(owner)
    with_app(service)

    with pytest.raises(NotAllowed):
        services.reset_factors(
            user_id=owner.pk, by=role(Role.SERVICE), actor=acting(service), now=LATER
        )
    assert kinds(owner) == ["totp", "recovery_codes"]

    done = [
        services.reset_factors(
            user_id=service.pk, by=role(Role.OWNER), actor=acting(owner), now=LATER
        )
        for _ in range(2)
    ]
    assert (done, kinds(service)) == ([True, False], [])
    assert told(service)[-1] == ("staff.factors_reset", {"login": service.username})


def test_the_switch_is_told_and_read() -> None:
    assert not queries.shop().second_factor_required

    services.require_second_factor(is_required=True, actor=acting(StaffFactory()), now=NOON)

    assert queries.shop().second_factor_required
    event = Event.objects.get(kind="shop.second_factor")
    assert (event.payload, event.actor_type) == ({"is_required": True}, "staff")


@pytest.mark.django_db(transaction=True)
def test_one_of_many_who_use_the_same_code_at_once_comes_in() -> None:
    user = StaffFactory()
    codes = with_app(user)

    for code, kind in ((code_of(LATER), FactorKind.CODE), (codes[0], FactorKind.RECOVERY)):
        results = at_once([lambda code=code: use(user, code)] * 6)  # type: ignore[misc]
        assert sorted(results, key=str) == [None] * 5 + [kind]


@pytest.mark.django_db(transaction=True)
def test_one_of_many_who_set_an_app_up_at_once_does() -> None:
    user = StaffFactory()

    results = at_once([lambda: with_app(user)] * 4)

    assert sum(isinstance(one, tuple) for one in results) == 1
    assert sum(isinstance(one, FactorExists) for one in results) == 3
    assert Authenticator.objects.count() == 2
