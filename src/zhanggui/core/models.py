"""Tables without business words: events, counters, schedules."""

from django.db import models

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
