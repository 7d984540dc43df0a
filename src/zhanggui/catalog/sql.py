"""Raw statements, where the query layer has no words for what is needed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from zhanggui.catalog.calc import Figures, Price, figures
from zhanggui.catalog.types import PictureView, ProductCard, SkuView
from zhanggui.core import sql
from zhanggui.core.bulk import stored_moment

# Counts that stop early: 0.1 ms for each term, where counting 30,000 rows takes 4 ms. The same
# text on all databases.
_AT_MOST = (
    "(SELECT COUNT(*) FROM (SELECT term FROM catalog_searchterm WHERE term = %s LIMIT %s) AS {})"
)

# What shoppers may see, as `queries.facts.live` says it; the moment is asked for twice.
_LIVE = (
    "p.shelf = 'on' AND p.archived_at IS NULL AND p.sku_count > 0"
    " AND (p.on_at IS NULL OR p.on_at <= %s) AND (p.off_at IS NULL OR p.off_at > %s)"
    " AND NOT p.is_sold_out"
)
_CARD = (
    "p.id, p.slug, p.name, p.subtitle, p.min_price_minor, p.max_price_minor,"
    " p.market_price_minor, p.currency, p.sku_count, p.created_at, p.figures_until"
)
_VIEW = "x.small, x.medium, x.large, x.width, x.height, x.alt"
# The few products first, then the cover of each: so that no planner looks for all covers
_CARDS = (
    f"SELECT {_CARD}, {_VIEW} FROM (SELECT {_CARD} FROM catalog_product p WHERE {{where}}) p"  # noqa: S608 -- column names
    " LEFT JOIN catalog_picture x ON x.id = (SELECT i.id FROM catalog_picture i"
    " WHERE i.product_id = p.id AND i.archived_at IS NULL ORDER BY i.position, i.id LIMIT 1)"
    "{order}"
)
_PAGE = (
    "SELECT p.id, p.slug, p.name, p.subtitle, p.description, p.options, p.currency, p.shelf,"  # noqa: S608 -- column names
    " p.on_at, p.off_at, p.archived_at, p.sku_count,"
    f" c.slug, c.name, x.id, {_VIEW} FROM catalog_product p"
    " JOIN catalog_category c ON c.id = p.category_id"
    " LEFT JOIN catalog_picture x ON x.product_id = p.id AND x.archived_at IS NULL"
    " WHERE p.slug = %s ORDER BY x.position, x.id"
)
_SKUS = (
    "SELECT id, code, options, option_key, price_minor, market_price_minor, timed_price_minor,"
    " timed_from, timed_until, barcode, weight_grams, volume_cm3, picture_id FROM catalog_sku"
    " WHERE product_id = %s AND archived_at IS NULL ORDER BY position, id"
)
_PRICES = (
    "SELECT product_id, price_minor, market_price_minor, timed_price_minor, timed_from, timed_until"
    " FROM catalog_sku WHERE product_id IN ({wanted}) AND archived_at IS NULL ORDER BY position, id"
)
# Each MIN is the first entry of an index behind the moment.
_NEXT_MOMENT = (
    "SELECT MIN(coming) FROM ("
    "SELECT MIN(on_at) AS coming FROM catalog_product WHERE on_at > %s"
    " UNION ALL SELECT MIN(off_at) FROM catalog_product WHERE off_at > %s"
    " UNION ALL SELECT MIN(timed_from) FROM catalog_sku WHERE timed_from > %s"
    " UNION ALL SELECT MIN(timed_until) FROM catalog_sku WHERE timed_until > %s) AS moments"
)
Having = Sequence[tuple[int, Sequence[str]]]  # attribute id, values of which one is wanted
_HAS_VALUE = (
    " AND EXISTS (SELECT 1 FROM catalog_productattribute w WHERE w.product_id = p.id"
    " AND w.attribute_id = {} AND w.text IN ({}))"
)
_COUNT_VALUES = (
    "SELECT v.attribute_id, v.text, COUNT(*) FROM catalog_productattribute v"
    " JOIN catalog_product p ON p.id = v.product_id"
    " WHERE v.attribute_id IN ({listed}) AND {where} GROUP BY v.attribute_id, v.text"
)
_HAS_TERM = (
    " AND (SELECT u.id FROM catalog_searchterm u WHERE u.term = %s AND u.product_id = t.product_id)"
    " IS NOT NULL"
)


class PageRow(NamedTuple):
    """A product with its category, as its page shows it."""

    product_id: int
    slug: str
    name: str
    subtitle: str
    description: str
    options: list[dict[str, Any]]
    currency: str
    shelf: str
    on_at: datetime | None
    off_at: datetime | None
    archived_at: datetime | None
    sku_count: int
    category_slug: str
    category_name: str


def live_cards(
    *,
    now: datetime,
    within: Collection[int] | None,
    keys: Sequence[str],
    behind: Sequence[Any],
    limit: int,
    without: Collection[int] = (),
    having: Having = (),
) -> list[tuple[ProductCard, datetime]]:
    """Return live products in this order with the moments when they were made.

    `keys` are sort keys as in order_by, all in one direction; `behind` are the values of the last
    product of the page before, or none. By the ORM the same took 2.4 CPU-ms in two statements, so
    0.8.
    """
    moment = stored_moment(now)
    where, values = _LIVE, [moment, moment]
    if within is not None:
        where += f" AND p.category_id IN ({sql.listed(within)})"
    if without:
        where += f" AND p.id NOT IN ({sql.listed(without)})"
    where, values = _with_values(where, values, having)
    names = [f"p.{key.removeprefix('-')}" for key in keys]
    is_falling = keys[0].startswith("-")
    if behind:
        first, second = (stored_moment(v) if isinstance(v, datetime) else v for v in behind)
        sign = "<" if is_falling else ">"
        where += f" AND {names[0]} {sign}= %s AND ({names[0]} {sign} %s OR {names[1]} {sign} %s)"
        values += [first, first, second]
    order = " ORDER BY " + ", ".join(f"{name}{' DESC' if is_falling else ''}" for name in names)
    return _cards(f"{where}{order} LIMIT {int(limit)}", values, order, now=now)


def cards_of(product_ids: Collection[int], *, now: datetime) -> dict[int, ProductCard]:
    """Return the cards of these products by their id."""
    if not product_ids:
        return {}
    found = _cards(f"p.id IN ({sql.listed(product_ids)})", [], "", now=now)
    return {card.product_id: card for card, _at in found}


def live_cards_within(
    product_ids: Collection[int],
    *,
    now: datetime,
    within: Collection[int] | None,
    having: Having = (),
) -> list[ProductCard]:
    """Return the cards of those of these products that shoppers may see, in no order."""
    moment = stored_moment(now)
    where = f"{_LIVE} AND p.id IN ({sql.listed(product_ids)})"
    if within is not None:
        where += f" AND p.category_id IN ({sql.listed(within)})"
    where, values = _with_values(where, [moment, moment], having)
    return [card for card, _at in _cards(where, values, "", now=now)]


def _with_values(where: str, values: list[Any], having: Having) -> tuple[str, list[Any]]:
    """Narrow to products that have one of the values of each attribute."""
    for attribute_id, texts in having:
        where += _HAS_VALUE.format(int(attribute_id), ", ".join(["%s"] * len(texts)))
        values = [*values, *texts]
    return where, values


def facet_counts(
    attribute_ids: Sequence[int], *, within: Collection[int], having: Having, now: datetime
) -> dict[tuple[int, str], int]:
    """Return (attribute id, value) → live products in these categories that have it.

    What is chosen of other attributes narrows the counts of each; one statement for all.
    """
    moment = stored_moment(now)
    live = f"{_LIVE} AND p.category_id IN ({sql.listed(within)})"
    chosen = {attribute_id for attribute_id, _texts in having}
    groups = [[pk for pk in attribute_ids if pk not in chosen], *([pk] for pk in sorted(chosen))]
    parts, values = [], []
    for group in filter(None, groups):
        others = [one for one in having if one[0] not in group]
        where, given = _with_values(live, [moment, moment], others)
        parts.append(_COUNT_VALUES.format(listed=sql.listed(group), where=where))
        values += given
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return {(pk, text): count for pk, text, count in cursor.fetchall()}


def live_cards_of(slugs: Collection[str], *, now: datetime) -> list[ProductCard]:
    """Return the cards of those of these products that shoppers may see, in no order."""
    if not slugs:
        return []
    moment, places = stored_moment(now), ", ".join(["%s"] * len(slugs))
    found = _cards(f"{_LIVE} AND p.slug IN ({places})", [moment, moment, *slugs], "", now=now)
    return [card for card, _at in found]


def _cards(
    where: str, values: Sequence[Any], order: str, *, now: datetime
) -> list[tuple[ProductCard, datetime]]:
    """Return cards; figures of products whose timed prices changed since are reckoned anew."""
    with connection.cursor() as cursor:
        cursor.execute(_CARDS.format(where=where, order=order), values)
        found = cursor.fetchall()
    late = [row[0] for row in found if row[10] and is_late(row[10], now)]
    if late:
        fresh = figures_of(late, now=now)
        found = [
            (*row[:4], *fresh[row[0]][1:4], *row[7:]) if row[0] in fresh else row for row in found
        ]
    return [
        (
            ProductCard(
                product_id=row[0],
                slug=row[1],
                name=row[2],
                subtitle=row[3],
                price_minor=row[4],
                max_price_minor=row[5],
                market_price_minor=row[6],
                currency=row[7],
                sku_count=row[8],
                picture=_picture(row[11:]),
            ),
            row[9],
        )
        for row in found
    ]


def is_late(until: Any, now: datetime) -> bool:
    """Tell whether figures that hold until then no longer do."""
    at = sql.moment(until)
    return at is not None and at <= now


def figures_of(product_ids: Collection[int], *, now: datetime) -> dict[int, Figures]:
    """Return the figures of these products at this moment; those without live SKUs lack."""
    prices: dict[int, list[Price]] = {}
    for product_id, *row in sql.rows(_PRICES, product_ids):
        prices.setdefault(product_id, []).append(_price(row))
    return {pk: figures(found, now=now) for pk, found in prices.items()}


def next_moment(now: datetime) -> datetime | None:
    """Return when a schedule next changes what shoppers see, None where no moment is set."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_MOMENT, [stored_moment(now)] * 4)
        return sql.moment(cursor.fetchone()[0])


