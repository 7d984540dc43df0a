"""What happened to an order, in words: one place for staff and shoppers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from zhanggui.core.models import Event
from zhanggui.core.types import ActorType
from zhanggui.freight.carriers import carrier_name
from zhanggui.orders.types import CloseReason, PaymentChannel
from zhanggui.web.formats import money_parts

Facts = Mapping[str, Any]
Words = tuple[str, str, str]  # title, text, tone of the timeline's dot


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One row of a timeline (components/timeline.html)."""

    title: str
    text: str
    actor: str
    at: datetime
    tone: str = ""


def for_staff(
    *, events: Sequence[Event], names: Mapping[int, str], with_money: bool
) -> list[Happening]:
    """Return all that staff may know, newest first; amounts only where they may see money."""
    return [
        _happening(event, WORDS[event.kind], _actor(event, names), with_money)
        for event in events
        if event.kind in WORDS
    ]


def for_shopper(*, events: Sequence[Event]) -> list[Happening]:
    """Return what the buyer should know, newest first, without who did it."""
    return [
        _happening(event, WORDS[event.kind], "", True)
        for event in events
        if event.kind in SHOPPER_KINDS
    ]


def staff_ids(events: Sequence[Event]) -> set[int]:
    """Return the members of staff who acted, for asking their names."""
    return {
        event.actor_id
        for event in events
        if event.actor_type == ActorType.STAFF and event.actor_id is not None
    }


def _happening(
    event: Event, words: Callable[[Facts], Words], actor: str, with_money: bool
) -> Happening:
    facts = {**event.payload, "_with_money": with_money}
    title, text, tone = words(facts)
    return Happening(title=title, text=text, actor=actor, at=event.at, tone=tone)


def _actor(event: Event, names: Mapping[int, str]) -> str:
    if event.actor_type == ActorType.STAFF:
        return names.get(event.actor_id or 0, _("员工"))
    return {
        ActorType.SHOPPER: pgettext("actor", "买家"),
        ActorType.API: pgettext("actor", "接口"),
        ActorType.COMMAND: pgettext("actor", "命令行"),
        ActorType.CHANNEL: pgettext("actor", "支付渠道"),
        ActorType.SYSTEM: pgettext("actor", "系统"),
    }.get(ActorType(event.actor_type), "")


def _amount(facts: Facts, name: str = "amount_minor") -> str:
    if not facts["_with_money"]:
        return ""
    return str(money_parts(facts[name], facts["currency"]))


def _channel(facts: Facts) -> str:
    code = facts.get("channel", "")
    return str(PaymentChannel(code).label) if code in PaymentChannel.values else str(code)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _closed(facts: Facts) -> Words:
    reason = facts.get("reason", "")
    known = reason in CloseReason.values
    return _("订单已关闭"), str(CloseReason(reason).label) if known else str(reason), ""


def _shipped(facts: Facts) -> Words:
    pieces = ngettext("%(n)d 件", "%(n)d 件", facts["pieces"]) % {"n": facts["pieces"]}
    parcel = f"{carrier_name(facts['carrier'])} {facts['tracking_no']}"
    return _("已发货"), _joined(parcel, pieces), ""


def _mismatch(facts: Facts) -> Words:
    told = ""
    if facts["_with_money"] and facts.get("told_minor") is not None:
        currency = facts.get("told_currency") or facts["currency"]
        told = str(money_parts(facts["told_minor"], currency))
    text = _("渠道说的金额和应收不一致，没有入账，请到渠道后台核对。")
    return _("付款金额不一致"), _joined(_amount(facts), told, text), "note"


def _refunded(facts: Facts) -> Words:
    if facts.get("by_hand"):  # older rows do not say
        return _("已线下退款"), _amount(facts), ""
    return _("退款已到账"), _joined(_amount(facts), _channel(facts)), ""


# event kind → its words; what staff would read twice (order.refunded beside refund.succeeded) and
# what says nothing to people has no entry
WORDS: Mapping[str, Callable[[Facts], Words]] = {
    "order.placed": lambda facts: (_("已下单"), _amount(facts, "payable_minor"), ""),
    "order.paid": lambda facts: (_("已付清，等待发货"), _amount(facts, "paid_minor"), ""),
    "order.closed": _closed,
    "order.reopened": lambda facts: (_("逾期到账，订单重新打开"), "", ""),
    "order.shipped": _shipped,
    "order.completed": lambda facts: (_("已确认收货，交易完成"), "", ""),
    "order.data_shown": lambda facts: (_("查看了收件信息"), facts["reason"], "note"),
    "payment.succeeded": lambda facts: (
        _("收到付款"),
        _joined(_amount(facts), _channel(facts)),
        "",
    ),
    "payment.mismatch": _mismatch,
    "refund.requested": lambda facts: (
        _("已申请退款"),
        _joined(_amount(facts), facts.get("reason", "")),
        "",
    ),
    "refund.retried": lambda facts: (_("重新提交退款"), _amount(facts), ""),
    "refund.succeeded": _refunded,
    "refund.needs_staff": lambda facts: (_("退款没有成功，要人工处理"), _amount(facts), "note"),
}
UNTOLD = frozenset({"order.refunded"})
SHOPPER_KINDS = frozenset(
    {
        "order.placed",
        "order.paid",
        "order.closed",
        "order.reopened",
        "order.shipped",
        "order.completed",
        "refund.requested",
        "refund.succeeded",
    }
)
