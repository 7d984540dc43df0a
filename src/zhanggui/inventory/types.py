"""Kinds, results and refusals of stock."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal


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
    """The count can't be set like this."""

    code = "below_reserved"


class UnknownStock(Refusal):
    """There is no such SKU or warehouse."""

    code = "not_found"
    status = 404
