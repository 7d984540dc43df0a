"""Writes of messages."""

import logging
from datetime import datetime

from django.utils.translation import gettext as _

from zhanggui.accounts import queries as accounts
from zhanggui.core.transactions import in_transaction
from zhanggui.customers import services as customers
from zhanggui.customers.types import CODE_MINUTES
from zhanggui.notifications.models import Message
from zhanggui.notifications.types import MessageKind, MessageStatus

log = logging.getLogger(__name__)


def send_sign_in_code(*, phone: str, client: str, now: datetime) -> Message:
    """Send a sign-in code to a phone. `client` is the network address that asks.

    There is no SMS provider yet: in the demo the text goes to the terminal and counts as sent,
    elsewhere it waits in the message list.

    Raises:
        InvalidPhone, CodeRefused: as customers.services.issue_code says.
    """
    message = in_transaction(lambda: _write_sign_in_code(phone, client, now))
    if message.status == MessageStatus.SENT:  # the demo: the person at the terminal reads it here
        log.info("%s", message.text)
    else:
        log.warning("There is no SMS provider: a sign-in code waits in the message list")
    return message


def _write_sign_in_code(phone: str, client: str, now: datetime) -> Message:
    sent = customers.issue_code(phone=phone, client=client, now=now)
    shop = accounts.shop()
    text = _("【%(shop)s】验证码 %(code)s，%(minutes)d 分钟内有效。请勿告诉他人。") % {
        "shop": shop.name,
        "code": sent.code,
        "minutes": CODE_MINUTES,
    }
    return Message.objects.create(
        kind=MessageKind.SIGN_IN_CODE,
        phone=sent.phone,
        text=text,
        status=MessageStatus.SENT if shop.is_demo else MessageStatus.WAITING,
        created_at=now,
        sent_at=now if shop.is_demo else None,
    )
