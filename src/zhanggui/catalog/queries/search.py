"""The one search box: every term must be there, and each is an equal row of the index."""

from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from zhanggui.catalog import calc
from zhanggui.catalog.models import SearchTerm
from zhanggui.catalog.types import Weight


def matching_product_ids(*, query: str) -> QuerySet[SearchTerm, int]:
    """Return the ids of products that have all terms of the query, usable as a subquery.

    A query without any letter, digit or Chinese sign finds nothing. Answered from the index
    (term, product) alone: it starts with the longest term, which is likely to be the rarest.
    """
    terms = sorted(calc.query_terms(query), key=len, reverse=True)
    found = SearchTerm.objects.filter(term__in=terms[:1])
    for term in terms[1:]:
        found = found.filter(
            Exists(SearchTerm.objects.filter(term=term, product=OuterRef("product")))
        )
    return found.values_list("product_id", flat=True)


def rank(*, query: str) -> Subquery:
    """Return how well a product of the outer query matches, for ordering.

    3 where the query is a SKU code or barcode, else that of the worst place in which a term
    stands: 2 for the name, 1 for other texts. Read for matching products only.
    """
    terms, whole = calc.query_terms(query), calc.folded(query)[: calc.TERM_LENGTH]
    is_exact = Q(term=whole, weight=Weight.EXACT)
    is_text = Q(term__in=terms, weight=Weight.TEXT)
    exact = Max(Case(When(is_exact, then=Value(3)), output_field=IntegerField()))
    worst = Min(Case(When(is_text, then=1), default=2, output_field=IntegerField()))
    rows = SearchTerm.objects.filter(product=OuterRef("pk"), term__in={*terms, whole})
    ranks = rows.values("product").annotate(rank=Coalesce(exact, worst)).values(n=F("rank"))
    return Subquery(ranks, output_field=IntegerField())
