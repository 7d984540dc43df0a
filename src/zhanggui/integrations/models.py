"""Imports with what became of their rows, remembered columns and pictures, and exports."""

from django.db import models
from django.db.models import F, Q

from zhanggui.core.ids import IdField
from zhanggui.integrations.types import Kind, Outcome, RunState


class ImportRun(models.Model):
    """One file being imported. `done` counts what is written: batch and count are one write."""

    id = IdField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.UPLOADED)
    file_name = models.CharField(max_length=200)  # as it was called
    file = models.CharField(max_length=200)  # storage names in the private storage
    errors_file = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=30, blank=True)
    header = models.JSONField(default=list)
    columns = models.JSONField(default=list)  # the field of each column
    options = models.JSONField(default=dict)  # what the person chose: stock, shelf, warehouse
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    pictures_total = models.IntegerField(default=0)
    pictures_done = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)  # outcome → number; of the check, then of the run
    error = models.CharField(max_length=300, blank=True)
    cancel_asked = models.BooleanField(default=False)
    actor_type = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="import_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=RunState.values), name="import_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(done__gte=0) & Q(done__lte=F("total")), name="import_done_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"


class ImportRow(models.Model):
    """What became of one product or row of a file; what was as before has no row."""

    id = IdField()
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    ordinal = models.IntegerField()
    line = models.IntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    label = models.CharField(max_length=120, blank=True)
    subject_id = models.BigIntegerField(null=True)  # of the product
    reason = models.CharField(max_length=300, blank=True)
    changes = models.JSONField(default=dict)  # what undoing needs: field → [before, after]
    pictures = models.JSONField(null=True)  # still to be fetched
    undone = models.CharField(max_length=300, blank=True)  # what undoing did

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "ordinal"], name="import_row_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="import_outcome_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.outcome}"


class ColumnMatch(models.Model):
    """How somebody matched the columns of tables with this header."""

    id = IdField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    fingerprint = models.CharField(max_length=64)
    format = models.CharField(max_length=30)
    columns = models.JSONField(default=list)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "fingerprint"], name="column_match_once"),
        ]

    def __str__(self) -> str:
        return self.fingerprint[:12]


class FetchedPicture(models.Model):
    """Which picture an address gave, so that a repeated import need not fetch it again."""

    id = IdField()
    address_hash = models.CharField(max_length=64, unique=True)  # SHA-256
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.digest
