"""What happens to products."""

from dataclasses import dataclass
from typing import Any, ClassVar

from zhanggui.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSaved(Event):
    """A product was made, changed, put on or off the shelf, archived or restored."""

    kind: ClassVar[str] = "product.saved"
    subject_type: ClassVar[str] = "product"
    change: str  # created, edited, on, off, draft, archived, restored, sold_out, in_stock


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChanged(Event):
    """The selling price of a SKU changed."""

    kind: ClassVar[str] = "product.price_changed"
    subject_type: ClassVar[str] = "product"
    sku_id: int
    old_minor: int
    new_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkEditOrdered(Event):
    """An edit of many products was confirmed, or is to be undone."""

    kind: ClassVar[str] = "bulk_edit.ordered"
    subject_type: ClassVar[str] = "bulk_edit"
    act: str
    wish: dict[str, Any]  # what was asked for, as the edit keeps it
    products: int  # all that were chosen
    token: str  # the edit's name; its rows and the products' histories say what became of each
    undo: bool
