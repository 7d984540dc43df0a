"""The one search box: every term must be there, and each is an equal row of the index."""

from typing import Any

from django.db.models import Case, Count, IntegerField, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from zhanggui.catalog import calc
from zhanggui.catalog.models import SearchTerm
from zhanggui.catalog.types import Weight


def matching_product_ids(*, query: str) -> QuerySet[SearchTerm, int]:
    """Return the ids of products that have all terms of the query, usable as a subquery.

    A query without any letter, digit or Chinese sign finds nothing.
    """
    return _matches(query).values_list("product_id", flat=True)


def ranked_matches(*, query: str) -> QuerySet[SearchTerm, Any]:
    """Return the matching products as rows that can be annotated, with their `rank`.

    The rank is 3 where the query is a SKU code or barcode, else that of the worst place in which
    a term stands: 2 for the name, 1 for other texts.
    """
    terms, whole = calc.query_terms(query), calc.folded(query)[: calc.TERM_LENGTH]
    is_exact = Q(term=whole, weight=Weight.EXACT)
    exact = Max(Case(When(is_exact, then=Value(3)), output_field=IntegerField()))
    worst = Min(
        Case(
            When(term__in=terms, weight=Weight.TEXT, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
    )
    return _matches(query).annotate(rank=Coalesce(exact, worst))


def _matches(query: str) -> QuerySet[SearchTerm, Any]:
    terms, whole = calc.query_terms(query), calc.folded(query)[: calc.TERM_LENGTH]
    if not terms:
        return SearchTerm.objects.none().values("product_id")
    return (
        SearchTerm.objects.filter(term__in={*terms, whole})
        .values("product_id")
        .annotate(found=Count("pk", filter=Q(term__in=terms)))
        .filter(found=len(terms))
    )
