"""Rows of order tables gathered by order, in a temporary file: they need not stand together."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from zhanggui.core.tables.cells import moment_of
from zhanggui.core.tables.reading import Table, header_form
from zhanggui.core.tables.scratch import Scratch
from zhanggui.core.tables.types import Record
from zhanggui.orders.importing.cells import BEIJING, NOTHING, number_of
from zhanggui.orders.importing.faults import RowFault
from zhanggui.orders.importing.layouts import Columns, Layout
from zhanggui.orders.importing.sales import Row
from zhanggui.orders.types import RowError

MOST_ROWS = 1_000_000
_BUFFERED = 2_000
_FOOTERS = ("合计", "总计", "小计", "共计", "total", "subtotal", "以上", "导出", "说明")
_MOMENTS = ("created", "paid_at", "completed")
_LONG = 17  # digits: of fewer, zeros at the end prove nothing
_EXACT = 15  # digits that Excel keeps of a number


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one order, from the list of orders and from the list of items."""

    ref: str
    rows: list[Row]
    items: list[Row]
    fault: RowError | None
    places: list[tuple[int, int]]  # table and line of each row


class Gathered(Scratch):
    """Takes rows in and gives them back order by order, in the order of first appearance."""

    def __init__(self) -> None:
        super().__init__(
            "CREATE TABLE row (number INTEGER, is_item INTEGER, place INTEGER, line INTEGER,"
            " cells TEXT)"
        )
        self._numbers: dict[str, int] = {}
        self._faults: dict[str, RowError] = {}
        self._buffer: list[tuple[int, int, int, int, str]] = []
        self.loose: list[RowError] = []  # wrong rows of no known order
        self.lines = 0

    def read(
        self, table: Table, layout: Layout, *, place: int, is_item: bool, tell: Callable[[], None]
    ) -> None:
        """Take the rows of a table in."""
        columns = Columns.of(layout, table.header)
        ref_at = columns.fields.index("ref")
        head = header_form(table.header[ref_at])
        before = ""
        for record in table.records():
            text = record.cells[ref_at]
            if header_form(text) == head or _is_footer(record, text):
                continue
            self.lines += 1
            tell()
            ref = ""
            try:
                if not text and not (before and layout.many_rows):
                    raise RowFault("no_number", _("没有订单号"))
                ref = before = number_of(text) if text else before
                cells = _whole(record, table, layout, columns)
            except RowFault as fault:
                if text:
                    before = ""
                self._note(_error(fault, ref=ref, line=record.line, table=place))
                continue
            row = columns.row(record.line, cells)
            row.values["ref"] = ref
            self._add(ref, row, place=place, is_item=is_item)

    def close_reading(self) -> None:
        """Refuse order numbers that Excel has rounded. Call once, after the last row."""
        self._flush()
        self._database.execute("CREATE INDEX by_number ON row (number, is_item)")
        long = [ref for ref in self._numbers if len(ref) >= _LONG and ref.isdecimal()]
        rounded = [ref for ref in long if not ref[_EXACT:].strip("0")]
        if long and len(rounded) == len(long) and (len(long) > 1 or len(long[0]) > _LONG):
            why = _("单号 %(text)s 的后几位被 Excel 变成了 0。请重新导出，不要用 Excel 另存")
            for ref in rounded:
                fault = RowFault("damaged_number", why % {"text": ref})
                self._faults.setdefault(ref, _error(fault, ref=ref, line=0, table=0))

    def groups(self) -> Iterator[Group]:
        """Yield each order with its rows."""
        refs = list(self._numbers)
        found = self._database.execute(
            "SELECT number, is_item, place, line, cells FROM row ORDER BY number, is_item, rowid"
        )
        for number, some in groupby(found, key=lambda one: one[0]):
            rows: list[Row] = []
            items: list[Row] = []
            places = []
            for _number, is_item, place, line, cells in some:
                values, kept, is_masked = json.loads(cells)
                (items if is_item else rows).append(Row(line, values, kept, is_masked))
                places.append((place, line))
            yield Group(refs[number], rows, items, self._faults.get(refs[number]), places)

    @property
    def orders(self) -> int:
        """How many orders there are, the wrong ones too."""
        return len(self._numbers)

    def _add(self, ref: str, row: Row, *, place: int, is_item: bool) -> None:
        number = self._numbers.setdefault(ref, len(self._numbers))
        text = json.dumps([row.values, row.kept, row.is_masked], ensure_ascii=False)
        self._buffer.append((number, int(is_item), place, row.line, text))
        if len(self._buffer) >= _BUFFERED:
            self._flush()

    def _note(self, bad: RowError) -> None:
        if not bad.invoice:
            self.loose.append(bad)
            return
        self._faults.setdefault(bad.invoice, bad)
        self._add(
            bad.invoice, Row(bad.line, {"ref": bad.invoice}, {}), place=bad.table, is_item=False
        )

    def _flush(self) -> None:
        self._insert("INSERT INTO row VALUES (?, ?, ?, ?, ?)", self._buffer)
        self._buffer.clear()


def _error(fault: RowFault, *, ref: str, line: int, table: int) -> RowError:
    return RowError(line=line, invoice=ref, code=fault.code, text=fault.text, table=table)


def _is_footer(record: Record, ref: str) -> bool:
    """Tell whether a row is a sum or a remark below the table."""
    first = ref or next(filter(None, record.cells))
    filled = sum(map(bool, record.cells))
    form = header_form(first)
    return form.startswith(_FOOTERS) and (filled <= len(record.cells) // 2 or filled == 1)


def _is_dated(cells: Sequence[str], columns: Columns) -> bool:
    """Tell whether moments stand in the columns of moments: nothing has moved to the right."""
    places = [columns.fields.index(name) for name in _MOMENTS if name in columns.fields]
    return all(
        cells[at].casefold() in NOTHING or moment_of(cells[at], zone=BEIJING) for at in places
    )


def _whole(record: Record, table: Table, layout: Layout, columns: Columns) -> Sequence[str]:
    """Return the cells of a row; a comma within an unquoted status word is mended.

    Raises:
        RowFault: there are more cells than columns.
    """
    surplus = record.surplus[max(table.width - len(table.header), 0) :]
    if not surplus:
        return record.cells
    cells = [*record.cells, *surplus]
    if "state" in columns.fields:
        at = columns.fields.index("state")
        parts = cells[at : at + len(surplus) + 1]
        if layout.knows_word(",".join(parts)):
            return [*cells[:at], ",".join(parts), *cells[at + len(parts) :]]
        if not any(surplus) and layout.knows_word(cells[at]) and _is_dated(cells, columns):
            return record.cells  # a comma at the end of each row
    wanted = len(record.cells)
    why = _("列数不对：应有 %(wanted)d 列，有 %(found)d 列")
    raise RowFault("bad_columns", why % {"wanted": wanted, "found": len(cells)})
