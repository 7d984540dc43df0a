"""What is kept of products beside what staff typed: figures by timed prices, who is sold out."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from zhanggui.catalog.events import ProductSaved
from zhanggui.catalog.models import Product, Sku
from zhanggui.catalog.queries.facts import CATALOG, SHELVES
from zhanggui.catalog.services import history
from zhanggui.catalog.services.history import Change
from zhanggui.catalog.services.skus import FIGURES, summarise
from zhanggui.core import versions
from zhanggui.core.events import publish
from zhanggui.core.transactions import in_transaction
from zhanggui.core.types import SYSTEM

_AT_ONCE = 200


def refresh_figures(*, now: datetime) -> int:
    """Write the figures anew that timed prices changed; return of how many products.

    Nothing that anybody sees changes by it: reads reckon late figures themselves. It only lets
    lists by price walk their index again.
    """
    count = 0
    while done := in_transaction(lambda: _refresh(now)):
        count += done
    return count


def _refresh(now: datetime) -> int:
    late = Product.objects.select_for_update().filter(figures_until__lte=now)
    rows = list(late.order_by("pk").defer("description", "options")[:_AT_ONCE])
    summarise(*rows, now=now)
    Product.objects.bulk_update(rows, FIGURES)
    return len(rows)


def locked_leaving(*, sku_ids: Collection[int] = (), product_ids: Collection[int] = ()) -> set[int]:
    """Lock those of these products, or of these SKUs', that leave when sold out, or have left.

    Whoever sells the last pieces of another SKU of such a product at this moment waits, and then
    sees what was sold here. One statement.
    """
    of_skus = Sku.objects.filter(pk__in=sku_ids).values("product")
    wanted = Q(pk__in=of_skus) if sku_ids else Q(pk__in=product_ids)
    rows = Product.objects.select_for_update().filter(wanted)
    rows = rows.filter(Q(leaves_when_sold_out=True) | Q(is_sold_out=True))
    return set(rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def note_stock(*, pieces: Mapping[int, int], now: datetime) -> None:
    """Take locked products off the lists that have no pieces left, and bring back what has some.

    `pieces` are those that can be sold of each product.
    """
    rows = Product.objects.filter(pk__in=list(pieces)).order_by("pk")
    fields = rows.values_list("pk", "leaves_when_sold_out", "is_sold_out")
    changes = [
        Change(pk, None, "is_sold_out", was, is_now)
        for pk, leaves, was in fields
        if was != (is_now := leaves and pieces[pk] <= 0)
    ]
    for is_now in (True, False):
        ids = [one.product_id for one in changes if one.new == is_now]
        Product.objects.filter(pk__in=ids).update(is_sold_out=is_now)
    if not changes:
        return
    history.record(changes, now=now, actor=SYSTEM)
    publish(
        *(
            ProductSaved(
                subject_id=one.product_id, change="sold_out" if one.new else "in_stock", at=now
            )
            for one in changes
        )
    )
    versions.bump(CATALOG, SHELVES)
