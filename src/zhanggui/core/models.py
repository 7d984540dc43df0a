"""Tables without business words: events, the audit log, counters, schedules."""

from django.db import models
from django.db.models import Q

from zhanggui.core.ids import IdField


class Event(models.Model):
    """Something that happened: the outbox and, by subject, a timeline. Only ever added to."""

    id = IdField()
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    actor_type = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type} {self.subject_id}"


class AuditEntry(models.Model):
    """What somebody of the shop did, chained to the row before (core.audit). Only ever added to.

    Moments and details are text, so that every database gives back the very bytes that were hashed.
    """

    id = models.BigIntegerField(primary_key=True)  # the position in the chain, from 1
    at = models.CharField(max_length=27)
    actor_type = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60)  # as it was
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=30)
    subject_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=120)  # what people call the subject, as it was
    details = models.TextField()  # JSON
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["actor_id", "id"], name="audit_by_actor"),
            models.Index(fields=["kind", "id"], name="audit_by_kind"),
            models.Index(fields=["label", "id"], name="audit_by_label"),
            models.Index(fields=["at", "id"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.label}"


class AuditHead(models.Model):
    """How long the audit log is, and its last hash: one row with id 1."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="audit_head_is_one")]

    def __str__(self) -> str:
        return f"{self.position} {self.hash}"


class AuditCheck(models.Model):
    """What the last check of the audit log found: one row with id 1."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()
    checked = models.BigIntegerField()
    position = models.BigIntegerField(null=True)
    fault = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="audit_check_is_one")]

    def __str__(self) -> str:
        return f"{self.at} {self.fault}"


class Counter(models.Model):
    """A named number that only grows."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Schedule(models.Model):
    """When a periodic job runs next. The runner that changes `next_run_at` first enqueues it."""

    name = models.CharField(max_length=120, primary_key=True)
    next_run_at = models.DateTimeField()
    last_run_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class WorkerBeat(models.Model):
    """A running worker process and when it last said that it is alive."""

    name = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
