"""Edits of many products in words: what is asked for, and what a row was or shall be."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.accounts import queries as accounts
from zhanggui.catalog import queries
from zhanggui.catalog.types import BulkAct, BulkWish, PriceEnd, PriceHow, Shelf
from zhanggui.web.formats import moment_text, money_parts


def words(wish: BulkWish) -> str:
    """Say what an edit does: 改价：降价 10%，尾数 .90."""
    return _("%(act)s：%(what)s") % {"act": wish.act.label, "what": _what(wish)}


def _what(wish: BulkWish) -> str:
    if wish.act == BulkAct.PRICE:
        return _price(wish)
    if wish.act == BulkAct.PRICE_AT:
        return (
            f"{_price(wish)}，{_span(wish.begins_at, wish.ends_at)}"
            if wish.has_times
            else _("取消")
        )
    if wish.act == BulkAct.SHELF_AT:
        moves = _moves(wish.begins_at, wish.ends_at)
        return moves or _("取消，保持现在的状态")
    if wish.act == BulkAct.SHELF:
        return str(wish.shelf.label)
    if wish.act == BulkAct.CATEGORY:
        return queries.category_names().get(wish.category_id, "")
    return _("%(n)d 克") % {"n": wish.weight_grams}


def _price(wish: BulkWish) -> str:
    currency = accounts.shop().currency
    is_rate = wish.how in (PriceHow.RAISE_BY, PriceHow.LOWER_BY)
    value = f"{wish.rate_ppm / 10_000:g}%" if is_rate else money_parts(wish.amount_minor, currency)
    how = {
        PriceHow.SET: _("改成 %(value)s"),
        PriceHow.RAISE: _("加价 %(value)s"),
        PriceHow.LOWER: _("降价 %(value)s"),
        PriceHow.RAISE_BY: _("涨价 %(value)s"),
        PriceHow.LOWER_BY: _("降价 %(value)s"),
    }[wish.how] % {"value": value}
    ending = "" if wish.ending == PriceEnd.AS_IS else str(wish.ending.label)
    return "，".join(filter(None, [how, ending]))


def _span(begins: datetime | None, ends: datetime | None) -> str:
    """Say from when until when: 今天 18:00 起，明天 00:00 止."""
    said = [_("%(at)s 起") % {"at": _at(begins)}] if begins else []
    said += [_("%(at)s 止") % {"at": _at(ends)}] if ends else []
    return "，".join(said)


def _moves(on_at: datetime | None, off_at: datetime | None) -> str:
    said = [_("%(at)s 上架") % {"at": _at(on_at)}] if on_at else []
    said += [_("%(at)s 下架") % {"at": _at(off_at)}] if off_at else []
    return "，".join(said)


def _at(moment: datetime) -> str:
    return moment_text(moment, now=timezone.now())


def value_words(values: Mapping[str, Any], *, currency: str, names: Mapping[int, str]) -> str:
    """Say what a row has of its act's fields; `names` are those of the categories."""
    if "price_minor" in values:
        return str(money_parts(values["price_minor"], currency))
    if "timed_price_minor" in values:
        if values["timed_price_minor"] is None:
            return _("没有定时价")
        price = money_parts(values["timed_price_minor"], currency)
        return f"{price}，{_span(values['timed_from'], values['timed_until'])}"
    if "shelf" in values:
        shelf = str(Shelf(values["shelf"]).label)
        moves = _moves(values.get("on_at"), values.get("off_at"))
        return moves if moves and values["shelf"] == Shelf.ON else shelf
    if "category_id" in values:
        return names.get(values["category_id"], "")
    return _("%(n)d 克") % {"n": values["weight_grams"]}
