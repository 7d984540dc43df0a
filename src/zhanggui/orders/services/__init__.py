"""Writes of orders and carts: one function, one use case, one transaction."""

from zhanggui.orders.services.carts import (
    empty_cart,
    merge_carts,
    put_in_cart,
    set_cart_quantity,
    take_out_of_carts,
)
from zhanggui.orders.services.checkout import place_order
from zhanggui.orders.services.close import cancel_order, close_unpaid
from zhanggui.orders.services.data import show_personal_data
from zhanggui.orders.services.money import lock_owed, lock_payable, record_payment, record_refund
from zhanggui.orders.services.new_rows import NewLine, NewOrder, insert_orders
from zhanggui.orders.services.place import place_orders
from zhanggui.orders.services.ship import complete_order, record_shipped
from zhanggui.orders.services.tallies import count_orders_anew

__all__ = [
    "NewLine",
    "NewOrder",
    "cancel_order",
    "close_unpaid",
    "complete_order",
    "count_orders_anew",
    "empty_cart",
    "insert_orders",
    "lock_owed",
    "lock_payable",
    "merge_carts",
    "place_order",
    "place_orders",
    "put_in_cart",
    "record_payment",
    "record_refund",
    "record_shipped",
    "set_cart_quantity",
    "show_personal_data",
    "take_out_of_carts",
]
