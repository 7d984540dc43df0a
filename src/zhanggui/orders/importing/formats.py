"""Which formats of order files there are, and to which of them a header belongs."""

from collections.abc import Sequence

from zhanggui.core.tables.reading import header_form
from zhanggui.orders.importing import online_retail
from zhanggui.orders.importing.common import COMMON
from zhanggui.orders.importing.douyin import DOUYIN
from zhanggui.orders.importing.jd import JD
from zhanggui.orders.importing.layouts import Layout
from zhanggui.orders.importing.own import OWN
from zhanggui.orders.importing.pinduoduo import PINDUODUO
from zhanggui.orders.importing.shopify import SHOPIFY
from zhanggui.orders.importing.taobao import ITEMS, TAOBAO
from zhanggui.orders.importing.woocommerce import WOOCOMMERCE, WOOCOMMERCE_WIDE

LAYOUTS = {
    one.name: one
    for one in (TAOBAO, JD, PINDUODUO, DOUYIN, SHOPIFY, WOOCOMMERCE, WOOCOMMERCE_WIDE, OWN, COMMON)
}
_ALL = (*LAYOUTS.values(), ITEMS)
_CERTAIN = tuple(one for one in _ALL if one is not COMMON)
_CLEARLY = 1.5  # that many more columns, to say that it is not one of these
_RETAIL = frozenset(map(header_form, online_retail.COLUMNS))


def known_names(header: Sequence[str]) -> int:
    """Return how many of these header names the best format knows."""
    return max(_retail(header), *(one.score(header) for one in _ALL))


def layout_for(header: Sequence[str]) -> Layout | None:
    """Return the format that knows most of a header, None where none can be."""
    if ITEMS.score(header) and TAOBAO.score(header):
        return ITEMS  # newer lists of items have columns of the order, too
    best = max(_CERTAIN, key=lambda one: one.score(header))
    usual = COMMON.score(header)
    if usual > best.score(header) * _CLEARLY:
        return COMMON
    return best if best.score(header) else None


def is_online_retail(header: Sequence[str]) -> bool:
    """Tell whether this is the header of the format `online-retail`."""
    return _retail(header) > 0


def _retail(header: Sequence[str]) -> int:
    return len(_RETAIL) if set(map(header_form, header)) >= _RETAIL else 0
