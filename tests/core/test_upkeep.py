"""What the worker tidies up at night."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from zhanggui.core.tasks import prune_sessions


@pytest.mark.django_db
def test_sessions_that_ran_out_are_forgotten() -> None:
    for age in (timedelta(seconds=-1), timedelta(hours=1)):
        store = SessionStore()
        store["who"] = "staff"
        store.set_expiry(timezone.now() + age)
        store.save()

    prune_sessions.call()

    assert Session.objects.get().session_key == store.session_key
