"""What people and checks do with stock. What orders do with it, their own events tell."""

from dataclasses import dataclass
from typing import ClassVar

from zhanggui.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StockCorrected(Event):
    """Somebody corrected the stock of a SKU in a warehouse; `before` and `after` tell how."""

    kind: ClassVar[str] = "stock.corrected"
    subject_type: ClassVar[str] = "sku"
    warehouse_id: int
    act: str  # types.CorrectionAct
    reason: str  # types.CorrectionReason
    before: int  # of COUNT on hand, else unavailable
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRepaired(Event):
    """A counter was set to what the ledger and the open orders say."""

    kind: ClassVar[str] = "stock.repaired"
    subject_type: ClassVar[str] = "sku"
    warehouse_id: int
    before: tuple[int, int, int]  # on hand, reserved, unavailable
    after: tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferChanged(Event):
    """A transfer was made, sent, received (whole or in part) or canceled."""

    kind: ClassVar[str] = "transfer.changed"
    subject_type: ClassVar[str] = "transfer"
    change: str  # created, line, sent, arrived, received, canceled
    pieces: int = 0
    missing: int = 0
    sku_id: int | None = None  # of "line"
