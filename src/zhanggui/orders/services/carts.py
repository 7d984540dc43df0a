"""Baskets. A basket is made on the first add; browsing makes none."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog import queries as catalog
from zhanggui.core.text import is_storable
from zhanggui.core.transactions import retried
from zhanggui.orders import calc
from zhanggui.orders.models import Cart, CartLine
from zhanggui.orders.types import CartRefused


@retried
def put_in_cart(*, cart_id: int | None, sku_code: str, quantity: int, now: datetime) -> int:
    """Add pieces of a SKU and return the basket's id, a new one where none was given or found.

    Raises:
        CartRefused: the SKU can't be bought now, or the basket is full.
    """
    fact = catalog.sellable_facts(sku_codes=[sku_code], now=now).get(sku_code)
    if fact is None or fact.not_sold is not None:
        raise CartRefused(_("这件商品现在不能购买。"))
    cart = Cart.objects.select_for_update().filter(pk=cart_id or 0).first()
    if cart is None:
        cart = Cart.objects.create(updated_at=now)
    line = cart.lines.filter(sku_id=fact.sku_id).first()
    if line is None and cart.lines.count() >= calc.MAX_LINES:
        raise CartRefused(_("购物车满了，请先结算或移除一些商品。"))
    wanted = min((line.quantity if line else 0) + max(quantity, 1), calc.MAX_QUANTITY)
    CartLine.objects.update_or_create(
        cart=cart,
        sku_id=fact.sku_id,
        defaults={"quantity": wanted, "seen_price_minor": fact.price_minor},
        create_defaults={
            "quantity": wanted,
            "seen_price_minor": fact.price_minor,
            "added_at": now,
        },
    )
    Cart.objects.filter(pk=cart.pk).update(updated_at=now)
    return int(cart.pk)


@retried
def set_cart_quantity(*, cart_id: int, sku_code: str, quantity: int, now: datetime) -> None:
    """Set how many pieces of a SKU the basket holds; 0 takes it out."""
    if not is_storable(sku_code):
        return
    lines = CartLine.objects.filter(cart_id=cart_id, sku__code=sku_code)
    if quantity <= 0:
        lines.delete()
    else:
        lines.update(quantity=min(quantity, calc.MAX_QUANTITY))
    Cart.objects.filter(pk=cart_id).update(updated_at=now)


@transaction.atomic
def empty_cart(*, cart_id: int, sku_codes: list[str]) -> None:
    """Take bought SKUs out of the basket."""
    codes = [code for code in sku_codes if is_storable(code)]
    CartLine.objects.filter(cart_id=cart_id, sku__code__in=codes).delete()


def take_out_of_carts(*, sku_ids: Collection[int]) -> None:
    """Take these SKUs out of all baskets: they are no longer goods of the shop."""
    CartLine.objects.filter(sku__in=sku_ids).delete()


@retried
def merge_carts(*, cart_id: int | None, customer_id: int, now: datetime) -> int:
    """At sign-in: give the guest's basket to the shopper, adding to the one they had."""
    guest = Cart.objects.select_for_update().filter(pk=cart_id or 0, customer=None).first()
    own = Cart.objects.select_for_update().filter(customer_id=customer_id).first()
    if own is None:
        own = guest or Cart(updated_at=now)
        own.customer_id = customer_id
        own.save()
    elif guest is not None:
        have = {line.sku_id: line for line in own.lines.all()}
        for line in guest.lines.all():
            if line.sku_id in have:
                most = max(line.quantity, have[line.sku_id].quantity)
                own.lines.filter(sku_id=line.sku_id).update(quantity=most)
            else:
                guest.lines.filter(pk=line.pk).update(cart=own)
        guest.delete()
    return int(own.pk)
