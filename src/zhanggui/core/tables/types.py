"""What stands in a table, and why one is refused."""

from dataclasses import dataclass

from zhanggui.core.types import Refusal


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
