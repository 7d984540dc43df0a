"""Importing products and prices: drafts become products through the services of their domains."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.accounts import queries as accounts
from zhanggui.catalog import queries as catalog
from zhanggui.catalog import services as catalog_services
from zhanggui.catalog.services import ProductWish
from zhanggui.catalog.types import ProductEdit, Shelf
from zhanggui.core.money import digits_of
from zhanggui.core.tables.reading import Table
from zhanggui.core.types import Actor, By, Refusal
from zhanggui.freight import services as freight
from zhanggui.freight.types import SavedProduct, WeightMissing
from zhanggui.integrations.importing import files
from zhanggui.integrations.importing.detect import formats_of
from zhanggui.integrations.importing.formats import ProductFormat
from zhanggui.integrations.importing.spool import Spool
from zhanggui.integrations.models import ImportRun
from zhanggui.integrations.services import storage
from zhanggui.integrations.services.describing import (
    Changes,
    category_facts,
    give_attributes,
    make_categories,
)
from zhanggui.integrations.services.known import Categories, Known, warehouse_ids
from zhanggui.integrations.services.pictures import picture_work
from zhanggui.integrations.services.planning import Choices, Plan, plan
from zhanggui.integrations.services.work import Result
from zhanggui.integrations.types import (
    COST,
    IGNORED,
    SURPLUS,
    Fault,
    FileRow,
    Kind,
    Outcome,
    ProductDraft,
    Reading,
    SkuDraft,
    StockMode,
)
from zhanggui.inventory import services as inventory
from zhanggui.inventory.types import Cause, Count

BATCH = 5  # products a transaction: a tenth of a second of SQLite, which has one writer


@contextmanager
def opened(run: ImportRun, *, now: datetime) -> Iterator["ProductWork"]:
    """Open the file of an import: its rows gathered by product, in a temporary place."""
    with ExitStack() as stack:
        path, codec = storage.local_path(run.file), run.options.get("encoding", "")
        folders = [Path(one) for one in run.options.get("folders", ())]
        beside: Path | None = folders[0] if folders else None
        if files.is_bundle(path):
            beside = Path(stack.enter_context(TemporaryDirectory()))
            path = files.unpack_tables(path, into=beside, codec=codec)
        table = files.table_of(path, kind=run.kind, codec=codec)
        format_ = formats_of(run.kind)[run.format]
        spool = stack.enter_context(Spool())
        match = tuple(run.columns) or format_.match(table.header)
        if not run.options.get("costs", True):
            match = tuple(IGNORED if name == COST else name for name in match)
        total = files.read_products(table, format_=format_, match=match, beside=beside, into=spool)
        catalog_services.get_ready()
        yield ProductWork(run, table, format_, spool, total, now)


@dataclass(frozen=True, slots=True)
class _Saved:
    """A plan that was carried out, or why it was not."""

    plan: Plan
    product_id: int | None
    faults: tuple[Fault, ...]


class ProductWork:
    """Products of one file."""

    def __init__(
        self,
        run: ImportRun,
        table: Table,
        format_: ProductFormat,
        spool: Spool,
        total: int,
        now: datetime,
    ) -> None:
        currency = accounts.shop().currency
        self.table, self.total = table, total
        self._format, self._spool, self._now, self._currency = format_, spool, now, currency
        self._reading = Reading(
            digits=digits_of(currency),
            zone=timezone.get_default_timezone(),
            now=now,
            comma=table.has_decimal_commas,
        )
        self._choices = Choices(
            shelf_new=Shelf(run.options.get("shelf", Shelf.DRAFT)),
            prices_only=run.kind == Kind.PRICES,
        )
        self._stock = StockMode(run.options.get("stock", StockMode.NEW))
        if run.kind == Kind.PRICES:
            self._stock = StockMode.NONE
        self._warehouse: int | None = run.options.get("warehouse")
        self._only: list[int] | None = run.options.get("within")
        self._reason = _("导入 %(file)s") % {"file": run.file_name}
        self._facts = category_facts(spool.categories)
        self._categories = Categories(self._facts)
        self._first: tuple[int, ...] = ()  # lines of the first thing that was written
        self._seen: dict[str, str] = {}  # SKU code → the first SKU of the file that has it

    def batches(self, *, skip: int) -> Iterator[Sequence[ProductDraft]]:
        """Yield drafts in short batches."""
        rows = self._spool.products(skip=skip)
        while batch := list(islice(rows, BATCH)):
            yield [_unshifted(one, self._format.draft(one, self._reading)) for one in batch]

    def check(self, items: Sequence[ProductDraft]) -> list[Result]:
        """Return what importing these drafts would do."""
        return [_result(_Saved(one, None, one.faults)) for one in self._plans(items)]

    def apply(
        self, items: Sequence[ProductDraft], *, row_ids: Sequence[int], actor: Actor
    ) -> list[Result]:
        """Write these drafts, each whole or not at all."""
        self._categories = Categories(self._facts)  # a transaction before may have been undone
        self._first = self._first or items[0].lines
        if items[0].lines == self._first:  # tried again, too
            make_categories(self._facts, self._categories, now=self._now, actor=actor)
        plans = self._plans(items)
        saved = self._save_all(plans, actor)
        stock = self._count(saved, row_ids, actor)
        pictures = picture_work([(one.plan, one.product_id) for one in saved])
        given = self._give(saved, By(actor, self._now))
        return [
            _result(one, stock=found, pictures=wanted, attributes=attributes)
            for one, found, wanted, attributes in zip(saved, stock, pictures, given, strict=True)
        ]

    def _give(self, saved: Sequence[_Saved], by: By) -> list[tuple[Changes, list[str]]]:
        """Give the products their attributes."""
        ids = {one.product_id: one for one in saved if one.product_id and one.plan.draft.attributes}
        if not ids:
            return [({}, [])] * len(saved)
        has = catalog.values_of_products(product_ids=[pk for pk in ids if pk])
        return [
            give_attributes(
                one.product_id,
                one.plan.draft,
                category_id=self._category_of(one.plan),
                categories=self._categories,
                has=has.get(one.product_id, {}),
                by=by,
            )
            if one.product_id and one.plan.draft.attributes
            else ({}, [])
            for one in saved
        ]

    def _category_of(self, one: Plan) -> int:
        if one.draft.category is None and one.before:
            return self._categories.by_slug.get(one.before.category_slug, 0)
        return self._categories.id_of(one.draft.category or ())

    def _plans(self, items: Sequence[ProductDraft]) -> list[Plan]:
        if self._choices.prices_only:  # what else a file of prices says is of no account
            items = [replace(one, slug="", ref="", name=None) for one in items]
        known = Known(items, categories=self._categories, now=self._now)
        plans = []
        for draft in _joined(items, known):
            one, repeated = self._distinct(draft)
            planned = plan(one, known, self._choices)
            if repeated and not planned.faults:
                note = _("规格编码 %(codes)s 在文件里重复，后面的由系统另编")
                notes = (*planned.notes, note % {"codes": _("、").join(repeated[:3])})
                planned = replace(planned, notes=notes)
            plans.append(self._known_houses(planned))
        return plans

    def _distinct(self, draft: ProductDraft) -> tuple[ProductDraft, list[str]]:
        """Take away codes that stood in the file before: other shops let many SKUs share one."""
        if not draft.name:
            return draft, []
        skus, repeated = [], []
        for place, sku in enumerate(draft.skus):
            key = f"{draft.slug}|{draft.ref}|{place}"
            is_new = not sku.code or self._seen.setdefault(sku.code, key) == key
            repeated += [] if is_new else [sku.code]
            skus.append(sku if is_new else replace(sku, code=""))
        return (replace(draft, skus=tuple(skus)) if repeated else draft), repeated

    def _known_houses(self, one: Plan) -> Plan:
        """Refuse what names a warehouse that there is not, or that the person does not see."""
        if self._stock == StockMode.NONE or one.outcome in (Outcome.REFUSED, Outcome.SKIPPED):
            return one
        names = {name for sku in one.draft.skus for name in sku.stock}
        houses = warehouse_ids(names, chosen=self._warehouse)
        missing = [name for name, pk in houses.items() if pk is None and name]
        foreign = [
            name
            for name, pk in houses.items()
            if pk is not None and self._only is not None and pk not in self._only
        ]
        if missing:
            text = _("没有仓库 %(name)s") % {"name": missing[0]}
        elif foreign:
            text = _("你不能改仓库 %(name)s 的库存") % {"name": foreign[0]}
        else:
            return one
        fault = Fault(one.draft.lines[0], text)
        return replace(one, outcome=Outcome.REFUSED, wanted=None, faults=(fault,), changes={})

    def _save_all(self, plans: Sequence[Plan], actor: Actor) -> list[_Saved]:
        """Save what is to be saved; where a weight lacks after all, one by one."""
        places = [place for place, one in enumerate(plans) if one.wanted is not None]
        wishes = [self._wish(plans[place], actor) for place in places]
        templates = [plans[place].template_id for place in places]
        try:
            found = freight.save_products(
                wishes=wishes, templates=templates, now=self._now, actor=actor
            )
        except WeightMissing:
            found = [
                self._alone(wish, template, actor)
                for wish, template in zip(wishes, templates, strict=True)
            ]
        saved = [
            _Saved(one, one.before.product_id if one.before else None, one.faults) for one in plans
        ]
        for place, result in zip(places, found, strict=True):
            one = plans[place]
            if isinstance(result, Refusal):
                failed = replace(one, outcome=Outcome.REFUSED, wanted=None, changes={})
                saved[place] = _Saved(failed, None, (Fault(one.draft.lines[0], str(result)),))
            else:
                saved[place] = _Saved(one, result.product_id, ())
        return saved

    def _wish(self, one: Plan, actor: Actor) -> ProductWish:
        """Return what is to be saved; its category is made, and an undone product brought back."""
        assert one.wanted is not None  # noqa: S101 -- as the caller chose them
        wanted, before = one.wanted, one.before
        if not wanted.category_id:
            path = one.draft.category or ()
            self._categories.make(path, now=self._now, actor=actor)
            wanted = replace(wanted, category_id=self._categories.id_of(path))
        if before is None:
            return ProductWish(None, wanted, self._currency)
        if one.restores:
            catalog_services.restore_product(
                product_id=before.product_id, now=self._now, actor=actor
            )
            return ProductWish(before.product_id, wanted, before.currency)
        return ProductWish(before.product_id, wanted, before.currency, before.revision)

    def _alone(
        self, wish: ProductWish, template_id: int | None, actor: Actor
    ) -> SavedProduct | Refusal:
        try:
            with transaction.atomic():
                (result,) = freight.save_products(
                    wishes=[wish], templates=[template_id], now=self._now, actor=actor
                )
                return result
        except WeightMissing as refusal:
            return refusal

    def _count(
        self, saved: Sequence[_Saved], row_ids: Sequence[int], actor: Actor
    ) -> list[list[tuple[Count, int, str]]]:
        """Book the stock that the drafts name; return count, pieces before and refusal of each."""
        wanted = [one.product_id for one in saved if one.product_id and self._has_stock(one)]
        products = {
            one.product_id: one
            for one in catalog.products_for_edit(product_ids=wanted, now=self._now)
        }
        counts = [
            self._counts(one, products[one.product_id], row_id)
            if one.product_id in products
            else []
            for one, row_id in zip(saved, row_ids, strict=False)
        ]
        flat = [count for group in counts for count in group]
        done = iter(inventory.set_counts(counts=flat, actor=actor, now=self._now))
        return [
            [(count, (result := next(done)).before, result.refusal) for count in group]
            for group in counts
        ]

    def _has_stock(self, one: _Saved) -> bool:
        is_wanted = self._stock == StockMode.ALL or (
            self._stock == StockMode.NEW and one.plan.wanted is not None
        )
        return is_wanted and any(sku.stock for sku in one.plan.draft.skus)

    def _counts(self, one: _Saved, product: ProductEdit, row_id: int) -> list[Count]:
        old = set(one.plan.before.sku_ids) if one.plan.before else set()
        found: dict[tuple[int, int], Count] = {}
        for sku in one.plan.draft.skus:
            sku_id = sku_id_of(sku, product)
            if sku_id is None or (self._stock == StockMode.NEW and sku_id in old):
                continue
            for name, house in warehouse_ids(sku.stock, chosen=self._warehouse).items():
                if house is not None:
                    found[sku_id, house] = Count(
                        sku_id=sku_id,
                        warehouse_id=house,
                        on_hand=sku.stock[name],
                        cause=Cause("import", row_id),
                        reason=self._reason,
                    )
        return list(found.values())


def _unshifted(rows: Sequence[FileRow], draft: ProductDraft) -> ProductDraft:
    """Refuse a draft of rows with more cells than the header: who knows what they hold."""
    shifted = [row.line for row in rows if row.get(SURPLUS)]
    if not shifted:
        return draft
    text = _("这一行的格子比表头多：可能有逗号或引号没写对")
    others = tuple(one for one in draft.faults if one.line not in shifted)
    return replace(draft, faults=(*(Fault(line, text) for line in shifted), *others))


def sku_id_of(draft: SkuDraft, product: ProductEdit) -> int | None:
    """Return the SKU of a product that a draft is about."""
    for sku, sku_id in zip(product.skus, product.sku_ids, strict=True):
        if draft.code == sku.code if draft.code else draft.options == sku.options:
            return sku_id
    return product.sku_ids[0] if len(product.sku_ids) == 1 and not draft.code else None


def _joined(items: Sequence[ProductDraft], known: Known) -> list[ProductDraft]:
    """Put rows that name nothing but SKUs of one product together: they are one change."""
    found: dict[Any, ProductDraft] = {}
    for place, one in enumerate(items):
        products = known.products_of(one) if not (one.name or one.slug) else []
        key: Any = ("product", products[0].product_id) if len(products) == 1 else place
        if key in found:
            before = found[key]
            found[key] = replace(
                before,
                lines=before.lines + one.lines,
                skus=before.skus + one.skus,
                faults=before.faults + one.faults,
            )
        else:
            found[key] = one
    return list(found.values())


def _result(
    one: _Saved,
    *,
    stock: Sequence[tuple[Count, int, str]] = (),
    pictures: dict[str, Any] | None = None,
    attributes: tuple[Changes, list[str]] = ({}, []),
) -> Result:
    booked = [
        [count.sku_id, count.warehouse_id, before, count.on_hand]
        for count, before, refusal in stock
        if not refusal and before != count.on_hand
    ]
    given, refused = attributes
    changes = {**one.plan.changes, **({"stock": booked} if booked else {})}
    if given and one.plan.before and not one.plan.restores:
        changes["attributes"] = given
    outcome = one.plan.outcome
    if outcome == Outcome.CREATED:
        changes["revision"] = one.plan.before.revision + 2 if one.plan.before else 1
    if booked and outcome == Outcome.UNCHANGED:
        outcome = Outcome.UPDATED
    return Result(
        lines=one.plan.draft.lines,
        outcome=outcome,
        label=one.plan.draft.label[:120],
        subject_id=one.product_id,
        changes=changes,
        pictures=pictures,
        notes=(
            *one.plan.notes,
            *refused,
            *(refusal for _count, _before, refusal in stock if refusal),
        ),
        faults=one.faults,
    )
