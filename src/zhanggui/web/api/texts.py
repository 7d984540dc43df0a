"""Texts and numbers in requests, checked before a database sees them."""

import re

from django.http import Http404

from zhanggui.core.text import clean_text

_NUMBER = re.compile(r"[0-9A-Za-z-]{1,40}")
_TOKEN = re.compile(r"[0-9a-f]{32}")
_SLUG = re.compile(r"[-\w]{1,120}")


def order_number(text: str) -> str:
    """Return an order number that can exist; else there is no such order."""
    if not _NUMBER.fullmatch(text):
        raise Http404("There is no such order.")
    return text


def product_slug(text: str) -> str:
    """Return a slug that can exist; else there is no such product."""
    if not _SLUG.fullmatch(text):
        raise Http404("There is no such product.")
    return text


def is_token(text: str) -> bool:
    """Tell whether the text has the form of an order's token."""
    return bool(_TOKEN.fullmatch(text))


def words(text: str, *, max_length: int = 200) -> str:
    """Return a text that every database can hold; see core.text.clean_text."""
    return clean_text(text, max_length=max_length)
