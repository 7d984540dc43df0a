"""The basket's cookies: a signed one names its row, an open one is the number for the badge."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from zhanggui.orders import queries as orders

CART, COUNT = "cart", "cart_count"
_SALT = "storefront.cart"
_MAX_AGE = 90 * 24 * 3600


def cart_id(request: HttpRequest) -> int | None:
    """Return the basket that this browser holds; a forged cookie counts as none."""
    try:
        found = signing.loads(request.COOKIES.get(CART, ""), salt=_SALT)
    except signing.BadSignature:
        return None
    return found if type(found) is int else None


def remember(response: HttpResponse, *, cart_id: int) -> None:
    """Let this browser hold the basket, and tell the badge how many pieces it has."""
    pieces = orders.cart_pieces(cart_id=cart_id)
    secure = settings.SESSION_COOKIE_SECURE
    value = signing.dumps(cart_id, salt=_SALT)
    response.set_cookie(CART, value, max_age=_MAX_AGE, samesite="Lax", secure=secure, httponly=True)
    response.set_cookie(COUNT, str(pieces), max_age=_MAX_AGE, samesite="Lax", secure=secure)


def forget(response: HttpResponse) -> None:
    """Take the basket from this browser, for whoever uses it next."""
    response.delete_cookie(CART, samesite="Lax")
    response.delete_cookie(COUNT, samesite="Lax")
