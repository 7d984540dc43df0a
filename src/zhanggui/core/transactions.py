"""Running a transaction again when the database asked for it (deadlock, busy)."""

import random
import time
from collections.abc import Callable
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal

T = TypeVar("T")
P = ParamSpec("P")


class Busy(Refusal):
    """Too many want the same rows at once; nothing was changed, try again in a moment."""

    code = "busy"
    status = 503

    def __init__(self) -> None:
        super().__init__(_("现在下单的人太多，请稍等几秒再试。"))


_POSTGRES = {"40001", "40P01", "55P03"}
_MYSQL = {1205, 1213, 1020}
_WAIT_SECONDS = 0.02
_LONGEST_REST = 0.2


def is_contention(error: OperationalError) -> bool:
    """Tell whether the database refused only because others were at the same rows."""
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    number = error.args[0] if error.args else None
    return state in _POSTGRES or number in _MYSQL or "database is locked" in str(error)


def in_transaction(work: Callable[[], T], *, attempts: int = 5) -> T:
    """Run `work` in one transaction, again after a deadlock or busy error (`attempts` in all).

    Inside an open transaction it runs once: only the outermost one can be run again.

    Raises:
        Busy: the last attempt met contention, too; nothing was changed.
    """
    if transaction.get_connection().in_atomic_block:
        with transaction.atomic():
            return work()
    for attempt in range(1, attempts + 1):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            if not is_contention(error):
                raise
            if attempt == attempts:
                raise Busy from error
        time.sleep(_WAIT_SECONDS * attempt * (1 + random.random()))  # noqa: S311 -- only spreads
    raise AssertionError("unreachable")


def in_steps(step: Callable[[], bool]) -> None:
    """Run short transactions one after the other until one says that there is no more to do."""
    began = time.monotonic()
    while in_transaction(step):
        rest(since=began)
        began = time.monotonic()


def rest(*, since: float) -> None:
    """Do nothing for as long as was worked (since a `time.monotonic`), a fifth of a second at most.

    For work of many transactions: SQLite has one writer, and who orders meanwhile should not wait.
    """
    time.sleep(min(time.monotonic() - since, _LONGEST_REST))


def retried(service: Callable[P, T]) -> Callable[P, T]:
    """Run the service in one transaction, again after a deadlock or busy error.

    For services whose every effect is in the database; see `in_transaction`.
    """

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return in_transaction(partial(service, *args, **kwargs))

    return run
