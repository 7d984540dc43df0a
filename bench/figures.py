"""A measured row: its values round by round, its reference of the same rounds, its target."""

from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(slots=True, kw_only=True)
class Figure:
    """One row of the table."""

    row: str  # key, the same from run to run
    title: str
    database: str
    orders: int  # seeded when it was measured
    unit: str = "CPU-ms"
    values: list[float] = field(default_factory=list)  # one for each round
    reference: str = ""  # its key, where there is one
    reference_values: list[float] = field(default_factory=list)
    target: float | None = None  # the most that `value` may be, or the least
    at_least: bool = False
    p50_ms: float | None = None
    p95_ms: float | None = None
    p95_target_ms: float | None = None
    per_second: float | None = None
    least_per_second: float | None = None
    note: str = ""
    is_right: bool = True  # what was answered is what should be

    @property
    def value(self) -> float:
        """Return the median of the rounds."""
        return median(self.values) if self.values else 0.0

    @property
    def ratio(self) -> float | None:
        """Return how many times the reference of the same rounds it is."""
        if not self.reference_values or not self.values or not median(self.reference_values):
            return None
        return self.value / median(self.reference_values)

    @property
    def is_met(self) -> bool | None:
        """Tell whether all targets are met; None where there is none, or nothing was measured."""
        if not self.is_right:
            return False
        if not self.values:
            return None
        checks = []
        if self.target is not None:
            checks.append(self.value >= self.target if self.at_least else self.value <= self.target)
        if self.p95_target_ms is not None and self.p95_ms is not None:
            checks.append(self.p95_ms <= self.p95_target_ms)
        if self.least_per_second is not None and self.per_second is not None:
            checks.append(self.per_second >= self.least_per_second)
        return all(checks) if checks else None

    def as_json(self) -> dict[str, Any]:
        """Return all of it, with what follows from it."""
        return {**asdict(self), "value": self.value, "ratio": self.ratio, "is_met": self.is_met}


def from_json(raw: dict[str, Any]) -> Figure:
    """Read what `as_json` made."""
    derived = {"value", "ratio", "is_met"}
    return Figure(**{name: value for name, value in raw.items() if name not in derived})
