"""The search index of products, rewritten with every save."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.utils.html import strip_tags

from zhanggui.catalog import calc
from zhanggui.catalog.models import Product, SearchTerm, Sku
from zhanggui.catalog.queries.facts import CATALOG
from zhanggui.catalog.types import Weight
from zhanggui.core import versions
from zhanggui.core.text import search_form

BATCH = 200
DESCRIPTION_LENGTH = 2000  # characters of a description that are searched


def rebuild_search(*, product_ids: Iterable[int] | None = None) -> int:
    """Bring the index of these products, or of all, up to date; return how many were read."""
    ids = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    if product_ids is not None:
        ids = sorted(set(product_ids) & set(ids))
    for start in range(0, len(ids), BATCH):
        write_terms(ids[start : start + BATCH])
    return len(ids)


def get_ready() -> None:
    """Do what the first product of a process needs, so that no transaction has to wait for it."""
    calc.load_pinyin()


def write_terms(product_ids: list[int]) -> None:
    """Make the stored terms of these products equal to what their texts say."""
    with transaction.atomic():
        wanted = _wanted(product_ids)
        gone: list[int] = []
        for row in SearchTerm.objects.filter(product_id__in=product_ids).order_by("pk"):
            if wanted.get((row.product_id, row.term)) == row.weight:
                del wanted[row.product_id, row.term]
            else:
                gone.append(row.pk)
        for start in range(0, len(gone), 500):
            SearchTerm.objects.filter(pk__in=gone[start : start + 500]).delete()
        SearchTerm.objects.bulk_create(
            (
                SearchTerm(product_id=product_id, term=term, weight=weight)
                for (product_id, term), weight in wanted.items()
            ),
            batch_size=1000,
        )
        versions.bump(CATALOG)


def _wanted(product_ids: list[int]) -> dict[tuple[int, str], Weight]:
    skus = defaultdict(list)
    live = Sku.objects.filter(product_id__in=product_ids, archived_at=None)
    for sku in live.order_by("position", "pk"):
        skus[sku.product_id].append(sku)
    best: dict[tuple[int, str], Weight] = {}
    for product in Product.objects.filter(pk__in=product_ids).select_related("category"):
        for term, weight in best_terms(product, skus[product.pk]).items():
            best[product.pk, term] = weight
    return best


def best_terms(product: Product, skus: list[Sku]) -> dict[str, Weight]:
    """Return each term of a product's texts with the weight of the best place that has it."""
    best: dict[str, Weight] = {}
    for term, weight in _terms(product, skus):
        best[term] = max(weight, best.get(term, weight))
    return best


def _terms(product: Product, skus: list[Sku]) -> Iterator[tuple[str, Weight]]:
    text = strip_tags(product.description)[:DESCRIPTION_LENGTH]
    options = " ".join(value for sku in skus for value in sku.options)
    for term in (
        *calc.whole_terms(text),
        *calc.prefix_terms(f"{product.subtitle} {product.category.name} {options}"),
    ):
        yield term, Weight.TEXT
    for term in calc.prefix_terms(product.name):
        yield term, Weight.NAME
    for initials in calc.pinyin_initials(product.name):
        for term in calc.initials_terms(initials):
            yield term, Weight.NAME
    for code in filter(None, (text for sku in skus for text in (sku.code, sku.barcode))):
        for term in calc.code_terms(code):
            yield term, Weight.NAME
        yield search_form(code)[: calc.TERM_LENGTH], Weight.EXACT
