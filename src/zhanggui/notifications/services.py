"""Writes of messages."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from zhanggui.accounts import queries as accounts
from zhanggui.customers import services as customers
from zhanggui.notifications.models import Message
from zhanggui.notifications.types import MessageKind, MessageStatus

log = logging.getLogger(__name__)


def send_sign_in_code(*, phone: str, client: str, now: datetime) -> Message:
    """Send a sign-in code to a phone. `client` is the network address that asks.

    Without an SMS provider (the demo) the text goes to the terminal and the demo's message list.

    Raises:
        InvalidPhone, CodeRefused: as customers.services.issue_code says.
    """
    with transaction.atomic():
        sent = customers.issue_code(phone=phone, client=client, now=now)
        shop = accounts.shop()
        text = _("【%(shop)s】验证码 %(code)s，%(minutes)d 分钟内有效。请勿告诉他人。") % {
            "shop": shop.name,
            "code": sent.code,
            "minutes": customers.CODE_MINUTES,
        }
        if shop.is_demo:  # there is no SMS provider: the person at the terminal reads it here
            log.info("%s", text)
        return Message.objects.create(
            kind=MessageKind.SIGN_IN_CODE,
            phone=sent.phone,
            text=text,
            status=MessageStatus.SENT,
            created_at=now,
            sent_at=now,
        )
