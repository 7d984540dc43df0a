"""Orders, their lines, carts and imported credit notes. Snapshots: later edits change nothing."""

from django.db import models
from django.db.models import F, Q

from zhanggui.core.fields import EncryptedField
from zhanggui.core.ids import IdField
from zhanggui.orders.types import (
    AfterSaleState,
    CloseReason,
    DisplayStatus,
    OrderStatus,
    PaymentState,
    Source,
)


class Order(models.Model):
    """One purchase with everything that was agreed at its moment."""

    id = IdField()
    number = models.CharField(max_length=40)
    number_tail = models.CharField(max_length=6)  # what people read out: the last six digits
    token = models.CharField(max_length=32)  # 128 bits, the buyer's key; never logged
    source = models.CharField(max_length=10, choices=Source.choices)
    external_ref = models.CharField(max_length=60, null=True)
    request_id = models.CharField(max_length=64, null=True)
    body_hash = models.CharField(max_length=64, blank=True)

    status = models.CharField(max_length=10, choices=OrderStatus.choices)
    display_status = models.CharField(max_length=12, choices=DisplayStatus.choices)
    payment_state = models.CharField(max_length=16, choices=PaymentState.choices)
    after_sale_state = models.CharField(
        max_length=16, choices=AfterSaleState.choices, default=AfterSaleState.NONE
    )
    close_reason = models.CharField(max_length=16, choices=CloseReason.choices, blank=True)

    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)
    payable_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    payment_channel = models.CharField(max_length=20, blank=True)
    pieces = models.IntegerField()
    shipped_pieces = models.IntegerField(default=0)

    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,  # order_by_customer begins with it
    )
    name = EncryptedField(blank=True, default="")
    phone = EncryptedField(blank=True, default="")  # E.164
    detail = EncryptedField(blank=True, default="")
    name_index = models.CharField(max_length=32, blank=True)
    phone_index = models.CharField(max_length=32, blank=True)
    phone_last4_index = models.CharField(max_length=32, blank=True)
    province = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=40, blank=True)
    district = models.CharField(max_length=40, blank=True)
    division_code = models.CharField(max_length=6, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    country = models.CharField(max_length=60, blank=True)  # as an imported history names it
    note = EncryptedField(blank=True, default="")  # the buyer's words
    has_note = models.BooleanField(default=False)
    warehouse = models.ForeignKey(
        "inventory.Warehouse",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,  # order_by_warehouse begins with it
    )

    placed_at = models.DateTimeField()
    pay_by_at = models.DateTimeField(null=True)  # cleared when paid or closed
    paid_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)  # the last parcel
    confirm_by_at = models.DateTimeField(null=True)  # receipt is confirmed by itself then
    completed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        # Constraints, not unique=True: that makes a second index for LIKE on PostgreSQL.
        constraints = [
            models.UniqueConstraint(fields=["number"], name="order_number_once"),
            models.UniqueConstraint(fields=["token"], name="order_token_once"),
            models.UniqueConstraint(fields=["request_id"], name="order_once_per_request"),
            models.UniqueConstraint(fields=["source", "external_ref"], name="order_once_per_ref"),
            models.CheckConstraint(
                condition=Q(status=OrderStatus.OPEN, completed_at=None, closed_at=None)
                | Q(status=OrderStatus.COMPLETED, completed_at__isnull=False, closed_at=None)
                | Q(status=OrderStatus.CLOSED, closed_at__isnull=False, completed_at=None),
                name="order_status_with_its_time",
            ),
            models.CheckConstraint(
                condition=Q(display_status__in=DisplayStatus.values),
                name="order_display_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    payable_minor=F("goods_minor") + F("freight_minor") - F("discount_minor")
                )
                & Q(payable_minor__gte=0)
                & Q(freight_minor__gte=0)
                & Q(discount_minor__gte=0),
                name="order_money_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0) & Q(paid_minor__gte=F("refunded_minor")),
                name="order_refunds_within_paid",
            ),
            models.CheckConstraint(
                condition=Q(shipped_pieces__gte=0) & Q(pieces__gte=F("shipped_pieces")),
                name="order_ships_what_it_has",
            ),
        ]
        indexes = [
            # The staff's list, newest first: all, and by each thing that narrows it. A second one
            # (a status within a warehouse) is filtered on the way: either is common or has few.
            models.Index(fields=["-placed_at", "-number"], name="order_newest"),
            models.Index(
                fields=["display_status", "-placed_at", "-number"], name="order_by_status"
            ),
            models.Index(fields=["warehouse", "-placed_at", "-number"], name="order_by_warehouse"),
            models.Index(fields=["source", "-placed_at", "-number"], name="order_by_source"),
            models.Index(
                fields=["has_note", "-placed_at", "-number"],
                name="order_with_note",
                condition=Q(has_note=True),
            ),
            models.Index(
                fields=["after_sale_state", "-placed_at", "-number"],
                name="order_by_after_sale",
                condition=~Q(after_sale_state=AfterSaleState.NONE),
            ),
            models.Index(  # refunds end in few statuses: within another all would be walked
                fields=["after_sale_state", "display_status", "-placed_at", "-number"],
                name="order_by_after_sale_status",
                condition=~Q(after_sale_state=AfterSaleState.NONE),
            ),
            # The search of the list: what people know of an order.
            models.Index(fields=["number_tail"], name="order_by_tail"),
            models.Index(fields=["phone_index", "-placed_at"], name="order_by_phone"),
            models.Index(fields=["phone_last4_index", "-placed_at"], name="order_by_last4"),
            models.Index(fields=["name_index", "-placed_at"], name="order_by_name"),
            # A shopper's orders; what was paid in a period; the timers.
            models.Index(fields=["customer", "-placed_at"], name="order_by_customer"),
            models.Index(fields=["paid_at"], name="order_by_payment"),
            models.Index(fields=["pay_by_at"], name="order_by_pay_deadline"),
            models.Index(fields=["confirm_by_at"], name="order_by_confirm_deadline"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """One SKU of an order as it was when bought."""

    id = IdField()
    order = models.ForeignKey(
        Order,
        on_delete=models.PROTECT,
        related_name="lines",
        db_index=False,  # order_line_once begins with it
    )
    ordinal = models.IntegerField()
    sku = models.ForeignKey(
        "catalog.Sku",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,  # order_line_by_sku begins with it
    )
    sku_code = models.CharField(max_length=60)
    product_name = models.CharField(max_length=120, blank=True)
    product_slug = models.CharField(max_length=120, blank=True)
    options_text = models.CharField(max_length=250, blank=True)
    picture = models.CharField(max_length=120, blank=True)  # storage name
    quantity = models.IntegerField()
    unit_price_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0)
    freight_minor = models.BigIntegerField(default=0)  # this line's share
    payable_minor = models.BigIntegerField()
    cost_minor = models.BigIntegerField(null=True)  # of all pieces, frozen at shipping
    weight_grams = models.IntegerField(default=0)  # of one piece
    shipped_quantity = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "ordinal"], name="order_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_has_pieces"),
            models.CheckConstraint(
                condition=Q(
                    payable_minor=F("unit_price_minor") * F("quantity")
                    - F("discount_minor")
                    + F("freight_minor")
                ),
                name="order_line_money_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(shipped_quantity__gte=0) & Q(quantity__gte=F("shipped_quantity")),
                name="order_line_ships_what_it_has",
            ),
        ]
        indexes = [
            models.Index(fields=["sku", "order"], name="order_line_by_sku"),
            models.Index(fields=["sku_code"], name="order_line_by_code"),  # imported: no SKU
        ]

    def __str__(self) -> str:
        return f"{self.sku_code} × {self.quantity}"


