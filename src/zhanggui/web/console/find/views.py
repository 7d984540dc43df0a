"""What was typed into the top bar or scanned: an order, a parcel or a SKU is opened at once."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhanggui.accounts.types import Holder
from zhanggui.catalog import queries as catalog
from zhanggui.core.text import TextRefused, clean_text
from zhanggui.fulfilment import queries as fulfilment
from zhanggui.orders import calc
from zhanggui.orders import queries as orders
from zhanggui.web.access import allowed, sees, staff_user

LONGEST = 100


@allowed("home", "view")
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Open the order of a number or tracking number, the stock of a SKU or barcode, else search."""
    try:
        q = clean_text(request.GET.get("q", ""), max_length=LONGEST)
    except TextRefused:
        q = ""
    return redirect(_place(staff_user(request), q))


def _place(person: Holder, q: str) -> str:
    """Return where the words lead, as far as the person may go."""
    if person.may("orders", "view") and q and (number := _order_number(person, q)):
        return reverse("console:order", args=[number])
    if person.may("stock", "view") and (code := catalog.sku_code_of(text=q)):
        return f"{reverse('console:stock')}?{urlencode({'q': code})}"
    for resource, name in (("orders", "console:orders"), ("stock", "console:stock")):
        if person.may(resource, "view"):
            return f"{reverse(name)}?{urlencode({'q': q})}" if q else reverse(name)
    return reverse("console:home")


def _order_number(person: Holder, q: str) -> str:
    """Return the number of the one order that this number or tracking number names.

    A number of few digits, which another shop may have given, is no more than a part of many
    others: the list shows them all.
    """
    order = orders.order_by_number(number=calc.pasted_number(q))
    if order is None:
        ids = set(fulfilment.order_ids_by_tracking(q=q, limit=2))
        if len(calc.number_form(q)) > calc.SHORT_NUMBER or "#" in q:
            ids.update(orders.orders_numbered_elsewhere(q=q, most=2))
        found = orders.orders_by_ids(order_ids=ids)
        order = found[0] if len(found) == 1 else None
    return order.number if order is not None and sees(person, order.warehouse_id) else ""
