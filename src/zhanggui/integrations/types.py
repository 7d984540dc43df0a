"""Kinds and states of imports and exports, what is read from files, and refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog.types import Shelf
from zhanggui.core.types import Refusal

CLEAR = "\\clear"  # in a cell of our own template: empty the field; a blank cell changes nothing
IGNORED = ""  # the field of a column that is not imported
SURPLUS = "*"  # what stands in a row beyond the last column: it is shifted
COST = "cost"  # the field of what goods cost, in every format: not for everybody's eyes


class Kind(TextChoices):
    """What a file holds."""

    PRODUCTS = "products", _("商品")
    PRICES = "prices", _("价格")
    STOCK = "stock", _("库存")
    ORDERS = "orders", _("订单")


class RunState(TextChoices):
    """The life of an import."""

    UPLOADED = "uploaded", _("待匹配列")
    MATCHED = "matched", _("检查中")
    CHECKED = "checked", _("待确认")
    RUNNING = "running", _("导入中")
    DONE = "done", _("已完成")
    CANCELLED = "cancelled", _("已取消")
    FAILED = "failed", _("出错中断")
    UNDOING = "undoing", _("撤销中")
    UNDONE = "undone", _("已撤销")


class ExportState(TextChoices):
    """The life of an export."""

    QUEUED = "queued", _("等待中")
    RUNNING = "running", _("导出中")
    DONE = "done", _("可以下载")
    CANCELLED = "cancelled", _("已取消")
    FAILED = "failed", _("出错中断")
    EXPIRED = "expired", _("文件已过期删除")


class Outcome(TextChoices):
    """What became of one product or row."""

    CREATED = "created", _("新建")
    UPDATED = "updated", _("更新")
    UNCHANGED = "unchanged", _("没有变化")
    REFUSED = "refused", _("不能导入")
    SKIPPED = "skipped", _("跳过")


class StockMode(TextChoices):
    """What the stock column of a product file is good for."""

    NEW = "new", _("只给新规格记期初库存")
    ALL = "all", _("所有规格都按文件更正")
    NONE = "none", _("不导入库存")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something of a file can't be taken over. `line` is that of the file."""

    line: int
    text: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of a file by the fields of its format; blank cells are not among them."""

    line: int
    values: dict[str, str]

    def get(self, name: str) -> str:
        """Return the text of a field, "" where it is blank or has no column."""
        return self.values.get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that a file names: an address, or a file that comes along."""

    source: str
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuDraft:
    """What a file says of one SKU; None where it says nothing, "" where it says: empty."""

    line: int
    options: tuple[str, ...] | None = None
    code: str = ""
    price_minor: int | None = None
    market_price_minor: int | str | None = None  # "": none any more
    cost_price_minor: int | str | None = None
    timed_price_minor: int | str | None = None
    timed_from: datetime | str | None = None
    timed_until: datetime | str | None = None
    barcode: str | None = None
    weight_grams: int | None = None
    volume_cm3: int | None = None
    picture: str | None = None
    stock: dict[str, int] = field(default_factory=dict)  # warehouse code → pieces; "": the chosen


@dataclass(frozen=True, slots=True)
class Values:
    """What a file says that a product has of an attribute.

    `is_one` and `is_facet` are of an attribute that is still to be made: whether it has one value
    of any text, and whether shoppers filter by it.
    """

    texts: tuple[str, ...]
    is_one: bool = False
    is_facet: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryFacts:
    """A category as an export tells it, for a shop that does not have it; `path` from the top."""

    line: int
    path: tuple[str, ...]
    slug: str = ""
    position: int = 1000
    attributes: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDraft:
    """What a file says of one product; None where it says nothing, "" where it says: empty.

    `slug` identifies it; where the file has no such column, `ref` is made into one that stays the
    same, and the codes of its SKUs come first.
    """

    lines: tuple[int, ...]
    slug: str = ""
    ref: str = ""
    name: str | None = None
    subtitle: str | None = None
    description: str | None = None
    category: tuple[str, ...] | None = None
    shelf: Shelf | None = None
    on_at: datetime | str | None = None
    off_at: datetime | str | None = None
    leaves_when_sold_out: bool | None = None
    freight: str | None = None
    attributes: Mapping[str, "Values"] = field(default_factory=dict)  # by name; not named: as is
    option_names: tuple[str, ...] | None = None
    option_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # in their order
    skus: tuple[SkuDraft, ...] = ()
    pictures: tuple[Picture, ...] | None = None
    faults: tuple[Fault, ...] = ()
    skipped: str = ""  # why it is left out on purpose

    @property
    def label(self) -> str:
        """What people call it."""
        codes = [sku.code for sku in self.skus if sku.code]
        return self.name or self.slug or (codes[0] if codes else "") or self.ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What must be known to read a file: how the shop writes money and time."""

    digits: int
    zone: tzinfo
    now: datetime
    comma: bool = False  # 1,250 is a little more than one


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What somebody may change by an import, and so confirm or set back."""

    warehouses: frozenset[int] | None = None  # whose stock; None: of all
    costs: bool = True


class ImportRefused(Refusal):
    """The import can't be begun or go on like this; nothing was changed."""

    code = "import_refused"
    status = 422
