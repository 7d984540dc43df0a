"""Attributes of categories, values of products, and what shoppers filter lists by."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from zhanggui.catalog import sql
from zhanggui.catalog.models import Attribute, Category, ProductAttribute
from zhanggui.catalog.queries.categories import category_by_slug, category_ids
from zhanggui.catalog.queries.facts import SHELVES, next_change
from zhanggui.catalog.types import AttributeKind, AttributeView, Facet
from zhanggui.core import versions
from zhanggui.core.text import is_storable

MOST_CHOSEN, LONGEST = 12, 60  # values of one address, and their signs
Chosen = dict[str, tuple[str, ...]]  # key → values
_Counts = Mapping[tuple[int, str], int]
_kept: versions.Kept[tuple[str, str], tuple[datetime, datetime, _Counts]] = versions.Kept(most=500)


@versions.versioned(SHELVES)
def _attributes() -> tuple[AttributeView, ...]:
    rows = Attribute.objects.filter(archived_at=None).order_by("position", "pk")
    return tuple(
        AttributeView(
            attribute_id=row.pk,
            key=row.key,
            name=row.name,
            kind=AttributeKind(row.kind),
            values=tuple(row.values),
            unit=row.unit,
            is_facet=row.is_facet,
            category_id=row.category_id,
        )
        for row in rows
    )


def attributes_of(*, category: Category) -> list[AttributeView]:
    """Return the attributes of a category: those of the ones above it first."""
    ids = [int(part) for part in category.path.strip("/").split("/")]
    found = [one for one in _attributes() if one.category_id in ids]
    return sorted(found, key=lambda one: ids.index(one.category_id))


def product_values(*, product_id: int) -> dict[int, list[str]]:
    """Return attribute id → values of a product."""
    found: dict[int, list[str]] = {}
    rows = ProductAttribute.objects.filter(product_id=product_id).order_by("pk")
    for attribute_id, text in rows.values_list("attribute_id", "text"):
        found.setdefault(attribute_id, []).append(text)
    return found


def attribute_ids(*, keys: Collection[str]) -> dict[str, int]:
    """Return key → id of the attributes in use; unknown keys are missing."""
    return {one.key: one.attribute_id for one in _attributes() if one.key in keys}


def values_of_products(*, product_ids: Collection[int]) -> dict[int, dict[int, list[str]]]:
    """Return product id → attribute id → values of these products; one statement."""
    found: dict[int, dict[int, list[str]]] = defaultdict(dict)
    rows = ProductAttribute.objects.filter(product_id__in=product_ids).order_by("pk")
    for product_id, attribute_id, text in rows.values_list("product_id", "attribute_id", "text"):
        found[product_id].setdefault(attribute_id, []).append(text)
    return found


def chosen_of(text: str) -> Chosen:
    """Read the values that an address chooses ("colour:red;colour:blue;size:l")."""
    chosen: dict[str, tuple[str, ...]] = {}
    for part in text.split(";")[:MOST_CHOSEN]:
        key, _sign, value = part.partition(":")
        is_value = bool(key) and 0 < len(value) <= LONGEST and is_storable(value)
        if is_value and value not in chosen.get(key, ()):
            chosen[key] = (*chosen.get(key, ()), value)
    return chosen


def chosen_text(chosen: Chosen) -> str:
    """Write chosen values as an address has them, in one order only."""
    return ";".join(f"{key}:{value}" for key in sorted(chosen) for value in sorted(chosen[key]))


def narrowed(*, category_slug: str, chosen: Chosen) -> list[tuple[int, tuple[str, ...]]]:
    """Return (attribute id, values) of what is chosen of the facets of a category."""
    known = {one.key: one.attribute_id for one in _facets(category_slug)}
    return [(known[key], chosen[key]) for key in sorted(chosen) if key in known]


def facets(*, category_slug: str, chosen: Chosen, now: datetime) -> list[Facet]:
    """Return what products of a category can be filtered by, with how many each value has.

    The count of a value is what choosing it would show, other attributes as they are chosen. One
    statement, none where it is kept.
    """
    attributes = _facets(category_slug)
    if not attributes:
        return []
    keys = {one.key for one in attributes}
    chosen = {key: values for key, values in chosen.items() if key in keys}
    counts = _counts(category_slug, attributes, chosen, now)
    shown = []
    for one in attributes:
        values = [(text, n) for (pk, text), n in counts.items() if pk == one.attribute_id]
        there = {text for text, _n in values}
        values += [(text, 0) for text in chosen.get(one.key, ()) if text not in there]
        if len(values) > 1 or one.key in chosen:
            values.sort(key=lambda value: _place(one, value[0]))
            shown.append(Facet(key=one.key, name=one.name, unit=one.unit, values=tuple(values)))
    return shown


def _facets(category_slug: str) -> list[AttributeView]:
    category = category_by_slug(slug=category_slug)
    return [one for one in attributes_of(category=category) if one.is_facet] if category else []


def _counts(
    category_slug: str, attributes: Sequence[AttributeView], chosen: Chosen, now: datetime
) -> _Counts:
    name, numbers = (category_slug, chosen_text(chosen)), versions.key(SHELVES)
    kept = _kept.get(name, numbers)
    if kept is not None and kept[0] <= now < kept[1]:
        return kept[2]
    counts = sql.facet_counts(
        [one.attribute_id for one in attributes],
        within=category_ids(slug=category_slug),
        having=narrowed(category_slug=category_slug, chosen=chosen),
        now=now,
    )
    _kept.put(name, numbers, (now, next_change(now=now), counts))
    return counts


def _place(attribute: AttributeView, text: str) -> tuple[int, Decimal, str]:
    """Put choices in their order, numbers by size, texts by letter."""
    if attribute.kind == AttributeKind.CHOICE and text in attribute.values:
        return attribute.values.index(text), Decimal(0), text
    if attribute.kind == AttributeKind.NUMBER and text.lstrip("-").replace(".", "", 1).isdecimal():
        return 0, Decimal(text), text
    return len(attribute.values), Decimal(0), text
