"""States, inputs, results and refusals of orders (words of decisions.md 19)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from zhanggui.core.tables.types import FileRefused
from zhanggui.core.types import Refusal
from zhanggui.customers.types import AddressInput


class OrderStatus(TextChoices):
    """The few facts kept of an order's life; what people see is DisplayStatus."""

    OPEN = "open", _("进行中")
    COMPLETED = "completed", _("已完成")
    CLOSED = "closed", _("已关闭")


class DisplayStatus(TextChoices):
    """What buyers and staff read; derived by orders.calc.display_status."""

    TO_PAY = "to_pay", _("待付款")
    TO_SHIP = "to_ship", _("待发货")
    PART_SHIPPED = "part_shipped", _("部分发货")
    TO_RECEIVE = "to_receive", _("待收货")
    COMPLETED = "completed", _("已完成")
    CLOSED = "closed", _("已关闭")


def status_figure(display_status: str) -> str:
    """Return the name of the figure: how many orders stand under this label."""
    return f"status:{display_status}"


def sales_figure(currency: str) -> str:
    """Return the name of the figure: orders that were paid in an hour, and their money."""
    return f"sales:{currency}"


class AfterSaleState(TextChoices):
    """The overlay beside the status."""

    NONE = "none", _("无售后")
    IN_PROGRESS = "in_progress", _("售后中")
    PART_REFUNDED = "part_refunded", _("部分退款")
    REFUNDED = "refunded", _("已退款")


class PaymentState(TextChoices):
    """What was paid, set by payments through orders.services."""

    UNPAID = "unpaid", _("未付款")
    PARTLY_PAID = "partly_paid", _("部分付款")
    PAID = "paid", _("已付款")
    PARTLY_REFUNDED = "partly_refunded", _("部分退款")
    REFUNDED = "refunded", _("已退款")
    OVERPAID = "overpaid", _("多付款")


class CloseReason(TextChoices):
    """Why an order was closed."""

    PAY_TIMEOUT = "pay_timeout", _("超时未付款")
    BUYER = "buyer", _("买家取消")
    MERCHANT = "merchant", _("商家取消")
    FULLY_REFUNDED = "fully_refunded", _("全额退款")


class PaymentChannel(TextChoices):
    """How the buyer wants to pay; those that exist by now."""

    WECHAT_NATIVE = "wechat_native", _("微信扫码支付")
    WECHAT_H5 = "wechat_h5", _("微信支付")
    WECHAT_JSAPI = "wechat_jsapi", _("微信内支付")
    TRANSFER = "transfer", _("银行转账")


class Source(TextChoices):
    """Where an order came from."""

    STOREFRONT = "storefront", _("商城")
    API = "api", _("接口")
    IMPORT = "import", _("导入")


