"""What columns of unknown shops hold, as far as only their cells can tell."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from zhanggui.core.tables.reading import header_form
from zhanggui.integrations.types import IGNORED

_LOOKED_AT = 2_000  # rows
_STYLES = {"款式编码", "款号", "款式编号", "spu编码", "spu"}
_CODES = {"商品编码", "商品编号", "货品编号", "货品编码", "商品代码", "货品代码", "编号"}
_BELOW_POINT = re.compile(r"[0-9]*[.,][0-9]*[1-9][0-9]*")
_CLEAR_CODES = re.compile(
    r"spu_code|sku_code|规格编码|sku编码|商家编码|sku|sku code|variant sku|handle|slug"
)


def settled(
    header: Sequence[str], match: tuple[str, ...], records: Iterable[Sequence[str]]
) -> tuple[str, ...]:
    """Return the match as the first rows of a table of an unknown shop make it likelier.

    A weight without a unit and below the point is in kilograms. What such tables call 货号 or
    商品编号 is the code of a style where it repeats, and of a SKU where it never does.
    """
    rows = list(islice(records, _LOOKED_AT))
    found = list(match)
    plain = [place for place, name in enumerate(match) if name == "weight_g"]
    if plain and header_form(header[plain[0]]) in ("重量", "weight", "商品重量", "product weight"):
        is_kilograms = any(_BELOW_POINT.fullmatch(row[plain[0]]) for row in rows)
        found[plain[0]] = "weight_kg" if is_kilograms else "weight_g"
    for place, name in enumerate(header):  # of two columns with codes it names the style
        is_style = header_form(name) in _STYLES and not found[place]
        if is_style and "sku_code" not in found and "slug" in found:
            found[found.index("slug")], found[place] = "sku_code", "slug"
            return tuple(found)
    style, code = (_place(match, name) for name in ("slug", "sku_code"))
    if code is None and style is not None and header_form(header[style]) in _STYLES:
        codes = (n for n, name in enumerate(header) if header_form(name) in _CODES and not found[n])
        if (named := next(codes, None)) is not None:
            found[named] = "sku_code"
            return tuple(found)
    places = [place for place in (style, code) if place is not None]
    is_clear = any(_CLEAR_CODES.fullmatch(header_form(header[place])) for place in places)
    has_options = any(name.startswith(("option", "spec")) for name in match)
    if not is_clear and has_options:
        found = _codes_settled(found, style, code, rows)
    return tuple(found)


def _codes_settled(
    match: list[str], style: int | None, code: int | None, rows: Sequence[Sequence[str]]
) -> list[str]:
    found = list(match)
    if style is None:
        if code is not None and _repeats(rows, code):
            found[code] = "slug"
    elif not _repeats(rows, style) and _repeats(rows, _place(match, "name")):
        if code is None:
            found[style] = "sku_code"
        elif _repeats(rows, code):
            found[style], found[code] = "sku_code", "slug"
        else:
            found[style] = IGNORED
    return found


def _repeats(rows: Sequence[Sequence[str]], place: int | None) -> bool:
    texts = [row[place] for row in rows if row[place]] if place is not None else []
    return len(set(texts)) < len(texts)


def _place(match: Sequence[str], name: str) -> int | None:
    return match.index(name) if name in match else None
