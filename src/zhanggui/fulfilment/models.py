"""Fulfilment orders and parcels."""

from django.db import models
from django.db.models import Q

from zhanggui.core.ids import IdField
from zhanggui.fulfilment.types import FulfilmentStatus as Status
from zhanggui.fulfilment.types import TrackingState


class FulfilmentOrder(models.Model):
    """What one warehouse has to ship of one order."""

    id = IdField()
    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, related_name="fulfilment_orders"
    )
    warehouse = models.ForeignKey("inventory.Warehouse", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices)
    created_at = models.DateTimeField()
    ship_by_at = models.DateTimeField()  # what was promised
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    canceled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "warehouse"], name="fulfilment_once_per_warehouse"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[Status.PENDING, Status.ALLOCATED],
                    shipped_at=None,
                    delivered_at=None,
                    canceled_at=None,
                )
                | Q(
                    status=Status.SHIPPED,
                    shipped_at__isnull=False,
                    delivered_at=None,
                    canceled_at=None,
                )
                | Q(
                    status=Status.DELIVERED,
                    shipped_at__isnull=False,
                    delivered_at__isnull=False,
                    canceled_at=None,
                )
                | Q(status=Status.CANCELED, shipped_at=None, canceled_at__isnull=False),
                name="fulfilment_status_with_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["warehouse", "status", "ship_by_at"], name="fulfilment_by_warehouse"
            ),
            models.Index(fields=["status", "ship_by_at"], name="fulfilment_by_deadline"),
        ]

    def __str__(self) -> str:
        return f"fulfilment {self.pk}"


class FulfilmentLine(models.Model):
    """Pieces of one order line that this warehouse ships."""

    id = IdField()
    fulfilment_order = models.ForeignKey(
        FulfilmentOrder, on_delete=models.PROTECT, related_name="lines"
    )
    order_line = models.ForeignKey("orders.OrderLine", on_delete=models.PROTECT, related_name="+")
    quantity = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fulfilment_order", "order_line"], name="fulfilment_line_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="fulfilment_line_has_pieces"),
        ]

    def __str__(self) -> str:
        return f"{self.order_line_id} × {self.quantity}"


class Parcel(models.Model):
    """A parcel on its way, by carrier and tracking number."""

    id = IdField()
    fulfilment_order = models.ForeignKey(
        FulfilmentOrder, on_delete=models.PROTECT, related_name="parcels"
    )
    carrier = models.CharField(max_length=30)  # Kuaidi100 code
    tracking_no = models.CharField(max_length=40)
    tracking_state = models.CharField(
        max_length=12, choices=TrackingState.choices, default=TrackingState.CREATED
    )
    shipped_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fulfilment_order", "carrier", "tracking_no"], name="parcel_once_per_task"
            ),
        ]
        indexes = [models.Index(fields=["tracking_no"], name="parcel_by_number")]

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_no}"
