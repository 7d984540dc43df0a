"""Reads of messages."""

from zhanggui.notifications.models import Message


def newest_messages(*, limit: int = 50) -> list[Message]:
    """Return the newest messages, newest first."""
    return list(Message.objects.order_by("-id")[:limit])
