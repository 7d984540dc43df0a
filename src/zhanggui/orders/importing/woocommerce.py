"""WooCommerce: the columns of its usual order exports, one row for each item or for each order."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhanggui.orders.importing.cells import (
    amount_of,
    codes_of,
    currency_of,
    first_moment,
    placed,
    quantity_of,
    same_amount,
    state_of,
    text_of,
    words,
)
from zhanggui.orders.importing.faults import RowFault
from zhanggui.orders.importing.layouts import Layout
from zhanggui.orders.importing.sales import Reading, Row, Sale, SaleLine
from zhanggui.orders.types import HistoryState

_STATES = words(
    unpaid="pending payment|pending|on hold|on-hold|待付款|保留",
    to_ship="processing|处理中|正在处理",
    completed="completed|已完成",
    closed="cancelled|canceled|failed|已取消|失败",
    refunded="refunded|已退款",
)


def _read(rows: Sequence[Row], _items: Sequence[Row], reading: Reading) -> Sale:
    row = next((one for one in rows if one.get("total")), rows[0])
    goods = [item for one in rows for item in _goods(one)]
    currency = currency_of(row, "currency") or reading.currency
    total = same_amount(rows, "total", currency, label="Order Total")
    if total is None:
        raise RowFault("no_amount", _("没有订单总额"), line=rows[0].line)
    paid_at = first_moment(rows, "paid_at", zone=reading.zone)
    state = state_of(row, row.get("state").removeprefix("wc-"), _STATES, reading)
    if state == HistoryState.UNPAID and paid_at and "hold" in row.get("state").casefold():
        state = HistoryState.TO_SHIP
    items = tuple(_item(one, currency) for one in goods)
    freight = same_amount(rows, "shipping", currency, label="Shipping") or 0
    tax = same_amount(rows, "tax", currency, label="Tax") or 0
    refunded = same_amount(rows, "refunded", currency, label="Refund") or 0
    fee = same_amount(rows, "fee", currency, label="Fee") or 0
    over = total - freight - sum(one.amount_minor for one in items)
    extras = [(_("费用"), fee), (_("税费"), tax)] if over > 0 else []
    gone = over - fee - tax  # files with the pieces that are left do not name what came back
    if 0 < gone <= refunded:
        extras.append((_("已退的商品"), gone))
    return Sale(
        ref=row.get("ref"),
        line=row.line,
        state=state,
        currency=currency,
        placed_at=placed(first_moment(rows, "created", zone=reading.zone) or paid_at, row),
        paid_at=paid_at if state.is_paid else None,
        completed_at=first_moment(rows, "completed", zone=reading.zone),
        items=items,
        freight_minor=freight,
        extras=tuple((name, minor) for name, minor in extras if minor),
        payable_minor=total,
        paid_minor=total if state.is_paid else 0,
        refunded_minor=total if state == HistoryState.REFUNDED else refunded,
        buyer=row.get("email"),
        province=text_of(row, "province", longest=40),
        city=text_of(row, "city", longest=40),
        country=text_of(row, "country", longest=60),
        note=row.get("note"),
    )


def _goods(row: Row) -> list[Row]:
    """Return the goods of a row as rows: one item, or all of the order side by side."""
    if row.get("name"):
        return [row]
    found = []
    for place in range(1, _MOST_ITEMS + 1):
        values = {name: row.get(f"{name}{place}") for name in _WIDE}
        found += [values] if values["name"] else _named(row.get(f"item{place}"))
    return [Row(row.line, one, {}) for one in found or _named(row.get("items"))]


def _named(text: str) -> list[dict[str, str]]:
    """Return what a cell says of goods: name:Tee|sku:T-1|quantity:2|total:18.00;name:…"""
    found: list[dict[str, str]] = []
    for part in _NAMED.split(text):
        name, mark, value = part.partition(":")
        field = _PARTS.get(name.strip().lower())
        if not mark or not field:
            continue
        if not found or field in found[-1]:
            found.append({})
        found[-1][field] = value.strip(" ;")
    return [one for one in found if one.get("name")]


def _item(row: Row, currency: str) -> SaleLine:
    whole = amount_of(row, "before", currency, label="Item Subtotal")
    if whole is None:
        whole = amount_of(row, "line_total", currency, label="Item Total")
    price = None if whole is not None else amount_of(row, "price", currency, label="Item Cost")
    if whole is None and price is None:
        raise RowFault("no_amount", _("没有商品单价"), line=row.line)
    quantity = _pieces(row, whole, amount_of(row, "price", currency, label="Item Cost"))
    return SaleLine(
        name=text_of(row, "name"),
        quantity=quantity,
        amount_minor=(price or 0) * quantity if whole is None else whole,
        codes=codes_of(row, "code"),
    )


def _pieces(row: Row, whole: int | None, price: int | None) -> int:
    """Return how many pieces were sold, though the column counts only those not given back."""
    if row.get("quantity") or row.get("left") not in ("0", "0.0"):
        name = "quantity" if row.get("quantity") else "left"
        return quantity_of(row, name)
    return whole // price if whole and price and not whole % price else 1


_MOST_ITEMS = 60
_WIDE = ("name", "code", "quantity", "before", "line_total")
_PARTS = {
    "name": "name",
    "sku": "code",
    "quantity": "quantity",
    "qty": "quantity",
    "total": "line_total",
    "subtotal": "before",
    "sub_total": "before",
}
_NAMED = re.compile(
    r"[|;](?=\s*(?:name|id|product_id|variation_id|sku|quantity|qty|total|sub_?total|[a-z_]+):)"
)
_FIELDS = {
    "ref": "Order Number|Order ID|order_number|order_id|订单编号|订单号",
    "state": "Order Status|status|order_status|订单状态",
    "created": "Order Date|date|order_date|date_created|订单日期",
    "paid_at": "Paid Date|Date Paid|paid_date|date_paid|Order Paid Date",
    "completed": "Completed Date|Date Completed|completed_date|date_completed",
    "email": "Email (Billing)|Billing Email|billing_email|Customer Email|customer_email",
    "note": "Customer Note|customer_note",
    "total": "Order Total Amount|Order Total|order_total",
    "shipping": "Order Shipping Amount|Order Shipping|shipping_total|order_shipping",
    "tax": "Order Total Tax Amount|Order Total Tax|tax_total|order_tax",
    "fee": "Total Fee Amount|Order Fee|Fee Total|fee_total|order_fees",
    "refunded": "Order Refund Amount|Order Refunded|refunded_total|total_refunded|order_refunded",
    "currency": "Currency|Order Currency|order_currency",
    "city": "City (Shipping)|Shipping City|shipping_city",
    "province": "State Code (Shipping)|State Name (Shipping)|Shipping State|shipping_state",
    "country": "Country Code (Shipping)|Country Name (Shipping)|Shipping Country|shipping_country",
}
_ALSO = (
    "Item #|Payment Method Title|Cart Discount Amount|Coupon Code|Shipping Method Title|"
    "payment_method_title|cart_discount|wt_import_key|order_subtotal|transaction_id"
)
WOOCOMMERCE = Layout(
    name="woocommerce",
    label=gettext_lazy("WooCommerce 订单"),
    fields={
        **_FIELDS,
        "code": "SKU|Item SKU|Product SKU|item_sku|product_sku",
        "name": "Item Name|Product Name|item_name|product_name",
        "quantity": "Quantity|Item Quantity|item_quantity",
        "left": "Quantity (- Refund)",
        "price": "Item Cost|Item Price|Product Price|item_price|Product Current Price",
        "before": "Order Line Subtotal|Item Subtotal|item_subtotal",
        "line_total": "Order Line (w/o tax)|item_total",
    },
    needed=("ref", "state", "created", "total", "name", "quantity|left"),
    states=_STATES,
    read=_read,
    also=_ALSO,
)
WOOCOMMERCE_WIDE = Layout(
    name="woocommerce-wide",
    label=gettext_lazy("WooCommerce 订单（一行一单）"),
    fields={
        **_FIELDS,
        "items": "line_items",
        **{f"item{n}": f"line_item_{n}" for n in range(1, _MOST_ITEMS + 1)},
        **{
            f"{field}{n}": f"Product Item {n} {name}"
            for n in range(1, _MOST_ITEMS + 1)
            for field, name in zip(
                _WIDE, ("Name", "SKU", "Quantity", "Subtotal", "Total"), strict=True
            )
        },
    },
    needed=("ref", "state", "created", "total", "name1|item1|items"),
    states=_STATES,
    read=_read,
    also=_ALSO,
    many_rows=False,
)
