"""The audit log of what staff and their programs do: a chain in which nothing changes unnoticed.

Every row carries a keyed hash (HMAC-SHA-256) over all its columns and the hash of the row before;
one head row holds how many rows there are and the last hash, and is sealed the same way. The key
comes from `ZHANGGUI_INDEX_KEY`, which the database does not hold. So `verify` finds a changed byte,
and a row that was taken out, cut off at the end, moved or put in, also where the database's
administrator did it. It cannot find what was done with the key in hand, nor a whole database set
back to an older copy of itself: note the last position and hash elsewhere for that.

Rows are written in the transaction of the act, last of all: the head's lock orders those who act,
and shoppers never take it.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.db import connection, transaction

from zhanggui.core.encryption import signature
from zhanggui.core.models import AuditCheck, AuditEntry, AuditHead
from zhanggui.core.types import Actor, ActorType, By

AUDITED = frozenset({ActorType.STAFF, ActorType.API, ActorType.COMMAND})
START = "0" * 64  # what the first row follows
MIGRATION = "0003_audit_log"  # which makes its tables
_BATCH = 1000
_COLUMNS = (
    *("id", "at", "actor_type", "actor_id", "actor_name", "kind", "subject_type", "subject_id"),
    *("label", "details", "previous"),
)
_HASHED = "audit row"
_HEAD = "audit head"

Labels = Callable[[Collection[int]], Mapping[int, str]]
_labels: dict[str, Labels] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody did. Details are ids and plain facts (JSON values), never personal data."""

    kind: str
    actor: Actor
    at: datetime
    subject_type: str
    subject_id: int | None = None
    label: str | None = None  # what people call the subject; None asks whoever knows its kind
    details: Mapping[str, Any] = field(default_factory=dict)


class Fault(StrEnum):
    """What is wrong with the log."""

    CHANGED = "changed"  # a row is not as it was written
    MISSING = "missing"  # a row is not there
    EXTRA = "extra"  # a row is there that nobody wrote
    HEAD = "head"  # the head is gone or is not as it was written


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check found: the rows that are right and, where the chain breaks, place and fault."""

    checked: int
    position: int | None = None
    fault: Fault | None = None
    last: str = START  # the hash of the last row that is right

    @property
    def is_whole(self) -> bool:
        """Tell whether every row is as it was written."""
        return self.fault is None


def labels(subject_type: str) -> Callable[[Labels], Labels]:
    """Say which query knows what people call the subjects of a kind."""

    def register(query: Labels) -> Labels:
        _labels[subject_type] = query
        return query

    return register


def is_audited(actor: Actor) -> bool:
    """Tell whether what this actor does gets rows of its own."""
    return actor.type in AUDITED and not actor.part_of


@transaction.atomic(savepoint=False)
def record(*acts: Act) -> None:
    """Add what staff, programs and commands did; acts of others, and parts of one, are left out.

    Call it after all other writes of the transaction: it locks the head until the commit.
    """
    acts = tuple(act for act in acts if is_audited(act.actor))
    if not acts:
        return
    names = _names(acts)
    head = AuditHead.objects.select_for_update().get(pk=1)
    rows = []
    for act in acts:
        row = AuditEntry(
            id=head.position + 1,
            at=moment_text(act.at),
            actor_type=str(act.actor.type),
            actor_id=act.actor.id,
            actor_name=act.actor.name[:60],
            kind=act.kind,
            subject_type=act.subject_type,
            subject_id=act.subject_id,
            label=names.get((act.subject_type, act.subject_id), "")
            if act.label is None
            else act.label[:120],
            details=json.dumps(act.details, ensure_ascii=False, sort_keys=True),
            previous=head.hash,
        )
        row.hash = _hash([getattr(row, name) for name in _COLUMNS])
        head.position, head.hash = row.pk, row.hash
        rows.append(row)
    AuditEntry.objects.bulk_create(rows)
    head.seal = _seal(head.position, head.hash)
    head.save(update_fields=["position", "hash", "seal"])


def record_by(by: By | None, **what: Any) -> None:
    """Add one act, where somebody is named who did it: `what` are the other fields of `Act`."""
    if by is not None and is_audited(by.actor):
        record(Act(actor=by.actor, at=by.at, **what))


def was_done(*, kind: str, actor_id: int, since: datetime) -> bool:
    """Tell whether this person did it, or had it happen, since that moment."""
    found = AuditEntry.objects.filter(kind=kind, actor_id=actor_id, at__gte=moment_text(since))
    return found.exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows to show; what is empty narrows nothing."""

    actor_type: str = ""
    actor_id: int | None = None
    kind: str = ""
    label: str = ""
    since: datetime | None = None
    until: datetime | None = None  # the first moment after


def entries(*, wanted: Wanted, before: int | None, limit: int) -> list[AuditEntry]:
    """Return rows, newest first, those below the position `before` where it is given."""
    known = {
        "actor_type": wanted.actor_type,
        "actor_id": wanted.actor_id,
        "kind": wanted.kind,
        "label": wanted.label,
        "at__gte": moment_text(wanted.since) if wanted.since else "",
        "at__lt": moment_text(wanted.until) if wanted.until else "",
        "pk__lt": before,
    }
    narrowed = {name: value for name, value in known.items() if value not in ("", None)}
    with _any_bytes("replace"):
        return list(AuditEntry.objects.filter(**narrowed).order_by("-pk")[:limit])


