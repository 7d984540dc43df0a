"""What happens to the sample shop."""

from dataclasses import dataclass
from typing import ClassVar

from zhanggui.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleOrdered(Event):
    """Sample goods are to be loaded or cleared by a worker."""

    kind: ClassVar[str] = "sample.ordered"
    subject_type: ClassVar[str] = "sample"
    act: str  # load, wipe
    products: int  # that come, or go
