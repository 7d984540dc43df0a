"""Typed cells of one product's rows; what is wrong is collected, not raised."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from zhanggui.catalog.types import MAX_MEASURE, MAX_PRICE_MINOR, Shelf
from zhanggui.core.tables.cells import decimal_of as decimal_of
from zhanggui.core.tables.cells import is_damaged, minor_of, moment_of, whole_of
from zhanggui.integrations.types import CLEAR, COST, Fault, FileRow, Reading, Values

_TRUE = {"true", "1", "yes", "y", "是", "on", "published", "active", "上架", "在售"}
_FALSE = {"false", "0", "no", "n", "否", "off", "下架"}
_WORDS = {
    Shelf.ON: "on|上架|在售|active|published|1|true|是|启用|正常|yes|y|已上架|出售中|销售中|上架中|"
    "售卖中|已售罄|售罄|sold out|outofstock|enabled|已启用|publish|visible",
    Shelf.OFF: "off|下架|archived|停售|仓库中|0|false|否|禁用|停用|no|n|已下架|待上架|已停售|"
    "已禁用|disabled|unpublished|hidden|private|unlisted|已停用|inactive|未上架",
    Shelf.DRAFT: "draft|草稿|-1|pending|待审核",
}
_SHELVES = {word: shelf for shelf, words in _WORDS.items() for word in words.split("|")}
_TAGS = re.compile(r"[,，|;；\n、]+")
BRAND, TAGS = "品牌", "标签"  # stored, so they do not follow the language
_PATH = re.compile(r"(?<!\\)\s*[>＞›»]\s*")
_URLS = re.compile(r"[|\n;；\s]+|,\s*(?=https?://)")
_FILES = re.compile(r"[|\n;；,，]+")
_SEVERAL = re.compile(r"(?<!\\)[,;，；]")
_PLACE = re.compile(r"[0-9a-zA-Z]*:[0-9]+:[0-9]+:")  # before each address, in files of Taobao
_GRAMS = {"kg": 1000, "g": 1, "lbs": 453.59237, "lb": 453.59237, "oz": 28.349523125}
_MILLIMETRES = {"m": 1000, "cm": 10, "mm": 1, "in": 25.4, "yd": 914.4}
_UNITS = {
    **_GRAMS,
    **dict.fromkeys(("千克", "公斤", "kgs"), 1000),
    **dict.fromkeys(("克", "gr", "gram", "grams"), 1),
    "斤": 500,
    "mg": 0.001,
}
_WITH_UNIT = re.compile(
    rf"(.+?)\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})", re.IGNORECASE
)
_PIECES = re.compile(r"\s*(?:件|个|只|pcs?|pieces?)$", re.IGNORECASE)
_UNCOUNTED = {"unlimited", "instock", "in stock", "不限", "无限", "充足", "∞"}
NOTHING = ("-", "--", "—", "/", "无", "null", "NULL", "None", "N/A", "n/a", "#N/A", "nan")


class Cells:
    """Reads the cells of rows and keeps what is wrong with them."""

    def __init__(self, reading: Reading, *, label: Callable[[str], str] = str) -> None:
        self.reading = reading
        self.faults: list[Fault] = []
        self._label = label

    def wrong(self, row: FileRow, name: str, text: str) -> None:
        """Note that a cell can't be taken over."""
        column = self._label(name) if name else ""
        self.faults.append(Fault(row.line, text, column))

    def code(self, row: FileRow, name: str) -> str:
        """Return a code or barcode, "" where there is none."""
        text = row.get(name)
        if is_damaged(text):
            why = _("%(text)s 被 Excel 改成科学计数法，数字已经丢了。请把这列设为文本再导出")
            self.wrong(row, name, why % {"text": text})
        return "" if text in NOTHING else unescaped(text)

    def money(self, row: FileRow, name: str) -> int | None:
        """Return an amount in minor units."""
        text = row.get(name)
        if not text or text in NOTHING:
            return None
        digits, comma = self.reading.digits, self.reading.comma
        minor = None if is_damaged(text) else minor_of(text, digits=digits, comma=comma)
        if minor is None:
            shown = "…" if name == COST else text[:40]  # who may not see costs reads this, too
            self.wrong(row, name, _("%(text)s 不是金额，例如 19.90") % {"text": shown})
        elif not 0 <= minor <= MAX_PRICE_MINOR:
            self.wrong(row, name, _("价格要在 0 到 1 亿之间。"))
        return minor

    def price_or_clear(self, row: FileRow, name: str) -> int | str | None:
        """Return an amount that a cell of our template can also take away."""
        return "" if row.get(name) == CLEAR else self.money(row, name)

    def whole(self, row: FileRow, name: str) -> int | None:
        """Return a whole number."""
        text = row.get(name)
        if not text or text in NOTHING or text.casefold() in _UNCOUNTED:
            return None
        number = None if is_damaged(text) else whole_of(_PIECES.sub("", text))
        if number is None:
            self.wrong(row, name, _("%(text)s 不是整数") % {"text": text[:40]})
        return number

    def measure(self, row: FileRow, name: str, *, unit: float) -> int | None:
        """Return a measure in whole base units (grams, millimetres), half up.

        A unit in the cell itself ("0.35 kg") counts more than that of the column.
        """
        text = row.get(name)
        if not text or text in NOTHING:
            return None
        if found := _WITH_UNIT.fullmatch(text):
            text, unit = found[1], _UNITS[found[2].casefold()]
        value = decimal_of(text, comma=self.reading.comma)
        if value is None or value < 0:
            self.wrong(row, name, _("%(text)s 不是数字") % {"text": text[:40]})
            return None
        measure = int(float(value) * unit + 0.5)
        if measure > MAX_MEASURE:
            self.wrong(row, name, _("重量和体积不能小于 0，也不能太大。"))
        return measure

    def moment(self, row: FileRow, name: str) -> datetime | str | None:
        """Return a moment, "" where a cell of our template takes it away."""
        text = row.get(name)
        if not text or text == CLEAR:
            return "" if text else None
        at = moment_of(text, zone=self.reading.zone)
        if at is None:
            self.wrong(
                row, name, _("%(text)s 不是时间，例如 2026-11-21 10:00") % {"text": text[:40]}
            )
        return at


