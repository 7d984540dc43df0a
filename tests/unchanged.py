"""Showing that a refused act left no trace: every row of every table of the shop is as before."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import models

APPS = ("core", "accounts", "catalog", "customers", "inventory", "freight", "orders", "payments")
APPS = (*APPS, "fulfilment", "notifications", "integrations", "socialaccount")
APPS = (*APPS, "django_tasks_database")
OWN_PACE = {"core.Counter"}  # numbers of processes


def _tables() -> list[type[models.Model]]:
    found = [model for label in APPS for model in apps.get_app_config(label).get_models()]
    return [model for model in found if model._meta.label not in OWN_PACE]


def rows() -> dict[str, int]:
    """Return table → number of rows, empty tables left out."""
    counts = {model._meta.label: model._base_manager.count() for model in _tables()}
    return {label: count for label, count in counts.items() if count}


def _content() -> dict[str, str]:
    return {
        model._meta.label: hashlib.sha256(
            repr(list(model._base_manager.order_by("pk").values_list())).encode()
        ).hexdigest()
        for model in _tables()
    }


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Fail when any row of the shop was added, changed or removed within."""
    counts, content = rows(), _content()
    yield
    assert rows() == counts
    assert _content() == content
