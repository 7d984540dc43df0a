"""States and refusals of payments and refunds (domain.md §6)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal


class PaymentStatus(TextChoices):
    """The life of one payment attempt."""

    CREATED = "created", _("已创建")
    PENDING = "pending", _("等待支付")
    SUCCEEDED = "succeeded", _("支付成功")
    FAILED = "failed", _("支付失败")
    CLOSED = "closed", _("已关闭")


class RefundStatus(TextChoices):
    """The life of one refund."""

    CREATED = "created", _("待提交")
    PROCESSING = "processing", _("退款中")
    SUCCEEDED = "succeeded", _("已退款")
    ABNORMAL = "abnormal", _("退款异常")
    CLOSED = "closed", _("退款关闭")


class PaymentRefused(Refusal):
    """The payment can't be started or confirmed now."""

    code = "payment_refused"


class ChannelDown(Refusal):
    """The payment channel can't be reached; nothing was changed, try again."""

    code = "channel_unavailable"
    status = 503


class RefundRefused(Refusal):
    """More would go back than was paid."""

    code = "refund_refused"
