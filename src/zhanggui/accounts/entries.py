"""Who came in: signing in and out, failing to, being locked out, as rows of the audit log."""

from datetime import datetime, timedelta

from zhanggui.accounts.models import User
from zhanggui.core import audit
from zhanggui.core.types import Actor, ActorType

LOCKED = timedelta(minutes=15)


def record_entry(*, user: User, kind: str, now: datetime) -> None:
    """Note that somebody of the staff signed in or out, or failed to."""
    audit.record(
        audit.Act(
            kind=kind,
            actor=Actor(ActorType.STAFF, user.pk, user.name),
            at=now,
            subject_type="user",
            subject_id=user.pk,
            label=user.name,
        )
    )


def record_failed_entry(*, username: str, is_locked: bool, now: datetime) -> None:
    """Note that somebody tried to sign in as one of the staff, or was locked out, once a quarter.

    Tries with names that nobody has leave nothing here: whoever likes could fill the log with them.
    """
    user = User.objects.filter(username=username).exclude(role="").first()
    if user is None:
        return
    kind = "staff.locked_out" if is_locked else "staff.entry_failed"
    if not is_locked or not audit.was_done(kind=kind, actor_id=user.pk, since=now - LOCKED):
        record_entry(user=user, kind=kind, now=now)
