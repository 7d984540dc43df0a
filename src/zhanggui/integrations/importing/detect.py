"""Which formats a kind of file can have, and to which of them a header belongs."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial

from zhanggui.core.tables.reading import Knows, header_form
from zhanggui.integrations.importing.families import FAMILIES
from zhanggui.integrations.importing.formats import ProductFormat
from zhanggui.integrations.importing.mall import MALL
from zhanggui.integrations.importing.own import OWN
from zhanggui.integrations.importing.shopify import SHOPIFY
from zhanggui.integrations.importing.stock import STOCK
from zhanggui.integrations.importing.vendure import VENDURE
from zhanggui.integrations.importing.woocommerce import WOOCOMMERCE
from zhanggui.integrations.types import Kind

_PRODUCTS = {one.name: one for one in (SHOPIFY, WOOCOMMERCE, VENDURE, MALL, FAMILIES, OWN)}
_FORMATS: Mapping[str, Mapping[str, ProductFormat]] = {
    Kind.PRODUCTS: _PRODUCTS,
    Kind.PRICES: {OWN.name: OWN},
    Kind.STOCK: {STOCK.name: STOCK},
}


def formats_of(kind: str) -> Mapping[str, ProductFormat]:
    """Return the formats that files of this kind can have, by name."""
    return _FORMATS[kind]


def knows(kind: str) -> Knows:
    """Return what tells how many of some header names the best format of a kind knows."""
    return partial(_best_score, kind)


def _best_score(kind: str, header: Sequence[str]) -> int:
    return max(one.score(header) for one in formats_of(kind).values())


def format_for(kind: str, header: Sequence[str]) -> ProductFormat:
    """Return the format that knows most of the header; of equals the last, which is ours."""
    formats = list(formats_of(kind).values())
    return max(reversed(formats), key=lambda one: one.score(header))


def fingerprint(header: Sequence[str]) -> str:
    """Return what tells tables with the same columns: under it a match is remembered."""
    return hashlib.sha256("\n".join(map(header_form, header)).encode()).hexdigest()