class HistoryState(TextChoices):
    """Where an order of another shop stands, in our words."""

    UNPAID = "unpaid", _("待付款")
    TO_SHIP = "to_ship", _("待发货")
    PART_SHIPPED = "part_shipped", _("部分发货")
    SHIPPED = "shipped", _("已发货")
    COMPLETED = "completed", _("已完成")
    CLOSED = "closed", _("已关闭（未付款）")
    REFUNDED = "refunded", _("已关闭（全额退款）")

    @property
    def is_paid(self) -> bool:
        """Tell whether the buyer paid, also where all of it went back."""
        return self not in (HistoryState.UNPAID, HistoryState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLine:
    """One line as asked for. `unit_price_minor` is what the buyer saw, None to take any price."""

    sku: str
    quantity: int
    unit_price_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderInput:
    """One wanted order.

    `request_id` names the request for ever (a hash of scope and Idempotency-Key), `body_hash` what
    it said. Whoever repeats both gets the first order again.
    """

    request_id: str
    body_hash: str
    lines: tuple[WantedLine, ...]
    address: AddressInput
    payment_channel: str
    source: str
    note: str = ""
    user_id: int | None = None  # of a signed-in shopper
    expected_payable_minor: int | None = None  # what the page showed; another total is refused


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """A placed order, new or found again."""

    order_id: int
    number: str
    token: str
    display_status: str
    payable_minor: int
    currency: str
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRefusal:
    """Why one line can't be had: a code of decisions.md 19, and how many pieces could be."""

    sku: str
    code: str
    available: int | None = None
    price_minor: int | None = None  # today's price, where it changed
    reason: str = ""  # catalog.types.NotSold value, where not for sale


class OrderRefused(Refusal):
    """The order was not placed and nothing was written or reserved."""

    def __init__(
        self, text: object, *, code: str, lines: Sequence[LineRefusal] = (), status: int = 409
    ) -> None:
        super().__init__(text)  # type: ignore[arg-type]
        self.code = code
        self.status = status
        self.lines = tuple(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """One line priced now; `refusal` says why it can't be bought as asked."""

    sku: str
    product_name: str
    product_slug: str
    options_text: str
    picture: str
    quantity: int
    unit_price_minor: int
    total_minor: int
    available: int
    refusal: LineRefusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a cart costs, to an address where one is known (freight is None where not)."""

    lines: tuple[QuoteLine, ...]
    goods_minor: int
    freight_minor: int | None
    payable_minor: int
    currency: str
    undeliverable: bool = False
    refusals: tuple[LineRefusal, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """What is still to be paid of an order, and until when."""

    number: str
    due_minor: int
    currency: str
    pay_by_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecorded:
    """What became of money that arrived: how much of it must go back at once, and why."""

    refund_minor: int
    reason: str = ""  # "late", "closed" or "surplus" where something goes back


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedLine:
    """Pieces of an order line that left in a parcel."""

    order_line_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersOfSkus:
    """How many orders name certain SKUs."""

    total: int
    unpaid_alone: int  # open, nothing paid, nothing but these SKUs: they may be closed
    paid: int  # money came, also where it went back
    open: int
    waiting: int  # pieces of these SKUs that the other open orders still wait for


class OrderNotReady(Refusal):
    """The order is not in a state in which this can be done."""

    code = "order_not_ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCell:
    """A cell of a row of another shop's file that was kept with its order."""

    column: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """A buyer's data in clear, for who may see it, with what another shop's file said."""

    name: str
    phone: str  # as people in China write it
    detail: str
    note: str
    kept: tuple[tuple[KeptCell, ...], ...] = ()  # row by row


class CartRefused(Refusal):
    """The basket can't be changed like this."""

    code = "cart_refused"


ImportRefused = FileRefused  # an order file is refused whole; nothing was written


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """A wrong line of an order file. Its invoice, where it can be read, is left out whole."""

    line: int
    invoice: str
    code: str
    text: str
    table: int = 0  # of several that came together


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFigures:
    """What an order file holds without its rejected invoices, in one currency.

    Orders are invoices with a sale line, customers those who have one. `lines` are all of the
    file, `rejected` the wrong ones among them.
    """

    lines: int
    orders: int
    customers: int
    gross_minor: int
    refunds_minor: int
    net_minor: int
    units_sold: int
    units_returned: int
    rejected: int
    credit_notes: int
    free_lines: int
    writeoff_lines: int
    adjust_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import found and did: `added` are the orders new to the shop in this run."""

    currency: str
    figures: ImportFigures
    added: int
    added_credit_notes: int
    errors: tuple[RowError, ...]  # the first hundred
    broken_invoices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyTotals:
    """What buyers paid for the orders of a file in one currency, and what they got back."""

    currency: str
    orders: int
    gross_minor: int
    refunds_minor: int

    @property
    def net_minor(self) -> int:
        """What remains."""
        return self.gross_minor - self.refunds_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryReport:
    """What a file of a marketplace holds, and what became of it.

    All but the last five describe the file without the orders that are refused or left out:
    `unknown` counts orders by the status word that nobody has explained, `left_out` open ones by
    state, `errors` has every wrong row.
    """

    format_name: str
    lines: int
    orders: int
    customers: int
    units_sold: int
    totals: tuple[CurrencyTotals, ...]
    states: dict[str, int]
    left_out: dict[str, int]
    unknown: dict[str, int]
    first_at: datetime | None
    last_at: datetime | None
    goods_lines: int
    matched_lines: int  # of SKUs that the shop has
    masked: int  # orders whose recipient is hidden
    adjusted: int  # orders whose discount is not the one that the file tells
    rejected: int
    refused: int
    errors: tuple[RowError, ...]
    added: int
    updated: int
    known: int
    credit_notes: int
    conflicts: int
