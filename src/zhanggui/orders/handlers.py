"""Answers of orders to what lower domains ask."""

from zhanggui.inventory import hooks
from zhanggui.orders.queries.promises import promised_pieces

hooks.promised_pieces.append(promised_pieces)
