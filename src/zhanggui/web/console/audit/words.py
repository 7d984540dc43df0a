"""The rows of the audit log in words, with a way to what they are about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from zhanggui.accounts.settings import BY_KEY
from zhanggui.accounts.types import FactorKind
from zhanggui.catalog import queries as catalog
from zhanggui.catalog.types import BulkAct
from zhanggui.core import audit
from zhanggui.core.models import AuditEntry
from zhanggui.core.types import ActorType
from zhanggui.integrations.types import Kind
from zhanggui.web import timeline
from zhanggui.web.console.jobs.words import job_name
from zhanggui.web.console.products.bulk_words import words as bulk_words
from zhanggui.web.formats import grouped, listed, money_parts

Facts = Mapping[str, Any]
CHANGES: Mapping[str, Callable[[], str]] = {
    "created": lambda: _("新建"),
    "edited": lambda: _("修改"),
    "on": lambda: _("上架"),
    "off": lambda: _("下架"),
    "draft": lambda: _("转为草稿"),
    "archived": lambda: _("归档"),
    "restored": lambda: _("恢复"),
    "added": lambda: _("添加"),
    "described": lambda: _("修改说明"),
    "ordered": lambda: _("调整顺序"),
    "tied": lambda: _("关联规格"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row as people read it."""

    position: int
    at: datetime | None
    actor: str
    title: str
    text: str
    subject: str
    url: str


def _change(facts: Facts) -> str:
    word = CHANGES.get(str(facts.get("change")))
    return word() if word else ""


def _settings(facts: Facts) -> str:
    keys = [key for key in facts.get("changed", []) if key in BY_KEY]
    return listed(BY_KEY[key].label for key in keys)


def _price(facts: Facts) -> str:
    old, new = (money_parts(facts[name], facts["currency"]) for name in ("old_minor", "new_minor"))
    return f"{old} → {new}"


def _count(facts: Facts) -> str:
    return f"{facts['before']} → {facts['after']}"


def _nothing(facts: Facts) -> str:
    return ""


def _step(facts: Facts) -> str:
    steps = {"check": _("检查"), "run": _("写入"), "undo": _("撤销")}
    said = f"{Kind(facts['what']).label} {steps[facts['step']]}"
    count = facts.get("things", 0)
    things = ngettext("%(n)s 项", "%(n)s 项", count) % {"n": grouped(count)} if count else ""
    return " · ".join(filter(None, [said, things]))


def _exported(facts: Facts) -> str:
    said = [str(Kind(facts["what"]).label)]
    said += [f"{name}={value}" for name, value in facts["narrowed"].items()]
    said += [_("含买家信息")] if facts["with_people"] else []
    return " · ".join(said)


def _bulk(facts: Facts) -> str:
    """Say what was to be changed or set back."""
    act = str(facts.get("act", ""))
    if "wish" in facts:
        said = bulk_words(catalog.bulk_wish(facts["wish"]))
    else:  # a row of before the log had it
        said = str(BulkAct(act).label) if act in BulkAct.values else act
    return " · ".join(filter(None, [_("撤销") if facts.get("undo") else "", said]))


def _sample(facts: Facts) -> str:
    act = {"load": _("装入"), "wipe": _("清除")}[facts["act"]]
    count = facts["products"]
    things = ngettext("%(n)s 个商品", "%(n)s 个商品", count) % {"n": grouped(count)}
    return f"{act} · {things}"


def _factor(facts: Facts) -> str:
    return str(FactorKind(facts["factor"]).label)


def _left(facts: Facts) -> str:
    return _("还剩 %(n)d 个") % {"n": facts["left"]}


def _sessions(facts: Facts) -> str:
    return _("%(n)d 台") % {"n": facts["sessions"]}


def _required(facts: Facts) -> str:
    return _("必须") if facts["is_required"] else _("自愿")


