"""Typed domain events: rows of one table, and handlers in the same transaction.

The table is the outbox and, by subject, the timeline. Publishers never know who listens.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, NamedTuple, TypeVar

from django.db import transaction

from zhanggui.core import audit
from zhanggui.core.bulk import insert_rows, stored_moment
from zhanggui.core.ids import next_id
from zhanggui.core.models import Event as Row
from zhanggui.core.types import SYSTEM, Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base class. Fields are ids and plain facts (JSON values), never personal data."""

    kind: ClassVar[str]  # "order.placed"
    subject_type: ClassVar[str]  # "order"

    subject_id: int
    at: datetime
    actor: Actor = SYSTEM

    def payload(self) -> dict[str, Any]:
        """Return the fields beyond subject, time and actor."""
        kind: Any = type(self)
        return {name: getattr(self, name) for name in _payload_fields(kind)}


@cache
def _payload_fields(kind: type[Any]) -> tuple[str, ...]:
    own = {field.name for field in fields(Event)}
    return tuple(field.name for field in fields(kind) if field.name not in own)


class NewEvent(NamedTuple):
    """A row of the table as it stands there: the payload as JSON, `at` by `bulk.stored_moment`."""

    id: int
    kind: str
    subject_type: str
    subject_id: int
    actor_type: str
    actor_id: int | None
    payload: str
    at: str


E = TypeVar("E", bound=Event)
Handler = Callable[[Sequence[Any]], None]

_in_transaction: dict[type[Event], list[Handler]] = defaultdict(list)
_after_commit: dict[type[Event], list[Handler]] = defaultdict(list)


def on(kind: type[E]) -> Callable[[Callable[[Sequence[E]], None]], Callable[[Sequence[E]], None]]:
    """Run the handler inside the publisher's transaction; its exception undoes everything.

    A handler gets all events of its kind that one call published, so it can stay set-based.
    """

    def register(handler: Callable[[Sequence[E]], None]) -> Callable[[Sequence[E]], None]:
        _in_transaction[kind].append(handler)
        return handler

    return register


def after_commit(
    kind: type[E],
) -> Callable[[Callable[[Sequence[E]], None]], Callable[[Sequence[E]], None]]:
    """Run the handler once the publisher's transaction is committed; it may only wake somebody."""

    def register(handler: Callable[[Sequence[E]], None]) -> Callable[[Sequence[E]], None]:
        _after_commit[kind].append(handler)
        return handler

    return register


@transaction.atomic(savepoint=False)
def publish(*events: Event) -> None:
    """Write the events as rows (one statement) and tell who listens, in the order published.

    A handler's exception undoes the publisher's whole transaction, also where it is caught. What
    staff do comes into the audit log, after the handlers' writes.
    """
    if not events:
        return
    insert_rows(
        model=Row,
        rows=[
            NewEvent(
                id=next_id(),
                kind=event.kind,
                subject_type=event.subject_type,
                subject_id=event.subject_id,
                actor_type=event.actor.type,
                actor_id=event.actor.id,
                payload=json.dumps(event.payload(), ensure_ascii=False),
                at=stored_moment(event.at),
            )
            for event in events
        ],
    )
    groups: dict[type[Event], list[Event]] = {}
    for event in events:
        groups.setdefault(type(event), []).append(event)
    for kind, group in groups.items():
        for handler in _in_transaction.get(kind, ()):
            handler(group)
        for handler in _after_commit.get(kind, ()):
            transaction.on_commit(_waking(handler, group), robust=True)
    acts = [_act(event) for event in events if audit.is_audited(event.actor)]
    if acts:
        audit.record(*acts)


def _act(event: Event) -> audit.Act:
    return audit.Act(
        kind=event.kind,
        actor=event.actor,
        at=event.at,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        details=event.payload(),
    )


def _waking(handler: Handler, group: Sequence[Event]) -> Callable[[], None]:
    """Return a named function: Django cannot log the failure of a `partial`, and fails itself."""

    def wake() -> None:
        handler(group)

    return wake


def record_past(*, events: Sequence[NewEvent]) -> None:
    """Write events of seeded rows, many at once, and tell nobody."""
    insert_rows(model=Row, rows=events)
