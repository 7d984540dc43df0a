"""Baskets, what they cost, and why something can't be bought."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Sum

from zhanggui.accounts import queries as accounts
from zhanggui.catalog import queries as catalog
from zhanggui.catalog.types import NotSold, ProductPage, SkuFacts
from zhanggui.freight import calc as freight_calc
from zhanggui.freight import queries as freight
from zhanggui.freight.types import FreightItem, FreightTemplateView
from zhanggui.inventory import queries as inventory
from zhanggui.orders import calc
from zhanggui.orders.models import Cart, CartLine
from zhanggui.orders.types import LineRefusal, Quote, QuoteLine, WantedLine


def cart_lines(*, cart_id: int) -> list[WantedLine]:
    """Return what is in a basket, with the prices that its owner saw, oldest first."""
    rows = CartLine.objects.filter(cart_id=cart_id).order_by("added_at", "id")
    return [
        WantedLine(sku=sku, quantity=quantity, unit_price_minor=price)
        for sku, quantity, price in rows.values_list("sku__code", "quantity", "seen_price_minor")
    ]


def cart_pieces(*, cart_id: int) -> int:
    """Return how many pieces a basket holds."""
    total = CartLine.objects.filter(cart_id=cart_id).aggregate(n=Sum("quantity"))["n"]
    return int(total or 0)


def cart_of_customer(*, customer_id: int) -> int | None:
    """Return the basket of a signed-in shopper."""
    return Cart.objects.filter(customer_id=customer_id).values_list("pk", flat=True).first()


def quote(*, lines: Sequence[WantedLine], division_code: str | None, now: datetime) -> Quote:
    """Price lines as checkout would, with freight where the division is known.

    A constant number of statements; lines that can't be had carry their refusal and do not count.
    """
    merged = calc.merged_lines(lines)
    facts = catalog.sellable_facts(sku_codes={line.sku for line in merged}, now=now)
    available = inventory.available_by_sku(sku_ids=[fact.sku_id for fact in facts.values()])
    currency = accounts.shop().currency
    found = calc.line_refusals(merged, facts, available, currency=currency)
    refusals = {one.sku: one for one in found}
    shown = [_quote_line(line, facts.get(line.sku), available, refusals) for line in merged]
    counted = [line for line in shown if _counts(line)]
    goods = sum(line.total_minor for line in counted)
    freight_minor = None
    if division_code is not None and counted:
        items = [
            FreightItem(
                product_id=facts[line.sku].product_id,
                quantity=line.quantity,
                weight_grams=facts[line.sku].weight_grams,
            )
            for line in counted
        ]
        templates = freight.templates_of(product_ids={item.product_id for item in items})
        freight_minor = freight_calc.quote(items, templates=templates, division_code=division_code)
    return Quote(
        lines=tuple(shown),
        goods_minor=goods,
        freight_minor=freight_minor,
        payable_minor=goods + (freight_minor or 0),
        currency=currency,
        undeliverable=division_code is not None and bool(counted) and freight_minor is None,
        refusals=tuple(refusals.values()),
    )


def _counts(line: QuoteLine) -> bool:
    """A changed price is shown and counts at today's price; what can't be had does not."""
    return line.refusal is None or line.refusal.code == "price_changed"


def _quote_line(
    line: WantedLine,
    fact: SkuFacts | None,
    available: dict[int, int],
    refusals: dict[str, LineRefusal],
) -> QuoteLine:
    if fact is None:
        return QuoteLine(
            sku=line.sku,
            product_name=line.sku,
            product_slug="",
            options_text="",
            picture="",
            quantity=line.quantity,
            unit_price_minor=0,
            total_minor=0,
            available=0,
            refusal=refusals.get(line.sku),
        )
    return QuoteLine(
        sku=line.sku,
        product_name=fact.product_name,
        product_slug=fact.product_slug,
        options_text=fact.options_text,
        picture=fact.picture,
        quantity=line.quantity,
        unit_price_minor=fact.price_minor,
        total_minor=fact.price_minor * line.quantity,
        available=available[fact.sku_id],
        refusal=refusals.get(line.sku),
    )


def why_not_sold(
    *, sku_codes: Collection[str], now: datetime, division_code: str | None = None
) -> dict[str, NotSold | None]:
    """Answer for each SKU why shoppers can't buy it now: status, time, stock, region, freight.

    None means that they can. The one answer for storefront, console and API.
    """
    facts = catalog.sellable_facts(sku_codes=sku_codes, now=now)
    available = inventory.available_by_sku(sku_ids=[fact.sku_id for fact in facts.values()])
    templates = freight.templates_of(product_ids={fact.product_id for fact in facts.values()})
    answers: dict[str, NotSold | None] = dict.fromkeys(sku_codes, NotSold.ARCHIVED)
    for code, fact in facts.items():
        answers[code] = fact.not_sold or _why(
            available[fact.sku_id], templates.get(fact.product_id), division_code
        )
    return answers


def why_page_not_sold(
    *, page: ProductPage, available: Mapping[int, int]
) -> dict[str, NotSold | None]:
    """Answer the same for the live SKUs of a page that was just read, without a region.

    `available` are pieces by SKU id. Asks nothing that is not kept in memory.
    """
    template = freight.templates_of(product_ids=[page.product_id]).get(page.product_id)
    return {
        sku.code: page.not_sold or _why(available[sku.sku_id], template, None) for sku in page.skus
    }


def _why(
    pieces: int, template: FreightTemplateView | None, division_code: str | None
) -> NotSold | None:
    if not pieces:
        return NotSold.OUT_OF_STOCK
    if template is None:
        return NotSold.NO_FREIGHT
    if division_code and freight_calc.rule_for(template, division_code) is None:
        return NotSold.UNDELIVERABLE
    return None


def why_product_not_sold(
    *, status: NotSold | None, skus: Iterable[NotSold | None]
) -> NotSold | None:
    """Return why shoppers can't buy any of a product: its own reason, else that of its first SKU.

    `skus` are the answers of `why_not_sold` for its live SKUs.
    """
    reasons = list(skus)
    if status is not None or None in reasons:
        return status
    return next(iter(reasons), NotSold.NO_SKU)
