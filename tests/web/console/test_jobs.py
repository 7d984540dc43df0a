"""Failed jobs: seen by the owner, tried again by a click."""

import re
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult
from tests.factories.shop import NOON
from tests.web.console.conftest import SignIn, placed

import zhanggui
from zhanggui.accounts.types import Role
from zhanggui.core.jobs import queries, rows
from zhanggui.core.models import AuditEntry
from zhanggui.integrations.tasks import work_on_import
from zhanggui.inventory.tasks import check_stock
from zhanggui.payments import services as payments
from zhanggui.payments.models import Payment
from zhanggui.payments.tasks import close_attempts, submit_refund
from zhanggui.web.console.jobs.words import WORDS

pytestmark = pytest.mark.usefixtures("shop")
URL = "/console/jobs/"
PACKAGE = Path(zhanggui.__path__[0])


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

    assert ">让取消的订单不能再付款</b>" in html
    assert "先到店铺设置的“收款方式”里检查密钥，再重试。" in html
    assert "close_attempts(4711)" in html
    assert "ValueError: &lt;b&gt;kein Kanal&lt;/b&gt;" in html
    assert "已放回队列" in answer
    assert queries.queue_counts(now=timezone.now()).failed == 0
    assert AuditEntry.objects.get(kind="job.retried").label == "close_attempts"
    log = owner.get("/console/audit/").content.decode()
    assert "重试失败任务" in log
    assert "让取消的订单不能再付款" in log


def test_a_failed_job_leads_to_its_order_or_import(owner: Client) -> None:
    order = placed(now=NOON, paid=True)
    refund = payments.request_refund(
        payment_id=Payment.objects.get(order=order).pk, amount_minor=100, reason="退货",
        cause=("case", 1), now=NOON,
    )  # fmt: skip
    made = [
        close_attempts.enqueue(order.pk),
        submit_refund.enqueue(refund.pk),
        work_on_import.enqueue(99),
        check_stock.enqueue(),
    ]
    for row in DBTaskResult.objects.filter(pk__in=[one.id for one in made]):
        row.status, row.finished_at = rows.FAILED, timezone.now()
        row.save()

    html = owner.get(URL).content.decode()

    assert html.count(f'href="/console/orders/{order.number}/">{order.number}</a>') == 2
    assert 'href="/console/imports/99/">打开这次导入</a>' in html
    assert "重试会马上重新核对，不会改动库存。" in html


def test_each_job_has_a_name_and_what_to_do_in_both_languages() -> None:
    modules = [f"zhanggui.{path.parent.name}.tasks" for path in PACKAGE.glob("*/tasks.py")]
    known = {
        one.module_path
        for name in modules
        for one in vars(import_module(name)).values()
        if isinstance(one, Task)
    }

    assert set(WORDS) == known
    for name, advice in WORDS.values():
        with override("en"):
            said = f"{name}{advice}"
        assert not re.search("[一-鿿]", said), said


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
