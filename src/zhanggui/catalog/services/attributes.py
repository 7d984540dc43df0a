"""Attributes of categories, and the values that products have of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog.events import ProductSaved
from zhanggui.catalog.models import Attribute, Category, Product, ProductAttribute
from zhanggui.catalog.queries.attributes import attributes_of
from zhanggui.catalog.queries.facts import CATALOG, SHELVES
from zhanggui.catalog.services import history
from zhanggui.catalog.services.history import Change
from zhanggui.catalog.services.slugs import Asked, free_slug
from zhanggui.catalog.types import AttributeKind, AttributeView, CatalogRefused
from zhanggui.core import audit, versions
from zhanggui.core.events import publish
from zhanggui.core.text import clean_text
from zhanggui.core.types import Actor, By

MOST_ATTRIBUTES, MOST_VALUES = 20, 60  # of one category, of one attribute
LONGEST = 60
SEPARATORS = ";:"  # part values in addresses


@transaction.atomic
def save_attribute(
    *,
    category_id: int,
    key: str = "",
    name: str,
    kind: AttributeKind,
    values: Sequence[str] = (),
    unit: str = "",
    is_facet: bool = True,
    new_key: str = "",
    by: By | None = None,
) -> Attribute:
    """Make an attribute of a category, or change the one of this key; its kind stays.

    A new one gets `new_key` where that is free, else a key made from its name. Products keep values
    that are no longer among those of a choice, until they are saved again.

    Raises:
        CatalogRefused: no name, too many, a choice without values, or there is no such attribute.
        TextRefused: as core.text says.
    """
    name = clean_text(name, max_length=30)
    if not name:
        raise CatalogRefused(_("请填写属性名称。"), field="name")
    clean = [_clean(value) for value in values if value.strip()]
    if kind == AttributeKind.CHOICE and not 0 < len(set(clean)) <= MOST_VALUES:
        raise CatalogRefused(
            _("可选的值要有 1 到 %(max)d 个。") % {"max": MOST_VALUES}, field="values"
        )
    category = Category.objects.select_for_update().get(pk=category_id)
    mine = Attribute.objects.filter(category=category, archived_at=None)
    row = mine.filter(key=key).first() if key else Attribute(category=category, kind=kind)
    if row is None:
        raise CatalogRefused(_("没有这个属性，请刷新后再试。"))
    if not key:
        if mine.count() >= MOST_ATTRIBUTES:
            raise CatalogRefused(
                _("每个类目最多 %(max)d 个属性。") % {"max": MOST_ATTRIBUTES}, field="name"
            )
        taken = Asked(lambda slug: Attribute.objects.filter(key=slug).exists())
        asked = "" if new_key in taken else new_key
        row.key = free_slug(asked, name=name, taken=taken, max_length=40)
        row.position = (mine.aggregate(last=Max("position") + 1)["last"]) or 0
    row.name, row.is_facet = name, is_facet
    row.unit = clean_text(unit, max_length=10)
    row.values = list(dict.fromkeys(clean)) if row.kind == AttributeKind.CHOICE else []
    row.save()
    versions.bump(CATALOG, SHELVES)
    _record(row, "edited" if key else "created", by)
    return row


@transaction.atomic
def archive_attribute(*, key: str, by: By) -> None:
    """Take an attribute out of use; what products have of it is kept, but shown nowhere."""
    row = Attribute.objects.select_for_update().get(key=key)
    if row.archived_at is None:
        Attribute.objects.filter(pk=row.pk).update(archived_at=by.at)
        versions.bump(CATALOG, SHELVES)
        _record(row, "archived", by)


def _record(row: Attribute, change: str, by: By | None) -> None:
    audit.record_by(
        by,
        kind="attribute.saved",
        subject_type="attribute",
        subject_id=row.pk,
        label=row.name,
        details={"change": change},
    )


def set_attributes(
    *, product_id: int, values: Mapping[str, Sequence[str]], now: datetime, actor: Actor
) -> None:
    """Give a product these values of the attributes of its category; those not named stay.

    Raises:
        CatalogRefused: a value that the attribute can't have; `field` is the attribute's key.
        TextRefused: as core.text says.
    """
    with transaction.atomic():
        product = Product.objects.select_for_update().get(pk=product_id)
        known = {one.key: one for one in attributes_of(category=product.category)}
        changes: list[Change] = []
        for key, wanted in values.items():
            if key in known:
                checked = checked_values(attribute=known[key], values=wanted)
                changes += _set(product, known[key], checked)
        if not changes:
            return
        Product.objects.filter(pk=product_id).update(updated_at=now)
        history.record(changes, now=now, actor=actor)
        publish(ProductSaved(subject_id=product_id, change="edited", at=now, actor=actor))
        versions.bump(CATALOG, SHELVES)


def _set(product: Product, attribute: AttributeView, wanted: list[str]) -> list[Change]:
    mine = ProductAttribute.objects.filter(product=product, attribute=attribute.attribute_id)
    old = list(mine.order_by("pk").values_list("text", flat=True))
    if old == wanted:
        return []
    mine.delete()
    ProductAttribute.objects.bulk_create(
        ProductAttribute(product=product, attribute_id=attribute.attribute_id, text=text)
        for text in wanted
    )
    said = [f"{attribute.name}: {', '.join(texts)}" if texts else None for texts in (old, wanted)]
    return [Change(product.pk, None, "attribute", *said)]


def checked_values(*, attribute: AttributeView, values: Sequence[str]) -> list[str]:
    """Return the values as an attribute would have them; writes nothing.

    Raises:
        CatalogRefused: it can't have one of them; `field` is its key.
        TextRefused: as core.text says.
    """
    texts = list(dict.fromkeys(_clean(value) for value in values if value.strip()))
    if attribute.kind == AttributeKind.CHOICE:
        order = {value: place for place, value in enumerate(attribute.values)}
        if not set(texts) <= order.keys():
            raise CatalogRefused(
                _("%(name)s 没有这个值，请重新选。") % {"name": attribute.name},
                field=attribute.key,
            )
        return sorted(texts, key=lambda text: order[text])
    if len(texts) > 1:
        raise CatalogRefused(
            _("%(name)s 只能填一个值。") % {"name": attribute.name}, field=attribute.key
        )
    return [_number(attribute, text) for text in texts] if _is_number(attribute) else texts


def _is_number(attribute: AttributeView) -> bool:
    return attribute.kind == AttributeKind.NUMBER


def _number(attribute: AttributeView, text: str) -> str:
    """Return a number as it is written in one way only: 1.50 and 1.5 are the same."""
    try:
        number = Decimal(text)
        is_fine = number.is_finite() and abs(number) < 10**12
    except InvalidOperation:
        is_fine = False
    if not is_fine:
        raise CatalogRefused(
            _("%(name)s 要填数字。") % {"name": attribute.name}, field=attribute.key
        )
    return f"{number.quantize(Decimal('0.001')):f}".rstrip("0").rstrip(".")


def _clean(value: str) -> str:
    text = clean_text(value, max_length=LONGEST)
    if any(sign in text for sign in SEPARATORS):
        raise CatalogRefused(_("属性值里不能有冒号和分号（: ;）。"), field="values")
    return text
