"""The signed-in shopper behind a request, if any."""

from django.http import HttpRequest

from zhanggui.customers import queries as customers
from zhanggui.customers.queries import Customer


def shopper_user_id(request: HttpRequest) -> int | None:
    """Return the user of a signed-in shopper; staff and guests are none."""
    user = request.user
    is_shopper = user.is_authenticated and user.is_active and not getattr(user, "role", "")
    return int(user.pk) if is_shopper and user.pk is not None else None


def customer_of(request: HttpRequest) -> Customer | None:
    """Return the signed-in shopper."""
    user_id = shopper_user_id(request)
    return customers.customer_of_user(user_id=user_id) if user_id is not None else None
