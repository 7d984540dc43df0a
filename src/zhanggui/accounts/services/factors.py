"""Second factors: codes of an app, passkeys, recovery codes. allauth checks, we lock and note."""

import unicodedata
from datetime import datetime
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from zhanggui.accounts import queries
from zhanggui.accounts.events import (
    FactorAdded,
    FactorRemoved,
    FactorsReset,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecondFactorAsked,
)
from zhanggui.accounts.models import FactorSecret, Shop, User
from zhanggui.accounts.queries import SHOP
from zhanggui.accounts.roles import need_cover
from zhanggui.accounts.services.devices import end_sessions
from zhanggui.accounts.types import (
    FactorExists,
    FactorKind,
    LastFactor,
    NoFactor,
    RoleView,
    WrongCode,
)
from zhanggui.core import versions
from zhanggui.core.events import publish
from zhanggui.core.transactions import retried
from zhanggui.core.types import SYSTEM, Actor

_LONGEST = 60  # of what somebody types as a code


@retried
def add_codes_of_app(
    *, user_id: int, secret: str, code: str, actor: Actor, now: datetime
) -> tuple[str, ...]:
    """Ask for codes of an authenticator app from now on, once it showed a right one.

    Returns the recovery codes where they are this person's first ones; they can't be shown again.

    Raises:
        FactorExists: there is an app already.
        WrongCode: the code does not belong to the secret.
    """
    _lock(user_id)
    if FactorSecret.objects.filter(user_id=user_id, kind=FactorKind.CODE).exists():
        raise FactorExists
    step = _step_of(code, secret, now)
    if step is None:
        raise WrongCode
    kept = FactorSecret.objects.create(
        user_id=user_id, kind=FactorKind.CODE, secret=secret, last_step=step
    )
    _add(user_id, FactorKind.CODE, {"secret": str(kept.pk)}, actor, now)
    return _first_recovery_codes(user_id, actor, now)


@retried
def add_passkey(
    *, user_id: int, name: str, credential: dict[str, Any], actor: Actor, now: datetime
) -> tuple[str, ...]:
    """Take a passkey that the browser made and allauth checked.

    Returns the recovery codes where they are this person's first ones; they can't be shown again.
    """
    _lock(user_id)
    _add(user_id, FactorKind.PASSKEY, {"name": name, "credential": credential}, actor, now)
    return _first_recovery_codes(user_id, actor, now)


@retried
def remove_factor(*, user_id: int, key: int, actor: Actor, now: datetime) -> FactorKind | None:
    """Remove an app or a passkey, with the last one the recovery codes; None where there is none.

    Raises:
        LastFactor: the shop asks for a second factor, and there is no other.
    """
    _lock(user_id)
    proving = Authenticator.objects.filter(user_id=user_id).exclude(type=FactorKind.RECOVERY)
    found = proving.filter(pk=key).first()
    if found is None:
        return None
    has_other = proving.exclude(pk=key).exists()
    if not has_other and Shop.objects.filter(second_factor_required=True).exists():
        raise LastFactor
    kind = FactorKind(found.type)
    _delete(user_id, [kind] if has_other else list(FactorKind), key=key if has_other else None)
    publish(FactorRemoved(subject_id=user_id, at=now, actor=actor, factor=kind))
    return kind


@retried
def make_recovery_codes(*, user_id: int, actor: Actor, now: datetime) -> tuple[str, ...]:
    """Make ten codes that each work once, in place of older ones; they can't be shown again.

    Raises:
        NoFactor: there is no second factor for which they could stand in.
    """
    _lock(user_id)
    if not queries.has_factor(user_id=user_id):
        raise NoFactor
    _delete(user_id, [FactorKind.RECOVERY])
    return _make_recovery_codes(user_id, actor, now)


