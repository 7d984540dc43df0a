"""How far an order has come, as components/steps.html shows it."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.orders.queries import Order
from zhanggui.orders.types import OrderStatus
from zhanggui.web.formats import moment_text


def progress(order: Order) -> list[dict[str, str]]:
    """Return the steps from placing to receipt; a closed order ends where it was closed."""
    stages: list[tuple[str, datetime | None]] = [(_("提交订单"), order.placed_at)]
    if order.paid_at or order.status != OrderStatus.CLOSED:
        stages.append((_("付款"), order.paid_at))
    if order.status == OrderStatus.CLOSED:
        stages.append((_("已关闭"), order.closed_at))
    else:
        stages += [(_("发货"), order.shipped_at), (_("收货"), order.completed_at)]
    done = [at is not None for _label, at in stages]
    current = done.index(False) if False in done else len(stages)
    return [
        {
            "label": label,
            "note": moment_text(at, now=timezone.now()) if at else "",
            "state": "done" if place < current else "now" if place == current else "",
        }
        for place, (label, at) in enumerate(stages)
    ]
