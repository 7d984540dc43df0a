"""What happens to imports and exports."""

from dataclasses import dataclass
from typing import ClassVar

from zhanggui.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrdered(Event):
    """A file is to be checked, imported or undone by a worker."""

    kind: ClassVar[str] = "import.ordered"
    subject_type: ClassVar[str] = "import"
    what: str  # the Kind
    step: str  # check, run, undo
    things: int  # that the check found to be made or changed, or that are to be set back


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrdered(Event):
    """Somebody takes data out of the shop: which, narrowed how, and whether with personal data."""

    kind: ClassVar[str] = "export.ordered"
    subject_type: ClassVar[str] = "export"
    what: str
    narrowed: dict[str, str]
    with_people: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMade(Event):
    """The table is there, with so many rows."""

    kind: ClassVar[str] = "export.made"
    subject_type: ClassVar[str] = "export"
    what: str
    rows: int
