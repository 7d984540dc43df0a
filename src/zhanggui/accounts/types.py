"""Roles, rights and refusals of the people who work in the shop."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal

Rights = Mapping[str, frozenset[str]]  # resource → actions


class Role(TextChoices):
    """The roles that every shop has; a shop may make others (accounts.roles)."""

    OWNER = "owner", _("店主")
    SERVICE = "service", _("客服")
    WAREHOUSE = "warehouse", _("仓库")


# Every right of the shop. A right that is not named here does not exist.
RIGHTS: dict[str, frozenset[str]] = {
    "home": frozenset({"view"}),
    "orders": frozenset({"view", "cancel", "ship", "reveal", "see_money"}),
    "payments": frozenset({"view", "confirm_transfer", "refund"}),
    "products": frozenset({"view", "edit", "see_cost"}),
    "stock": frozenset({"view", "edit"}),
    "freight": frozenset({"view", "edit"}),
    "imports": frozenset({"view", "edit"}),
    "exports": frozenset({"view", "edit"}),
    "jobs": frozenset({"view", "retry"}),
    "messages": frozenset({"view"}),
    "staff": frozenset({"view", "edit"}),
    "audit": frozenset({"view"}),
    "settings": frozenset({"view", "edit", "keys"}),
}

# Rights that open a field within what other rights show.
FIELD_RIGHTS = frozenset({("orders", "see_money"), ("orders", "reveal"), ("products", "see_cost")})

# What the roles may that every shop has, until the shop itself says otherwise; owners always all.
ROLE_RIGHTS: dict[str, Rights] = {
    Role.OWNER: RIGHTS,
    Role.SERVICE: {
        "home": frozenset({"view"}),
        "orders": frozenset({"view", "cancel", "ship", "reveal", "see_money"}),
        "payments": frozenset({"view", "confirm_transfer", "refund"}),
        "products": frozenset({"view"}),
        "stock": frozenset({"view"}),
    },
    Role.WAREHOUSE: {
        "home": frozenset({"view"}),
        "orders": frozenset({"view", "ship", "reveal"}),
        "stock": frozenset({"view", "edit"}),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleView:
    """A role as it is now.

    `warehouse_ids` are the only warehouses whose orders and stock it shows; None shows all.
    """

    code: str
    home: Role  # whose first page its people see
    rights: Rights
    own_name: str = ""  # of a role that this shop made
    warehouse_ids: tuple[int, ...] | None = None
    is_changed: bool = False  # a role that every shop has, with rights of this shop's own

    @property
    def name(self) -> str:
        """Return what people call it."""
        return self.own_name or str(Role(self.code).label)

    @property
    def is_own(self) -> bool:
        """Tell whether this shop made the role."""
        return self.code not in Role

    def may(self, resource: str, action: str) -> bool:
        """Tell whether the role has the right."""
        return action in self.rights.get(resource, ())

    def covers(self, other: "RoleView") -> bool:
        """Tell whether all that the other role may and sees, this one may and sees, too."""
        has_rights = all(
            actions <= self.rights.get(resource, frozenset())
            for resource, actions in other.rights.items()
        )
        if self.warehouse_ids is None:
            return has_rights
        return has_rights and set(other.warehouse_ids or (0,)) <= set(self.warehouse_ids)


class NotAllowed(Refusal):
    """The person or key lacks the right."""

    code = "not_allowed"
    status = 403

    def __init__(self) -> None:
        super().__init__(_("这个角色的权限比你的大，你不能给出或更改它。"))


class UnknownRole(Refusal):
    """There is no such role (any more)."""

    code = "unknown_role"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("没有这个角色，可能刚被删除。请重新选择。"))


class RoleInUse(Refusal):
    """People or keys still have the role."""

    code = "role_in_use"
    status = 409

    def __init__(self, holders: str) -> None:
        super().__init__(
            _("还有人或密钥在用这个角色：%(holders)s。请先给他们换一个角色。")
            % {"holders": holders}
        )


class LastOwner(Refusal):
    """The shop would have no owner left."""

    code = "last_owner"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("店铺至少要有一位长期有效的店主。请先让另一个人成为店主。"))


class LoginTaken(Refusal):
    """Somebody has this login."""

    code = "login_taken"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("这个登录名已有人用，请换一个。"))


class InviteGone(Refusal):
    """The invitation was used, withdrawn or is too old."""

    code = "invite_gone"
    status = 410

    def __init__(self) -> None:
        super().__init__(_("这个邀请已失效。请让邀请你的人再发一个。"))


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; `token` is shown this once and never stored."""

    name: str
    role: str
    prefix: str
    token: str


