"""Taking over the order history of a marketplace: read, judged order by order, then written."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path

from django.utils.translation import gettext as _

from zhanggui.core.portions import portions
from zhanggui.core.tables.reading import Table, open_table
from zhanggui.core.transactions import rest
from zhanggui.orders.importing import online_retail
from zhanggui.orders.importing.cells import CURRENCY
from zhanggui.orders.importing.faults import RowFault, UnknownStatus
from zhanggui.orders.importing.formats import (
    LAYOUTS,
    is_online_retail,
    known_names,
    layout_for,
)
from zhanggui.orders.importing.gather import Gathered, Group
from zhanggui.orders.importing.layouts import Layout
from zhanggui.orders.importing.money import adjusted_minor, check_money
from zhanggui.orders.importing.sales import Reading, Sale
from zhanggui.orders.services.marketplace_rows import (
    From,
    Sorted,
    matched_codes,
    sku_of,
    sort_out,
    write_batch,
)
from zhanggui.orders.types import (
    CurrencyTotals,
    HistoryReport,
    HistoryState,
    ImportRefused,
    RowError,
)

Progress = Callable[[str, int, int], None]  # "read" or "write", done, of how many

OPEN = frozenset({HistoryState.UNPAID, HistoryState.TO_SHIP, HistoryState.PART_SHIPPED})
MOST_ERRORS = 50_000
_CURRENCY = "CNY"
_BATCH_LINES = 500  # per transaction: short, so that shoppers never wait for an import


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a file is to be taken over: what unknown status words mean, and whether open orders come.

    `words` give HistoryState values. Open orders are those on which work would still be waiting.
    `codec` is the encoding that somebody chose, "" to find it out, `currency` the one of amounts
    for which the file names none, "" for CNY.
    """

    words: Mapping[str, str]
    open_orders: bool = False
    is_dry_run: bool = False
    codec: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A table of orders or of items."""

    table: Table
    layout: Layout
    is_item: bool


def format_labels() -> dict[str, str]:
    """Return name and label of the formats that a file can have."""
    known = {one.name: str(one.label) for one in LAYOUTS.values()}
    return {**known, online_retail.NAME: "Online Retail"}


def has_currencies(format_name: str) -> bool:
    """Tell whether files of a format may be in another currency than CNY."""
    return format_name in LAYOUTS and LAYOUTS[format_name].has_currencies


def format_of(paths: Sequence[Path], *, format_name: str = "", codec: str = "") -> str:
    """Return the format of an order file and what came along, as found or as given.

    Raises:
        ImportRefused: nobody knows it, or it can't be the given one.
    """
    if format_name == online_retail.NAME:
        return format_name
    _check_name(format_name)
    table = open_table(paths[0], knows=known_names, codec=codec)
    if not format_name and is_online_retail(table.header):
        return online_retail.NAME
    opened = opened_tables(paths, format_name=format_name, codec=codec)
    return next(one.layout.name for one in opened if not one.is_item)


def opened_tables(paths: Sequence[Path], *, format_name: str = "", codec: str = "") -> list[Opened]:
    """Open the tables of one import: lists of orders of one format, lists of items beside them.

    Raises:
        ImportRefused: one is of an unknown or of another format, or only items are there.
    """
    _check_name(format_name)
    opened = [_opened(path, format_name, codec) for path in paths]
    lists = {one.layout.name for one in opened if not one.is_item}
    if len(lists) > 1:
        raise ImportRefused(
            _("这些文件的格式不同，请分开导入：%(names)s。")
            % {"names": _("、").join(sorted(lists))},
            code="mixed_formats",
        )
    if not lists:
        raise ImportRefused(
            _("这是宝贝明细，里面没有订单的金额和时间。请和订单列表一起导入。"), code="only_items"
        )
    return opened


def _check_name(format_name: str) -> None:
    if format_name and format_name not in LAYOUTS:
        known = _("、").join((*LAYOUTS, online_retail.NAME))
        raise ImportRefused(
            _("不认识的格式 %(name)s，可用的格式：%(known)s。")
            % {"name": format_name, "known": known},
            code="unknown_format",
        )


def _opened(path: Path, format_name: str, codec: str) -> Opened:
    table = open_table(path, knows=known_names, codec=codec)
    found = layout_for(table.header)
    wanted = LAYOUTS.get(format_name)
    if wanted is not None and (found is None or found is not wanted.items):
        if not wanted.score(table.header):
            missing = wanted.missing(wanted.match(table.header))
            raise ImportRefused(
                _("文件不是「%(format)s」：缺少列 %(missing)s。")
                % {"format": wanted.label, "missing": _("、").join(missing)},
                code="unknown_columns",
            )
        found = wanted
    if found is None:
        labels = _("、").join(str(one.label) for one in LAYOUTS.values())
        raise ImportRefused(
            _("认不出这个文件的格式。能识别的有：%(labels)s。文件的列：%(header)s。")
            % {"labels": labels, "header": _("、").join(table.header[:8])[:120]},
            code="unknown_columns",
        )
    is_item = any(found is one.items for one in LAYOUTS.values())
    return Opened(table, found, is_item)


def import_marketplace(
    *,
    paths: Sequence[Path],
    format_name: str = "",
    wish: Wish,
    zone: tzinfo,
    now: datetime,
    progress: Progress = lambda *_: None,
) -> HistoryReport:
    """Take over order files of a marketplace: all of it is read first, then judged and written.

    Repeatable: an order that the shop has stays as it is, unless the file knows that it went on or
    that more was refunded. No stock, payment, parcel, message or event comes of it.

    Raises:
        ImportRefused: a file is damaged or of no known format, or never in the wanted currency;
            nothing was written.
    """
    opened = opened_tables(paths, format_name=format_name, codec=wish.codec)
    layout = next(one.layout for one in opened if not one.is_item)
    source = From(format_name=layout.name, file_hash=_hash(paths), now=now)
    currency = _currency(layout, wish.currency)
    reading = Reading(zone=zone, currency=currency, words=wish.words)
    with Gathered() as gathered:
        _read(opened, gathered, progress)
        tally = _Tally(layout.name, gathered.lines, gathered.loose)
        sales = _judged(gathered, layout, reading, wish, tally)
        for batch in portions(sales, weight=lambda one: len(one.items), least=_BATCH_LINES):
            began = time.monotonic()
            if wish.is_dry_run:
                found = sort_out(batch, format_name=layout.name)
            else:
                found = write_batch(batch, source=source)
                rest(since=began)
            tally.take(batch, found)
            progress("write", tally.seen, gathered.orders)
        progress("write", gathered.orders, gathered.orders)
        return tally.report()


def _currency(layout: Layout, wanted: str) -> str:
    """Return the currency of amounts for which the file names none."""
    if wanted in ("", _CURRENCY):
        return _CURRENCY
    if not CURRENCY.fullmatch(wanted):
        raise ImportRefused(
            _("币种 %(text)s 应是三个字母，例如 CNY") % {"text": wanted[:40]}, code="bad_currency"
        )
    if not layout.has_currencies:
        raise ImportRefused(
            _("「%(format)s」的金额都是人民币，不能按 %(currency)s 导入。")
            % {"format": layout.label, "currency": wanted},
            code="bad_currency",
        )
    return wanted


def _read(opened: Sequence[Opened], gathered: Gathered, progress: Progress) -> None:
    total = sum(one.table.lines for one in opened)

    def tell() -> None:
        if gathered.lines % 2_000 == 0:
            progress("read", min(gathered.lines, total or gathered.lines), total or gathered.lines)

    for place, one in enumerate(opened):
        gathered.read(one.table, one.layout, place=place, is_item=one.is_item, tell=tell)
    if not gathered.lines:
        raise ImportRefused(
            _("文件里只有表头，没有订单行。请重新导出后再导入。"), code="empty_file"
        )
    gathered.close_reading()


def _judged(
    gathered: Gathered, layout: Layout, reading: Reading, wish: Wish, tally: "_Tally"
) -> Iterator[Sale]:
    for group in gathered.groups():
        tally.seen += 1
        try:
            sale = _sale(group, layout, reading)
        except RowFault as fault:
            tally.refuse(group, fault)
            continue
        if sale.state in OPEN and not wish.open_orders:
            tally.left_out[sale.state] += 1
        else:
            yield sale


def _sale(group: Group, layout: Layout, reading: Reading) -> Sale:
    if group.fault:
        raise RowFault(group.fault.code, group.fault.text, line=group.fault.line)
    if not group.rows:
        raise RowFault("no_order", _("订单表里没有这个订单"), line=group.items[0].line)
    sale = layout.read(group.rows, group.items, reading)
    check_money(sale)
    rows = [*group.rows, *group.items]
    return replace(
        sale,
        kept=tuple(one.kept for one in rows),
        is_masked=any(one.is_masked for one in group.rows),
    )


def _hash(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


class _Tally:
    """Counts what a file holds and what becomes of it."""

    def __init__(self, format_name: str, lines: int, loose: Sequence[RowError]) -> None:
        self.format_name, self.lines, self.seen = format_name, lines, 0
        self.errors = list(loose)
        self.rejected = len(loose)
        self.counts: Counter[str] = Counter()
        self.states: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self._money: dict[str, list[int]] = {}
        self._buyers: set[str] = set()
        self._first: datetime | None = None
        self._last: datetime | None = None

    def refuse(self, group: Group, fault: RowFault) -> None:
        """Count an order that can't be taken over."""
        self.counts["refused"] += 1
        self.rejected += 1
        if isinstance(fault, UnknownStatus):
            self.unknown[fault.word] += 1
        place = group.fault.table if group.fault else 0
        table, line = group.places[0]
        if fault.line:
            table, line = next(
                (one for one in group.places if one[1] == fault.line), (place, fault.line)
            )
        self._note(
            RowError(line=line, invoice=group.ref, code=fault.code, text=fault.text, table=table)
        )

    def take(self, batch: Sequence[Sale], found: Sorted) -> None:
        """Count a batch that was taken over, or would be."""
        self.counts["added"] += len(found.new)
        self.counts["updated"] += len(found.moved)
        self.counts["known"] += len(found.known)
        self.counts["notes"] += sum(bool(one.refunded_minor) for one in found.new)
        self.counts["notes"] += sum(more > 0 for _order, _sale, more in found.moved)
        clashing = set()
        for sale, why in found.conflicts:
            clashing.add(sale.ref)
            self.counts["conflicts"] += 1
            self.counts["refused"] += 1
            self.rejected += 1
            self._note(RowError(line=sale.line, invoice=sale.ref, code="known", text=why))
        ids = matched_codes(batch)
        for sale in batch:
            if sale.ref not in clashing:
                self._count(sale, ids)

    def _count(self, sale: Sale, ids: Mapping[str, int]) -> None:
        money = self._money.setdefault(sale.currency, [0, 0, 0])
        money[0] += 1
        money[1] += sale.paid_minor
        money[2] += sale.refunded_minor
        self.states[sale.state] += 1
        self.counts["pieces"] += sum(one.quantity for one in sale.items)
        self.counts["masked"] += sale.is_masked
        self.counts["adjusted"] += adjusted_minor(sale) != 0
        self.counts["lines"] += len(sale.items)
        self.counts["matched"] += sum(
            sku_of(one.codes, one.barcode, ids)[0] is not None for one in sale.items
        )
        if sale.buyer and "*" not in sale.buyer:
            self._buyers.add(sale.buyer.casefold())
        at = sale.placed_at
        self._first = min(self._first or at, at)
        self._last = max(self._last or at, at)

    def _note(self, error: RowError) -> None:
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(error)

    def report(self) -> HistoryReport:
        """Return what was counted."""
        return HistoryReport(
            format_name=self.format_name,
            lines=self.lines,
            orders=sum(self.states.values()),
            customers=len(self._buyers),
            units_sold=self.counts["pieces"],
            totals=tuple(
                CurrencyTotals(currency=code, orders=n, gross_minor=gross, refunds_minor=back)
                for code, (n, gross, back) in sorted(self._money.items())
            ),
            states=dict(self.states),
            left_out=dict(self.left_out),
            unknown=dict(self.unknown),
            first_at=self._first,
            last_at=self._last,
            goods_lines=self.counts["lines"],
            matched_lines=self.counts["matched"],
            masked=self.counts["masked"],
            adjusted=self.counts["adjusted"],
            rejected=self.rejected,
            refused=self.counts["refused"],
            errors=tuple(sorted(self.errors, key=lambda one: (one.table, one.line))),
            added=self.counts["added"],
            updated=self.counts["updated"],
            known=self.counts["known"],
            credit_notes=self.counts["notes"],
            conflicts=self.counts["conflicts"],
        )