def _price(columns: Sequence[Any]) -> Price:
    """Return the five columns of prices as one value."""
    if columns[2] is None:
        return Price(columns[0], columns[1])
    return Price(*columns[:3], *map(sql.moment, columns[3:5]))


def _picture(columns: Sequence[Any]) -> PictureView | None:
    """Return what _VIEW reads, None where the join found none."""
    small, medium, large, width, height, alt = columns
    if small is None:
        return None
    return PictureView(small=small, medium=medium, large=large, width=width, height=height, alt=alt)


def page_of(slug: str) -> tuple[PageRow, dict[int, PictureView]] | None:
    """Return the product of a page and its pictures by id, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, [slug])
        found = cursor.fetchall()
    if not found:
        return None
    cells = list(found[0][:14])
    cells[5] = sql.loaded(cells[5])
    cells[8:11] = map(sql.moment, cells[8:11])
    views = {row[14]: view for row in found if (view := _picture(row[15:]))}
    return PageRow(*cells), views


def skus_of(
    product_id: int, views: Mapping[int, PictureView], *, now: datetime
) -> tuple[SkuView, ...]:
    """Return the live SKUs of a product in their order; `views` are its pictures by id."""
    with connection.cursor() as cursor:
        cursor.execute(_SKUS, [product_id])
        found = cursor.fetchall()
    prices = [_price(row[4:9]).at(now) for row in found]
    return tuple(
        SkuView(
            sku_id=row[0],
            code=row[1],
            options=tuple(sql.loaded(row[2])),
            options_text=row[3],
            price_minor=price_minor,
            market_price_minor=market_minor,
            barcode=row[9],
            weight_grams=row[10],
            volume_cm3=row[11],
            picture=views.get(row[12] or 0),
        )
        for row, (price_minor, market_minor) in zip(found, prices, strict=True)
    )


def matching_rows(
    terms: Sequence[str],
    *,
    now: datetime,
    within: Collection[int] | None,
    weight: int | None = None,
    without: Collection[int] = (),
    behind: tuple[int, str] | None = None,
    limit: int,
) -> list[tuple[int, int]]:
    """Return (product id, weight) of live products that have all terms, best first, then newest.

    The index is walked for the first term; the others, and whether the product can be seen, are
    looked up for each row that is walked past. EXISTS or a join would be the same, but planners
    begin it at the wrong end: no statistics tell how many products have two terms. `behind` are
    the weight and the slug of the last one of the page before.
    """
    moment = stored_moment(now)
    shown = _LIVE + (f" AND p.category_id IN ({sql.listed(within)})" if within is not None else "")
    where = (
        "t.term = %s AND (SELECT p.id FROM catalog_product p WHERE p.id = t.product_id"  # noqa: S608 -- whole numbers only
        f" AND {shown}) IS NOT NULL" + _HAS_TERM * (len(terms) - 1)
    )
    values: list[Any] = [terms[0], moment, moment, *terms[1:]]
    if weight is not None:
        where += f" AND t.weight = {int(weight)}"
    if without:
        where += f" AND t.product_id NOT IN ({sql.listed(without)})"
    if behind:
        where += (
            " AND t.weight <= %s AND (t.weight < %s OR t.product_id <"
            " (SELECT q.id FROM catalog_product q WHERE q.slug = %s))"
        )
        values += [behind[0], behind[0], behind[1]]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.product_id, t.weight FROM catalog_searchterm t WHERE {where}"  # noqa: S608 -- as above
            f" ORDER BY t.weight DESC, t.product_id DESC LIMIT {int(limit)}",
            values,
        )
        return list(cursor.fetchall())


# The products of the first term that have each other one, looked up as in queries.search._has.
_WITH_TERMS = (
    "SELECT id FROM catalog_sku WHERE product_id IN (SELECT found.product_id"
    " FROM catalog_searchterm found WHERE found.term = %s{others}) LIMIT %s"
)
_OTHER_TERM = (
    " AND (SELECT other.term FROM catalog_searchterm other"
    " WHERE other.term = %s AND other.product_id = found.product_id LIMIT 1) IS NOT NULL"
)


def skus_with_terms(terms: Sequence[str], *, most: int) -> list[int]:
    """Return the SKUs of products that have all these terms, no more than `most`.

    Every search of orders by words asks this: 0.2 CPU-ms, through a QuerySet 2.
    """
    if not terms:
        return []
    statement = _WITH_TERMS.format(others=_OTHER_TERM * (len(terms) - 1))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*terms, most])
        return [sku_id for (sku_id,) in cursor.fetchall()]


def counted_terms(terms: Sequence[str], *, most: int) -> list[int]:
    """Return how many products have each of these terms, counted no further than `most`."""
    parts = ", ".join(_AT_MOST.format(f"t{place}") for place in range(len(terms)))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {parts}", [one for term in terms for one in (term, most)])
        return list(cursor.fetchone())


def covers_of(product_ids: Collection[int]) -> dict[int, PictureView]:
    """Return product id → its first picture, for products that have one."""
    found: dict[int, PictureView] = {}
    for row in sql.rows(
        f"SELECT x.product_id, {_VIEW} FROM catalog_picture x WHERE x.product_id IN ({{wanted}})"  # noqa: S608 -- column names
        " AND x.archived_at IS NULL ORDER BY x.product_id, x.position, x.id",
        product_ids,
    ):
        if view := _picture(row[1:]):
            found.setdefault(row[0], view)
    return found
