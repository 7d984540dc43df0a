"""The order behind a token. Whoever holds the token is its buyer; the token is never logged."""

from django.http import Http404

from zhanggui.orders import queries as orders
from zhanggui.orders.queries import Order


def order_of(token: str) -> Order:
    """Return the order of this token with its lines.

    Raises:
        Http404: there is none; nothing tells whether a token was close.
    """
    order = orders.order_by_token(token=token)
    if order is None:
        raise Http404
    return order
