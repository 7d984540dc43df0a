"""The one map from an order's state to its words and colour."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Badge:
    """What people read and in which tone (a `badge-…` class) it is drawn."""

    label: str | Promise
    tone: str


DISPLAY_STATUS = {
    "to_pay": Badge(pgettext_lazy("order", "待付款"), "warning"),
    "to_ship": Badge(pgettext_lazy("order", "待发货"), "info"),
    "part_shipped": Badge(pgettext_lazy("order", "部分发货"), "info"),
    "to_receive": Badge(pgettext_lazy("order", "待收货"), "primary"),
    "completed": Badge(pgettext_lazy("order", "已完成"), "success"),
    "closed": Badge(pgettext_lazy("order", "已关闭"), "neutral"),
}
STAFF_STATUS = {"to_receive": Badge(pgettext_lazy("order", "已发货"), "primary")}
AFTER_SALE = {
    "in_progress": Badge(pgettext_lazy("order", "售后中"), "error"),
    "part_refunded": Badge(pgettext_lazy("order", "部分退款"), "warning"),
    "refunded": Badge(pgettext_lazy("order", "已退款"), "neutral"),
}


def status_badge(code: str, *, staff: bool) -> Badge:
    """Return the words and tone of a display status, as staff or as buyers call it.

    Raises:
        KeyError: the code is none of the display statuses.
    """
    if staff and code in STAFF_STATUS:
        return STAFF_STATUS[code]
    return DISPLAY_STATUS[code]


def after_sale_badge(code: str) -> Badge | None:
    """Return the second badge of an order with after-sale, None when there is none."""
    return None if code in ("", "none") else AFTER_SALE[code]
