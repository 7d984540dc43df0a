"""The file of what could not be imported: the rows as they came, with the reason at the end."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.core.tables.reading import Table
from zhanggui.core.tables.writing import table_writer
from zhanggui.integrations.services import storage
from zhanggui.integrations.services.work import Result, said
from zhanggui.integrations.types import Outcome

MOST_LINES = 50_000
_LEFT_OUT = (Outcome.REFUSED, Outcome.SKIPPED)


def lines_of(result: Result) -> dict[str, Any]:
    """Return what a row of the database must keep of a refusal, to write this file later."""
    if result.outcome not in _LEFT_OUT:
        return {}
    return {
        "lines": list(result.lines)[:300],
        "faults": [[one.line, said(one.column, one.text)] for one in result.faults][:300],
    }


class ErrorFile:
    """Collects the reasons of wrong rows, and writes them once all are known."""

    def __init__(self) -> None:
        self._reasons: dict[int, str] = {}

    def add(self, result: Result) -> None:
        """Take in what became of one thing of the file."""
        self.note(
            outcome=result.outcome,
            reason=result.reason,
            lines=result.lines,
            faults=[(one.line, said(one.column, one.text)) for one in result.faults],
        )

    def note(
        self,
        *,
        outcome: str,
        reason: str,
        lines: Iterable[int],
        faults: Iterable[tuple[int, str]] = (),
    ) -> None:
        """Take in why lines were left out, or what should be known of them."""
        if not reason or len(self._reasons) > MOST_LINES:
            return
        if outcome in _LEFT_OUT:
            other = _("同一商品的其他行有错")
            self._reasons |= dict.fromkeys(lines, other)
            for line, text in faults:
                said = self._reasons.get(line, other)
                self._reasons[line] = text if said == other else f"{said}；{text}"
        else:
            self._reasons[next(iter(lines))] = _("提示：%(text)s") % {"text": reason}

    def write(self, table: Table) -> str:
        """Write the file and return its storage name, "" where nothing was wrong."""
        if not self._reasons:
            return ""
        header = [_("行号"), *table.header, _("不能导入的原因")]
        with storage.scratch("errors.csv") as path:
            with table_writer(path, header=header) as writer:
                for record in table.records():
                    if reason := self._reasons.get(record.line):
                        writer.row([str(record.line), *record.cells, reason])
            folder = f"errors/{timezone.now():%Y%m}"
            return storage.keep(path, folder=folder, name="errors.csv")
