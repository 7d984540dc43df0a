"""Paper for an order."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from zhanggui.core.masking import mask_detail
from zhanggui.fulfilment import queries as fulfilment
from zhanggui.inventory import queries as inventory
from zhanggui.orders import queries as orders
from zhanggui.web.access import allowed, staff_user
from zhanggui.web.codes import qr_code
from zhanggui.web.console.orders.order_page import LineView, channel_label, find_order
from zhanggui.web.console.orders.rows import order_rows
from zhanggui.web.console.pages import page


@allowed("orders", "view")
@require_safe
def slip(request: HttpRequest, number: str) -> HttpResponse:
    """Show the packing slip of an order as it comes out of the printer; a gift tells no prices."""
    order = find_order(request, number)
    sees_money = staff_user(request).may("orders", "see_money")
    context = {
        "order": order,
        "row": order_rows(found=[order])[0],
        "detail": mask_detail(order.detail),
        "lines": [
            LineView(line=line, total_minor=line.unit_price_minor * line.quantity)
            for line in orders.lines_of(order=order)
        ],
        "parcels": fulfilment.parcels_of(order_id=order.pk) if order.shipped_pieces else [],
        "houses": inventory.warehouse_names(),
        "channel": channel_label(order.payment_channel),
        "code": qr_code(order.number),
        "may_price": sees_money,
        "is_gift": "gift" in request.GET,
        "with_prices": sees_money and "gift" not in request.GET,
    }
    return page(request, "console/orders/slip.html", context)
