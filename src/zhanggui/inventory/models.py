"""Warehouses, stock levels and the stock ledger."""

from django.db import models
from django.db.models import F, Q

from zhanggui.core.ids import IdField
from zhanggui.inventory.types import MovementKind


class Warehouse(models.Model):
    """A place that ships."""

    id = IdField()
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    division_code = models.CharField(max_length=6)
    address = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=60, blank=True)
    archived_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class StockLevel(models.Model):
    """How many pieces of one SKU one warehouse has, and how many are promised or not sellable.

    Only inventory.services changes the counters, each time with a ledger row.
    """

    id = IdField()
    sku = models.ForeignKey("catalog.Sku", on_delete=models.PROTECT, related_name="+")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="levels")
    on_hand = models.IntegerField(default=0)  # pieces physically present
    reserved = models.IntegerField(default=0)  # pieces promised to open orders
    unavailable = models.IntegerField(default=0)  # damaged, in inspection, kept back

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sku", "warehouse"], name="stock_level_once_per_warehouse"
            ),
            models.CheckConstraint(
                condition=Q(reserved__gte=0)
                & Q(unavailable__gte=0)
                & Q(on_hand__gte=F("reserved") + F("unavailable")),
                name="stock_level_never_oversold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id}@{self.warehouse_id}: {self.on_hand}-{self.reserved}"


class StockMovement(models.Model):
    """One immutable row of the stock ledger; their sums are the counters of the level."""

    id = IdField()
    level = models.ForeignKey(
        StockLevel,
        on_delete=models.PROTECT,
        related_name="movements",
        db_index=False,  # movement_by_level begins with it
    )
    kind = models.CharField(max_length=16, choices=MovementKind.choices)
    on_hand_delta = models.IntegerField(default=0)
    reserved_delta = models.IntegerField(default=0)
    unavailable_delta = models.IntegerField(default=0)
    on_hand_after = models.IntegerField()
    reserved_after = models.IntegerField()
    cause_type = models.CharField(max_length=30)
    cause_id = models.BigIntegerField()
    actor_type = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cause_type", "cause_id", "kind", "level"],
                name="stock_movement_once_per_cause",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MovementKind.values), name="stock_movement_kind_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(on_hand_delta=0) | ~Q(reserved_delta=0) | ~Q(unavailable_delta=0),
                name="stock_movement_moves_something",
            ),
        ]
        indexes = [models.Index(fields=["level", "id"], name="movement_by_level")]

    def __str__(self) -> str:
        return f"{self.kind} {self.on_hand_delta:+d}/{self.reserved_delta:+d}"
