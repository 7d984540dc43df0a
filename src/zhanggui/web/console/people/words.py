"""What people call the rights of the shop, for editors and lists."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhanggui.accounts.types import FIELD_RIGHTS, RIGHTS, RoleView
from zhanggui.web.formats import listed

RESOURCES: dict[str, str | Promise] = {
    "home": _("首页"),
    "orders": _("订单"),
    "payments": _("付款与退款"),
    "products": _("商品"),
    "stock": _("库存"),
    "freight": _("运费"),
    "imports": _("导入"),
    "exports": _("导出"),
    "jobs": _("任务"),
    "messages": _("消息记录"),
    "staff": _("员工、角色与密钥"),
    "audit": _("操作日志"),
    "settings": _("店铺设置"),
}
ACTIONS: dict[str, str | Promise] = {
    "view": pgettext_lazy("right", "查看"),
    "edit": pgettext_lazy("right", "修改"),
    "retry": pgettext_lazy("right", "重试"),
}
RIGHTS_BY_NAME: dict[tuple[str, str], str | Promise] = {
    ("orders", "cancel"): _("取消未付款的订单"),
    ("orders", "ship"): _("发货"),
    ("orders", "reveal"): _("显示买家的姓名、电话和地址（会记录）"),
    ("orders", "see_money"): _("看到金额"),
    ("payments", "confirm_transfer"): _("确认银行转账到账"),
    ("payments", "refund"): _("处理退款"),
    ("products", "see_cost"): _("看到成本"),
    ("imports", "edit"): _("导入和撤销导入"),
    ("exports", "edit"): _("导出（会记录）"),
    ("settings", "keys"): _("修改收款方式和支付密钥"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RightWords:
    """A right as an editor shows it; `value` is what its form sends."""

    value: str
    label: str | Promise
    is_field: bool  # opens a field within what other rights show


def label(resource: str, action: str) -> str | Promise:
    """Return what people call a right within its resource."""
    return RIGHTS_BY_NAME.get((resource, action)) or ACTIONS[action]


def groups(within: RoleView) -> list[tuple[str | Promise, list[RightWords]]]:
    """Return the rights that a role holds, by resource, looking first and fields last."""
    found = []
    for resource, actions in RIGHTS.items():
        mine = _ordered(resource, actions & within.rights.get(resource, frozenset()))
        rights = [
            RightWords(
                value=f"{resource}.{action}",
                label=label(resource, action),
                is_field=(resource, action) in FIELD_RIGHTS,
            )
            for action in mine
        ]
        if rights:
            found.append((RESOURCES[resource], rights))
    return found


def _ordered(resource: str, actions: Collection[str]) -> list[str]:
    return sorted(actions, key=lambda one: (one != "view", (resource, one) in FIELD_RIGHTS, one))


def values(rights: Mapping[str, Collection[str]]) -> list[str]:
    """Return rights as forms send them: "orders.ship"."""
    return [f"{resource}.{one}" for resource, actions in rights.items() for one in actions]


def chosen(sent: Collection[str]) -> dict[str, set[str]]:
    """Return the rights that a form sent; what does not exist is left out."""
    found: dict[str, set[str]] = {}
    for value in sent:
        resource, _dot, action = value.partition(".")
        if action in RIGHTS.get(resource, ()):
            found.setdefault(resource, set()).add(action)
    return found


def summary(rights: Mapping[str, Collection[str]]) -> list[tuple[str | Promise, str]]:
    """Return resource → its rights in one line, for lists, looking first and fields last."""
    return [
        (
            RESOURCES[resource],
            listed(label(resource, one) for one in _ordered(resource, actions)),
        )
        for resource, actions in rights.items()
        if resource in RESOURCES
    ]
