"""The file of what could not be imported: the rows as they came, with the reason at the end."""

from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.core.tables.reading import Table
from zhanggui.core.tables.writing import table_writer
from zhanggui.integrations.services import storage
from zhanggui.integrations.services.work import Result
from zhanggui.integrations.types import Outcome

MOST_LINES = 50_000


class ErrorFile:
    """Collects the reasons of wrong rows, and writes them once all are known."""

    def __init__(self) -> None:
        self._reasons: dict[int, str] = {}

    def add(self, result: Result) -> None:
        """Take in what became of one thing of the file."""
        if not result.reason or len(self._reasons) > MOST_LINES:
            return
        if result.outcome in (Outcome.REFUSED, Outcome.SKIPPED):
            other = _("同一商品的其他行有错")
            own = {fault.line for fault in result.faults}
            for line in result.lines:
                self._reasons[line] = result.reason if line in own else other
            for line in own:
                self._reasons[line] = result.reason
        else:
            self._reasons[result.lines[0]] = _("提示：%(text)s") % {"text": result.reason}

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
