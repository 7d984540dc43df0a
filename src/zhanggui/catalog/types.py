"""States, inputs, results and refusals of the catalogue."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal

MAX_OPTIONS = 3
MAX_SKUS = 200
MAX_PICTURES = 12
MAX_PRICE_MINOR = 100_000_000_00
MAX_MEASURE = 100_000_000  # grams or cubic centimetres
UNDO_FOR = timedelta(days=1)  # an edit of many products


class Shelf(TextChoices):
    """Whether the merchant wants a product sold. What shoppers see also depends on the schedule."""

    DRAFT = "draft", _("草稿")
    ON = "on", _("上架")
    OFF = "off", _("下架")


class Weight(IntegerChoices):
    """Where a search term was found; a product found in a better place comes first."""

    TEXT = 1, _("副标题或描述")
    NAME = 2, _("名称")
    EXACT = 3, _("规格编码或条码")


class Sort(TextChoices):
    """The orders of a shopper's list. A search puts the best match first, then the newest."""

    NEWEST = "newest", _("新品")
    CHEAPEST = "price", _("价格从低到高")
    DEAREST = "-price", _("价格从高到低")


class AttributeKind(TextChoices):
    """What the values of an attribute are."""

    CHOICE = "choice", _("从几个值里选")
    NUMBER = "number", _("数字")
    TEXT = "text", _("文字")


class BulkAct(TextChoices):
    """What an edit of many products changes."""

    PRICE = "price", _("改价")
    PRICE_AT = "price_at", _("定时价")
    SHELF = "shelf", _("上下架")
    SHELF_AT = "shelf_at", _("定时上下架")
    CATEGORY = "category", _("移到类目")
    WEIGHT = "weight", _("改重量")


class BulkState(TextChoices):
    """Where an edit of many products is."""

    PREVIEW = "preview", _("待确认")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    UNDOING = "undoing", _("撤销中")
    UNDONE = "undone", _("已撤销")


class BulkRowState(TextChoices):
    """What became of one row of an edit of many."""

    READY = "ready", _("要改")
    SAME = "same", _("不变")
    REFUSED = "refused", _("不能改")
    DONE = "done", _("已改")
    STALE = "stale", _("期间被别人改过，没有动")
    UNDONE = "undone", _("已撤销")
    KEPT = "kept", _("之后又被改过，没有撤销")


class BulkRefusal(TextChoices):
    """Why an edit of many leaves a row as it is."""

    BELOW_ZERO = "below_zero", _("改完的价格小于 0")
    TOO_HIGH = "too_high", _("改完的价格太高")
    ARCHIVED = "archived", _("商品已归档")
    NO_SKU = "no_sku", _("还没有规格，不能上架")
    NO_WEIGHT = "no_weight", _("按重量计运费，重量不能是 0")
    NO_CATEGORY = "no_category", _("类目已归档")
    NOT_ON = "not_on", _("没有上架，要先填上架时间")
    OUT_OF_ORDER = "out_of_order", _("下架时间不晚于上架时间")


class PriceHow(TextChoices):
    """How an edit of many makes the new price."""

    SET = "set", _("改成")
    RAISE = "raise", _("加价（金额）")
    LOWER = "lower", _("降价（金额）")
    RAISE_BY = "raise_by", _("涨价（%）")
    LOWER_BY = "lower_by", _("降价（%）")


class PriceEnd(TextChoices):
    """What the new prices end with; the nearest one is taken."""

    AS_IS = "", _("不取整")
    WHOLE = "00", _("取整到 .00")
    NINETY = "90", _("尾数 .90")
    NINETY_NINE = "99", _("尾数 .99")


