"""Kinds, results and refusals of stock."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import IntegerChoices, TextChoices
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
    SET_ASIDE = "set_aside", _("转为不可售")
    PUT_BACK = "put_back", _("恢复可售")
    WRITE_OFF = "write_off", _("报废")
    TRANSFER_OUT = "transfer_out", _("调拨出库")
    TRANSFER_IN = "transfer_in", _("调拨入库")


class CorrectionAct(TextChoices):
    """What a correction does with the pieces of a level."""

    COUNT = "count", _("更正实物数量")
    SET_ASIDE = "set_aside", _("转为不可售")
    PUT_BACK = "put_back", _("恢复可售")
    WRITE_OFF = "write_off", _("报废不可售的货")


class CorrectionReason(TextChoices):
    """Why stock is corrected."""

    COUNTED = "counted", _("盘点")
    DAMAGED = "damaged", _("破损")
    LOST = "lost", _("丢失")
    FOUND = "found", _("找到漏记的货")
    QUALITY = "quality", _("待检或质量问题")
    OTHER = "other", _("其他")


class Band(IntegerChoices):
    """How much of a SKU a warehouse can sell; the database works it out from the counters."""

    NONE = 0
    FEW = 1
    MANY = 2


class StockFilter(TextChoices):
    """A view of the stock list."""

    LOW = "low", _("库存少")
    OUT = "out", _("售罄")
    WRONG = "wrong", _("账实有差异")


class TransferStatus(TextChoices):
    """Where a transfer between two warehouses stands."""

    DRAFT = "draft", _("待发出")
    SENT = "sent", _("在途")
    RECEIVED = "received", _("已收货")
    CANCELED = "canceled", _("已取消")


class MissingReason(TextChoices):
    """Why less arrived than was sent."""

    LOST = "lost", _("途中丢失")
    DAMAGED = "damaged", _("途中破损")
    MISCOUNTED = "miscounted", _("发出时数错")
    OTHER = "other", _("其他")


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
class SkuTransfer:
    """A SKU that stands in a transfer."""

    transfer_id: int
    number: str
    status: str
    sku_id: int
    sku_code: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A wanted correction of one level.

    `quantity` is the counted number of pieces for COUNT, else how many pieces to move. `seen` is
    the figure that the person saw before (on hand for COUNT, else unavailable): None asks nothing.
    """

    sku_code: str
    warehouse_code: str
    act: CorrectionAct
    quantity: int
    reason: CorrectionReason
    note: str = ""
    seen: int | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class CheckView:
    """One comparison of counters with the ledger, as far as somebody sees its warehouses."""

    check_id: int
    started_at: datetime
    finished_at: datetime | None
    levels: int | None  # compared; None for who does not see all of them
    found: int
    still_open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSum:
    """What all movements of one kind add up to."""

    kind: str
    movements: int
    on_hand: int
    reserved: int
    unavailable: int

    @property
    def label(self) -> str:
        """Return the kind in plain words."""
        return str(MovementKind(self.kind).label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What arrived of one line of a transfer, and how many pieces never will.

    `seen` are the pieces that were on the way when the person looked.
    """

    line_id: int
    received: int
    missing: int
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Pieces that somebody counted, and the row that says so."""

    sku_id: int
    warehouse_id: int
    on_hand: int
    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What became of a count: pieces before and after, or why it was refused."""

    before: int
    after: int
    refusal: str = ""


class StockRefused(Refusal):
    """The stock can't be moved like this: there is too little, or too much is promised."""

    code = "below_reserved"


class CountRefused(Refusal):
    """What was counted can't be written down like this."""

    code = "invalid_count"
    status = 422


class StockMoved(Refusal):
    """The figure is not the one that the person saw: somebody or some order was quicker."""

    code = "stock_moved"


class TransferRefused(Refusal):
    """The transfer can't be written down or moved on like this."""

    code = "invalid_transfer"
    status = 422


class CheckRefused(Refusal):
    """The difference can't be repaired like this: it is gone, or its ledger is at fault."""

    code = "not_repairable"


class StockChangedError(Exception):
    """A guarded write found other counters than were read: replay what was decided on them."""


class UnknownStock(Refusal):
    """There is no such SKU or warehouse."""

    code = "not_found"
    status = 404
