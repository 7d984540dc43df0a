"""Which format a header belongs to."""

import hashlib
from collections.abc import Sequence

from zhanggui.core.tables.reading import header_form
from zhanggui.integrations.importing.formats import ProductFormat
from zhanggui.integrations.importing.mall import MALL
from zhanggui.integrations.importing.own import OWN
from zhanggui.integrations.importing.shopify import SHOPIFY
from zhanggui.integrations.importing.vendure import VENDURE
from zhanggui.integrations.importing.woocommerce import WOOCOMMERCE

PRODUCT_FORMATS = {one.name: one for one in (SHOPIFY, WOOCOMMERCE, VENDURE, MALL, OWN)}


def knows_products(header: Sequence[str]) -> int:
    """Return how many of these header names the best format knows."""
    return max(one.score(header) for one in PRODUCT_FORMATS.values())


def product_format(header: Sequence[str]) -> ProductFormat:
    """Return the format that knows most of the header, ours where none does."""
    return max(PRODUCT_FORMATS.values(), key=lambda one: one.score(header))


def fingerprint(header: Sequence[str]) -> str:
    """Return what tells tables with the same columns: under it a match is remembered."""
    return hashlib.sha256("\n".join(map(header_form, header)).encode()).hexdigest()
