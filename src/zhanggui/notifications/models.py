"""Messages to shoppers. Text and destination are personal data and encrypted."""

from django.db import models
from django.db.models import Q

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

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=MessageKind.values), name="message_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status=MessageStatus.SENT, sent_at__isnull=False)
                | Q(status__in=[MessageStatus.WAITING, MessageStatus.FAILED], sent_at=None),
                name="message_sent_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
