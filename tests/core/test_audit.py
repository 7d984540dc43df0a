"""The audit log: who did what is written with the act, and no byte of it changes unnoticed."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from tests.factories.threads import at_once

from zhanggui.core import audit
from zhanggui.core.audit import Act, Fault
from zhanggui.core.models import AuditCheck, AuditEntry, AuditHead
from zhanggui.core.transactions import in_transaction
from zhanggui.core.types import CHANNEL, SHOPPER, SYSTEM, Actor, ActorType, By

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
LAN = Actor(ActorType.STAFF, 7, "林岚")
COLUMNS = [field.column for field in AuditEntry._meta.concrete_fields if field.column != "id"]


def pour(cups: int = 1, **changes: Any) -> Act:
    known = {"kind": "tea.poured", "actor": LAN, "at": NOON, "subject_type": "tea"}
    return Act(**{**known, "subject_id": 3, "label": "龙井", "details": {"杯": cups}, **changes})


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.django_db
def test_an_act_is_a_row_chained_to_the_one_before() -> None:
    audit.record(pour(1), pour(2, at=NOON + timedelta(microseconds=5), subject_id=None, label=""))
    audit.record(pour(3, actor=Actor(ActorType.API, 9, "ERP")))

    first, second, third = AuditEntry.objects.order_by("pk")
    assert (first.pk, first.at, first.actor_name) == (1, "2026-11-21T04:00:00.000000Z", "林岚")
    assert (first.actor_type, first.actor_id, first.kind) == ("staff", 7, "tea.poured")
    assert (first.subject_type, first.subject_id, first.label) == ("tea", 3, "龙井")
    assert json.loads(first.details) == {"杯": 1}
    assert (second.pk, second.at) == (2, "2026-11-21T04:00:00.000005Z")
    assert [first.previous, second.previous, third.previous] == [
        audit.START,
        first.hash,
        second.hash,
    ]
    head = AuditHead.objects.get()
    assert (head.position, head.hash) == (3, third.hash)
    assert audit.verify() == audit.Verdict(checked=3, last=third.hash)


@pytest.mark.django_db
def test_what_shoppers_channels_and_timers_do_is_not_in_it() -> None:
    audit.record(*(pour(actor=actor) for actor in (SHOPPER, CHANNEL, SYSTEM)))

    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_what_is_part_of_a_single_act_has_no_row_of_its_own() -> None:
    by_import = replace(LAN, part_of="import 7")

    audit.record(pour(1), pour(2, actor=by_import))
    audit.record_by(By(by_import, NOON), kind="tea.poured", subject_type="tea")

    assert [json.loads(row.details) for row in AuditEntry.objects.all()] == [{"杯": 1}]


@pytest.mark.django_db
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("position", [1, 2, 3])
def test_one_changed_byte_in_any_column_of_any_row_is_found(column: str, position: int) -> None:
    audit.record(pour(1), pour(2), pour(3))
    kept = AuditEntry.objects.values_list(column, flat=True).get(pk=position)
    wrong = kept + 1 if isinstance(kept, int) else f"{kept[:-1]}{'x' if kept[-1] != 'x' else 'y'}"

    execute(f"UPDATE core_auditentry SET {column} = %s WHERE id = %s", wrong, position)

    verdict = audit.verify()
    assert (verdict.checked, verdict.position, verdict.fault) == (
        position - 1,
        position,
        Fault.CHANGED,
    )


LIST = ", ".join(COLUMNS)
THIRD = f"SELECT {{}}, {LIST} FROM core_auditentry WHERE id = 3"
PUT_IN = f"INSERT INTO core_auditentry (id, {LIST}) {THIRD}"
HARMS: dict[str, tuple[list[str], int | None, Fault]] = {
    "the first taken out": (["DELETE FROM core_auditentry WHERE id = 1"], 1, Fault.MISSING),
    "one taken out": (["DELETE FROM core_auditentry WHERE id = 2"], 2, Fault.MISSING),
    "cut at the end": (["DELETE FROM core_auditentry WHERE id = 3"], 3, Fault.MISSING),
    "all taken out": (["DELETE FROM core_auditentry"], 1, Fault.MISSING),
    "cut with the head set back": (
        [
            "UPDATE core_audithead SET position = 2",
            "UPDATE core_audithead SET hash = (SELECT hash FROM core_auditentry WHERE id = 2)",
            "DELETE FROM core_auditentry WHERE id = 3",
        ],
        None,
        Fault.HEAD,
    ),
    "swapped": (
        [
            "UPDATE core_auditentry SET id = 99 WHERE id = 1",
            "UPDATE core_auditentry SET id = 1 WHERE id = 2",
            "UPDATE core_auditentry SET id = 2 WHERE id = 99",
        ],
        1,
        Fault.CHANGED,
    ),
    "closed up after one was taken out": (
        [
            "DELETE FROM core_auditentry WHERE id = 2",
            "UPDATE core_auditentry SET id = 2 WHERE id = 3",
        ],
        2,
        Fault.CHANGED,
    ),
    "put in at the end": (
        [PUT_IN.format(4)],
        4,
        Fault.EXTRA,
    ),
    "put in before the first": (
        [PUT_IN.format(0)],
        1,
        Fault.EXTRA,
    ),
    "no head": (["DELETE FROM core_audithead"], None, Fault.HEAD),
    "another seal": ([f"UPDATE core_audithead SET seal = '{'0' * 64}'"], None, Fault.HEAD),
}


@pytest.mark.django_db
@pytest.mark.parametrize("harm", HARMS)
def test_rows_that_go_come_or_move_are_found(harm: str) -> None:
    audit.record(pour(1), pour(2), pour(3))
    statements, position, fault = HARMS[harm]

    for statement in statements:
        execute(statement)

    verdict = audit.verify()
    assert (verdict.position, verdict.fault) == (position, fault)


@pytest.mark.django_db
@pytest.mark.once  # the servers refuse what is no UTF-8
@pytest.mark.parametrize("column", ["at", "actor_name", "label", "details", "previous", "hash"])
def test_a_byte_that_leaves_no_text_is_found_and_the_log_still_shown(column: str) -> None:
    audit.record(pour(1), pour(2), pour(3))

    execute(f"UPDATE core_auditentry SET {column} = CAST(x'FF' AS TEXT) WHERE id = 2")

    verdict = audit.verify()
    assert (verdict.checked, verdict.position, verdict.fault) == (1, 2, Fault.CHANGED)
    shown = audit.entries(wanted=audit.Wanted(), before=None, limit=9)
    assert [(row.pk, getattr(row, column) == "\ufffd") for row in shown] == [
        (3, False),
        (2, True),
        (1, False),
    ]


@pytest.mark.django_db
@pytest.mark.once  # the servers refuse what is no UTF-8
@pytest.mark.parametrize("column", ["hash", "seal"])
def test_a_byte_of_the_head_that_leaves_no_text_is_found(column: str) -> None:
    audit.record(pour(1))

    execute(f"UPDATE core_audithead SET {column} = CAST(x'FF' AS TEXT)")

    assert audit.verify().fault == Fault.HEAD


@pytest.mark.django_db(transaction=True)
def test_who_empties_the_log_is_given_no_new_head() -> None:
    audit.record(pour(1))
    execute("DELETE FROM core_auditentry")
    execute("DELETE FROM core_audithead")

    call_command("migrate", verbosity=0)

    assert audit.verify().fault == Fault.HEAD


@pytest.mark.django_db
def test_who_has_only_the_database_cannot_make_a_row(settings: Any) -> None:
    audit.record(pour(1))
    settings.INDEX_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

    assert audit.verify().fault == Fault.HEAD


@pytest.mark.django_db
def test_long_logs_are_read_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_BATCH", 3)
    audit.record(*(pour(n) for n in range(10)))

    assert audit.verify().checked == 10
    execute("UPDATE core_auditentry SET details = %s WHERE id = 7", '{"杯": 70}')
    assert audit.verify().position == 7


@pytest.mark.django_db(transaction=True)
def test_an_undone_transaction_leaves_no_act_and_a_repeated_one_leaves_one() -> None:
    with suppress(KeyError), transaction.atomic():
        audit.record(pour(1))
        raise KeyError
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        audit.record(pour(2))
        if len(tries) < 3:
            raise OperationalError("database is locked")

    in_transaction(work)

    assert len(tries) == 3
    assert [json.loads(row.details) for row in AuditEntry.objects.all()] == [{"杯": 2}]
    assert audit.verify().checked == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_chain() -> None:
    def act(person: int) -> Callable[[], None]:
        def pour_often() -> None:
            for cup in range(25):
                in_transaction(
                    lambda cup=cup: audit.record(
                        pour(cup, actor=Actor(ActorType.STAFF, person, "多人"))
                    ),
                    attempts=20,
                )

        return pour_often

    assert at_once([act(person) for person in range(8)]) == [None] * 8

    assert audit.verify().checked == 200
    for person in range(8):
        mine = AuditEntry.objects.filter(actor_id=person).order_by("pk")
        assert [json.loads(row.details)["杯"] for row in mine] == list(range(25))


@pytest.mark.django_db
def test_the_command_says_where_the_chain_breaks() -> None:
    audit.record(pour(1), pour(2))
    told = StringIO()

    call_command("verify_audit", stdout=told)

    assert told.getvalue().startswith("2 行已核对")
    assert AuditCheck.objects.values_list("checked", "position", "fault").get() == (2, None, "")
    execute("UPDATE core_auditentry SET label = %s WHERE id = 2", "碧螺春")
    with pytest.raises(CommandError, match="第 2 行") as refusal:
        call_command("verify_audit", stdout=told)
    assert refusal.value.returncode == 1
    assert AuditCheck.objects.values_list("checked", "position", "fault").get() == (
        1,
        2,
        "changed",
    )
