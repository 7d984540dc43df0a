"""What somebody knows of an order: each is answered by an index of its own, never by two at once.

An order's number, its last six digits, a phone, its last four digits and a tracking number are told
by their form. Only what is none of them is taken for the buyer's whole name, goods or their code.
The number that another shop gave an imported order may look like any of them: it is asked for
beside them, except where a whole number or phone is there.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q
from django.db.models.expressions import RawSQL

from zhanggui.catalog import queries as catalog
from zhanggui.core import sql
from zhanggui.core.phones import InvalidPhone, normal_phone, phone_index, phone_last4_index
from zhanggui.core.text import is_storable
from zhanggui.customers import queries as customers
from zhanggui.orders.calc import SHORT_NUMBER, number_form, pasted_number
from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.queries.elsewhere import orders_numbered_elsewhere

_LONGEST = 200
_NAMED = "WHERE name_index IN ({wanted}) LIMIT %s"
_HAS = "EXISTS (SELECT 1 FROM orders_orderline WHERE order_id = orders_order.id"
_CODED = "WHERE sku_code IN ({wanted}) LIMIT %s"
_OF_SKUS = "WHERE sku_id IN ({wanted}) LIMIT %s"
_WHOLE = ("number", "phone_index")  # columns whose values are found whole, not by their end
_MANY_SKUS, _MANY_ORDERS = 100, 3_000  # up to here orders with some goods are named by id


Condition = tuple[str, Sequence[Any]]  # of orders_order, with %s for each value


def known_by(*, q: str, also_ids: Collection[int]) -> Condition:
    """Return the condition that finds orders by what was typed, or those found elsewhere."""
    text = q.strip()[:_LONGEST]
    if not is_storable(text):
        return _among(also_ids)
    told = _by_form(re.sub(r"[\s-]", "", pasted_number(text)))
    is_whole = told is not None and told[0] in _WHOLE
    if told and is_whole and not also_ids and _is_there(*told):
        return f"{told[0]} = %s", [told[1]]
    found = {*also_ids, *orders_numbered_elsewhere(q=text)}
    if told and found:
        return f"({told[0]} = %s OR {_among(found)[0]})", [told[1]]
    if told and not is_whole and _is_there(*told):
        return f"{told[0]} = %s", [told[1]]
    is_told = found and len(number_form(text)) > SHORT_NUMBER
    return _among(found) if also_ids or is_told else _by_words(text, found)


def _by_words(text: str, also_ids: Collection[int]) -> Condition:
    """Return the condition for a buyer's name, goods or their code, or orders known already.

    Few namesakes or few orders with the goods are named by id, so that the list of them is short.
    """
    name = customers.name_index(text)
    goods = _with_goods(text)
    if not isinstance(goods, set):
        known = f" OR {_among(also_ids)[0]}" if also_ids else ""
        return f"(name_index = %s OR {goods[0]}{known})", [name, *goods[1]]
    goods.update(also_ids)
    if not goods:
        return "name_index = %s", [name]
    namesakes = [one for (one,) in sql.values(Order, ("id",), _NAMED, [name], _MANY_ORDERS + 1)]
    if len(namesakes) > _MANY_ORDERS:
        return f"(name_index = %s OR {_among(goods)[0]})", [name]
    return _among(goods.union(namesakes))


def _among(order_ids: Collection[int]) -> Condition:
    return f"id IN ({sql.listed(order_ids)})", []


def _is_there(column: str, value: str) -> bool:
    where = f"WHERE {column} IN ({{wanted}}) LIMIT 1"
    return bool(sql.values(Order, ("id",), where, [value]))


def _by_form(text: str) -> tuple[str, str] | None:
    """Return the column that this form tells and what it must hold."""
    if re.fullmatch(r"[0-9]{16}", text):
        return "number", text
    if re.fullmatch(r"[0-9]{6}", text):
        return "number_tail", text
    if re.fullmatch(r"[0-9]{4}", text):
        return "phone_last4_index", phone_last4_index(text)
    if not re.fullmatch(r"[+0-9()]{7,20}", text):
        return None
    try:
        return "phone_index", phone_index(normal_phone(text))
    except InvalidPhone:
        return None


def _with_goods(text: str) -> set[int] | Condition:
    """Return the orders that have these goods, by id where they are few, else to be asked each."""
    sku_ids = catalog.matching_sku_ids(query=text, most=_MANY_SKUS + 1)
    if len(sku_ids) > _MANY_SKUS:
        products = catalog.matching_product_ids(query=text)
        owner = RawSQL("orders_order.id", ())
        goods = OrderLine.objects.filter(Q(sku_code=text) | Q(sku__product__in=products))
        asked, given = goods.filter(order=owner).values("pk").query.sql_with_params()
        return f"EXISTS ({asked})", list(given)
    found: set[int] = set()
    for where, wanted in ((_CODED, [text]), (_OF_SKUS, sku_ids)):
        lines = sql.values(OrderLine, ("order_id",), where, wanted, _MANY_ORDERS + 1)
        found.update(order_id for (order_id,) in lines)
    if len(found) <= _MANY_ORDERS:
        return found
    of_skus = f"sku_code = %s OR sku_id IN ({sql.listed(sku_ids)})"
    return f"{_HAS} AND ({of_skus}))", [text]