def facts(row: AuditEntry) -> dict[str, Any]:
    """Return a row's details; of one that somebody changed they may be none."""
    try:
        found = json.loads(row.details)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def moment(row: AuditEntry) -> datetime | None:
    """Return when it was done; None where somebody changed that."""
    try:
        return datetime.fromisoformat(row.at).astimezone(UTC)
    except ValueError:
        return None


def length() -> int:
    """Return how many rows the head speaks of."""
    head = AuditHead.objects.filter(pk=1).first()
    return head.position if head else 0


def last_check() -> AuditCheck | None:
    """Return what the last check found; None before the first."""
    return AuditCheck.objects.filter(pk=1).first()


def make_head() -> None:
    """Begin the log; run once, after the migration that makes its tables."""
    if not AuditHead.objects.exists() and not AuditEntry.objects.exists():
        AuditHead.objects.bulk_create(
            [AuditHead(id=1, position=0, hash=START, seal=_seal(0, START))], ignore_conflicts=True
        )


def verify() -> Verdict:
    """Look at every row and the head, also while acts are added; memory does not grow."""
    with _any_bytes("surrogateescape"):
        return _verify()


@contextmanager
def _any_bytes(errors: str) -> Iterator[None]:
    """Read what is no UTF-8, too, which SQLite alone may hold: a changed byte can make that."""
    connection.ensure_connection()
    if connection.vendor != "sqlite":
        yield
        return
    raw, usual = connection.connection, connection.connection.text_factory
    raw.text_factory = lambda text: text.decode("utf-8", errors)
    try:
        yield
    finally:
        raw.text_factory = usual


def _verify() -> Verdict:
    position, last = 0, START
    while True:
        head = AuditHead.objects.filter(pk=1).first()
        if head is None or head.seal != _seal(head.position, head.hash):
            return Verdict(checked=position, position=None, fault=Fault.HEAD, last=last)
        for *cells, stored in _rows(after=position):
            if cells[0] > head.position:
                break
            fault = _fault(cells, stored, position=position + 1, last=last)
            if fault:
                return Verdict(checked=position, position=position + 1, fault=fault, last=last)
            position, last = position + 1, stored
        if position < head.position:
            return Verdict(checked=position, position=position + 1, fault=Fault.MISSING, last=last)
        if last != head.hash:
            return Verdict(checked=position, position=None, fault=Fault.HEAD, last=last)
        if not AuditEntry.objects.filter(pk__gt=position).exists():
            return Verdict(checked=position, last=last)
        if AuditHead.objects.filter(pk=1, position=head.position).exists():
            return Verdict(checked=position, position=position + 1, fault=Fault.EXTRA, last=last)


def check(*, now: datetime) -> Verdict:
    """Verify and keep the result for the console."""
    verdict = verify()
    AuditCheck.objects.update_or_create(
        pk=1,
        defaults={
            "at": now,
            "checked": verdict.checked,
            "position": verdict.position,
            "fault": str(verdict.fault or ""),
        },
    )
    return verdict


def moment_text(at: datetime) -> str:
    """Return a moment as the log stores it: UTC to the microsecond, sorted as text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def _names(acts: Collection[Act]) -> dict[tuple[str, int | None], str]:
    wanted: dict[str, set[int]] = {}
    for act in acts:
        if act.label is None and act.subject_id is not None and act.subject_type in _labels:
            wanted.setdefault(act.subject_type, set()).add(act.subject_id)
    return {
        (kind, pk): name[:120]
        for kind, ids in wanted.items()
        for pk, name in _labels[kind](ids).items()
    }


def _hash(cells: list[Any]) -> str:
    return signature(_HASHED, json.dumps(cells))


def _seal(position: int, last: str) -> str:
    return signature(_HEAD, json.dumps([position, last]))


def _rows(*, after: int) -> Iterator[tuple[Any, ...]]:
    """Yield what stands in the database, byte for byte, a batch at a time.

    From the very first row on, so that one before the first is found, too.
    """
    quote = connection.ops.quote_name
    columns = ", ".join(map(quote, (*_COLUMNS, "hash")))
    table = quote(AuditEntry._meta.db_table)
    where, parameters = ("WHERE id > %s", [after]) if after else ("", [])
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {columns} FROM {table} {where} ORDER BY id LIMIT {_BATCH}",  # noqa: S608 -- names of our model
                parameters,
            )
            found = cursor.fetchall()
        yield from found
        if len(found) < _BATCH:
            return
        where, parameters = "WHERE id > %s", [found[-1][0]]


def _fault(cells: list[Any], stored: Any, *, position: int, last: str) -> Fault | None:
    if cells[0] != position:
        return Fault.MISSING if cells[0] > position else Fault.EXTRA
    try:
        is_right = cells[-1] == last and stored == _hash(cells)
    except TypeError:  # SQLite lets anything stand in a column, also what is no text
        is_right = False
    return None if is_right else Fault.CHANGED
