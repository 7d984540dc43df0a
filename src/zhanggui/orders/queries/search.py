"""What somebody knows of an order: each is answered by an index of its own, never by two at once.

An order's number, its last six digits, a phone, its last four digits and a tracking number are told
by their form. Only what is none of them is taken for the buyer's whole name, goods or their code.
"""

import re
from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from zhanggui.catalog import queries as catalog
from zhanggui.core import sql
from zhanggui.core.phones import InvalidPhone, normal_phone, phone_index, phone_last4_index
from zhanggui.core.text import is_storable
from zhanggui.customers import queries as customers
from zhanggui.orders.models import Order, OrderLine

_LONGEST = 200
_CODED = "WHERE sku_code IN ({wanted}) LIMIT %s"
_OF_SKUS = "WHERE sku_id IN ({wanted}) LIMIT %s"
_MANY_SKUS, _MANY_ORDERS = 100, 3_000  # up to here orders with some goods are named by id


def known_by(*, q: str, also_ids: Collection[int]) -> Q:
    """Return the condition that finds orders by what was typed, or those found elsewhere."""
    text = q.strip()[:_LONGEST]
    if not is_storable(text):
        return Q(pk__in=also_ids)
    told = _by_form(re.sub(r"[\s-]", "", text))
    if also_ids:
        return Q(told) | Q(pk__in=also_ids) if told else Q(pk__in=also_ids)
    if told and _is_there(*told):
        return Q(told)
    named = Q(name_index=customers.name_index(text))
    goods = _with_goods(text)
    if isinstance(goods, Q):
        return named | goods
    if not goods:
        return named
    namesakes = Order.objects.filter(named).values_list("pk", flat=True)[: _MANY_ORDERS + 1]
    if len(namesakes) > _MANY_ORDERS:
        return named | Q(pk__in=goods)
    return Q(pk__in=goods.union(namesakes))


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


def _with_goods(text: str) -> set[int] | Q:
    """Return the orders that have these goods, by id where they are few, else to be asked each."""
    coded = Q(sku_code=text)
    sku_ids = catalog.matching_sku_ids(query=text, most=_MANY_SKUS + 1)
    if len(sku_ids) <= _MANY_SKUS:
        found: set[int] = set()
        for where, wanted in ((_CODED, [text]), (_OF_SKUS, sku_ids)):
            lines = sql.values(OrderLine, ("order_id",), where, wanted, _MANY_ORDERS + 1)
            found.update(order_id for (order_id,) in lines)
        if len(found) <= _MANY_ORDERS:
            return found
        goods = coded | Q(sku__in=sku_ids)
    else:
        goods = coded | Q(sku__product__in=catalog.matching_product_ids(query=text))
    return Q(Exists(OrderLine.objects.filter(goods, order=OuterRef("pk"))))
