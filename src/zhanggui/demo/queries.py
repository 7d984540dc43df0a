"""Reads of the sample shop."""

import hashlib

from zhanggui.catalog import queries as catalog
from zhanggui.core import versions
from zhanggui.demo import calc
from zhanggui.demo.models import SamplePart, SampleShop
from zhanggui.demo.types import Fate, SampleError, SampleState, SampleStatus, WipePreview
from zhanggui.freight import queries as freight
from zhanggui.inventory import queries as inventory
from zhanggui.inventory.types import TransferStatus
from zhanggui.orders import queries as orders

SAMPLE = versions.declare("sample")


@versions.versioned(SAMPLE)
def sample_status() -> SampleStatus:
    """Return where the sample shop stands."""
    row = SampleShop.objects.filter(pk=1).first()
    if row is None:
        return SampleStatus()
    return SampleStatus(
        state=SampleState(row.state),
        error=SampleError(row.error) if row.error else None,
        ordered_at=row.ordered_at,
        counts=row.counts,
    )


@versions.versioned(SAMPLE)
def sample_products() -> frozenset[int]:
    """Return the ids of the products that came with the sample and are not cleared."""
    rows = SamplePart.objects.exclude(product=None)
    return frozenset(rows.values_list("product_id", flat=True))


def has_own_products() -> bool:
    """Tell whether the shop has a product besides the sample's."""
    return catalog.has_products(besides=sample_products())


def kept_products(*, sku_products: dict[int, int]) -> set[int]:
    """Return which products clearing only archives: orders or sent transfers name them.

    `sku_products` are SKU id → product id of the sample's products.
    """
    named = orders.named_skus(sku_ids=sku_products)
    moved = {
        one.sku_id
        for one in inventory.transfers_of_skus(sku_ids=sku_products)
        if one.status != TransferStatus.DRAFT
    }
    return {sku_products[sku_id] for sku_id in named | moved}


def category_fates(*, kept: set[int]) -> dict[int, Fate]:
    """Return what clearing does with each of the sample's categories, by id.

    `kept` are products that are archived; the sample's others are as good as gone.
    """
    rows = SamplePart.objects.exclude(category=None)
    ids = set(rows.values_list("category_id", flat=True))
    uses = catalog.category_uses(category_ids=ids, gone=sample_products() - kept, kept=kept)
    return calc.fates(uses)


def sample_template() -> SamplePart | None:
    """Return the part that is the sample's freight template, None where it made none."""
    return SamplePart.objects.exclude(template=None).select_related("template").first()


def template_goes(part: SamplePart) -> bool:
    """Tell whether the freight template goes: nobody changed it, and nothing else needs it."""
    template_id = part.template_id or 0
    return (
        template_mark(template_id) == part.mark
        and not has_own_products()
        and not freight.is_chosen(template_id=template_id)
    )


def template_mark(template_id: int) -> str:
    """Return a text that is another one as soon as somebody changes the template."""
    view = freight.templates().get(template_id)
    facts = repr((view.name, view.charge_by, view.currency, view.rules) if view else None)
    return hashlib.sha256(facts.encode()).hexdigest()


def wipe_preview() -> WipePreview:
    """Return what clearing the sample shop would do now; a constant number of statements."""
    products = sample_products()
    skus = catalog.products_of_skus(product_ids=products)
    kept = kept_products(sku_products=skus)
    fates = list(category_fates(kept=kept).values())
    part = sample_template()
    of_skus = orders.orders_of_skus(sku_ids=skus)
    return WipePreview(
        products=len(products - kept),
        archived=len(kept),
        skus=sum(product_id not in kept for product_id in skus.values()),
        pieces=inventory.pieces_of(sku_ids=skus) - of_skus.waiting,
        pieces_kept=of_skus.waiting,
        categories=fates.count(Fate.GOES),
        categories_archived=fates.count(Fate.ARCHIVED),
        categories_kept=fates.count(Fate.STAYS),
        template=part.template.name if part and part.template else "",
        template_goes=part is not None and template_goes(part),
        orders_closed=of_skus.unpaid_alone,
        orders=of_skus.total,
        orders_paid=of_skus.paid,
        orders_open=of_skus.open - of_skus.unpaid_alone,
        transfer=transfer_on_the_way(sku_ids=skus),
    )


def transfer_on_the_way(*, sku_ids: dict[int, int]) -> str:
    """Return the number of a transfer that brings some of these SKUs somewhere, "" for none."""
    moved = inventory.transfers_of_skus(sku_ids=sku_ids)
    return next((one.number for one in moved if one.status == TransferStatus.SENT), "")