class Tally(models.Model):
    """A part of a figure over all orders: the sum of its parts is the figure.

    Whoever changes orders adds parts, and a job folds them: one row for each figure would make all
    checkouts wait for each other. Only orders.services.tallies writes them.
    """

    id = IdField()
    figure = models.CharField(max_length=20)  # orders.types: status_figure, sales_figure
    hour = models.BigIntegerField(default=0)  # of sales: whole hours since 1970
    orders = models.BigIntegerField()
    net_minor = models.BigIntegerField(default=0)  # of sales: paid less refunded
    is_folded = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["figure", "hour"], name="tally_by_figure"),
            models.Index(fields=["is_folded"], name="tally_to_fold", condition=Q(is_folded=False)),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.orders:+}"


class ImportedOrder(models.Model):
    """What the file of another shop said of an order beyond what we hold, for looking it up.

    Nobody's name, phone or address is in it; what stays is encrypted, since any column may tell
    something of a person.
    """

    id = IdField()
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="imported")
    format = models.CharField(max_length=30)
    number = models.CharField(max_length=40)  # as the other shop called it
    number_form = models.CharField(max_length=40)  # as numbers are compared: calc.number_form
    cells = EncryptedField(default="[]")  # JSON: for each row its cells by column
    recipient_masked = models.BooleanField(default=False)
    file_hash = models.CharField(max_length=64)  # SHA-256 of the file
    imported_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["number_form"], name="imported_order_by_number")]

    def __str__(self) -> str:
        return f"{self.format} {self.number}"


class CreditNote(models.Model):
    """A cancellation of an imported history, with the order it belongs to where that is known."""

    id = IdField()
    source = models.CharField(max_length=30)
    external_ref = models.CharField(max_length=60)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, related_name="credit_notes"
    )
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+"
    )
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=60, blank=True)
    total_minor = models.BigIntegerField()  # given back, positive
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_ref"], name="credit_note_once_per_ref"
            ),
        ]

    def __str__(self) -> str:
        return self.external_ref


class CreditNoteLine(models.Model):
    """One line of a credit note."""

    id = IdField()
    note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, related_name="lines")
    ordinal = models.IntegerField()
    sku_code = models.CharField(max_length=60)
    product_name = models.CharField(max_length=120, blank=True)
    quantity = models.IntegerField()  # pieces that came back, positive
    unit_price_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note", "ordinal"], name="credit_note_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sku_code} × {self.quantity}"


class Cart(models.Model):
    """A basket, found by a signed cookie or, once signed in, by the shopper."""

    id = IdField()
    customer = models.OneToOneField(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+"
    )
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"cart {self.pk}"


class CartLine(models.Model):
    """A SKU in a basket."""

    id = IdField()
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey("catalog.Sku", on_delete=models.PROTECT, related_name="+")
    quantity = models.IntegerField()
    seen_price_minor = models.BigIntegerField()  # the price when it was put in
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "sku"], name="cart_line_once_per_sku"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="cart_line_has_pieces"),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} × {self.quantity}"


class BestSold(models.Model):
    """The products that sold best lately, as a job summed them up. One row, no. 1."""

    id = models.SmallIntegerField(primary_key=True)
    slugs = models.JSONField(default=list)  # the most sold first
    due_at = models.DateTimeField()  # when they are to be summed up anew

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="best_sold_is_one_row")]

    def __str__(self) -> str:
        return ", ".join(self.slugs)
