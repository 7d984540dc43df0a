"""Imports with what became of their rows, remembered columns and pictures, and exports."""

import json
from typing import Any

from django.db import models
from django.db.models import F, Q

from zhanggui.core.fields import EncryptedField
from zhanggui.core.ids import IdField
from zhanggui.integrations.types import ExportState, Kind, Outcome, RunState


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
    sample = models.JSONField(default=list)  # the first rows, to match columns by
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
    actor_name = models.CharField(max_length=60, blank=True)
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


class ExportRun(models.Model):
    """A table made for somebody; its file is kept for some days."""

    id = IdField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=ExportState.choices, default=ExportState.QUEUED)
    ending = models.CharField(max_length=4)  # csv or xlsx
    wanted = EncryptedField(default="{}")  # JSON: the filter of the list, with what was searched
    with_costs = models.BooleanField(default=False)
    with_money = models.BooleanField(default=False)
    with_people = models.BooleanField(default=False)  # names, phones, addresses unmasked
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    rows = models.IntegerField(default=0)
    file = models.CharField(max_length=200, blank=True)  # storage name in the private storage
    error = models.CharField(max_length=300, blank=True)
    actor_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="export_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=ExportState.values), name="export_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ending}"

    @property
    def filter(self) -> dict[str, Any]:
        """Return the filter as its domain has it."""
        found: dict[str, Any] = json.loads(self.wanted)
        return found
