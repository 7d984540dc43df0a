"""What the shop has already of the things that a batch of drafts names."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from zhanggui.catalog import queries as catalog
from zhanggui.catalog import services as catalog_services
from zhanggui.catalog.types import AttributeKind, AttributeView, ProductEdit
from zhanggui.core.text import search_form
from zhanggui.core.types import Actor
from zhanggui.freight import queries as freight
from zhanggui.freight.types import FreightTemplateView
from zhanggui.integrations.models import ImportRow
from zhanggui.integrations.types import CategoryFacts, Outcome, ProductDraft, Values
from zhanggui.inventory import queries as inventory

DEEPEST = 4
UNSORTED = "未分类"  # stored, so it does not follow the language
Path = tuple[str, ...]


class Categories:
    """The category tree by names from the top."""

    def __init__(self, facts: Sequence[CategoryFacts] = ()) -> None:
        self._facts = {_forms(one.path): one for one in facts}
        rows = {row.pk: row for row in catalog.all_categories()}
        self.rows = rows
        self.by_path: dict[Path, int] = {}
        self.by_slug: dict[str, int] = {row.slug: row.pk for row in rows.values()}
        self.names: dict[str, Path] = {}
        for row in rows.values():
            parts = [int(part) for part in row.path.strip("/").split("/")]
            path = tuple(rows[pk].name for pk in parts if pk in rows)
            self.by_path.setdefault(_forms(path), row.pk)
            self.names[row.slug] = path

    def id_of(self, path: Path) -> int:
        """Return the id of a category, 0 where it is still to be made."""
        return self.by_path.get(_forms(fitting(path)), 0)

    def make(self, path: Path, *, now: datetime, actor: Actor) -> None:
        """Make what is missing of a path."""
        wanted = fitting(path)
        for depth in range(1, len(wanted) + 1):
            if self.id_of(wanted[:depth]):
                continue
            known = self._facts.get(_forms(wanted[:depth]))
            slug = known.slug if known and known.slug not in self.by_slug else ""
            row = catalog_services.save_category(
                category_id=None,
                name=wanted[depth - 1],
                slug=slug,
                parent_id=self.id_of(wanted[: depth - 1]) or None,
                position=known.position if known else 1000,
                now=now,
                actor=actor,
            )
            self.rows[row.pk] = row
            self.names[row.slug] = wanted[:depth]
            self.by_path[_forms(wanted[:depth])] = row.pk
            self.by_slug[row.slug] = row.pk


def fitting(path: Path) -> Path:
    """Return a path as the tree can hold it; products without one get a category of their own."""
    return tuple(name[:60] for name in path[:DEEPEST]) or (UNSORTED,)


def _forms(path: Path) -> Path:
    return tuple(map(search_form, path))


class Attributes:
    """The attributes of categories, and what products have of them."""

    def __init__(self, categories: Categories, product_ids: Collection[int] = ()) -> None:
        self._categories = categories
        self.values = catalog.values_of_products(product_ids=product_ids) if product_ids else {}

    def of(self, category_id: int) -> list[AttributeView]:
        """Return the attributes of a category, those of the ones above it first."""
        row = self._categories.rows.get(category_id)
        return catalog.attributes_of(category=row) if row else []

    def difference(
        self, draft: ProductDraft, before: ProductEdit | None, category_id: int
    ) -> dict[str, list[list[str]]]:
        """Return name → [before, after] of the attributes that a draft changes.

        Raises:
            CatalogRefused, TextRefused: an attribute can't have such a value.
        """
        views = self.of(category_id)
        has = self.values.get(before.product_id, {}) if before else {}
        found = {}
        for name, wanted in draft.attributes.items():
            view = attribute_named(views, name)
            old = has.get(view.attribute_id, []) if view else []
            new = fitted(view, wanted) if view else list(wanted.texts)
            if old != new:
                found[name] = [old, new]
        return found


def attribute_named(views: Sequence[AttributeView], name: str) -> AttributeView | None:
    """Return the attribute of a name, else that of such a key."""
    form = search_form(name)
    named = (one for one in views if search_form(one.name) == form)
    return next(named, None) or next((one for one in views if one.key == name), None)


def fitted(view: AttributeView, wanted: Values) -> list[str]:
    """Return the values as the attribute has them, once it knows them all.

    Raises:
        CatalogRefused, TextRefused: it can't have one of them.
    """
    if view.kind == AttributeKind.CHOICE:
        view = replace(view, values=tuple(dict.fromkeys((*view.values, *wanted.texts))))
    return catalog_services.checked_values(attribute=view, values=wanted.texts)


class Known:
    """Products, templates and warehouses by what a file calls them; a few statements a batch."""

    def __init__(
        self, drafts: Sequence[ProductDraft], *, categories: Categories, now: datetime
    ) -> None:
        has_attributes = any(draft.attributes for draft in drafts)
        codes = {sku.code for draft in drafts for sku in draft.skus if sku.code}
        self.product_of_code = catalog.product_ids_by_sku(codes=codes)
        slugs = {slug for draft in drafts if (slug := slug_of(draft))}
        found = catalog.products_for_edit(
            slugs=slugs, product_ids=set(self.product_of_code.values()), now=now
        )
        self.by_slug = {one.slug: one for one in found}
        self.by_id = {one.product_id: one for one in found}
        archived = [one.product_id for one in found if one.archived]
        undone = ImportRow.objects.filter(subject_id__in=archived, outcome=Outcome.CREATED)
        self.undone = set(undone.exclude(undone="").values_list("subject_id", flat=True))
        self.categories = categories
        self.attributes = Attributes(categories, self.by_id if has_attributes else ())
        self.templates = {one.name: one for one in freight.templates().values()}
        self._of_product = freight.templates_of(product_ids=self.by_id)

    def template_in_use(self, own: int | None) -> FreightTemplateView | None:
        """Return the template that charges for a product, its own or the default."""
        if own is not None:
            return freight.templates().get(own)
        return next((one for one in self.templates.values() if one.is_default), None)

    def products_of(self, draft: ProductDraft) -> list[ProductEdit]:
        """Return the products that have SKUs of these codes."""
        ids = {self.product_of_code.get(sku.code, 0) for sku in draft.skus if sku.code} - {0}
        return [self.by_id[pk] for pk in sorted(ids) if pk in self.by_id]


def slug_of(draft: ProductDraft) -> str:
    """Return the slug that a draft's product has or will have."""
    if draft.slug:
        return catalog_services.steady_slug(draft.slug)
    return catalog_services.steady_slug(f"{draft.ref} ") if draft.ref else ""


def warehouse_ids(names: Iterable[str], *, chosen: int | None) -> dict[str, int | None]:
    """Return what files call warehouses → their ids; "" is the chosen one."""
    houses = inventory.warehouses()
    by_name = {text.casefold(): one.warehouse_id for one in houses for text in (one.name, one.code)}
    default = chosen or (houses[0].warehouse_id if houses else None)
    return {name: by_name.get(name.casefold()) if name else default for name in names}
