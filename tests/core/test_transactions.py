"""Running again what only met others at the same rows."""

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from zhanggui.core.models import Counter
from zhanggui.core.transactions import Busy, in_transaction, is_contention, retried


class Deadlock(Exception):
    """What a driver of PostgreSQL raises."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def operational(*args: object, sqlstate: str = "") -> OperationalError:
    error = OperationalError(*args)
    error.__cause__ = Deadlock(sqlstate) if sqlstate else None
    return error


@pytest.mark.parametrize(
    ("error", "is_it"),
    [
        (operational("database is locked"), True),
        (operational(1213, "Deadlock found"), True),
        (operational(1205, "Lock wait timeout exceeded"), True),
        (operational(1020, "Record has changed since last read"), True),
        (operational("deadlock detected", sqlstate="40P01"), True),
        (operational("could not serialize", sqlstate="40001"), True),
        (operational("lock not available", sqlstate="55P03"), True),
        (operational("no such table: orders_order"), False),
        (operational(2006, "server has gone away"), False),
        (operational("admin shutdown", sqlstate="57P01"), False),
        (operational(), False),
    ],
    ids=str,
)
def test_only_a_clash_with_others_counts_as_one(error: OperationalError, is_it: bool) -> None:
    assert is_contention(error) is is_it


@pytest.mark.django_db(transaction=True)
def test_work_is_done_again_after_a_clash_and_written_once() -> None:
    tries: list[int] = []

    def work() -> str:
        tries.append(1)
        Counter.objects.create(name=f"try {len(tries)}")
        if len(tries) < 3:
            raise OperationalError("database is locked")
        return "done"

    assert in_transaction(work) == "done"
    assert len(tries) == 3
    assert list(Counter.objects.filter(name__startswith="try").values_list("name", flat=True)) == [
        "try 3"
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("error", "tries_made"),
    [
        (OperationalError("no such table"), 1),
        (IntegrityError("unique"), 1),
        (ValueError("a bug"), 1),
    ],
    ids=str,
)
def test_what_is_no_clash_comes_out_at_once(error: Exception, tries_made: int) -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        Counter.objects.create(name="try")
        raise error

    with pytest.raises(type(error), match=str(error)):
        in_transaction(work, attempts=2)

    assert len(tries) == tries_made
    assert not Counter.objects.filter(name="try").exists()
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_a_clash_that_does_not_end_is_a_refusal_that_asks_to_wait() -> None:
    tries: list[int] = []

    @retried
    def work() -> None:
        tries.append(1)
        Counter.objects.create(name="try")
        raise OperationalError("database is locked")

    with pytest.raises(Busy) as refusal:
        work()

    assert (refusal.value.code, refusal.value.status, len(tries)) == ("busy", 503, 5)
    assert not Counter.objects.filter(name="try").exists()


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_work_is_tried_once_and_alone_undone() -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        Counter.objects.create(name="inner")
        raise OperationalError("database is locked")

    with transaction.atomic():
        Counter.objects.create(name="outer")
        with pytest.raises(OperationalError):
            in_transaction(work)

    assert len(tries) == 1
    assert Counter.objects.filter(name="outer").exists()
    assert not Counter.objects.filter(name="inner").exists()
