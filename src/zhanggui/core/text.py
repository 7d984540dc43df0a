"""Text as people type it: refused when no database or page could hold it, else kept."""

import unicodedata

from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal

_LONGEST_COMPOSED = 4  # NFC makes one character of at most four
_OUTER_BLANKS = 1000  # that many may be trimmed off a text as long as allowed


class TextRefused(Refusal):
    """The text holds what cannot be stored, or too much."""

    code = "invalid_text"
    status = 422


def clean_text(value: str, *, max_length: int) -> str:
    """Return the text in NFC without outer blanks.

    Raises:
        TextRefused: it holds NUL or a lone surrogate, or is longer than `max_length` characters.
    """
    if len(value) > _LONGEST_COMPOSED * max_length + _OUTER_BLANKS:
        # composing takes quadratic time on runs of accents: 100 000 of them took 21 s
        raise _too_long(max_length, len(value))
    if "\x00" in value:
        raise TextRefused(_("文字里有不能保存的字符（NUL），请删掉后再试。"))
    if _has_lone_surrogate(value):
        raise TextRefused(_("文字里有残缺的字符（半个表情），请删掉后再试。"))
    text = unicodedata.normalize("NFC", value).strip()
    if len(text) > max_length:
        raise _too_long(max_length, len(text))
    return text


def _too_long(most: int, now: int) -> TextRefused:
    return TextRefused(
        _("文字太长：最多 %(max)d 个字，现在 %(now)d 个。") % {"max": most, "now": now}
    )


def is_storable(value: str) -> bool:
    """Tell whether databases can hold the text at all; what they can't is found in none."""
    return "\x00" not in value and not _has_lone_surrogate(value)


def _has_lone_surrogate(value: str) -> bool:
    """Look for what UTF-8 cannot write; asking each character took ten times as long."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return True
    return False


def search_form(value: str) -> str:
    """Return the form in which names are compared: NFKC, casefolded, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())
