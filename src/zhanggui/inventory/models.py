"""Warehouses, stock levels, the stock ledger, and what moves stock between orders."""

from django.db import models
from django.db.models import Case, F, Q, Value, When

from zhanggui.core.ids import IdField
from zhanggui.inventory.types import (
    FEW,
    Band,
    CorrectionAct,
    CorrectionReason,
    MissingReason,
    MovementKind,
    TransferStatus,
)


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
    band = models.GeneratedField(
        expression=Case(
            When(on_hand__lte=F("reserved") + F("unavailable"), then=Value(Band.NONE.value)),
            When(on_hand__lte=F("reserved") + F("unavailable") + FEW, then=Value(Band.FEW.value)),
            default=Value(Band.MANY.value),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )

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
        # queries.skus_where: a sale changes it only where it changes the band
        indexes = [models.Index(fields=["warehouse", "band", "sku"], name="level_by_band")]

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


class StockCorrection(models.Model):
    """A correction by a person: the cause of its ledger row, with a reason that can be counted."""

    id = IdField()
    level = models.ForeignKey(StockLevel, on_delete=models.PROTECT, related_name="corrections")
    act = models.CharField(max_length=12, choices=CorrectionAct.choices)
    reason = models.CharField(max_length=12, choices=CorrectionReason.choices)
    note = models.CharField(max_length=200, blank=True)
    quantity = models.IntegerField()  # of COUNT the difference, else pieces
    request_id = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request_id"], name="stock_correction_once"),
            models.CheckConstraint(
                condition=Q(act__in=CorrectionAct.values)
                & Q(reason__in=CorrectionReason.values)
                & (Q(act=CorrectionAct.COUNT) | Q(quantity__gte=1)),
                name="stock_correction_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.quantity:+d} {self.reason}"


class Transfer(models.Model):
    """Pieces on their way from one warehouse to another."""

    id = IdField()
    number = models.CharField(max_length=20)
    source = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=TransferStatus.choices)
    note = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)  # nothing of it is on the way any more
    canceled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="transfer_number_once"),
            models.UniqueConstraint(fields=["request_id"], name="transfer_once_per_request"),
            models.CheckConstraint(
                condition=~Q(source=F("target")), name="transfer_goes_somewhere_else"
            ),
            models.CheckConstraint(
                condition=Q(
                    status=TransferStatus.DRAFT, sent_at=None, received_at=None, canceled_at=None
                )
                | Q(
                    status=TransferStatus.SENT,
                    sent_at__isnull=False,
                    received_at=None,
                    canceled_at=None,
                )
                | Q(
                    status=TransferStatus.RECEIVED,
                    sent_at__isnull=False,
                    received_at__isnull=False,
                    canceled_at=None,
                )
                | Q(
                    status=TransferStatus.CANCELED,
                    sent_at=None,
                    received_at=None,
                    canceled_at__isnull=False,
                ),
                name="transfer_status_with_its_time",
            ),
        ]
        indexes = [models.Index(fields=["status", "-id"], name="transfer_by_status")]

    def __str__(self) -> str:
        return self.number


class TransferLine(models.Model):
    """Pieces of one SKU in a transfer: on the way is what neither arrived nor went missing."""

    id = IdField()
    transfer = models.ForeignKey(
        Transfer,
        on_delete=models.PROTECT,
        related_name="lines",
        db_index=False,  # transfer_line_once begins with it
    )
    sku = models.ForeignKey("catalog.Sku", on_delete=models.PROTECT, related_name="+")
    quantity = models.IntegerField()
    received_quantity = models.IntegerField(default=0)
    missing_quantity = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transfer", "sku"], name="transfer_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1)
                & Q(received_quantity__gte=0)
                & Q(missing_quantity__gte=0)
                & Q(quantity__gte=F("received_quantity") + F("missing_quantity")),
                name="transfer_line_receives_what_was_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} × {self.quantity}"

    @property
    def on_the_way(self) -> int:
        """Pieces that neither arrived nor went missing."""
        return self.quantity - self.received_quantity - self.missing_quantity


class TransferReceipt(models.Model):
    """One arrival of a transfer, whole or in part: the cause of its ledger rows."""

    id = IdField()
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="receipts")
    request_id = models.CharField(max_length=64)
    missing_reason = models.CharField(max_length=12, choices=MissingReason.choices, blank=True)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request_id"], name="transfer_receipt_once"),
            models.CheckConstraint(
                condition=Q(missing_reason__in=["", *MissingReason.values]),
                name="transfer_receipt_reason_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"receipt {self.pk}"


class StockCheck(models.Model):
    """One comparison of all counters with the ledger."""

    id = IdField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    levels = models.IntegerField(default=0)  # compared so far
    found = models.IntegerField(default=0)
    still_open = models.IntegerField(default=0)  # found, and not repaired

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(still_open__gte=0) & Q(found__gte=F("still_open")),
                name="stock_check_repairs_what_it_found",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.levels} levels, {self.found} differences"


class StockDifference(models.Model):
    """A level whose counters were not what its ledger or the open orders say."""

    id = IdField()
    stock_check = models.ForeignKey(
        StockCheck,
        on_delete=models.PROTECT,
        related_name="differences",
        db_index=False,  # stock_difference_once begins with it
    )
    level = models.ForeignKey(StockLevel, on_delete=models.PROTECT, related_name="differences")
    on_hand = models.IntegerField()
    reserved = models.IntegerField()
    unavailable = models.IntegerField()
    ledger_on_hand = models.IntegerField()
    ledger_reserved = models.IntegerField()
    ledger_unavailable = models.IntegerField()
    promised = models.IntegerField()  # pieces that open orders still wait for
    repaired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stock_check", "level"], name="stock_difference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.level_id}: {self.on_hand} ≠ {self.ledger_on_hand}"