@dataclass(frozen=True, slots=True)
class NewInvite:
    """An invitation just made; `token` is shown this once and never stored."""

    invite_id: int
    token: str
    expires_at: datetime


class FactorKind(TextChoices):
    """What proves beside the password who somebody is; the values are allauth's."""

    CODE = "totp", _("动态验证码")
    PASSKEY = "webauthn", _("通行密钥")
    RECOVERY = "recovery_codes", _("恢复码")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorView:
    """A second factor as its owner sees it."""

    key: int
    kind: FactorKind
    name: str  # of a passkey
    added_at: datetime
    used_at: datetime | None
    left: int = 0  # recovery codes that still work


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """A browser in which somebody is signed in."""

    key: int
    user_agent: str
    ip: str
    since: datetime
    seen_at: datetime
    is_current: bool


class WrongCode(Refusal):
    """The code is wrong, too old or was used before."""

    code = "wrong_code"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("验证码不对，或者已经用过。请输入最新的一个。"))


class FactorExists(Refusal):
    """There is one of this kind already."""

    code = "factor_exists"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("已经设置过动态验证码。要换手机，请先移除原来的。"))


class NoFactor(Refusal):
    """Recovery codes stand in for a factor, and there is none."""

    code = "no_factor"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("请先设置动态验证码或通行密钥，再生成恢复码。"))


class LastFactor(Refusal):
    """The shop asks all staff for a second factor, and this is the last one."""

    code = "last_factor"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("店铺要求两步验证，至少要留一种。请先添加另一种，再移除这个。"))


class Hours(NamedTuple):
    """From when to when somebody answers, in minutes of the day."""

    start: int
    end: int


class Holiday(NamedTuple):
    """Days on which other hours count than in a usual week; None means closed."""

    first: date
    last: date
    hours: Hours | None
    note: str


@dataclass(frozen=True, slots=True)
class ShopView:
    """What pages need to know of the shop."""

    name: str
    slogan: str
    logo: str  # name of a stored picture, like `licence_picture`
    accent: str  # brand colour (#rrggbb), "" for the usual one
    currency: str
    service_phone: str
    service_email: str
    service_wechat: str
    address: str
    week: tuple[Hours | None, ...]  # Monday first, None where closed; empty where nothing is said
    holidays: tuple[Holiday, ...]
    company: str
    licence_no: str
    licence_picture: str
    licence_text: str
    icp_number: str
    police_number: str
    takes_wechat_native: bool
    takes_wechat_h5: bool
    takes_wechat_jsapi: bool
    takes_transfer: bool
    transfer_account: str
    unpaid_minutes: int
    transfer_days: int
    confirm_days: int
    ship_hours: int
    second_factor_required: bool
    return_days: int
    return_policy: str
    is_demo: bool

    def takes(self, channel: str) -> bool:
        """Tell whether the shop wants to be paid by this channel; it may still lack keys."""
        return bool(getattr(self, f"takes_{channel}", False))


class SettingRefused(Refusal):
    """The value of a setting can't be right; `key` says of which."""

    code = "invalid_setting"
    status = 422

    def __init__(self, key: str, text: str | Promise) -> None:
        super().__init__(text)
        self.key = key


class SettingsMoved(Refusal):
    """Somebody changed the same settings meanwhile; nothing was written."""

    code = "settings_moved"

    def __init__(self, who: str) -> None:
        super().__init__(
            _("%(who)s 刚刚改过这些设置，你的改动没有保存。请重新载入，看过再改。") % {"who": who}
        )


class Holder(Protocol):
    """Who holds rights: a user or an API key."""

    @property
    def pk(self) -> int:
        """The row's id."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def role(self) -> str:
        """The code of the role, "" for shoppers."""

    @property
    def acts_as(self) -> RoleView | None:
        """The role whose rights count."""

    @property
    def warehouse_ids(self) -> tuple[int, ...] | None:
        """The only warehouses whose orders and stock it sees; None sees all."""

    def may(self, resource: str, action: str) -> bool:
        """Tell whether it has the right."""
