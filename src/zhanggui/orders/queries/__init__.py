"""Reads of orders and carts, with the names of the rows that they return."""

from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.queries.carts import (
    cart_lines,
    cart_of_customer,
    cart_pieces,
    quote,
    why_not_sold,
    why_page_not_sold,
    why_product_not_sold,
)
from zhanggui.orders.queries.figures import (
    BestSeller,
    SalesFigure,
    best_sellers,
    sales,
    status_counts,
    total,
)
from zhanggui.orders.queries.listing import OrderFilter, OrderPage, order_page
from zhanggui.orders.queries.orders import (
    PaidOrder,
    lines_of,
    newest_orders_of,
    order_by_id,
    order_by_number,
    order_by_request,
    order_by_token,
    orders_by_ids,
    orders_past_confirm,
    orders_past_pay,
    paid_after,
    timeline,
)

__all__ = [
    "BestSeller",
    "Order",
    "OrderFilter",
    "OrderLine",
    "OrderPage",
    "PaidOrder",
    "SalesFigure",
    "best_sellers",
    "cart_lines",
    "cart_of_customer",
    "cart_pieces",
    "lines_of",
    "newest_orders_of",
    "order_by_id",
    "order_by_number",
    "order_by_request",
    "order_by_token",
    "order_page",
    "orders_by_ids",
    "orders_past_confirm",
    "orders_past_pay",
    "paid_after",
    "quote",
    "sales",
    "status_counts",
    "timeline",
    "total",
    "why_not_sold",
    "why_page_not_sold",
    "why_product_not_sold",
]