@retried
def use_code(*, user_id: int, code: str, actor: Actor, now: datetime) -> FactorKind | None:
    """Use up a code of the app or a recovery code; None where it is wrong or was used before."""
    _lock(user_id)
    typed = unicodedata.normalize("NFKC", code[:_LONGEST])
    kept = FactorSecret.objects.filter(user_id=user_id, kind=FactorKind.CODE).first()
    step = None if kept is None else _step_of(typed, kept.secret, now)
    if kept is not None and step is not None:
        unused = FactorSecret.objects.filter(pk=kept.pk, last_step__lt=step)
        return _used(user_id, FactorKind.CODE, now) if unused.update(last_step=step) else None
    row = Authenticator.objects.filter(user_id=user_id, type=FactorKind.RECOVERY).first()
    if row is None:
        return None
    codes = RecoveryCodes(row)
    if not codes.validate_code(typed):
        return None
    left = len(codes.get_unused_codes())
    publish(RecoveryCodeUsed(subject_id=user_id, at=now, actor=actor, left=left))
    return _used(user_id, FactorKind.RECOVERY, now)


def note_passkey_used(*, key: int, now: datetime) -> None:
    """Note when a passkey was used last."""
    Authenticator.objects.filter(pk=key).update(last_used_at=now)


@retried
def reset_factors(
    *, user_id: int, by: RoleView | None = None, actor: Actor = SYSTEM, now: datetime
) -> bool:
    """Remove all second factors of who lost them and sign them out everywhere; False if none.

    Raises:
        NotAllowed: their role may more than `by`, the role of who does it.
    """
    user = _lock(user_id)
    need_cover(user.role, by=by)
    if not Authenticator.objects.filter(user_id=user_id).exists():
        return False
    _delete(user_id, list(FactorKind))
    publish(FactorsReset(subject_id=user_id, at=now, actor=actor, login=user.username))
    end_sessions(user_id=user_id, by=by, actor=actor, now=now)
    return True


@retried
def require_second_factor(*, is_required: bool, actor: Actor = SYSTEM, now: datetime) -> None:
    """Ask all staff for a second factor, or leave it to them."""
    Shop.objects.update_or_create(pk=1, defaults={"second_factor_required": is_required})
    versions.bump(SHOP)
    publish(SecondFactorAsked(subject_id=1, at=now, actor=actor, is_required=is_required))


def _lock(user_id: int) -> User:
    """Let no two changes of somebody's factors happen at once."""
    found: User = User.objects.select_for_update().filter(pk=user_id).get()
    return found


def _step_of(code: str, secret: str, now: datetime) -> int | None:
    """Return the half minute whose code it is: this one, or one before or after for slow clocks."""
    current = int(now.timestamp()) // int(app_settings.TOTP_PERIOD)
    for step in (current, current - 1, current + 1):
        expected = format_hotp_value(hotp_value(secret, step))
        if compare_user_code(actual=code, expected=expected):
            return step
    return None


def _add(user_id: int, kind: FactorKind, data: dict[str, Any], actor: Actor, now: datetime) -> None:
    Authenticator.objects.create(user_id=user_id, type=kind.value, data=data, created_at=now)
    if kind == FactorKind.RECOVERY:
        publish(RecoveryCodesMade(subject_id=user_id, at=now, actor=actor))
    else:
        publish(FactorAdded(subject_id=user_id, at=now, actor=actor, factor=kind))


def _delete(user_id: int, kinds: list[FactorKind], *, key: int | None = None) -> None:
    rows = Authenticator.objects.filter(user_id=user_id, type__in=kinds)
    (rows if key is None else rows.filter(pk=key)).delete()
    FactorSecret.objects.filter(user_id=user_id, kind__in=kinds).delete()


def _first_recovery_codes(user_id: int, actor: Actor, now: datetime) -> tuple[str, ...]:
    if FactorSecret.objects.filter(user_id=user_id, kind=FactorKind.RECOVERY).exists():
        return ()
    return _make_recovery_codes(user_id, actor, now)


def _make_recovery_codes(user_id: int, actor: Actor, now: datetime) -> tuple[str, ...]:
    kept = FactorSecret.objects.create(
        user_id=user_id, kind=FactorKind.RECOVERY, secret=RecoveryCodes.generate_seed()
    )
    _add(user_id, FactorKind.RECOVERY, {"seed": str(kept.pk), "used_mask": 0}, actor, now)
    row = Authenticator.objects.get(user_id=user_id, type=FactorKind.RECOVERY)
    return tuple(RecoveryCodes(row).generate_codes())


def _used(user_id: int, kind: FactorKind, now: datetime) -> FactorKind:
    Authenticator.objects.filter(user_id=user_id, type=kind).update(last_used_at=now)
    return kind
