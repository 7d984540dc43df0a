"""What jobs are called by people, and what to do when one failed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhanggui.accounts.types import Holder
from zhanggui.core.jobs.queries import FailedJob
from zhanggui.orders import queries as orders
from zhanggui.payments import queries as payments

# Of work that comes round by itself
_ROUND = _("它会自己再跑，偶尔失败不用管。反复失败时，把技术细节发给维护的人。")
_AGAIN = _("多半是一时的问题，先重试。还是失败，把技术细节发给维护的人。")
_SAMPLE = _("打开示例店铺页，在那里再点一次。做完的不会重做。")
_UNKNOWN = (_("后台任务"), _AGAIN)

# Path of the task → its name, and what to do.
WORDS: dict[str, tuple[Promise, Promise]] = {
    "zhanggui.payments.tasks.submit_refund": (
        _("把退款提交给支付渠道"),
        _(
            "买家还没收到钱。打开订单看渠道说的原因：余额不够就先充值，密钥失效就到店铺设置的“收款方式”里更新，然后重试。"
            "重试不会退两次。"
        ),
    ),
    "zhanggui.payments.tasks.close_attempts": (
        _("让取消的订单不能再付款"),
        _("买家可能还能付这张单的款，付了会自动退回。先到店铺设置的“收款方式”里检查密钥，再重试。"),
    ),
    "zhanggui.payments.tasks.ask_channels": (
        _("向支付渠道查询付款和退款结果"),
        _("它每 5 秒自己再查。反复失败时，先到店铺设置的“收款方式”里检查密钥，再找维护的人。"),
    ),
    "zhanggui.payments.tasks.close_overdue_orders": (_("关闭超时未付的订单"), _ROUND),
    "zhanggui.fulfilment.tasks.confirm_receipts": (_("到期自动确认收货"), _ROUND),
    "zhanggui.orders.tasks.fold_tallies": (_("汇总首页和报表的数字"), _ROUND),
    "zhanggui.orders.tasks.note_best_sold": (_("统计热销商品"), _ROUND),
    "zhanggui.inventory.tasks.check_stock": (
        _("夜间核对库存"),
        _("重试会马上重新核对，不会改动库存。"),
    ),
    "zhanggui.catalog.tasks.run_bulk_edit": (
        _("批量修改商品"),
        _("改好的不会再改一遍。重试会接着改完剩下的。"),
    ),
    "zhanggui.catalog.tasks.refresh_figures": (
        _("定时价开始和结束时更新商品价格"),
        _("下一分钟会自己再跑。反复失败时，商品列表里的价格和筛选可能不对，请找维护的人。"),
    ),
    "zhanggui.catalog.tasks.prune_bulk_edits": (_("清理旧的批量修改记录"), _ROUND),
    "zhanggui.integrations.tasks.work_on_import": (
        _("导入文件"),
        _("打开这次导入，看做到了哪里，在那里接着导入。写好的不会写两遍。"),
    ),
    "zhanggui.integrations.tasks.make_export": (
        _("导出表格"),
        _("重试会从头再导一次，也可以到导出页重新导出。"),
    ),
    "zhanggui.integrations.tasks.prune_files": (_("清理旧的导入导出文件"), _ROUND),
    "zhanggui.demo.tasks.load_sample": (_("装入示例店铺"), _SAMPLE),
    "zhanggui.demo.tasks.wipe_sample": (_("清除示例店铺"), _SAMPLE),
    "zhanggui.customers.tasks.prune_codes": (_("清理旧的登录验证码"), _ROUND),
    "zhanggui.core.tasks.check_audit": (
        _("校验操作日志"),
        _("重试，或到操作日志页重新校验。"),
    ),
    "zhanggui.core.tasks.prune_jobs": (_("清理做完的任务记录"), _ROUND),
    "zhanggui.core.tasks.prune_sessions": (_("清理过期的登录"), _ROUND),
}
_OF_ORDERS = "zhanggui.payments.tasks.close_attempts"
_OF_REFUNDS = "zhanggui.payments.tasks.submit_refund"
_OF_IMPORTS = "zhanggui.integrations.tasks.work_on_import"
_OF_EXPORTS = "zhanggui.integrations.tasks.make_export"
_OF_SAMPLE = ("zhanggui.demo.tasks.load_sample", "zhanggui.demo.tasks.wipe_sample")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A failed job as people read it; `url` leads to what it is about, "" where nothing does."""

    job: FailedJob
    name: str | Promise
    advice: str | Promise
    about: str | Promise
    url: str


def job_views(*, jobs: Sequence[FailedJob], person: Holder) -> list[JobView]:
    """Return failed jobs in people's words, in two statements at most."""
    refunds = _subjects(jobs, _OF_REFUNDS)
    of_refund = payments.orders_of_refunds(refund_ids=refunds) if refunds else {}
    about = {*_subjects(jobs, _OF_ORDERS), *of_refund.values()}
    numbers = orders.order_numbers(order_ids=about)
    return [_view(one, person, of_refund, numbers) for one in jobs]


def _subjects(jobs: Sequence[FailedJob], task_path: str) -> set[int]:
    found = (one.subject_id for one in jobs if one.task_path == task_path)
    return {pk for pk in found if pk is not None}


def _view(
    job: FailedJob, person: Holder, of_refund: dict[int, int], numbers: dict[int, str]
) -> JobView:
    name, advice = WORDS.get(job.task_path, _UNKNOWN)
    subject = job.subject_id or 0
    order_id = of_refund.get(subject) if job.task_path == _OF_REFUNDS else subject
    number = ""
    if job.task_path in (_OF_ORDERS, _OF_REFUNDS):
        number = numbers.get(order_id or 0, "")
    about: str | Promise = ""
    url = ""
    if number and person.may("orders", "view"):
        about, url = number, reverse("console:order", args=[number])
    elif job.task_path == _OF_IMPORTS and subject and person.may("imports", "view"):
        about, url = _("打开这次导入"), reverse("console:import_run", args=[subject])
    elif job.task_path == _OF_EXPORTS and person.may("exports", "view"):
        about, url = _("打开导出页"), reverse("console:exports")
    elif job.task_path in _OF_SAMPLE and person.may("settings", "edit"):
        about, url = _("打开示例店铺页"), reverse("console:sample")
    return JobView(job=job, name=name, advice=advice, about=about, url=url)


def job_name(short: str) -> str:
    """Return what people call the task of this short name, which the audit log keeps."""
    for path, (name, _advice) in WORDS.items():
        if path.rpartition(".")[2] == short:
            return str(name)
    return short
