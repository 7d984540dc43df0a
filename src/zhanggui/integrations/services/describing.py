"""What a file tells of categories and attributes: made where missing, and given to products."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from zhanggui.catalog import services as catalog
from zhanggui.catalog.types import AttributeKind, AttributeView
from zhanggui.core.tables.types import FileRefused
from zhanggui.core.types import Actor, By, Refusal
from zhanggui.integrations.importing.cells import category_path
from zhanggui.integrations.services.known import Attributes, Categories, attribute_named, fitted
from zhanggui.integrations.types import CategoryFacts, FileRow, ProductDraft, Values

Changes = dict[str, list[list[str]]]


def category_facts(rows: Sequence[FileRow]) -> tuple[CategoryFacts, ...]:
    """Read what an export tells of categories, those above before those below.

    Raises:
        FileRefused: somebody has spoilt it.
    """
    return tuple(sorted(map(_facts, rows), key=lambda one: len(one.path)))


def _facts(row: FileRow) -> CategoryFacts:
    try:
        told = json.loads(row.get("category_facts"))
        return CategoryFacts(
            line=row.line,
            path=category_path(row.get("category")),
            slug=str(told.get("slug", "")),
            position=int(told.get("position", 1000)),
            attributes=tuple(dict(one) for one in told.get("attributes", ())),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise FileRefused(
            _("第 %(line)d 行的「类目资料」读不懂。不需要的话，请删掉这一行。")
            % {"line": row.line},
            code="broken_table",
        ) from error


def make_categories(
    facts: Sequence[CategoryFacts], categories: Categories, *, now: datetime, actor: Actor
) -> None:
    """Make the categories and attributes that a file tells of and the shop lacks."""
    known = Attributes(categories)
    for one in facts:
        categories.make(one.path, now=now, actor=actor)
        category_id = categories.id_of(one.path)
        for told in one.attributes:
            if attribute_named(known.of(category_id), str(told.get("name", ""))) is None:
                _make_told(category_id, told, By(actor, now))


def _make_told(category_id: int, told: Any, by: By) -> None:
    kind = told.get("kind")
    catalog.save_attribute(
        category_id=category_id,
        new_key=str(told.get("key", "")),
        name=str(told.get("name", "")),
        kind=AttributeKind(kind) if kind in AttributeKind.values else AttributeKind.TEXT,
        values=[str(value) for value in told.get("values", ())],
        unit=str(told.get("unit", "")),
        is_facet=bool(told.get("facet", True)),
        by=by,
    )


def give_attributes(
    product_id: int,
    draft: ProductDraft,
    *,
    category_id: int,
    categories: Categories,
    has: dict[int, list[str]],
    by: By,
) -> tuple[Changes, list[str]]:
    """Give a product what a draft says of attributes; return key → [before, after], and notes.

    An attribute that its category lacks is made at the top of its branch.
    """
    known = Attributes(categories)
    changes: Changes = {}
    notes = []
    for name, wanted in draft.attributes.items():
        try:
            view = _ready(name, wanted, category_id, categories, known, by)
            if view is None:
                continue
            old, new = has.get(view.attribute_id, []), fitted(view, wanted)
            if old != new:
                catalog.set_attributes(
                    product_id=product_id, values={view.key: new}, now=by.at, actor=by.actor
                )
                changes[view.key] = [old, new]
        except Refusal as refusal:
            notes.append(_("属性 %(name)s 没有导入：%(why)s") % {"name": name, "why": refusal})
    return changes, notes


def _ready(
    name: str,
    wanted: Values,
    category_id: int,
    categories: Categories,
    known: Attributes,
    by: By,
) -> AttributeView | None:
    """Return the attribute of a name that can have these values: made, or with more of them."""
    view = attribute_named(known.of(category_id), name)
    lacks = view and view.kind == AttributeKind.CHOICE and set(wanted.texts) - set(view.values)
    if not wanted.texts or (view and not lacks):
        return view
    if view:
        catalog.save_attribute(
            category_id=view.category_id,
            key=view.key,
            name=view.name,
            kind=view.kind,
            values=[*view.values, *wanted.texts],
            unit=view.unit,
            is_facet=view.is_facet,
            by=by,
        )
    else:
        top = int(categories.rows[category_id].path.strip("/").partition("/")[0])
        catalog.save_attribute(
            category_id=top,
            name=name,
            kind=AttributeKind.TEXT if wanted.is_one else AttributeKind.CHOICE,
            values=() if wanted.is_one else wanted.texts,
            is_facet=wanted.is_facet,
            by=by,
        )
    return attribute_named(known.of(category_id), name)
