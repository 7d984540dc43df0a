"""Kinds, results and refusals of stock."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal

FEW = 10  # from here down shoppers read how many pieces there are


class MovementKind(TextChoices):
    """What a ledger row did (domain.md §4); why it happened is its cause."""

    RESERVE = "reserve", _("占用")
    RELEASE = "release", _("释放")
    SHIP = "ship", _("出库")
    RECEIVE = "receive", _("入库")
    ADJUST = "adjust", _("盘点调整")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why stock moved: the row that asked for it. One cause moves a level once per kind."""

    type: str
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One wanted change of one level. `quantity` is positive, but for ADJUST it is the difference.

    A move that its cause already made is passed over, so callers may repeat themselves.
    """

    kind: MovementKind
    cause: Cause
    sku_id: int
    warehouse_id: int
    quantity: int
    reason: str = ""

    def __post_init__(self) -> None:
        """A negative quantity would turn a kind into its opposite, past its guard."""
        if self.quantity < 0 and self.kind != MovementKind.ADJUST:
            raise ValueError(f"{self.kind} needs a positive quantity, not {self.quantity}.")


@dataclass(slots=True, kw_only=True)
class LockedLevel:
    """A stock level read under lock; counters follow the moves made since."""

    level_id: int
    sku_id: int
    warehouse_id: int
    on_hand: int
    reserved: int
    unavailable: int

    @property
    def available(self) -> int:
        """Pieces that can still be sold."""
        return self.on_hand - self.reserved - self.unavailable


@dataclass(frozen=True, slots=True)
class WarehouseView:
    """A warehouse as others need it."""

    warehouse_id: int
    code: str
    name: str
    division_code: str


@dataclass(frozen=True, slots=True)
class WarehouseStock:
    """How many pieces of the wanted SKUs one warehouse can sell, for choosing a warehouse."""

    warehouse_id: int
    division_code: str
    available: dict[int, int]  # SKU id → pieces


@dataclass(frozen=True, slots=True)
class StockRow:
    """A stock level as shown and sent."""

    sku: str
    warehouse: str
    on_hand: int
    reserved: int
    unavailable: int

    @property
    def available(self) -> int:
        """Pieces that can still be sold."""
        return self.on_hand - self.reserved - self.unavailable


class StockRefused(Refusal):
    """The stock can't be moved like this: there is too little, or too much is promised."""

    code = "below_reserved"


class CountRefused(Refusal):
    """What was counted can't be written down like this."""

    code = "invalid_count"
    status = 422


class StockChangedError(Exception):
    """A guarded write found other counters than were read: replay what was decided on them."""


class UnknownStock(Refusal):
    """There is no such SKU or warehouse."""

    code = "not_found"
    status = 404
