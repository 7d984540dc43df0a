"""Events: rows and handlers in the publisher's transaction, wake-ups after its commit."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from zhanggui.core.events import Event, after_commit, on, publish
from zhanggui.core.models import Counter
from zhanggui.core.models import Event as Row
from zhanggui.core.types import Actor, ActorType

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def new_kind() -> type[Event]:
    """Return an event class that nobody else listens to."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class TeaPoured(Event):
        kind: ClassVar[str] = "tea.poured"
        subject_type: ClassVar[str] = "tea"
        cups: int = 1

    return TeaPoured


@pytest.mark.django_db
def test_a_published_event_is_a_row_of_its_subjects_timeline() -> None:
    poured = new_kind()

    publish(poured(subject_id=7, at=NOON, actor=Actor(ActorType.STAFF, 3)))

    row = Row.objects.get(subject_type="tea", subject_id=7)
    assert (row.kind, row.actor_type, row.actor_id, row.at) == ("tea.poured", "staff", 3, NOON)
    assert row.payload == {"cups": 1}


@pytest.mark.django_db
def test_many_events_are_one_statement_and_one_call_of_each_handler() -> None:
    poured = new_kind()
    heard: list[list[int]] = []
    on(poured)(lambda events: heard.append([event.subject_id for event in events]))

    with CaptureQueriesContext(connection) as asked:
        publish(*[poured(subject_id=n, at=NOON) for n in (3, 1, 2)])

    assert heard == [[3, 1, 2]]
    assert len(asked) == 1
    assert list(Row.objects.order_by("id").values_list("subject_id", flat=True)) == [3, 1, 2]


@pytest.mark.django_db
def test_handlers_hear_their_own_kind_only_in_the_order_they_came() -> None:
    poured, spilled = new_kind(), new_kind()
    heard: list[str] = []
    on(poured)(lambda events: heard.append("first"))
    on(poured)(lambda events: heard.append("second"))
    on(spilled)(lambda events: heard.append("other"))

    publish(poured(subject_id=1, at=NOON))

    assert heard == ["first", "second"]


@pytest.mark.django_db
def test_publishing_nothing_does_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        publish()

    assert len(asked) == 0


class HandlerFailed(Exception):
    """What the handler of these tests raises."""


def _write_and_fail(events: Sequence[Event]) -> None:
    Counter.objects.create(name="written by the handler")
    raise HandlerFailed


@pytest.mark.django_db(transaction=True)
def test_a_failing_handler_undoes_the_events_where_there_is_no_transaction() -> None:
    poured = new_kind()
    on(poured)(_write_and_fail)

    with pytest.raises(HandlerFailed):
        publish(poured(subject_id=1, at=NOON))

    assert not Row.objects.exists()
    assert not Counter.objects.filter(name="written by the handler").exists()


@pytest.mark.django_db(transaction=True)
def test_a_failing_handler_undoes_the_publishers_work_even_if_it_is_caught() -> None:
    poured = new_kind()
    on(poured)(_write_and_fail)

    with transaction.atomic():
        Counter.objects.create(name="written by the publisher")
        with suppress(HandlerFailed):
            publish(poured(subject_id=1, at=NOON))

    assert not Row.objects.exists()
    assert not Counter.objects.filter(name__startswith="written by").exists()


@pytest.mark.django_db(transaction=True)
def test_wake_ups_come_after_the_commit_and_not_without_it() -> None:
    poured = new_kind()
    woken: list[tuple[int, bool]] = []

    @after_commit(poured)
    def wake(events: Sequence[Event]) -> None:
        woken.extend((event.subject_id, connection.in_atomic_block) for event in events)

    with transaction.atomic():
        publish(poured(subject_id=1, at=NOON), poured(subject_id=2, at=NOON))
        assert woken == []
    with transaction.atomic():
        publish(poured(subject_id=3, at=NOON))
        transaction.set_rollback(True)

    assert woken == [(1, False), (2, False)]
    assert set(Row.objects.values_list("subject_id", flat=True)) == {1, 2}


@pytest.mark.django_db(transaction=True)
def test_a_failing_wake_up_is_logged_and_keeps_neither_the_rows_nor_others_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    poured = new_kind()
    woken: list[int] = []

    @after_commit(poured)
    def fail(events: Sequence[Event]) -> None:
        raise HandlerFailed

    after_commit(poured)(lambda events: woken.append(len(events)))

    with caplog.at_level(logging.ERROR):
        publish(poured(subject_id=1, at=NOON))

    assert woken == [1]
    assert Row.objects.count() == 1
    assert "HandlerFailed" in caplog.text
