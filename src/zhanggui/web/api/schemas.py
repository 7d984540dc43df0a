"""The words of the API (decisions.md 19): what comes in, what goes out."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from zhanggui.inventory.types import CorrectionReason, MissingReason, TransferStatus

SkuCode = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Words = Annotated[str, StringConstraints(max_length=200)]
Minor = Annotated[int, Field(ge=0, le=10**12, strict=True)]
WarehouseCode = Annotated[str, StringConstraints(min_length=1, max_length=20)]
RequestId = Annotated[str, StringConstraints(max_length=64)]
Pieces = Annotated[int, Field(ge=0, le=100_000_000, strict=True)]
Cursor = Annotated[str, StringConstraints(max_length=300)]


class Input(BaseModel):
    """What comes in has no unknown fields; plain, since a Schema looks at each value twice."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """Every error."""

    code: str
    detail: str


class LineProblem(Schema):
    """A line that can't be had as asked."""

    sku: str
    code: str
    available: int | None = None
    price_minor: int | None = None


class OrderProblem(Problem):
    """An order that was refused."""

    lines: list[LineProblem] = []


class LineIn(Input):
    """One wanted line; with `unit_price_minor` another price today is a refusal."""

    sku: SkuCode
    quantity: Annotated[int, Field(ge=1, le=999, strict=True)]
    unit_price_minor: Minor | None = None


class AddressIn(Input):
    """Where a parcel goes; short names of divisions are understood."""

    name: Annotated[str, StringConstraints(max_length=60)]
    phone: Annotated[str, StringConstraints(max_length=30)]
    province: Annotated[str, StringConstraints(max_length=40)]
    city: Annotated[str, StringConstraints(max_length=40)] = ""
    district: Annotated[str, StringConstraints(max_length=40)] = ""
    detail: Words
    postcode: Annotated[str, StringConstraints(max_length=10)] = ""


class OrderIn(Input):
    """A wanted order: an address in fields, or as pasted text."""

    lines: Annotated[list[LineIn], Field(max_length=50)]
    address: AddressIn | None = None
    address_text: Annotated[str, StringConstraints(max_length=500)] | None = None
    payment_channel: Annotated[str, StringConstraints(max_length=20)]
    note: Words = ""


class PlacedOut(Schema):
    """A placed order. The token is the buyer's key to it."""

    number: str
    token: str
    display_status: str
    payable_minor: int
    currency: str
    pay_url: str


class PaymentIn(Input):
    """How to pay."""

    payment_channel: Annotated[str, StringConstraints(max_length=20)]


class PaymentOut(Schema):
    """What a buyer needs to pay: a QR content or an address to open."""

    payment_channel: str
    amount_minor: int
    currency: str
    code_url: str
    pay_url: str
    expires_at: datetime


class PictureOut(Schema):
    """Addresses of a picture's three sizes (longest side 240, 640, 1280)."""

    small: str
    medium: str
    large: str
    alt: str


class ProductOut(Schema):
    """A product in a list; prices are the lowest and highest of its SKUs."""

    slug: str
    name: str
    subtitle: str
    price_minor: int
    max_price_minor: int
    market_price_minor: int | None
    currency: str
    picture: PictureOut | None


class FacetValueOut(Schema):
    """A value; `count` products would be shown with it, other attributes as they are chosen."""

    value: str
    count: int
    is_chosen: bool


class FacetOut(Schema):
    """An attribute that the products of a category can be narrowed by."""

    key: str
    name: str
    unit: str
    values: list[FacetValueOut]


class ProductsOut(Schema):
    """A page of products; `facets` are those of the category, none without one."""

    items: list[ProductOut]
    next: str | None
    facets: list[FacetOut]


class OptionOut(Schema):
    """One option with its values."""

    name: str
    values: list[str]


class SkuOut(Schema):
    """A SKU; `options` maps option names to values, `available` is what one order can have."""

    sku: str
    options: dict[str, str]
    price_minor: int
    market_price_minor: int | None
    currency: str
    available: int
    not_sold: str | None


class ProductDetailOut(Schema):
    """A product with its SKUs."""

    slug: str
    name: str
    subtitle: str
    description_html: str
    category: str
    price_minor: int
    max_price_minor: int
    currency: str
    options: list[OptionOut]
    pictures: list[PictureOut]
    skus: list[SkuOut]


class OrderLineOut(Schema):
    """A line of an order. Money is left out for roles that see none."""

    sku: str
    name: str
    options: str
    quantity: int
    shipped_quantity: int
    unit_price_minor: int | None = None
    payable_minor: int | None = None


class ParcelOut(Schema):
    """A parcel on its way."""

    carrier: str
    carrier_name: str
    tracking_no: str
    link: str
    shipped_at: datetime


class BuyerOut(Schema):
    """Where the order goes; name and phone are masked."""

    name: str
    phone: str
    province: str
    city: str
    district: str
    detail: str


class ImportedFromOut(Schema):
    """The shop from which an order was imported: its format, number and status there."""

    format: str
    number: str
    state: str


