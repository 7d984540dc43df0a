"""Messages to shoppers. Text and destination are personal data and encrypted."""

from django.db import models

from zhanggui.core.fields import EncryptedField
from zhanggui.core.ids import IdField
from zhanggui.notifications.types import MessageKind, MessageStatus


class Message(models.Model):
    """One message to one phone."""

    id = IdField()
    kind = models.CharField(max_length=20, choices=MessageKind.choices)
    phone = EncryptedField()  # E.164
    text = EncryptedField()
    status = models.CharField(max_length=8, choices=MessageStatus.choices)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
