"""The health pages."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from zhanggui.core.models import WorkerBeat


def test_the_process_says_that_it_lives_without_a_database(client: Client) -> None:
    answer = client.get("/livez")

    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_the_shop_is_ready_and_tells_whether_a_worker_runs(client: Client) -> None:
    assert client.get("/readyz").json() == {
        "ready": True,
        "database": "ok",
        "cache": "ok",
        "worker": "none",
    }

    WorkerBeat.objects.create(name="w1", at=timezone.now())
    assert client.get("/readyz").json()["worker"] == "ok"

    WorkerBeat.objects.update(at=timezone.now() - timedelta(seconds=61))
    assert client.get("/readyz").json()["worker"] == "none"


@pytest.mark.django_db
def test_a_shop_without_its_cache_is_not_ready(client: Client, settings: Settings) -> None:
    nobody = "redis://127.0.0.1:1/0"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": nobody}
    }

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["cache"]) == (503, "unreachable")
