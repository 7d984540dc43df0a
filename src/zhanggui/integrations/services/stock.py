"""Importing stock: counts become corrections of the ledger, each with its row as the cause."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice

from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.catalog import queries as catalog
from zhanggui.core.tables.reading import Table
from zhanggui.core.tables.types import FileRefused
from zhanggui.core.types import Actor
from zhanggui.integrations.importing import files
from zhanggui.integrations.importing.detect import formats_of
from zhanggui.integrations.importing.formats import Match, ProductFormat
from zhanggui.integrations.models import ImportRun
from zhanggui.integrations.services import storage
from zhanggui.integrations.services.known import warehouse_ids
from zhanggui.integrations.services.work import Result
from zhanggui.integrations.types import Fault, FileRow, Outcome, ProductDraft, Reading
from zhanggui.inventory import queries as inventory_queries
from zhanggui.inventory import services as inventory
from zhanggui.inventory.types import Cause, Count

BATCH = 100  # rows a transaction


@contextmanager
def opened(run: ImportRun, *, now: datetime) -> Iterator["StockWork"]:
    """Open the file of an import."""
    codec = run.options.get("encoding", "")
    table = files.table_of(storage.local_path(run.file), kind=run.kind, codec=codec)
    format_ = formats_of(run.kind)[run.format]
    match = tuple(run.columns) or format_.match(table.header)
    total = sum(1 for _row in table.records())
    if not total:
        raise FileRefused(_("文件里只有表头，没有内容。"), code="empty_file")
    if total > files.MOST_ROWS:
        raise FileRefused(
            _("行数太多：一次最多 %(most)d 行，请分成几份导入。") % {"most": files.MOST_ROWS},
            code="too_large",
        )
    yield StockWork(run, table, format_, match, total, now)


class StockWork:
    """Counts of one file, row by row."""

    def __init__(
        self,
        run: ImportRun,
        table: Table,
        format_: ProductFormat,
        match: Match,
        total: int,
        now: datetime,
    ) -> None:
        self.table, self.total = table, total
        self._format, self._match, self._now = format_, match, now
        self._reading = Reading(digits=0, zone=timezone.get_default_timezone(), now=now)
        self._warehouse: int | None = run.options.get("warehouse")
        self._only: list[int] | None = run.options.get("within")
        self._reason = _("导入 %(file)s") % {"file": run.file_name}
        self._seen: dict[tuple[int, int], int] = {}  # SKU and warehouse → the line that counts it

    def batches(self, *, skip: int) -> Iterator[Sequence[ProductDraft]]:
        """Yield drafts in short batches."""
        records = islice(self.table.records(), skip, None)
        while batch := list(islice(records, BATCH)):
            yield [
                self._format.draft([FileRow(one.line, self._named(one.cells))], self._reading)
                for one in batch
            ]

    def _named(self, cells: Sequence[str]) -> dict[str, str]:
        named = zip(self._match, cells, strict=False)
        return {name: text for name, text in named if name and text}

    def check(self, items: Sequence[ProductDraft]) -> list[Result]:
        """Return what these rows would change, as the stock is now."""
        found = self._counts(items, range(len(items)))
        sku_ids = {one.sku_id for counts, _faults in found for one in counts}
        levels = inventory_queries.level_figures(sku_ids=sku_ids)
        results = []
        for draft, (counts, faults) in zip(items, found, strict=True):
            figures = [(one, *levels.get((one.sku_id, one.warehouse_id), (0, 0))) for one in counts]
            refusals = [
                _("不能少于已占用和不可售的 %(least)d 件") % {"least": kept}
                for one, _here, kept in figures
                if one.on_hand < kept
            ]
            short = [Fault(draft.lines[0], text) for text in refusals]
            moved = [[one.sku_id, one.warehouse_id, here, one.on_hand] for one, here, _k in figures]
            results.append(_result(draft, [*faults, *short], moved))
        return results

    def apply(
        self, items: Sequence[ProductDraft], *, row_ids: Sequence[int], actor: Actor
    ) -> list[Result]:
        """Book these counts, each row whole or not at all."""
        found = self._counts(items, row_ids)
        flat = [one for counts, _faults in found for one in counts]
        done = iter(inventory.set_counts(counts=flat, actor=actor, now=self._now))
        results = []
        for draft, (counts, faults) in zip(items, found, strict=True):
            booked = [(one, next(done)) for one in counts]
            refused = [Fault(draft.lines[0], text) for _one, got in booked if (text := got.refusal)]
            moved = [
                [one.sku_id, one.warehouse_id, got.before, got.after]
                for one, got in booked
                if not got.refusal
            ]
            results.append(_result(draft, [*faults, *refused], moved))
        return results

    def _counts(
        self, items: Sequence[ProductDraft], row_ids: Sequence[int]
    ) -> list[tuple[list[Count], list[Fault]]]:
        codes = {sku.code for one in items for sku in one.skus if sku.code}
        barcodes = {sku.barcode for one in items for sku in one.skus if sku.barcode}
        ids = catalog.sku_ids_by_text(codes=codes, barcodes=barcodes)
        return [self._of_row(one, ids, row_id) for one, row_id in zip(items, row_ids, strict=False)]

    def _of_row(
        self, draft: ProductDraft, ids: dict[str, int], row_id: int
    ) -> tuple[list[Count], list[Fault]]:
        (sku,) = draft.skus
        sku_id = ids.get(sku.code) if sku.code else ids.get(f"barcode:{sku.barcode}")
        houses = warehouse_ids(sku.stock, chosen=self._warehouse)
        wrong = self._wrong(sku.code or sku.barcode or "", sku_id, houses)
        if not sku.stock and not draft.faults:
            wrong = _("没有数量")
        if draft.faults or wrong or sku_id is None:
            own = [Fault(draft.lines[0], wrong)] if wrong and not draft.faults else []
            return [], [*draft.faults, *own]
        for house in houses.values():
            line = self._seen.setdefault((sku_id, house or 0), draft.lines[0])
            if line != draft.lines[0]:
                text = _("第 %(line)d 行已经有这个规格在这个仓库的数量") % {"line": line}
                return [], [Fault(draft.lines[0], text)]
        reason = draft.ref or self._reason
        return [
            Count(
                sku_id=sku_id,
                warehouse_id=house,
                on_hand=sku.stock[name],
                cause=Cause("import", row_id),
                reason=reason,
            )
            for name, house in houses.items()
            if house is not None
        ], []

    def _wrong(self, text: str, sku_id: int | None, houses: dict[str, int | None]) -> str:
        if not text:
            return _("没有规格编码，也没有条码")
        if sku_id is None:
            return _("店里没有规格编码或条码 %(code)s") % {"code": text}
        for name, house in houses.items():
            if house is None:
                return _("没有仓库 %(name)s") % {"name": name}
            if self._only is not None and house not in self._only:
                return _("你不能改仓库 %(name)s 的库存") % {"name": name}
        return ""


def _result(draft: ProductDraft, faults: Sequence[Fault], moved: list[list[int]]) -> Result:
    changed = [one for one in moved if one[2] != one[3]]
    outcome = Outcome.UPDATED if changed else Outcome.UNCHANGED
    (sku,) = draft.skus
    return Result(
        lines=draft.lines,
        outcome=Outcome.REFUSED if faults else outcome,
        label=(sku.code or sku.barcode or "")[:120],
        changes={"stock": changed} if changed and not faults else {},
        faults=tuple(faults),
    )
