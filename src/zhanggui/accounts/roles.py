"""What each role may: read once, then kept until somebody changes a role."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps

from zhanggui.accounts.types import RIGHTS, ROLE_RIGHTS, NotAllowed, Rights, Role, RoleView
from zhanggui.core import versions

ROLES = versions.declare("roles")
_OWNER = RoleView(code=Role.OWNER, home=Role.OWNER, rights=RIGHTS)


def role(code: str) -> RoleView | None:
    """Return a role; None where there is none, which has no rights."""
    if code == Role.OWNER:
        return _OWNER
    return roles().get(code) if code else None


def need_cover(code: str, *, by: RoleView | None) -> None:
    """Refuse what is done to people of a role that may more than `by`, who does it.

    Raises:
        NotAllowed: it may.
    """
    found = role(code)
    if by is not None and found is not None and not by.covers(found):
        raise NotAllowed


@versions.versioned(ROLES)
def roles() -> Mapping[str, RoleView]:
    """Return all roles by code: those of every shop, then this shop's own, oldest first."""
    found = {
        code.value: RoleView(code=code.value, home=code, rights=ROLE_RIGHTS[code]) for code in Role
    }
    for row in apps.get_model("accounts", "StaffRole")._default_manager.order_by("id"):
        found[row.code] = RoleView(
            code=row.code,
            own_name="" if row.code in Role else row.name,
            home=Role(row.home),
            rights=known_rights(row.rights),
            warehouse_ids=None if row.warehouse_ids is None else tuple(row.warehouse_ids),
            is_changed=row.code in Role,
        )
    return found


def known_rights(stored: Any) -> Rights:
    """Return the rights that exist of what was stored or asked for.

    Whoever may do something with a resource may also look at it.
    """
    found = {}
    for resource, actions in RIGHTS.items():
        if known := actions & set(stored.get(resource, ())):
            found[resource] = known | (actions & {"view"})
    return found


def listed(rights: Rights) -> dict[str, list[str]]:
    """Return rights as they are stored."""
    return {resource: sorted(actions) for resource, actions in rights.items()}
