"""Kinds of messages."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MessageKind(TextChoices):
    """What a message is about."""

    SIGN_IN_CODE = "sign_in_code", _("登录验证码")


class MessageStatus(TextChoices):
    """Whether a message went out."""

    WAITING = "waiting", _("待发送")
    SENT = "sent", _("已发送")
    FAILED = "failed", _("发送失败")
