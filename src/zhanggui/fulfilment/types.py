"""States, inputs and refusals of shipping."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal


class FulfilmentStatus(TextChoices):
    """The life of a fulfilment order; policy *simple* goes from allocated to shipped."""

    PENDING = "pending", _("待分配")
    ALLOCATED = "allocated", _("待发货")
    SHIPPED = "shipped", _("已发货")
    DELIVERED = "delivered", _("已送达")
    CANCELED = "canceled", _("已取消")


class TrackingState(TextChoices):
    """What the carrier says; it never moves the fulfilment order backwards."""

    CREATED = "created", _("待揽收")
    DELIVERED = "delivered", _("已签收")


class ShipRefused(Refusal):
    """The parcel can't be shipped like this; the text says what to mend."""

    code = "ship_refused"


class InvalidTracking(Refusal):
    """The carrier is unknown or the number can't be one of its."""

    code = "invalid_tracking"
    status = 422
