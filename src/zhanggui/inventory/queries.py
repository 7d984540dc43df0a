"""Reads of warehouses and stock."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from zhanggui.catalog import queries as catalog
from zhanggui.core import sql as plain
from zhanggui.core import versions
from zhanggui.core.models import Event as Event
from zhanggui.inventory import sql
from zhanggui.inventory.models import (
    StockCheck,
    StockCorrection,
    StockDifference,
    StockLevel,
    TransferLine,
    TransferReceipt,
    Warehouse,
)
from zhanggui.inventory.models import StockMovement as StockMovement
from zhanggui.inventory.models import Transfer as Transfer
from zhanggui.inventory.types import (
    Band,
    CheckView,
    KindSum,
    SkuTransfer,
    StockFilter,
    StockRow,
    TransferStatus,
    WarehouseView,
)

WAREHOUSES = versions.declare("warehouses")
MOST_NAMED = 500  # SKUs: of a hundred thousand, a list by code soon has a page of more
_bare: versions.Kept[tuple[int, ...], tuple[frozenset[int] | None]] = versions.Kept(most=50)
STOCK = versions.declare("stock")  # what shoppers see of it: sold out, or few pieces left


@versions.versioned(WAREHOUSES)
def warehouses() -> tuple[WarehouseView, ...]:
    """Return all warehouses in use, oldest first."""
    rows = Warehouse.objects.filter(archived_at=None).order_by("id")
    named = rows.values_list("id", "code", "name", "division_code")
    return tuple(WarehouseView(*row) for row in named)


@versions.versioned(WAREHOUSES)
def warehouse_names() -> dict[int, str]:
    """Return id → name of all warehouses, those that are no longer used among them."""
    return dict(Warehouse.objects.order_by("id").values_list("id", "name"))


def has_stock(*, besides: Collection[int] = ()) -> bool:
    """Tell whether a warehouse in use holds anything of a product in use, apart from these."""
    in_use = {"warehouse__archived_at": None, "sku__product__archived_at": None}
    held = StockLevel.objects.filter(on_hand__gt=0, **in_use)
    return (held.exclude(sku__product__in=besides) if besides else held).exists()


def pieces_of(*, sku_ids: Collection[int]) -> int:
    """Return how many pieces all warehouses hold of these SKUs."""
    found = StockLevel.objects.filter(sku__in=sku_ids).aggregate(n=Sum("on_hand"))["n"]
    return int(found or 0)


def available_by_sku(*, sku_ids: Collection[int]) -> dict[int, int]:
    """Return what shoppers can have of each SKU: the most that a single warehouse can sell."""
    found = sql.most_by_sku(sku_ids)
    return {sku_id: max(found.get(sku_id, 0), 0) for sku_id in sku_ids}


def available_by_product(*, product_ids: Collection[int]) -> dict[int, int]:
    """Return for each product the most pieces that one warehouse can sell of one of its SKUs."""
    found = sql.most_by_product(product_ids)
    return {product_id: max(found.get(product_id, 0), 0) for product_id in product_ids}


def stock_rows(*, sku_code: str | None = None, sku_ids: Collection[int] = ()) -> list[StockRow]:
    """Return the levels of one SKU by its code, or of several by their ids, in a steady order."""
    levels = StockLevel.objects.filter(warehouse__archived_at=None)
    levels = (
        levels.filter(sku__code=sku_code)
        if sku_code is not None
        else levels.filter(sku_id__in=sku_ids)
    )
    rows = levels.order_by("sku__code", "warehouse_id").values_list(
        "sku__code", "warehouse__code", "on_hand", "reserved", "unavailable"
    )
    return [StockRow(*row) for row in rows]


def level_figures(*, sku_ids: Collection[int]) -> dict[tuple[int, int], tuple[int, int]]:
    """Return (SKU id, warehouse id) → pieces on hand, and those of them promised or kept back."""
    rows = StockLevel.objects.filter(sku_id__in=sku_ids)
    found = rows.values_list("sku_id", "warehouse_id", "on_hand", "reserved", "unavailable")
    return {(sku, house): (here, kept + back) for sku, house, here, kept, back in found}


def skus_where(*, wanted: str, warehouse_ids: Collection[int]) -> Q:
    """Return the condition on SKUs for a view of these warehouses: few left, sold out, wrong.

    Where few SKUs fit they are found by the band of their levels and named by id. Where many do,
    a list by code soon has a page of them: it looks each up that it walks past.
    """
    if wanted == StockFilter.WRONG:
        latest = StockCheck.objects.exclude(finished_at=None).order_by("-id").values("pk")[:1]
        wrong = StockDifference.objects.filter(
            stock_check=Subquery(latest), repaired_at=None, level__warehouse__in=warehouse_ids
        )
        return Q(pk__in=wrong.values("level__sku"))
    levels = StockLevel.objects.filter(warehouse__in=warehouse_ids)
    of_sku = levels.filter(sku=OuterRef("pk"))
    if wanted == StockFilter.LOW:
        few = _few_of(levels.filter(band=Band.FEW).values_list("sku_id", flat=True))
        return Q(Exists(of_sku.filter(band=Band.FEW))) if few is None else Q(pk__in=few)
    if wanted == StockFilter.OUT:
        free = levels.filter(sku=OuterRef("sku"), band__gt=Band.NONE)
        none = levels.filter(~Exists(free), band=Band.NONE)
        out, bare = _few_of(none.values_list("sku_id", flat=True)), _bare_skus(warehouse_ids)
        has_none = Q(~Exists(of_sku.filter(band__gt=Band.NONE)))
        return has_none if out is None or bare is None else has_none & Q(pk__in=out | bare)
    return Q()


def _few_of(ids: QuerySet[StockLevel, int]) -> frozenset[int] | None:
    """Return ids, None where they are too many to be named."""
    found = frozenset(ids.order_by()[: MOST_NAMED + 1])
    return found if len(found) <= MOST_NAMED else None


def _bare_skus(warehouse_ids: Collection[int]) -> frozenset[int] | None:
    """Return live SKUs that never came to these warehouses, None for many; some may have since.

    All SKUs are looked at, so it is kept until the catalogue changes.
    """
    houses = tuple(sorted(warehouse_ids))
    numbers = versions.key(catalog.CATALOG)
    kept = _bare.get(houses, numbers)
    if kept is None:
        kept = (_few_of_bare(houses),)
        _bare.put(houses, numbers, kept)
    return kept[0]


def _few_of_bare(houses: tuple[int, ...]) -> frozenset[int] | None:
    found = frozenset(sql.skus_without_level(houses, most=MOST_NAMED + 1))
    return found if len(found) <= MOST_NAMED else None


def on_the_way(*, sku_ids: Collection[int]) -> dict[tuple[str, str], int]:
    """Return (SKU code, warehouse code) → pieces that transfers are bringing there."""
    lines = TransferLine.objects.filter(sku__in=sku_ids, transfer__status=TransferStatus.SENT)
    left = F("quantity") - F("received_quantity") - F("missing_quantity")
    rows = lines.order_by().values_list("sku__code", "transfer__target__code")
    return {(sku, house): pieces for sku, house, pieces in rows.annotate(n=Sum(left)) if pieces}


def level_ids(*, sku_id: int) -> dict[int, int]:
    """Return level id → warehouse id of a SKU."""
    return dict(StockLevel.objects.filter(sku=sku_id).values_list("pk", "warehouse_id"))


def kind_sums(*, level_ids: Collection[int]) -> list[KindSum]:
    """Return what all movements of these levels add up to, by kind."""
    rows = StockMovement.objects.filter(level__in=level_ids).order_by("kind").values_list("kind")
    found = rows.annotate(
        movements=Count("pk"),
        on_hand=Sum("on_hand_delta"),
        reserved=Sum("reserved_delta"),
        unavailable=Sum("unavailable_delta"),
    )
    return [
        KindSum(kind=kind, movements=n, on_hand=here, reserved=kept, unavailable=back)
        for kind, n, here, kept, back in found
    ]


def movements(
    *,
    level_ids: Collection[int],
    kind: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int = 0,
    limit: int,
) -> list[StockMovement]:
    """Return ledger rows of some levels of a SKU, newest first, those older than `before`."""
    ids = sql.newest_movements(
        level_ids, before=before or 2**63 - 1, most=limit, kind=kind, since=since, until=until
    )
    rows = StockMovement.objects.filter(pk__in=ids).select_related("level__warehouse")
    return list(rows.order_by("-pk"))


def corrections(*, correction_ids: Collection[int]) -> dict[int, StockCorrection]:
    """Return corrections by id."""
    return StockCorrection.objects.in_bulk(correction_ids)


def transfer_numbers(
    *, transfer_ids: Collection[int], receipt_ids: Collection[int]
) -> dict[tuple[str, int], str]:
    """Return (cause type, cause id) → number of the transfer behind a ledger row."""
    found: dict[tuple[str, int], str] = {}
    if transfer_ids:
        sent = Transfer.objects.filter(pk__in=transfer_ids).values_list("pk", "number")
        found |= {("transfer", pk): number for pk, number in sent}
    if receipt_ids:
        rows = TransferReceipt.objects.filter(pk__in=receipt_ids)
        arrived = rows.values_list("pk", "transfer__number")
        found |= {("transfer_receipt", pk): number for pk, number in arrived}
    return found


def transfers(
    *,
    status: str = "",
    within: Collection[int] | None = None,
    before: int = 0,
    limit: int,
) -> list[Transfer]:
    """Return transfers from or to these warehouses, newest first, each with its pieces."""
    rows = Transfer.objects.select_related("source", "target")
    if within is not None:
        rows = rows.filter(Q(source__in=within) | Q(target__in=within))
    if status:
        rows = rows.filter(status=status)
    if before:
        rows = rows.filter(pk__lt=before)
    return list(
        rows.annotate(
            kinds=Count("lines"),
            pieces=Sum("lines__quantity"),
            arrived=Sum("lines__received_quantity"),
            missing=Sum("lines__missing_quantity"),
        ).order_by("-pk")[:limit]
    )


def transfer_counts(*, within: Collection[int] | None = None) -> dict[str, int]:
    """Return how many transfers wait to be sent and how many are on the way."""
    rows = Transfer.objects.filter(status__in=[TransferStatus.DRAFT, TransferStatus.SENT])
    if within is not None:
        rows = rows.filter(Q(source__in=within) | Q(target__in=within))
    return dict(rows.order_by().values_list("status").annotate(n=Count("pk")))


def transfers_of_skus(*, sku_ids: Collection[int]) -> list[SkuTransfer]:
    """Return which of these SKUs stand in which transfers, oldest transfer first."""
    rows = TransferLine.objects.filter(sku__in=sku_ids).order_by("transfer_id", "sku_id")
    fields = ("transfer_id", "transfer__number", "transfer__status", "sku_id", "sku__code")
    return [SkuTransfer(*row) for row in rows.values_list(*fields)]


def transfer_by_number(*, number: str) -> Transfer | None:
    """Return a transfer with its warehouses."""
    return Transfer.objects.select_related("source", "target").filter(number=number).first()


def transfer_lines(*, transfer_id: int) -> list[TransferLine]:
    """Return the lines of a transfer in the order of their SKU codes, with SKU and product."""
    rows = TransferLine.objects.filter(transfer=transfer_id).select_related("sku__product")
    return list(rows.order_by("sku__code"))


def transfer_events(*, transfer_id: int) -> list[Event]:
    """Return what happened to a transfer, newest first."""
    where = "WHERE subject_id IN ({wanted}) AND subject_type = %s ORDER BY id DESC"
    return plain.instances(Event, where, [transfer_id], "transfer")


def checks(*, within: Collection[int] | None = None, limit: int = 10) -> list[CheckView]:
    """Return the latest comparisons of counters with the ledger, newest first.

    `within` are the only warehouses whose differences count; how many levels there are in all
    stays unsaid then.
    """
    rows = StockCheck.objects.order_by("-pk")[:limit]
    if within is None:
        fields = ("pk", "started_at", "finished_at", "levels", "found", "still_open")
        return [CheckView(*row) for row in rows.values_list(*fields)]
    here = Q(differences__level__warehouse__in=within)
    counted = rows.annotate(
        here=Count("differences", filter=here),
        here_open=Count("differences", filter=here & Q(differences__repaired_at=None)),
    )
    return [
        CheckView(one.pk, one.started_at, one.finished_at, None, one.here, one.here_open)
        for one in counted
    ]


def differences(
    *, check_id: int, within: Collection[int] | None = None, limit: int = 100
) -> list[StockDifference]:
    """Return what a comparison found in these warehouses, what is not repaired first."""
    rows = StockDifference.objects.filter(stock_check=check_id)
    if within is not None:
        rows = rows.filter(level__warehouse__in=within)
    rows = rows.select_related("level__sku__product", "level__warehouse")
    return list(rows.order_by(F("repaired_at").asc(nulls_first=True), "pk")[:limit])


def warehouse_of_difference(*, difference_id: int) -> int | None:
    """Return the warehouse whose counter differs."""
    rows = StockDifference.objects.filter(pk=difference_id)
    return rows.values_list("level__warehouse_id", flat=True).first()


def open_differences() -> int:
    """Return how many differences of the latest finished comparison are not repaired."""
    done = StockCheck.objects.exclude(finished_at=None).order_by("-pk")
    return done.values_list("still_open", flat=True).first() or 0
