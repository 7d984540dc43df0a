"""Names in addresses: typed by people, or made from Chinese names by pinyin."""

import hashlib
import re
import secrets
from collections.abc import Callable, Container

from django.utils.translation import gettext_lazy as _

from zhanggui.catalog.calc import slug_words
from zhanggui.catalog.types import CatalogRefused

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


class Asked(Container[str]):
    """Slugs that are taken, asked one by one."""

    def __init__(self, is_taken: Callable[[str], bool]) -> None:
        self.is_taken = is_taken

    def __contains__(self, slug: object) -> bool:
        return self.is_taken(str(slug))


def free_slug(slug: str, *, name: str, taken: Container[str], max_length: int) -> str:
    """Return the slug that was typed, or a free one made from the name.

    Raises:
        CatalogRefused: the typed one is malformed, too long or taken.
    """
    slug = slug.strip()
    if slug:
        if len(slug) > max_length or not _SLUG.fullmatch(slug):
            raise CatalogRefused(
                _("网址名只能用小写字母、数字和连字符，最多 %(max)d 个字符。")
                % {"max": max_length},
                field="slug",
            )
        if slug in taken:
            raise CatalogRefused(_("这个网址名已被使用，请换一个。"), field="slug")
        return slug
    base = slug_words(name)[: max_length - 8].strip("-") or f"p-{secrets.token_hex(4)}"
    number, free = 1, base
    while free in taken:
        number += 1
        free = f"{base}-{number}" if number < 100 else f"{base}-{secrets.token_hex(3)}"
    return free


def steady_slug(text: str, *, max_length: int = 120) -> str:
    """Return a slug that is always the same for a text: itself where it is one, else by pinyin.

    A piece of its hash keeps apart what reads alike.
    """
    folded = text.strip().casefold()
    if len(folded) <= max_length and _SLUG.fullmatch(folded):
        return folded
    mark = hashlib.sha256(folded.encode()).hexdigest()[:8]
    words = slug_words(text)[: max_length - 20].strip("-")
    return f"{words}-{mark}" if words else f"p-{mark}"