class NotSold(TextChoices):
    """Why shoppers can't buy a product or SKU, computed at read time."""

    DRAFT = "draft", _("还是草稿，没有上架")
    OFF = "off", _("已下架")
    NOT_YET = "not_yet", _("还没到上架时间")
    OVER = "over", _("已过下架时间")
    SOLD_OUT = "sold_out", _("售罄自动下架，到货自动上架")
    ARCHIVED = "archived", _("已归档")
    NO_SKU = "no_sku", _("还没有规格")
    OUT_OF_STOCK = "out_of_stock", _("没有库存")
    NO_FREIGHT = "no_freight", _("还没有运费模板")
    UNDELIVERABLE = "undeliverable", _("这个地区不配送")


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuInput:
    """One row of the SKU matrix. `options` are the values in the order of the product's options."""

    code: str
    options: tuple[str, ...]
    price_minor: int
    market_price_minor: int | None = None
    cost_price_minor: int | None = None
    timed_price_minor: int | None = None  # instead of the price, from one moment until another
    timed_from: datetime | None = None
    timed_until: datetime | None = None
    barcode: str = ""
    weight_grams: int = 0
    volume_cm3: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionInput:
    """One option of the matrix, for example 颜色 with its values."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductInput:
    """All that the product form holds; texts are cleaned, money is in minor units."""

    name: str
    slug: str
    subtitle: str
    description: str
    category_id: int
    shelf: Shelf
    on_at: datetime | None
    off_at: datetime | None
    options: tuple[OptionInput, ...]
    skus: tuple[SkuInput, ...]
    leaves_when_sold_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuFacts:
    """What checkout must know of a SKU, read in one statement."""

    sku_id: int
    code: str
    product_id: int
    product_name: str
    product_slug: str
    options_text: str
    picture: str  # storage name of the small picture, "" where there is none
    price_minor: int
    currency: str
    weight_grams: int
    volume_cm3: int
    not_sold: NotSold | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuRow:
    """A SKU in a list of the warehouse."""

    sku_id: int
    code: str
    barcode: str
    product_name: str
    options_text: str
    picture: str  # storage name of the small picture, "" where there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureView:
    """A picture to show: storage names of its three sizes, and the size of the large one."""

    small: str
    medium: str
    large: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCard:
    """A product in a list. Prices are the lowest and the highest of its live SKUs."""

    product_id: int
    slug: str
    name: str
    subtitle: str
    price_minor: int
    max_price_minor: int
    market_price_minor: int | None  # of the cheapest SKU
    currency: str
    sku_count: int
    picture: PictureView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPage:
    """One page of a list; `next` is the cursor of the following page, "" at the end."""

    items: tuple[ProductCard, ...]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuView:
    """A live SKU on a product page. Stock and region are joined by the face."""

    sku_id: int
    code: str
    options: tuple[str, ...]
    options_text: str
    price_minor: int
    market_price_minor: int | None
    barcode: str
    weight_grams: int
    volume_cm3: int
    picture: PictureView | None  # None: the product's pictures show it


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage:
    """Everything the catalogue knows for a shopper's product page."""

    product_id: int
    slug: str
    name: str
    subtitle: str
    description_html: str  # safe to show as it is
    category_slug: str
    category_name: str
    options: tuple[OptionInput, ...]
    skus: tuple[SkuView, ...]
    pictures: tuple[PictureView, ...]
    price_minor: int
    max_price_minor: int
    currency: str
    not_sold: NotSold | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryNode:
    """A category with the number of live products in it and below."""

    category_id: int
    slug: str
    name: str
    depth: int  # 0 at the top
    count: int
    children: tuple["CategoryNode", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingPrice:
    """The next price of a product by its timetable: the least and the most of its SKUs then."""

    at: datetime
    min_minor: int
    max_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRow:
    """A product in the console's list, with the reason why shoppers can't buy it."""

    card: ProductCard
    category: str
    shelf: Shelf
    not_sold: NotSold | None
    archived: bool
    on_at: datetime | None
    off_at: datetime | None
    updated_at: datetime
    codes: tuple[str, ...]  # of the live SKUs
    coming: ComingPrice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminPage:
    """One page of the console's list; `next` is the cursor of the following page."""

    items: tuple[AdminRow, ...]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPicture:
    """A picture in the console's form; `key` names it to the browser."""

    picture_id: int
    key: str
    view: PictureView
    sku_codes: tuple[str, ...]  # the SKUs that it shows


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductEdit:
    """A product as the console's form shows it."""

    product_id: int
    slug: str
    name: str
    subtitle: str
    description: str
    category_slug: str
    shelf: Shelf
    on_at: datetime | None
    off_at: datetime | None
    leaves_when_sold_out: bool
    currency: str
    options: tuple[OptionInput, ...]
    skus: tuple[SkuInput, ...]
    sku_ids: tuple[int, ...]  # in the order of `skus`
    pictures: tuple[EditPicture, ...]
    archived: bool
    not_sold: NotSold | None
    updated_at: datetime
    revision: int  # sent back with the form, so that nobody undoes what another saved meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeView:
    """An attribute of a category, or of one above it."""

    attribute_id: int
    key: str
    name: str
    kind: AttributeKind
    values: tuple[str, ...]
    unit: str
    is_facet: bool
    category_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """An attribute with the values that products of a list have, and of how many each."""

    key: str
    name: str
    unit: str
    values: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkWish:
    """What is to happen to many products; only the fields of the act count."""

    act: BulkAct
    how: PriceHow = PriceHow.SET
    amount_minor: int = 0
    rate_ppm: int = 0  # 10 % is 100,000
    ending: PriceEnd = PriceEnd.AS_IS
    digits: int = 2  # of the currency
    shelf: Shelf = Shelf.ON
    category_id: int = 0
    weight_grams: int = 0
    begins_at: datetime | None = None  # of a timed price, or on the shelf; neither: no timetable
    ends_at: datetime | None = None

    @property
    def has_times(self) -> bool:
        """Whether it has a moment at all."""
        return self.begins_at is not None or self.ends_at is not None

    def stored(self) -> dict[str, Any]:
        """Return what JSON can hold of it."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkView:
    """An edit of many products with the number of its rows in each state."""

    edit_id: int
    token: str
    act: BulkAct
    wish: BulkWish
    state: BulkState
    products: int
    passed: int
    made_at: datetime
    done_at: datetime | None
    undone_at: datetime | None
    actor_id: int | None
    counts: dict[str, int]  # BulkRowState → rows, as the last step of it ended
    may_undo: bool

    @property
    def is_busy(self) -> bool:
        """Whether it is on its way."""
        return self.state in (BulkState.RUNNING, BulkState.UNDOING)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRowView:
    """One row of an edit of many, as shown."""

    product_slug: str
    product_name: str
    sku_code: str
    options_text: str
    currency: str
    old: str
    new: str
    state: BulkRowState
    reason: BulkRefusal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """One changed field of a product's history."""

    field: str
    old: Any
    new: Any
    sku_code: str
    options_text: str
    via: str
    actor_type: str
    actor_id: int | None
    at: datetime


class CatalogRefused(Refusal):
    """The product or category can't be saved like this; `field` names what to mend."""

    code = "invalid_product"
    status = 422

    def __init__(self, text: object, *, field: str = "") -> None:
        super().__init__(text)  # type: ignore[arg-type]
        self.field = field


class ProductChanged(CatalogRefused):
    """Somebody else saved the product after this form was opened."""

    code = "product_changed"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryUse:
    """What hangs on a category, for knowing whether it may go."""

    parent_id: int | None
    has_own: bool  # products of the shop's own, archived or not
    has_kept: bool  # products that are kept though they are not own ones
    has_attributes: bool
    children: frozenset[int]  # categories right below it
    live_children: frozenset[int]  # of these, what is not archived
