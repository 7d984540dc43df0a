"""What the shop has already of the things that a batch of drafts names."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from zhanggui.catalog import queries as catalog
from zhanggui.catalog import services as catalog_services
from zhanggui.catalog.types import ProductEdit
from zhanggui.core.text import search_form
from zhanggui.core.types import Actor
from zhanggui.freight import queries as freight
from zhanggui.freight.types import FreightTemplateView
from zhanggui.integrations.models import ImportRow
from zhanggui.integrations.types import Outcome, ProductDraft
from zhanggui.inventory import queries as inventory

DEEPEST = 4
UNSORTED = "未分类"  # stored, so it does not follow the language
Path = tuple[str, ...]


class Categories:
    """The category tree by names from the top."""

    def __init__(self) -> None:
        rows = {row.pk: row for row in catalog.all_categories()}
        self.by_path: dict[Path, int] = {}
        self.by_slug = {row.slug: row.pk for row in rows.values()}
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
            row = catalog_services.save_category(
                category_id=None,
                name=wanted[depth - 1],
                slug="",
                parent_id=self.id_of(wanted[: depth - 1]) or None,
                position=1000,
                now=now,
                actor=actor,
            )
            self.by_path[_forms(wanted[:depth])] = row.pk
            self.by_slug[row.slug] = row.pk


def fitting(path: Path) -> Path:
    """Return a path as the tree can hold it; products without one get a category of their own."""
    return tuple(name[:60] for name in path[:DEEPEST]) or (UNSORTED,)


def _forms(path: Path) -> Path:
    return tuple(map(search_form, path))


class Known:
    """Products, templates and warehouses by what a file calls them; a few statements a batch."""

    def __init__(
        self, drafts: Sequence[ProductDraft], *, categories: Categories, now: datetime
    ) -> None:
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
