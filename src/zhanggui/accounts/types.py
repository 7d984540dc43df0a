"""Roles, rights and refusals of the people who work in the shop."""

from dataclasses import dataclass
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal


class Role(TextChoices):
    """What a member of staff is there for."""

    OWNER = "owner", _("店主")
    SERVICE = "service", _("客服")
    WAREHOUSE = "warehouse", _("仓库")


# Every right of the shop: resource → actions. A right that is not named here does not exist.
RIGHTS: dict[str, frozenset[str]] = {
    "home": frozenset({"view"}),
    "orders": frozenset({"view", "cancel", "ship", "reveal", "see_money"}),
    "payments": frozenset({"view", "confirm_transfer", "refund"}),
    "products": frozenset({"view", "edit", "see_cost"}),
    "stock": frozenset({"view", "edit"}),
    "freight": frozenset({"view", "edit"}),
    "jobs": frozenset({"view", "retry"}),
    "messages": frozenset({"view"}),
}

ROLE_RIGHTS: dict[str, dict[str, frozenset[str]]] = {
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


class NotAllowed(Refusal):
    """The person or key lacks the right."""

    code = "not_allowed"
    status = 403


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; `token` is shown this once and never stored."""

    name: str
    role: str
    prefix: str
    token: str


@dataclass(frozen=True, slots=True)
class ShopView:
    """What pages need to know of the shop."""

    name: str
    slogan: str
    currency: str
    service_phone: str
    service_hours: str
    transfer_account: str
    unpaid_minutes: int
    transfer_days: int
    confirm_days: int
    ship_hours: int
    is_demo: bool


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
        """The role, "" for shoppers."""

    def may(self, resource: str, action: str) -> bool:
        """Tell whether it has the right."""