class OrderOut(Schema):
    """An order. Money is left out for roles that see none."""

    number: str
    source: str
    display_status: str
    after_sale_state: str
    payment_state: str
    close_reason: str
    payment_channel: str
    placed_at: datetime
    pay_by_at: datetime | None
    paid_at: datetime | None
    shipped_at: datetime | None
    completed_at: datetime | None
    closed_at: datetime | None
    address: BuyerOut
    lines: list[OrderLineOut]
    parcels: list[ParcelOut]
    pieces: int
    currency: str
    goods_minor: int | None = None
    freight_minor: int | None = None
    discount_minor: int | None = None
    payable_minor: int | None = None
    paid_minor: int | None = None
    refunded_minor: int | None = None
    pay_url: str | None = None
    imported_from: ImportedFromOut | None = None


class OrderRowOut(Schema):
    """An order in a list."""

    number: str
    source: str
    display_status: str
    after_sale_state: str
    payment_channel: str
    placed_at: datetime
    pieces: int
    currency: str
    payable_minor: int | None = None
    name: str
    phone: str
    province: str
    city: str
    district: str


class OrdersOut(Schema):
    """A page of orders, newest first."""

    items: list[OrderRowOut]
    next: str | None


class ShipIn(Input):
    """Carrier by its Kuaidi100 code; left out, it is recognised from the number."""

    carrier: Annotated[str, StringConstraints(max_length=30)] = ""
    tracking_no: Annotated[str, StringConstraints(max_length=60)]


class TransferIn(Input):
    """A bank transfer that arrived."""

    amount_minor: Minor
    reference: Annotated[str, StringConstraints(max_length=64)] = ""


class RevealIn(Input):
    """Why personal data is looked at; it is written down."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class RevealOut(Schema):
    """Personal data in clear; `imported_rows` are the rows of another shop's file, by column."""

    name: str
    phone: str
    detail: str
    note: str
    imported_rows: list[dict[str, str]]


class StockOut(Schema):
    """Pieces of a SKU in a warehouse."""

    sku: str
    warehouse: str
    on_hand: int
    reserved: int
    unavailable: int
    available: int


class StocksOut(Schema):
    """All levels of a SKU."""

    items: list[StockOut]
    next: str | None = None


class AuditOut(Schema):
    """Something that staff, a program or a command did."""

    position: int
    at: str
    actor_type: str
    actor: str
    kind: str
    subject_type: str
    subject: str
    details: dict[str, Any]
    hash: str


class AuditsOut(Schema):
    """Rows of the audit log, newest first."""

    items: list[AuditOut]
    next: str | None = None


class LevelIn(Input):
    """A SKU in a warehouse, and why its stock is changed.

    The same `request_id` again changes nothing.
    """

    sku: SkuCode
    warehouse: WarehouseCode
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    reason_code: CorrectionReason = CorrectionReason.OTHER
    request_id: RequestId = ""


class CountIn(LevelIn):
    """What was counted: the absolute number of pieces.

    With `seen_on_hand` it is refused (409 `stock_moved`) where the figure is another one by now.
    The same `request_id` again changes nothing.
    """

    on_hand: Pieces
    seen_on_hand: Pieces | None = None


class CorrectionIn(LevelIn):
    """Pieces that can't be sold: set aside, put back for sale, or written off.

    With `seen_unavailable` it is refused (409 `stock_moved`) where the figure is another one by
    now. The same `request_id` again changes nothing.
    """

    act: Literal["set_aside", "put_back", "write_off"]
    quantity: Pieces
    seen_unavailable: Pieces | None = None


class TransferLineIn(Input):
    """Pieces of a SKU that go along."""

    sku: SkuCode
    quantity: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]


class TransferNewIn(Input):
    """A transfer between two warehouses, by their codes."""

    source: WarehouseCode
    target: WarehouseCode
    lines: Annotated[list[TransferLineIn], Field(max_length=200)] = []
    note: Words = ""
    request_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ArrivalIn(Input):
    """What arrived of a SKU, and how many pieces never will.

    With `seen_on_the_way` it is refused (409 `stock_moved`) where somebody received some meanwhile.
    """

    sku: SkuCode
    received: Pieces = 0
    missing: Pieces = 0
    seen_on_the_way: Pieces | None = None


class ReceiptIn(Input):
    """What arrived of a transfer; pieces that are missing need a reason."""

    lines: Annotated[list[ArrivalIn], Field(min_length=1, max_length=200)]
    missing_reason: MissingReason | None = None
    note: Words = ""
    request_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class TransferRowOut(Schema):
    """A transfer in a list."""

    number: str
    source: str
    target: str
    status: TransferStatus
    note: str
    pieces: int
    created_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    canceled_at: datetime | None


class TransfersOut(Schema):
    """A page of transfers, newest first."""

    items: list[TransferRowOut]
    next: str | None = None


class TransferLineOut(Schema):
    """Pieces of a SKU in a transfer."""

    sku: str
    quantity: int
    received: int
    missing: int
    on_the_way: int


class TransferOut(TransferRowOut):
    """A transfer with its lines."""

    lines: list[TransferLineOut]


Json = dict[str, Any]

PROBLEMS: dict[Any, Any] = {
    401: Problem,
    403: Problem,
    404: Problem,
    409: Problem,
    422: Problem,
}
