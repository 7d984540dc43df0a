"""Failed jobs: seen by the owner, tried again by a click."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.web.console.conftest import SignIn

from zhanggui.accounts.types import Role
from zhanggui.core.jobs import queries, rows
from zhanggui.core.models import AuditEntry
from zhanggui.payments.tasks import close_attempts

pytestmark = pytest.mark.usefixtures("shop")
URL = "/console/jobs/"


def failed_job() -> DBTaskResult:
    """Enqueue a job and let it fail for good."""
    result = close_attempts.enqueue(4711)
    row = DBTaskResult.objects.get(pk=result.id)
    row.status, row.finished_at = rows.FAILED, timezone.now()
    row.exception_class_path = "builtins.ValueError"
    row.traceback = "Traceback\n  line\nValueError: <b>kein Kanal</b>"
    row.save()
    return row


def test_a_failed_job_shows_its_last_words_and_can_be_tried_again(owner: Client) -> None:
    row = failed_job()

    html = owner.get(URL).content.decode()
    answer = owner.post(f"{URL}{row.id}/retry/", follow=True).content.decode()

    assert "close_attempts" in html
    assert "ValueError: &lt;b&gt;kein Kanal&lt;/b&gt;" in html
    assert "已放回队列" in answer
    assert queries.queue_counts(now=timezone.now()).failed == 0
    assert AuditEntry.objects.get(kind="job.retried").label == "close_attempts"
    assert "重试失败任务" in owner.get("/console/audit/").content.decode()


def test_a_job_that_did_not_fail_is_left_alone(owner: Client) -> None:
    answer = owner.post(f"{URL}{uuid4()}/retry/", follow=True).content.decode()

    assert "这个任务不在失败列表里" in answer


def test_the_home_counts_the_jobs_that_the_page_lists(owner: Client) -> None:
    failed_job()
    failed_job()

    home = owner.get("/console/").content.decode()
    jobs = owner.get(URL).content.decode()

    assert 'todo-t">失败任务</span><span class="todo-n"><span class="num">2</span>' in home
    assert jobs.count("/retry/") == 2


@pytest.mark.parametrize("role", [Role.SERVICE, Role.WAREHOUSE])
def test_others_neither_see_nor_retry_jobs(sign_in: SignIn, role: str) -> None:
    row = failed_job()
    client = sign_in(role)

    assert client.get(URL).status_code == 403
    assert client.post(f"{URL}{row.id}/retry/").status_code == 403
    row.refresh_from_db()
    assert row.status == rows.FAILED
