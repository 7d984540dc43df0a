"""Inputs of the product form as tests need them."""

from datetime import UTC, datetime
from typing import Any

from zhanggui.catalog.models import Category, Product
from zhanggui.catalog.services import save_product
from zhanggui.catalog.types import OptionInput, ProductInput, Shelf, SkuInput
from zhanggui.core.types import SYSTEM

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
COLOURS = OptionInput(name="颜色", values=("黑", "白"))


def sku(*options: str, code: str = "", price: int = 19_90, **more: Any) -> SkuInput:
    """Return a row of the matrix."""
    return SkuInput(code=code, options=options, price_minor=price, **more)


def product_input(category: Category, **changes: Any) -> ProductInput:
    """Return a black and a white tea pot on the shelf, with changes."""
    values: dict[str, Any] = {
        "name": "紫砂茶壶",
        "slug": "teapot",
        "subtitle": "手工",
        "description": "",
        "category_id": category.pk,
        "shelf": Shelf.ON,
        "on_at": None,
        "off_at": None,
        "options": (COLOURS,),
        "skus": (sku("黑", code="POT-B"), sku("白", code="POT-W", price=29_90)),
    }
    return ProductInput(**(values | changes))


def saved(category: Category, *, product: Product | None = None, **changes: Any) -> Product:
    """Save the tea pot."""
    return save_product(
        product_id=product.pk if product else None,
        wanted=product_input(category, **changes),
        currency="CNY",
        now=NOON,
        actor=SYSTEM,
    )
