"""A product as plain values: to compare it, and to set back what an import changed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from zhanggui.catalog.types import OptionInput, ProductEdit, ProductInput, Shelf, SkuInput

Facts = dict[str, Any]
SKU_FIELDS = (
    *("code", "options", "price_minor", "market_price_minor", "cost_price_minor", "barcode"),
    *("weight_grams", "volume_cm3", "timed_price_minor", "timed_from", "timed_until"),
)
_MOMENTS = ("on_at", "off_at", "timed_from", "timed_until")


def product_facts(wanted: ProductInput, *, template_id: int | None) -> Facts:
    """Return what an import can change of a product itself, as JSON holds it."""
    return {
        "name": wanted.name,
        "subtitle": wanted.subtitle,
        "description": wanted.description,
        "category_id": wanted.category_id,
        "shelf": str(wanted.shelf),
        "on_at": _moment(wanted.on_at),
        "off_at": _moment(wanted.off_at),
        "leaves_when_sold_out": wanted.leaves_when_sold_out,
        "freight": template_id,
        "options": [[one.name, list(one.values)] for one in wanted.options],
    }


def sku_facts(sku: SkuInput) -> Facts:
    """Return what an import can change of a SKU, as JSON holds it."""
    found = {name: getattr(sku, name) for name in SKU_FIELDS}
    moments = {name: _moment(found[name]) for name in ("timed_from", "timed_until")}
    return {**found, **moments, "options": list(sku.options)}


def input_of(product: ProductEdit, *, category_id: int) -> ProductInput:
    """Return a product as the form would send it unchanged."""
    return ProductInput(
        name=product.name,
        slug=product.slug,
        subtitle=product.subtitle,
        description=product.description,
        category_id=category_id,
        shelf=product.shelf,
        on_at=product.on_at,
        off_at=product.off_at,
        options=product.options,
        skus=product.skus,
        leaves_when_sold_out=product.leaves_when_sold_out,
    )


def difference(before: Facts, after: Facts) -> Facts:
    """Return field → [before, after] of what differs."""
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def changed_input(wanted: ProductInput, facts: Mapping[str, Any]) -> ProductInput:
    """Return the product with these plain values put in."""
    values: dict[str, Any] = {name: value for name, value in facts.items() if name != "freight"}
    if "shelf" in values:
        values["shelf"] = Shelf(values["shelf"])
    _read_moments(values)
    if "options" in values:
        values["options"] = tuple(
            OptionInput(name=name, values=tuple(options)) for name, options in values["options"]
        )
    return replace(wanted, **values)


def changed_sku(sku: SkuInput, facts: Mapping[str, Any]) -> SkuInput:
    """Return the SKU with these plain values put in."""
    values = dict(facts)
    _read_moments(values)
    if "options" in values:
        values["options"] = tuple(values["options"])
    return replace(sku, **values)


def _read_moments(values: dict[str, Any]) -> None:
    for name in _MOMENTS:
        if values.get(name):
            values[name] = datetime.fromisoformat(values[name])


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