OWN: Mapping[str, tuple[Callable[[], str], Callable[[Facts], str]]] = {
    "order.refunded": (lambda: _("订单已退款"), _nothing),
    "product.saved": (lambda: _("商品"), _change),
    "product.price_changed": (lambda: _("改价"), _price),
    "product.pictures": (lambda: _("商品图片"), _change),
    "category.saved": (lambda: _("类目"), _change),
    "stock.corrected": (lambda: _("更正库存"), _count),
    "stock.repaired": (lambda: _("修复库存"), _count),
    "transfer.changed": (lambda: _("调拨"), _nothing),
    "bulk_edit.ordered": (lambda: _("批量修改商品"), _bulk),
    "attribute.saved": (lambda: _("类目属性"), _change),
    "import.ordered": (lambda: _("导入文件"), _step),
    "export.ordered": (lambda: _("导出数据"), _exported),
    "sample.ordered": (lambda: _("示例店铺"), _sample),
    "job.retried": (lambda: _("重试失败任务"), _nothing),
    "warehouse.saved": (lambda: _("保存仓库"), _nothing),
    "freight.saved": (lambda: _("运费模板"), _change),
    "staff.signed_in": (lambda: _("登录后台"), _nothing),
    "staff.signed_out": (lambda: _("退出后台"), _nothing),
    "staff.entry_failed": (lambda: _("登录失败"), _nothing),
    "staff.locked_out": (lambda: _("登录被锁定"), _nothing),
    "staff.saved": (lambda: _("保存员工"), lambda facts: str(facts.get("role", ""))),
    "staff.stopped": (lambda: _("停用员工"), _nothing),
    "staff.invited": (lambda: _("邀请员工"), lambda facts: str(facts.get("role", ""))),
    "staff.invite_withdrawn": (lambda: _("撤回邀请"), _nothing),
    "staff.joined": (lambda: _("接受邀请"), lambda facts: str(facts.get("role", ""))),
    "staff.changed": (lambda: _("修改员工"), lambda facts: str(facts.get("role", ""))),
    "staff.renamed": (lambda: _("改姓名"), _nothing),
    "staff.password_changed": (lambda: _("改密码"), _nothing),
    "staff.factor_added": (lambda: _("添加两步验证"), _factor),
    "staff.factor_removed": (lambda: _("移除两步验证"), _factor),
    "staff.factors_reset": (lambda: _("重设两步验证"), _nothing),
    "staff.recovery_codes_made": (lambda: _("生成恢复码"), _nothing),
    "staff.recovery_code_used": (lambda: _("用恢复码登录或确认"), _left),
    "staff.new_device": (lambda: _("在新设备登录"), lambda facts: str(facts.get("device", ""))),
    "staff.sessions_ended": (lambda: _("让设备退出登录"), _sessions),
    "shop.second_factor": (lambda: _("全员两步验证"), _required),
    "role.saved": (lambda: _("保存角色"), lambda facts: str(facts.get("name", ""))),
    "role.deleted": (lambda: _("删除角色"), lambda facts: str(facts.get("name", ""))),
    "api_key.made": (lambda: _("新建接口密钥"), lambda facts: str(facts.get("role", ""))),
    "api_key.revoked": (lambda: _("停用接口密钥"), _nothing),
    "shop.saved": (lambda: _("修改店铺设置"), _settings),
    "payment_keys.changed": (lambda: _("修改微信支付密钥"), _nothing),
}
OF_ORDERS = (  # what else staff do to them has the words of the order's timeline
    *("order.paid", "order.closed", "order.shipped", "order.completed", "order.data_shown"),
    *("payment.succeeded", "refund.requested", "refund.retried", "refund.succeeded"),
)
KINDS = (*OWN, *OF_ORDERS)
_BLANK: Facts = {"_with_money": False, "reason": "", "pieces": 0, "carrier": "", "tracking_no": ""}


def kind_choices() -> list[tuple[str, str]]:
    """Return the acts that the list can be narrowed to."""
    own = [(kind, title()) for kind, (title, _text) in OWN.items()]
    return own + [(kind, timeline.WORDS[kind](_BLANK)[0]) for kind in OF_ORDERS]


def lines(rows: Sequence[AuditEntry]) -> list[Line]:
    """Return the rows in words; one query for all links to products."""
    products = {row.subject_id for row in rows if row.subject_type == "product"}
    ids = {one for one in products if one is not None}
    slugs = catalog.product_slugs(product_ids=ids) if ids else {}
    return [_line(row, slugs) for row in rows]


def _line(row: AuditEntry, slugs: Mapping[int, str]) -> Line:
    facts = audit.facts(row)
    title, text = _words(row.kind, facts)
    return Line(
        position=row.pk,
        at=audit.moment(row),
        actor=_actor(row),
        title=title,
        text=text,
        subject=_subject(row, facts),
        url=_url(row, facts, slugs),
    )


def _words(kind: str, facts: Facts) -> tuple[str, str]:
    """Return title and text; a row that somebody changed may hold no facts to speak of."""
    try:
        if kind in OWN:
            title, text = OWN[kind]
            return title(), text(facts)
        if kind in timeline.WORDS:
            title_text, more, _tone = timeline.WORDS[kind]({"_with_money": True, **facts})
            return title_text, more
    except (KeyError, TypeError, ValueError):
        return kind, ""
    return kind, ""


def _actor(row: AuditEntry) -> str:
    if row.actor_type == ActorType.COMMAND:
        return pgettext("actor", "命令行")
    if row.actor_type == ActorType.API:
        return _("接口 %(name)s") % {"name": row.actor_name}
    return row.actor_name or _("员工")


def _subject(row: AuditEntry, facts: Facts) -> str:
    count = facts.get("products")
    if row.subject_type == "bulk_edit" and isinstance(count, int):
        return ngettext("%(n)s 个商品", "%(n)s 个商品", count) % {"n": grouped(count)}
    if row.subject_type == "job":
        return job_name(row.label)
    return "" if row.subject_type == "user" and row.actor_id == row.subject_id else row.label


def _url(row: AuditEntry, facts: Facts, slugs: Mapping[int, str]) -> str:
    """Return where the subject is; each product of a single act on many is told there."""
    if row.subject_type == "order" and row.label.isdigit():
        return reverse("console:order", args=[row.label])
    if row.subject_type == "bulk_edit" and str(facts.get("token", "")).isalnum():
        return reverse("console:bulk_edit", args=[facts["token"]])
    if row.subject_type == "import" and row.subject_id:
        return reverse("console:import_run", args=[row.subject_id])
    slug = slugs.get(row.subject_id or 0) if row.subject_type == "product" else None
    return reverse("console:product", args=[slug]) if slug else ""
