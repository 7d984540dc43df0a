"""Payment attempts, refunds, the callbacks that were seen, and the keys of channels."""

from django.db import models
from django.db.models import F, Q

from zhanggui.core.fields import EncryptedField
from zhanggui.core.ids import IdField
from zhanggui.payments.types import PaymentStatus, RefundStatus


class Payment(models.Model):
    """One attempt to pay an order at one channel."""

    id = IdField()
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="payments")
    attempt = models.IntegerField()
    channel = models.CharField(max_length=20)
    out_trade_no = models.CharField(max_length=32, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    refunded_minor = models.BigIntegerField(default=0)  # asked back, whatever its state
    status = models.CharField(max_length=10, choices=PaymentStatus.choices)
    # order:channel while the attempt lives, else NULL: at most one live attempt per channel
    live_key = models.CharField(max_length=50, null=True, unique=True)
    channel_ref = models.CharField(max_length=64, blank=True)  # the channel's own number
    code_url = models.CharField(max_length=512, blank=True)  # Native: content of the QR code
    pay_url = models.CharField(max_length=512, blank=True)  # H5: where the browser goes
    bridge = models.JSONField(null=True)  # JSAPI: what the app's script is asked for
    payer_index = models.CharField(max_length=32, blank=True)  # JSAPI: blind index of who may pay
    url_expires_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    next_query_at = models.DateTimeField(null=True)  # while the channel must be asked
    succeeded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # failed or closed

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "attempt"], name="payment_attempt_once"),
            models.CheckConstraint(condition=Q(amount_minor__gte=1), name="payment_is_positive"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0) & Q(amount_minor__gte=F("refunded_minor")),
                name="payment_refunds_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[PaymentStatus.CREATED, PaymentStatus.PENDING],
                    succeeded_at=None,
                    ended_at=None,
                )
                | Q(status=PaymentStatus.SUCCEEDED, succeeded_at__isnull=False, live_key=None)
                | Q(
                    status__in=[PaymentStatus.FAILED, PaymentStatus.CLOSED],
                    ended_at__isnull=False,
                    live_key=None,
                ),
                name="payment_status_with_its_time",
            ),
        ]
        indexes = [models.Index(fields=["next_query_at"], name="payment_by_next_query")]

    def __str__(self) -> str:
        return self.out_trade_no


class Refund(models.Model):
    """Money going back over the payment it came by."""

    id = IdField()
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    out_refund_no = models.CharField(max_length=64, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=RefundStatus.choices)
    reason = models.CharField(max_length=80)
    cause_type = models.CharField(max_length=30)
    cause_id = models.BigIntegerField()
    attempt = models.IntegerField(default=1)  # a refund that the channel closed is asked for again
    # the channel's own number, or what staff wrote down who paid it back another way
    channel_ref = models.CharField(max_length=64, blank=True)
    refusal_code = models.CharField(max_length=64, blank=True)  # why the channel never took it
    requested_at = models.DateTimeField()
    queued_at = models.DateTimeField()  # when the job that sends it was made last
    next_query_at = models.DateTimeField(null=True)
    queries = models.IntegerField(default=0)
    succeeded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cause_type", "cause_id", "payment", "attempt"],
                name="refund_once_per_cause",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=1), name="refund_is_positive"),
            models.CheckConstraint(
                condition=Q(status=RefundStatus.SUCCEEDED, succeeded_at__isnull=False)
                | (
                    Q(status__in=RefundStatus.values)
                    & ~Q(status=RefundStatus.SUCCEEDED)
                    & Q(succeeded_at=None)
                ),
                name="refund_status_with_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["next_query_at"], name="refund_by_next_query"),
            models.Index(fields=["status", "queued_at"], name="refund_by_status"),  # stuck ones
        ]

    def __str__(self) -> str:
        return self.out_refund_no


class Callback(models.Model):
    """A verified callback that was taken in: one row per event of the channel, ever."""

    id = IdField()
    channel = models.CharField(max_length=20)
    event_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=10)
    outcome = models.CharField(max_length=30)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "event_id"], name="callback_once"),
        ]

    def __str__(self) -> str:
        return self.event_id


class MerchantAccount(models.Model):
    """The keys of a merchant at a provider, as staff entered them; the secret ones encrypted."""

    id = IdField()
    provider = models.CharField(max_length=20, unique=True)
    mchid = models.CharField(max_length=10)
    appid = models.CharField(max_length=32)
    serial = models.CharField(max_length=40)
    private_key_pem = EncryptedField()
    apiv3_key = EncryptedField()
    public_key_id = models.CharField(max_length=100)
    public_key_pem = models.TextField()
    changed_at = models.DateTimeField()
    changed_by = models.BigIntegerField(null=True)  # a user
    checked_at = models.DateTimeField(null=True)
    check_code = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.provider} {self.mchid}"
