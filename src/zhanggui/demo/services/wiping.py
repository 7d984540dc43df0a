"""Clearing the sample shop, in short transactions; cut short, it goes on where it stood.

Goods that no order and no transfer names are deleted, the others archived with their free pieces
booked out. No order is deleted: those that were not paid and hold nothing else are closed.
"""

from contextlib import suppress
from datetime import datetime
from functools import partial

from zhanggui.catalog import queries as catalog_queries
from zhanggui.catalog import services as catalog
from zhanggui.core import versions
from zhanggui.core.transactions import in_transaction
from zhanggui.core.types import Actor, ActorType
from zhanggui.demo import queries
from zhanggui.demo.models import SamplePart, SampleShop
from zhanggui.demo.services.ordering import fail
from zhanggui.demo.types import Fate, SampleError, SampleState
from zhanggui.freight import services as freight
from zhanggui.inventory import queries as inventory_queries
from zhanggui.inventory import services as inventory
from zhanggui.inventory.types import Cause, TransferStatus
from zhanggui.orders import queries as orders_queries
from zhanggui.orders import services as orders
from zhanggui.orders.types import CloseReason, OrderNotReady

PART_OF = "sample shop"  # the audit log has one row for all of it


def wipe_sample(*, now: datetime) -> None:
    """Do what is left of an ordered clearing."""
    shop = SampleShop.objects.filter(pk=1, state=SampleState.WIPING).first()
    if shop is None:
        return
    actor = actor_of(shop)
    products = _products()
    skus = catalog_queries.products_of_skus(product_ids=products)
    if queries.transfer_on_the_way(sku_ids=skus):
        fail(error=SampleError.ON_THE_WAY)
        return
    for pk in products:  # nobody orders them any more
        in_transaction(partial(catalog.archive_product, product_id=pk, now=now, actor=actor))
    _close_orders(set(skus), actor, now)
    for product_id in products:
        in_transaction(partial(_clear_product, product_id, actor, now))
    in_transaction(lambda: _finish(actor, now))


def actor_of(shop: SampleShop) -> Actor:
    """Return who ordered it, for all that is done because of it."""
    kind = ActorType(shop.actor_type)
    return Actor(kind, shop.actor_id, shop.actor_name, part_of=PART_OF)


def _products() -> list[int]:
    """Return the products that are still to be cleared."""
    rows = SamplePart.objects.filter(product__isnull=False, is_kept=False)
    return list(rows.order_by("product_id").values_list("product_id", flat=True))


def _close_orders(sku_ids: set[int], actor: Actor, now: datetime) -> None:
    for order_id in orders_queries.unpaid_alone(sku_ids=sku_ids):
        with suppress(OrderNotReady):  # paid in this very moment: then it stays
            orders.cancel_order(
                order_id=order_id, reason=CloseReason.MERCHANT, actor=actor, now=now
            )
            in_transaction(lambda: _count(orders=1))


def _clear_product(product_id: int, actor: Actor, now: datetime) -> None:
    """Delete a product with all that hangs on it, or archive it where something names it."""
    part = SamplePart.objects.select_for_update().filter(product=product_id, is_kept=False).first()
    if part is None:
        return
    skus = catalog_queries.products_of_skus(product_ids=[product_id])
    _take_out_of_drafts(skus, actor, now)
    orders.take_out_of_carts(sku_ids=skus)
    if queries.kept_products(sku_products=skus):
        pieces = inventory.write_off_free(
            sku_ids=skus, cause=Cause("sample", part.pk), actor=actor, now=now
        )
        SamplePart.objects.filter(pk=part.pk).update(is_kept=True)
        _count(archived=1, pieces=pieces)
    else:
        pieces = inventory.remove_skus(sku_ids=skus)
        SamplePart.objects.filter(pk=part.pk).delete()
        freight.remove_products(product_ids=[product_id], now=now, actor=actor)
        _count(products=1, pieces=pieces)
    versions.bump(queries.SAMPLE)


def _take_out_of_drafts(skus: dict[int, int], actor: Actor, now: datetime) -> None:
    for one in inventory_queries.transfers_of_skus(sku_ids=skus):
        if one.status == TransferStatus.DRAFT:
            inventory.set_transfer_line(
                transfer_id=one.transfer_id, sku_code=one.sku_code, quantity=0, actor=actor, now=now
            )


def _count(**more: int) -> None:
    """Add to what went, in the transaction in which it goes."""
    shop = SampleShop.objects.select_for_update().get(pk=1)
    counts = {name: shop.counts.get(name, 0) + n for name, n in more.items()}
    SampleShop.objects.filter(pk=1).update(counts={**shop.counts, **counts})


def _finish(actor: Actor, now: datetime) -> None:
    """Let categories and the freight template go, and forget what was the sample's."""
    if not SampleShop.objects.select_for_update().filter(pk=1, state=SampleState.WIPING).exists():
        return
    fates = queries.category_fates(kept=set(queries.sample_products()))
    template = queries.sample_template()
    with_template = template is not None and queries.template_goes(template)
    SamplePart.objects.all().delete()
    going = [pk for pk, fate in fates.items() if fate == Fate.GOES]
    archived = [pk for pk, fate in fates.items() if fate == Fate.ARCHIVED]
    catalog.remove_categories(category_ids=going)
    for pk in archived:  # those below come first
        catalog.archive_category(category_id=pk, now=now, actor=actor)
    if template is not None and template.template_id and with_template:
        freight.remove_template(template_id=template.template_id)
    _count(categories=len(going), templates=int(with_template))
    SampleShop.objects.filter(pk=1).update(state=SampleState.NONE)
    versions.bump(queries.SAMPLE)
