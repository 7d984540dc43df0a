"""Raw statements, where the query layer has no words for what is needed."""

from collections.abc import Sequence

from django.db import connection

# Counts that stop early: 0.1 ms for each term, where counting 30,000 rows takes 4 ms. The same
# text on all databases.
_AT_MOST = (
    "(SELECT COUNT(*) FROM (SELECT term FROM catalog_searchterm WHERE term = %s LIMIT %s) AS {})"
)


def counted_terms(terms: Sequence[str], *, most: int) -> list[int]:
    """Return how many products have each of these terms, counted no further than `most`."""
    parts = ", ".join(_AT_MOST.format(f"t{place}") for place in range(len(terms)))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {parts}", [one for term in terms for one in (term, most)])
        return list(cursor.fetchone())
