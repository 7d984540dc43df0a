"""The one search box: every term must be there, and each is an equal row of the index.

No search sorts all that it finds. The order "best match first, the newest of each" is that of the
index (term, weight, product), walked for the rarest term until a page is full; by price either the
few products of a rare term are sorted, or the index of prices is walked, where every tenth product
or so has the term.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.lookups import IsNull

from zhanggui.catalog import calc
from zhanggui.catalog.models import Product, SearchTerm
from zhanggui.catalog.queries.cursors import cursor_of, decoded
from zhanggui.catalog.queries.facts import live_products
from zhanggui.catalog.sql import cards_of, counted_terms, matching_rows, skus_with_terms
from zhanggui.catalog.types import CardPage, Weight
from zhanggui.core.versions import Kept

# So many products of the rarest term are still looked through and sorted by price. With other
# terms only those that have them all are read and sorted.
MANY, MANY_OF_SEVERAL = 2000, 8000
_COUNTED_SECONDS = 600
_counts: Kept[str, int] = Kept(most=5000)  # only chooses the way, so it may lag


@dataclass(frozen=True, slots=True)
class Words:
    """What is searched for: the terms, and which of them to begin with."""

    whole: str
    terms: tuple[str, ...]
    rarest: int  # place in `terms`

    @property
    def others(self) -> tuple[str, ...]:
        """Return the terms that a product of the rarest one must have, too."""
        return self.terms[: self.rarest] + self.terms[self.rarest + 1 :]


def matching_product_ids(*, query: str) -> QuerySet[SearchTerm, int]:
    """Return the ids of products that have all terms of the query, usable as a subquery.

    A query without any letter, digit or Chinese sign finds nothing. Answered from the index
    (term, product) alone: it starts with the longest term, which is likely to be the rarest.
    """
    terms = _longest_first(query)
    return _with(terms[1:], SearchTerm.objects.filter(term__in=terms[:1])).values_list(
        "product_id", flat=True
    )


def matching_sku_ids(*, query: str, most: int) -> list[int]:
    """Return the SKUs of products that have all terms of the query, no more than `most`."""
    return skus_with_terms(_longest_first(query), most=most)


def _longest_first(query: str) -> tuple[str, ...]:
    return tuple(sorted(calc.query_terms(query), key=len, reverse=True))


def best_matches(
    *, query: str, within: Collection[int] | None, cursor: str, limit: int, now: datetime
) -> CardPage:
    """Return a page of live products, the best match first.

    First those of which the query is a code, then by where the rarest term stands (name, other
    texts), the newest of each. `within` are categories. 2 statements, up to 4 where the query
    has several terms.
    """
    words = _words(query, now=now)
    if words is None:
        return CardPage(items=(), next="")
    behind = decoded(cursor, names=("place", "weight", "slug"))
    if behind and behind[0] < len(words.terms):
        words = replace(words, rarest=behind[0])
    coded = _of_code(words, within=within, limit=limit, now=now)
    first = [] if behind else coded
    wanted = limit - len(first)
    rows = matching_rows(
        (words.terms[words.rarest], *words.others),
        now=now,
        within=within,
        without=coded,
        behind=(behind[1], behind[2]) if behind else None,
        limit=wanted + 1,
    )
    ids = [*first, *(product_id for product_id, _weight in rows[:wanted])]
    cards = cards_of(ids, now=now)
    shown = tuple(cards[product_id] for product_id in ids if product_id in cards)
    if len(rows) <= wanted or not shown:
        return CardPage(items=shown, next="")
    weight = rows[wanted - 1][1] if wanted else max(Weight) + 1  # only codes so far
    return CardPage(items=shown, next=cursor_of([words.rarest, weight, shown[-1].slug]))


def matching(*, query: str, now: datetime) -> QuerySet[Product]:
    """Return the live products that match, to be put into another order and cut to a page."""
    words = _words(query, now=now)
    if words is None:
        return Product.objects.none()
    few = MANY if len(words.terms) == 1 else MANY_OF_SEVERAL
    if _count(words.terms, now=now)[words.rarest] >= few:
        return live_products(now=now).filter(*(_has(term, "pk") for term in words.terms))
    rows = _with(words.others, SearchTerm.objects.filter(term=words.terms[words.rarest]))
    return live_products(now=now).filter(pk__in=rows.values("product"))


def _words(query: str, *, now: datetime) -> Words | None:
    terms = calc.query_terms(query)
    if not terms:
        return None
    counts = _count(terms, now=now) if len(terms) > 1 else [0]
    rarest = min(range(len(terms)), key=lambda place: (counts[place], -len(terms[place])))
    return Words(calc.folded(query)[: calc.TERM_LENGTH], terms, rarest)


def _count(terms: Sequence[str], *, now: datetime) -> list[int]:
    age = (int(now.timestamp()) // _COUNTED_SECONDS,)
    known = [count for term in terms if (count := _counts.get(term, age)) is not None]
    if len(known) < len(terms):
        known = counted_terms(terms, most=MANY_OF_SEVERAL)
        for term, count in zip(terms, known, strict=True):
            _counts.put(term, age, count)
    return known


def _of_code(
    words: Words, *, within: Collection[int] | None, limit: int, now: datetime
) -> list[int]:
    """Return the products of which the whole query is a code of several parts ("tea-001-50g")."""
    if words.whole in words.terms:
        return []  # the index of the one term begins with them
    rows = matching_rows((words.whole,), now=now, within=within, weight=Weight.EXACT, limit=limit)
    return [product_id for product_id, _weight in rows]


def _with(terms: Sequence[str], found: QuerySet[SearchTerm]) -> QuerySet[SearchTerm]:
    return found.filter(*(_has(term, "product") for term in terms))


def _has(term: str, product: str) -> IsNull:
    """Look a term up for each row that is walked past.

    EXISTS would be the same, but planners turn it into a join, which they begin at the wrong end:
    no statistics tell how many products have two terms.
    """
    row = SearchTerm.objects.filter(term=term, product=OuterRef(product)).values("pk")[:1]
    return IsNull(Subquery(row), False)
