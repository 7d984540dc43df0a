"""Messages: kept encrypted, sent honestly."""

import logging
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from zhanggui.accounts.services import save_shop
from zhanggui.customers.models import PhoneCode
from zhanggui.customers.services import sign_in_by_code
from zhanggui.customers.types import CodeRefused
from zhanggui.notifications.models import Message
from zhanggui.notifications.queries import newest_messages
from zhanggui.notifications.services import send_sign_in_code

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def send(*, phone: str = "13800001234", now: datetime = NOON) -> Message:
    return send_sign_in_code(phone=phone, client="203.0.113.7", now=now)


def test_the_demo_sends_the_code_to_the_terminal_and_its_list(
    caplog: pytest.LogCaptureFixture,
) -> None:
    save_shop(name="拾光生活", is_demo=True)

    with caplog.at_level(logging.INFO, logger="zhanggui.notifications"):
        message = send()

    assert (message.status, message.sent_at, message.phone) == ("sent", NOON, "+8613800001234")
    assert message.text in caplog.text
    code = message.text.partition("验证码 ")[2][:6]
    assert message.text == f"【拾光生活】验证码 {code}，5 分钟内有效。请勿告诉他人。"
    assert sign_in_by_code(phone="13800001234", code=code, now=NOON)


def test_a_shop_without_a_provider_says_that_the_code_waits_and_logs_no_code(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, logger="zhanggui.notifications"):
        message = send()

    assert (message.status, message.sent_at) == ("waiting", None)
    assert "no SMS provider" in caplog.text
    assert message.text.partition("验证码 ")[2][:6] not in caplog.text
    assert "1380000" not in caplog.text


def test_neither_phone_nor_code_can_be_read_in_the_table() -> None:
    message = send()

    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, text FROM notifications_message")
        stored = " ".join(cursor.fetchone())
    assert "13800001234" not in stored
    assert "验证码" not in stored
    assert Message.objects.get().text == message.text


def test_a_refused_code_leaves_no_message() -> None:
    send()

    with pytest.raises(CodeRefused):
        send()

    assert (Message.objects.count(), PhoneCode.objects.count()) == (1, 1)


def test_the_newest_message_comes_first() -> None:
    for n in range(3):
        send(phone=f"1380000{n:04d}")

    phones = [message.phone for message in newest_messages(limit=2)]

    assert phones == ["+8613800000002", "+8613800000001"]


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "advert"},
        {"status": "sent", "sent_at": None},
        {"status": "waiting", "sent_at": NOON},
        {"status": "failed", "sent_at": NOON},
        {"status": "lost", "sent_at": None},
    ],
    ids=str,
)
def test_the_database_refuses_a_message_that_contradicts_itself(values: dict[str, object]) -> None:
    before = send()

    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=before.pk).update(**values)

    after = Message.objects.get()
    assert (after.kind, after.status) == (before.kind, before.status)
