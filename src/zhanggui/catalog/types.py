"""States, inputs, results and refusals of the catalogue."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal


class Shelf(TextChoices):
    """Whether the merchant wants a product sold. What shoppers see also depends on the schedule."""

    DRAFT = "draft", _("草稿")
    ON = "on", _("上架")
    OFF = "off", _("下架")


class NotSold(TextChoices):
    """Why shoppers can't buy a product or SKU, computed at read time."""

    DRAFT = "draft", _("还是草稿，没有上架")
    OFF = "off", _("已下架")
    NOT_YET = "not_yet", _("还没到上架时间")
    OVER = "over", _("已过下架时间")
    ARCHIVED = "archived", _("已归档")
    NO_SKU = "no_sku", _("还没有规格")
    OUT_OF_STOCK = "out_of_stock", _("没有库存")
    UNDELIVERABLE = "undeliverable", _("这个地区不配送")


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuInput:
    """One row of the SKU matrix. `options` are the values in the order of the product's options."""

    code: str
    options: tuple[str, ...]
    price_minor: int
    market_price_minor: int | None = None
    cost_price_minor: int | None = None
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


class CatalogRefused(Refusal):
    """The product or category can't be saved like this; `field` names what to mend."""

    code = "invalid_product"
    status = 422

    def __init__(self, text: object, *, field: str = "") -> None:
        super().__init__(text)  # type: ignore[arg-type]
        self.field = field
