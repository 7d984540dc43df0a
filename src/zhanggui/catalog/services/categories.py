"""Categories: made, renamed, moved and archived, with their paths kept right."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog.models import Category, OldSlug, Product
from zhanggui.catalog.queries.facts import CATALOG, SHELVES
from zhanggui.catalog.services.slugs import free_slug
from zhanggui.catalog.types import CatalogRefused
from zhanggui.core import audit, versions
from zhanggui.core.text import clean_text
from zhanggui.core.types import SYSTEM, Actor, By

MAX_DEPTH = 4


def save_category(
    *,
    category_id: int | None,
    name: str,
    slug: str,
    parent_id: int | None,
    position: int,
    now: datetime,
    actor: Actor = SYSTEM,
) -> Category:
    """Make a category, or rename and move one with all below it. An empty slug is made from
    the name.

    Raises:
        CatalogRefused: no name, a taken or malformed slug, a parent below itself, too deep.
    """
    name = clean_text(name, max_length=60)
    if not name:
        raise CatalogRefused(_("请填写类目名称。"), field="name")
    with transaction.atomic():
        rows = {row.pk: row for row in Category.objects.select_for_update().order_by("pk")}
        category = _wanted(rows, category_id)
        parent = _parent(rows, category, parent_id)
        category.name, category.position, category.parent = name, position, parent
        taken = {row.slug for row in rows.values() if row.pk != category.pk}
        was, category.slug = category.slug, free_slug(slug, name=name, taken=taken, max_length=80)
        old_path, category.path = category.path, _path(parent, category.pk)
        below = _moved(rows, category, old_path)
        try:
            with transaction.atomic():
                category.save()
        except IntegrityError as error:
            raise CatalogRefused(_("这个网址名已被使用，请换一个。"), field="slug") from error
        Category.objects.bulk_update(below, ["path"])
        _keep_address(category, was)
        versions.bump(CATALOG, SHELVES)
        _record(category, "edited" if category_id else "created", By(actor, now))
    return category


def _keep_address(category: Category, was: str) -> None:
    """Let links to the former address lead here; an address in use leads to nobody else."""
    OldSlug.objects.filter(slug=category.slug).delete()
    if was and was != category.slug:
        OldSlug.objects.update_or_create(slug=was, defaults={"category": category})


def place_category(
    *, category_id: int, parent_id: int | None, at: int, now: datetime, actor: Actor
) -> None:
    """Put a category, with all below it, at this place (0 is the first) among those of a parent.

    Raises:
        CatalogRefused: it is archived, the parent is or stands below it, or it would be too deep.
    """
    with transaction.atomic():
        rows = {row.pk: row for row in Category.objects.select_for_update().order_by("pk")}
        category = _wanted(rows, category_id)
        parent = _parent(rows, category, parent_id)
        category.parent = parent
        old_path, category.path = category.path, _path(parent, category.pk)
        below = _moved(rows, category, old_path)
        live = (row for row in rows.values() if row.parent_id == parent_id and not row.archived_at)
        beside = sorted(
            (row for row in live if row.pk != category.pk),
            key=lambda row: (row.position, row.name, row.pk),
        )
        beside.insert(min(max(at, 0), len(beside)), category)
        for position, row in enumerate(beside):
            row.position = position
        Category.objects.bulk_update(beside, ["position"])
        Category.objects.filter(pk=category.pk).update(parent=parent, path=category.path)
        Category.objects.bulk_update(below, ["path"])
        versions.bump(CATALOG, SHELVES)
        _record(category, "edited", By(actor, now))


def archive_category(*, category_id: int, now: datetime, actor: Actor = SYSTEM) -> None:
    """Take an empty category out of use.

    Raises:
        CatalogRefused: it still has products or categories below it.
    """
    with transaction.atomic():
        category = Category.objects.select_for_update().get(pk=category_id)
        if category.children.filter(archived_at=None).exists():
            raise CatalogRefused(_("请先移走或归档下级类目。"), field="category")
        if Product.objects.filter(category=category, archived_at=None).exists():
            raise CatalogRefused(_("请先把商品移到别的类目。"), field="category")
        Category.objects.filter(pk=category_id, archived_at=None).update(archived_at=now)
        versions.bump(CATALOG, SHELVES)
        _record(category, "archived", By(actor, now))


def restore_category(*, category_id: int, by: By | None = None) -> None:
    """Take an archived category into use again.

    Raises:
        CatalogRefused: the category above it is archived.
    """
    with transaction.atomic():
        category = Category.objects.select_for_update().get(pk=category_id)
        if Category.objects.filter(pk=category.parent_id).exclude(archived_at=None).exists():
            raise CatalogRefused(_("请先恢复上级类目。"), field="parent")
        Category.objects.filter(pk=category_id).update(archived_at=None)
        versions.bump(CATALOG, SHELVES)
        _record(category, "restored", by)


def _record(category: Category, change: str, by: By | None) -> None:
    audit.record_by(
        by,
        kind="category.saved",
        subject_type="category",
        subject_id=category.pk,
        label=category.name,
        details={"change": change},
    )


def _wanted(rows: dict[int, Category], category_id: int | None) -> Category:
    if category_id is None:
        return Category(path="")
    if category_id not in rows or rows[category_id].archived_at:
        raise CatalogRefused(_("这个类目已归档，请先恢复。"), field="category")
    return rows[category_id]


def _parent(
    rows: dict[int, Category], category: Category, parent_id: int | None
) -> Category | None:
    if parent_id is None:
        return None
    parent = rows.get(parent_id)
    if parent is None or parent.archived_at:
        raise CatalogRefused(_("上级类目不存在，请重新选择。"), field="parent")
    if category.path and parent.path.startswith(category.path):
        raise CatalogRefused(_("不能移到自己的下级，请选别的上级。"), field="parent")
    return parent


def _path(parent: Category | None, pk: int) -> str:
    return f"{parent.path if parent else '/'}{pk}/"


def _moved(rows: dict[int, Category], category: Category, old_path: str) -> list[Category]:
    """Return all below a moved category with their new paths.

    Raises:
        CatalogRefused: the tree would get too deep.
    """
    below = [
        row
        for row in rows.values()
        if old_path and row.pk != category.pk and row.path.startswith(old_path)
    ]
    for row in below:
        row.path = category.path + row.path.removeprefix(old_path)
    if max(row.path.count("/") - 1 for row in [category, *below]) > MAX_DEPTH:
        raise CatalogRefused(
            _("类目最多 %(max)d 级，请选更上一级。") % {"max": MAX_DEPTH}, field="parent"
        )
    return below
