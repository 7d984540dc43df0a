"""What happens to staff, roles, API keys and settings."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorAdded(Event):
    """A member of staff set up a second factor."""

    kind: ClassVar[str] = "staff.factor_added"
    subject_type: ClassVar[str] = "user"
    factor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRemoved(Event):
    """A member of staff removed a second factor."""

    kind: ClassVar[str] = "staff.factor_removed"
    subject_type: ClassVar[str] = "user"
    factor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorsReset(Event):
    """All second factors of a member of staff were removed by somebody else."""

    kind: ClassVar[str] = "staff.factors_reset"
    subject_type: ClassVar[str] = "user"
    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesMade(Event):
    """A member of staff got new recovery codes; older ones are void."""

    kind: ClassVar[str] = "staff.recovery_codes_made"
    subject_type: ClassVar[str] = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeUsed(Event):
    """A recovery code stood in for a second factor."""

    kind: ClassVar[str] = "staff.recovery_code_used"
    subject_type: ClassVar[str] = "user"
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorAsked(Event):
    """The shop began or ceased to ask all staff for a second factor."""

    kind: ClassVar[str] = "shop.second_factor"
    subject_type: ClassVar[str] = "shop"
    is_required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChanged(Event):
    """A member of staff took another name."""

    kind: ClassVar[str] = "staff.renamed"
    subject_type: ClassVar[str] = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    """A member of staff chose another password."""

    kind: ClassVar[str] = "staff.password_changed"
    subject_type: ClassVar[str] = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeviceUsed(Event):
    """A member of staff signed in with a browser never used for it before."""

    kind: ClassVar[str] = "staff.new_device"
    subject_type: ClassVar[str] = "user"
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsEnded(Event):
    """A member of staff was signed out in so many browsers."""

    kind: ClassVar[str] = "staff.sessions_ended"
    subject_type: ClassVar[str] = "user"
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged(Event):
    """Settings of one group got other values; its history row says which."""

    kind: ClassVar[str] = "shop.saved"
    subject_type: ClassVar[str] = "shop"
    change_id: int
    changed: list[str]
    is_undo: bool
