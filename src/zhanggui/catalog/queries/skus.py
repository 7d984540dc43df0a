"""SKUs as the warehouse looks for them: by code, barcode or product."""

from collections.abc import Collection

from django.db.models import OuterRef, Q, QuerySet, Subquery

from zhanggui.catalog.models import Picture, Sku
from zhanggui.catalog.queries.search import matching_product_ids
from zhanggui.catalog.types import SkuRow

NO_CONDITION = Q()


def sku_rows(*, q: str = "", after: str = "", where: Q = NO_CONDITION, limit: int) -> list[SkuRow]:
    """Return live SKUs by code, those behind `after`; one statement, two where something is sought.

    `where` is what a higher domain asks of a SKU.

    A code or barcode finds its own SKU alone, any other words all SKUs of the products they match.
    """
    rows = Sku.objects.filter(where, archived_at=None, product__archived_at=None)
    if q:
        exact = rows.filter(Q(code=q) | Q(barcode=q))
        matching = rows.filter(product__in=matching_product_ids(query=q))
        rows = exact if exact.exists() else matching
    if after:
        rows = rows.filter(code__gt=after)
    return _views(rows.order_by("code")[:limit])


def sku_code_of(*, text: str) -> str:
    """Return the code of the live SKU whose code or barcode this is, "" where it is none's."""
    rows = Sku.objects.filter(archived_at=None, product__archived_at=None)
    exact = rows.filter(Q(code=text) | Q(barcode=text)).values_list("code", flat=True)[:2]
    found = list(exact) if text else []
    return found[0] if len(found) == 1 else ""


def sku_row(*, code: str) -> SkuRow | None:
    """Return the SKU of this code, archived or not."""
    return next(iter(_views(Sku.objects.filter(code=code))), None)


def _views(rows: QuerySet[Sku]) -> list[SkuRow]:
    cover = Picture.objects.filter(product=OuterRef("product"), archived_at=None)
    first = Subquery(cover.order_by("position", "pk").values("small")[:1])
    return [
        SkuRow(
            sku_id=sku_id,
            code=code,
            barcode=barcode,
            product_name=name,
            options_text=options,
            picture=own or shared or "",
        )
        for sku_id, code, barcode, name, options, own, shared in rows.values_list(
            "pk", "code", "barcode", "product__name", "option_key", "picture__small", first
        )
    ]


def sku_ids_by_text(*, codes: Collection[str], barcodes: Collection[str]) -> dict[str, int]:
    """Return code → id of live SKUs, and "barcode:…" → id of barcodes that one SKU alone has."""
    live = Sku.objects.filter(archived_at=None)
    found = dict(live.filter(code__in=codes).values_list("code", "pk")) if codes else {}
    by_barcode: dict[str, list[int]] = {}
    for text, pk in live.filter(barcode__in=barcodes).values_list("barcode", "pk"):
        by_barcode.setdefault(f"barcode:{text}", []).append(pk)
    return {**found, **{text: ids[0] for text, ids in by_barcode.items() if len(ids) == 1}}