def text_or_clear(row: FileRow, name: str) -> str | None:
    """Return a text of our template: None unchanged, "" empty."""
    text = row.get(name)
    return ("" if text == CLEAR else unescaped(text)) if text else None


def escaped(text: str) -> str:
    """Return a text so that our template does not take it for an order or for nothing."""
    return f"\\{text}" if _is_special(text) or _is_escaped(text) else text


def unescaped(text: str) -> str:
    """Return what `escaped` was given."""
    return text[1:] if text != CLEAR and _is_escaped(text) else text


def _is_special(text: str) -> bool:
    return text in NOTHING or is_damaged(text)


def _is_escaped(text: str) -> bool:
    bare = text.lstrip("\\")
    return text.startswith("\\") and (bare == CLEAR[1:] or _is_special(bare))


def named_values(text: str) -> dict[str, tuple[str, ...]]:
    """Return name → values of a cell ("材质:棉|麻; 产地:苏州"); a sign within is written `\\:`."""
    found: dict[str, tuple[str, ...]] = {}
    for part in _parts(text, ";；\n"):
        name, *rest = _parts(part, ":：") or [""]
        if name.strip() and rest:
            values = [_bare(one) for one in _parts(part[len(name) + 1 :], "|")]
            found[_bare(name)] = tuple(filter(None, values))
    return found


def named_text(values: Mapping[str, Iterable[str]]) -> str:
    """Write what `named_values` reads."""
    return "; ".join(
        f"{_marked(name)}:{'|'.join(map(_marked, texts))}" for name, texts in values.items()
    )


def _parts(text: str, signs: str) -> list[str]:
    return re.findall(rf"(?:\\.|[^\\{signs}])+", text, re.DOTALL)


def _bare(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text.strip(), flags=re.DOTALL)


def _marked(text: str) -> str:
    return re.sub(r"([\\;；:：|\n])", r"\\\1", text)


def shelf_of(text: str) -> Shelf | None:
    """Return where a word of any shop puts a product, None for an unknown one."""
    return _SHELVES.get(text.strip().casefold())


def brand_and_tags(row: FileRow) -> dict[str, Values]:
    """Return what a product's own columns say of its brand and its tags, as attributes."""
    found = {}
    if brand := row.get("brand"):
        texts: tuple[str, ...] = () if brand == CLEAR else (value_of(brand),)
        found[BRAND] = Values(texts, is_one=True)
    if tags := row.get("tags"):
        parts = () if tags == CLEAR else _TAGS.split(tags)
        texts = tuple(dict.fromkeys(filter(None, map(value_of, parts))))
        found[TAGS] = Values(texts, is_facet=False)
    return found


def value_of(text: str) -> str:
    """Return a value without the signs that part values in addresses."""
    return text.strip().replace(":", "：").replace(";", "；")[:60].strip()


def flag(text: str) -> bool | None:
    """Return yes or no, None for neither."""
    form = text.strip().casefold()
    return True if form in _TRUE else False if form in _FALSE else None


def category_path(text: str) -> tuple[str, ...]:
    """Return the names from the top: "服装 > 外套"; a `>` within a name is written `\\>`."""
    parts = (part.replace("\\>", ">").strip() for part in _PATH.split(text))
    return tuple(part for part in parts if part)


def first_category(text: str) -> str:
    """Return the first of the categories of a cell (Home,Kitchen; /tops, /new)."""
    return _SEVERAL.split(text)[0].strip().removeprefix("/").strip()


def picture_sources(text: str) -> tuple[str, ...]:
    """Return the addresses or file names that a cell lists."""
    parts = (_URLS if "://" in text else _FILES).split(text)
    found = (part.strip() for part in parts)
    return tuple(dict.fromkeys(one for one in found if one and not _PLACE.fullmatch(one)))


def grams(unit: str) -> float:
    """Return the grams of one unit of weight as headers name it."""
    return _GRAMS.get(unit, 1000)


def millimetres(unit: str) -> float:
    """Return the millimetres of one unit of length as headers name it."""
    return _MILLIMETRES.get(unit, 10)


def plain(html: str, *, longest: int) -> str:
    """Return HTML as one short line of text."""
    text = " ".join(strip_tags(html.replace("<", " <")).replace("&nbsp;", " ").split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def first(rows: Sequence[FileRow], name: str) -> str:
    """Return the first text that a field has in these rows."""
    return next((text for row in rows if (text := row.get(name))), "")
