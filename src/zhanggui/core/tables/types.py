"""What stands in a table, and why one is refused."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from zhanggui.core.types import Refusal

MOST_CELLS = 12_000_000


class FileRefused(Refusal):
    """A file is refused whole; nothing was written."""

    status = 422

    def __init__(self, text: object, *, code: str) -> None:
        super().__init__(text)  # type: ignore[arg-type]
        self.code = code


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table: the line (or Excel row) that it begins at, and its cells as texts.

    What stands to the right of the header's last column is `surplus`.
    """

    line: int
    cells: tuple[str, ...]
    surplus: tuple[str, ...] = ()


def too_large() -> FileRefused:
    """Return the refusal of a table that would fill the memory."""
    return FileRefused(_("表格太大，请删掉空行空列，或分成几份导入。"), code="too_large")
