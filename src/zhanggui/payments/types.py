"""States and refusals of payments and refunds (domain.md §6), and the keys of a channel."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

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


class KeysRefused(Refusal):
    """Keys of a channel can't be right; `fields` are their names."""

    code = "invalid_keys"
    status = 422

    def __init__(self, fields: Collection[str]) -> None:
        super().__init__(_("有几项填得不对，什么都没有保存。"))
        self.fields = tuple(fields)


class KeysFixed(Refusal):
    """The keys come from the environment, where they must be changed."""

    code = "keys_fixed"

    def __init__(self) -> None:
        super().__init__(_("密钥由服务器的环境变量给出，不能在这里改。"))


class NoWayToPay(Refusal):
    """Nobody could pay any more."""

    code = "no_way_to_pay"

    def __init__(self) -> None:
        super().__init__(_("这样就没有任何收款方式了：顾客还能逛，但下不了单。"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantKeys:
    """What a merchant was given by WeChat Pay, and where its API is."""

    mchid: str
    appid: str
    serial: str  # of the merchant's certificate
    private_key_pem: str = field(repr=False)
    apiv3_key: str = field(repr=False)
    public_key_id: str
    public_key_pem: str = field(repr=False)  # of WeChat Pay
    base: str
    client_ip: str = ""  # sent as the payer's; demos only


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantAccountView:
    """What staff may see of the keys: never a secret."""

    is_fixed: bool  # by the environment
    mchid: str
    appid: str
    serial: str
    public_key_id: str
    public_key_pem: str
    apiv3_ending: str  # its last four signs
    changed_at: datetime | None
    changed_by: int | None
    checked_at: datetime | None
    check_code: str  # "ok", or what went wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCheck:
    """What a channel said to keys: `code` is "ok", one of ours, or the channel's own."""

    code: str
    detail: str = ""  # the channel's own words
    fields: tuple[str, ...] = ()  # keys that can't be right, where `code` is "invalid_keys"

    @property
    def is_good(self) -> bool:
        """Tell whether money can be taken."""
        return self.code == "ok"
