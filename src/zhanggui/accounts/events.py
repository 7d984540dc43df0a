"""What happens to staff, roles and API keys."""

from dataclasses import dataclass
from typing import ClassVar

from zhanggui.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffInvited(Event):
    """Somebody was invited to become staff."""

    kind: ClassVar[str] = "staff.invited"
    subject_type: ClassVar[str] = "invite"
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteWithdrawn(Event):
    """An invitation was made useless."""

    kind: ClassVar[str] = "staff.invite_withdrawn"
    subject_type: ClassVar[str] = "invite"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffJoined(Event):
    """Who was invited became staff."""

    kind: ClassVar[str] = "staff.joined"
    subject_type: ClassVar[str] = "user"
    login: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffChanged(Event):
    """A member of staff got another name, role or end of access."""

    kind: ClassVar[str] = "staff.changed"
    subject_type: ClassVar[str] = "user"
    login: str
    role: str
    is_active: bool
    until: str  # ISO 8601, "" without end


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSaved(Event):
    """A role was made or changed."""

    kind: ClassVar[str] = "role.saved"
    subject_type: ClassVar[str] = "role"
    code: str
    name: str
    rights: dict[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDeleted(Event):
    """A role was deleted, or got back the rights it came with."""

    kind: ClassVar[str] = "role.deleted"
    subject_type: ClassVar[str] = "role"
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMade(Event):
    """An API key was made."""

    kind: ClassVar[str] = "api_key.made"
    subject_type: ClassVar[str] = "api_key"
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRevoked(Event):
    """An API key was revoked."""

    kind: ClassVar[str] = "api_key.revoked"
    subject_type: ClassVar[str] = "api_key"
    name: str
