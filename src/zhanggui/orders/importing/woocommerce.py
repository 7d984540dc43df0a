"""WooCommerce: the columns of its usual order exports, one row for each item."""

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
    currency = currency_of(row, "currency") or reading.currency
    total = same_amount(rows, "total", currency, label="Order Total")
    if total is None:
        raise RowFault("no_amount", _("没有订单总额"), line=rows[0].line)
    paid_at = first_moment(rows, "paid_at", zone=reading.zone)
    state = state_of(row, row.get("state").removeprefix("wc-"), _STATES, reading)
    if state == HistoryState.UNPAID and paid_at and "hold" in row.get("state").casefold():
        state = HistoryState.TO_SHIP
    items = tuple(_item(one, currency) for one in rows if one.get("name"))
    freight = same_amount(rows, "shipping", currency, label="Shipping") or 0
    tax = same_amount(rows, "tax", currency, label="Tax") or 0
    refunded = same_amount(rows, "refunded", currency, label="Refund") or 0
    over = total - freight - sum(one.amount_minor for one in items)
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
        extras=((_("税费"), tax),) if tax and over > 0 else (),
        payable_minor=total,
        paid_minor=total if state.is_paid else 0,
        refunded_minor=total if state == HistoryState.REFUNDED else refunded,
        buyer=row.get("email"),
        province=text_of(row, "province", longest=40),
        city=text_of(row, "city", longest=40),
        country=text_of(row, "country", longest=60),
        note=row.get("note"),
    )


def _item(row: Row, currency: str) -> SaleLine:
    quantity = quantity_of(row, "quantity")
    whole = amount_of(row, "line_total", currency, label="Item Total")
    price = None if whole is not None else amount_of(row, "price", currency, label="Item Cost")
    if whole is None and price is None:
        raise RowFault("no_amount", _("没有商品单价"), line=row.line)
    return SaleLine(
        name=text_of(row, "name"),
        quantity=quantity,
        amount_minor=(price or 0) * quantity if whole is None else whole,
        codes=codes_of(row, "code"),
    )


WOOCOMMERCE = Layout(
    name="woocommerce",
    label=gettext_lazy("WooCommerce 订单"),
    fields={
        "ref": "Order Number|Order ID|order_number|order_id|订单编号|订单号",
        "state": "Order Status|status|订单状态",
        "created": "Order Date|date|order_date|订单日期",
        "paid_at": "Paid Date|Date Paid|paid_date",
        "completed": "Completed Date|Date Completed|completed_date",
        "email": "Email (Billing)|Billing Email|billing_email|Customer Email",
        "note": "Customer Note|customer_note",
        "total": "Order Total Amount|Order Total|order_total",
        "shipping": "Order Shipping Amount|Order Shipping|shipping_total",
        "tax": "Order Total Tax Amount|Order Total Tax|tax_total",
        "refunded": "Order Refund Amount|refunded_total",
        "currency": "Currency|Order Currency|order_currency",
        "code": "SKU|Item SKU|Product SKU",
        "name": "Item Name|Product Name|item_name",
        "quantity": "Quantity|Item Quantity|Quantity (- Refund)",
        "price": "Item Cost|Item Price|Product Price",
        "line_total": "Order Line Subtotal|Item Subtotal",
        "city": "City (Shipping)|Shipping City|shipping_city",
        "province": "State Code (Shipping)|Shipping State|shipping_state",
        "country": "Country Code (Shipping)|Shipping Country|shipping_country",
    },
    needed=("ref", "state", "created", "total", "name", "quantity"),
    states=_STATES,
    read=_read,
    also="Item #|Payment Method Title|Cart Discount Amount|Coupon Code|Shipping Method Title",
)
