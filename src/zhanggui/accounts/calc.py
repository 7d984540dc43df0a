"""Arithmetic of settings: colours that can be read, opening hours, the licence's check digit."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from zhanggui.accounts.types import Holiday, Hours

LEAST_CONTRAST = 4.5  # WCAG 2.2 AA for text
DARK_SURFACE = "#171a21"  # of the dark theme, see frontend/styles/tokens.css
_WHITE, _BLACK = "#ffffff", "#000000"
# Digits of the unified social credit code (GB 32100-2015) and the weights of their places
_CODE_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_LENGTH = 18


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (#rrggbb) as WCAG counts it: 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mixed(one: str, other: str, *, share: float) -> str:
    """Return a colour between two, `share` of it from the other."""
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def legible(colour: str, *, on: str, towards: str) -> str:
    """Return the colour, moved towards another as far as its text needs to be read."""
    for step in range(0, 101, 5):
        found = mixed(colour, towards, share=step / 100)
        if contrast(found, on) >= LEAST_CONTRAST:
            return found
    return towards


def brand_tokens(accent: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the colour tokens that follow from a brand colour, for the light and the dark theme.

    `--accent` is a fill under white text, `--accent-t` the text of prices, `--accent-2` a tint
    under text in `--accent-2t`.
    """
    tint, dark_tint = mixed(accent, _WHITE, share=0.9), mixed(accent, DARK_SURFACE, share=0.8)
    light = {
        "--accent": accent,
        "--accent-t": accent,
        "--accent-2": tint,
        "--accent-2t": legible(accent, on=tint, towards=_BLACK),
    }
    dark = {
        "--accent": accent,
        "--accent-t": legible(accent, on=DARK_SURFACE, towards=_WHITE),
        "--accent-2": dark_tint,
        "--accent-2t": legible(accent, on=dark_tint, towards=_WHITE),
    }
    return light, dark


def is_credit_code(code: str) -> bool:
    """Tell whether a text is a unified social credit code, its check digit included."""
    if len(code) != _CODE_LENGTH or any(digit not in _CODE_DIGITS for digit in code):
        return False
    places = (_CODE_DIGITS.index(digit) * 3**at % 31 for at, digit in enumerate(code[:-1]))
    return _CODE_DIGITS[-sum(places) % 31] == code[-1]


def week_of(stored: Sequence[Sequence[int] | None]) -> tuple[Hours | None, ...]:
    """Return a usual week as it is stored (JSON) as values."""
    return tuple(None if day is None else Hours(*day) for day in stored)


def holidays_of(stored: Sequence[Sequence[Any]]) -> tuple[Holiday, ...]:
    """Return the exceptions of a usual week as they are stored (JSON) as values."""
    return tuple(
        Holiday(
            date.fromisoformat(first),
            date.fromisoformat(last),
            None if hours is None else Hours(*hours),
            note,
        )
        for first, last, hours, note in stored
    )


def next_holiday(holidays: Sequence[Holiday], *, today: date, within: timedelta) -> Holiday | None:
    """Return the exception that lasts or comes soon, the earliest of several."""
    soon = [one for one in holidays if one.last >= today and one.first <= today + within]
    return min(soon, key=lambda one: one.first, default=None)
