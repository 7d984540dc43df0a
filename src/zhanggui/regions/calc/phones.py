"""Finding phone numbers and postcodes in a pasted text."""

import re
from dataclasses import dataclass

from zhanggui.regions.calc.texts import GAP, blanked

_EXTENSION = (
    r"(?:\s?(?:-|—|#|[,，]?\s?转接?|分机号?|[eE]xt\.?)\s?(\d{1,6})(?![\d号室栋楼幢座弄A-Za-z]))?"
)
_COUNTRY = r"(?:[(（]?\+?\s?0{0,2}86[)）]?[- ]{0,2})?"
_MOBILE = re.compile(
    rf"(?<!\d)(?:{_COUNTRY})"
    r"(1[3-9]\d(?:[- ]{0,2}\d{4}[- ]{0,2}\d{4}|[- ]?\d{3}[- ]\d{5}|\d[- ]\d{3}[- ]\d{4}|\d{2}[- "
    r"]\d{6}))"
    rf"(?!\d){_EXTENSION}"
)
_LANDLINE = re.compile(
    r"(?<!\d)(?:\(?\+?(?:00)?86\)?[- ]?)?[(（]?(0?10|0?2\d|0[3-9]\d{2})[)）]?[- ]{0,2}"
    rf"([2-8]\d{{3}}[- ]?\d{{3,4}})(?!\d){_EXTENSION}"
)
_SERVICE = re.compile(
    rf"(?<!\d)([48]00[- ]?(?:\d{{3}}[- ]?\d{{4}}|\d{{4}}[- ]?\d{{3}}))(?!\d){_EXTENSION}"
)
_ABROAD = re.compile(
    r"(?<!\d)[(（]?(?:\+|00)?(85[23])[)）]?[- ]{0,2}(\d{4})[- ]?(\d{4})(?!\d)"
    r"|(?<!\d)[(（]?(?:\+|00)(886)[)）]?[- ]{0,2}0?(\d{3})[- ]?(\d{3})[- ]?(\d{3})(?!\d)"
)
_TAIWAN = re.compile(r"(?<!\d)(09\d{2})[- ]?(\d{3})[- ]?(\d{3})(?!\d)")
_EIGHT_DIGITS = re.compile(r"(?<!\d)([235-9]\d{3})[- ]?(\d{4})(?![\d室楼号])")
_LOCAL_LABELLED = re.compile(r"(?:电话|手机|座机)(?:号码?)?[ :：]*([2-8]\d{6,7})(?!\d)")
_GLUED = re.compile(r"(?<=[\u4e00-\u9fffA-Za-z#-])(\d{2,4})(1[3-9]\d{9})(?!\d)")
_MASKED = re.compile(r"(?<!\d)1[3-9]\d\*{4,6}\d{2,4}(?!\d)")

_POSTCODE_LABELLED = re.compile(r"(?:邮政编码|邮编|邮码|zip)[ :：]*(\d{6})(?!\d)", re.IGNORECASE)
_POSTCODE_ALONE = re.compile(
    rf"(?:(?<=[\s,，;；。|/()（）{GAP}])|^)(\d{{6}})(?=[\s,，;；。|/()（）{GAP}]|$)"
)
_POSTCODE_LAST = re.compile(
    rf"(?<=[\u4e00-\u9fff])(\d{{6}})(?=[\s,，;；。{GAP}]|[\u4e00-\u9fff]{{2,4}}{GAP}|$)"
)
POSTCODE_PREFIXES = {
    "11": "10", "12": "30", "13": "05 06 07", "14": "03 04", "15": "01 02 16",
    "21": "11 12", "22": "13", "23": "15 16", "31": "20", "32": "21 22", "33": "31 32",
    "34": "23 24", "35": "35 36", "36": "33 34", "37": "25 26 27", "41": "45 46 47",
    "42": "43 44", "43": "41 42", "44": "51 52", "45": "53 54", "46": "57", "50": "40",
    "51": "61 62 63 64", "52": "55 56", "53": "65 66 67", "54": "85 86", "61": "71 72",
    "62": "73 74", "63": "81", "64": "75", "65": "83 84", "81": "99", "82": "99",
}  # fmt: skip
_ALL_PREFIXES = frozenset(" ".join(POSTCODE_PREFIXES.values()).split())


@dataclass(frozen=True, slots=True)
class FoundPhone:
    """A phone number, the text with all numbers cut out, and how sure it is."""

    number: str
    extension: str
    rest: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    number: str
    extension: str
    confidence: float


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isdecimal())


def _mobiles(text: str) -> list[_Hit]:
    return [
        _Hit(m.start(), m.end(), _digits(m[1]), m[2] or "", 0.98) for m in _MOBILE.finditer(text)
    ]


def _landlines(text: str) -> list[_Hit]:
    hits = []
    for m in _LANDLINE.finditer(text):
        area = m[1] if m[1].startswith("0") else "0" + m[1]
        if m[1].startswith("0") or "86" in m[0][: m.start(1) - m.start()]:
            number = f"{area}-{_digits(m[2])}"
            hits.append(_Hit(m.start(), m.end(), number, m[2 + 1] or "", 0.9))
    for m in _SERVICE.finditer(text):
        hits.append(_Hit(m.start(), m.end(), _digits(m[1]), m[2] or "", 0.85))
    return hits


def _others(text: str) -> list[_Hit]:
    hits = []
    for m in _ABROAD.finditer(text):
        country, *parts = [each for each in m.groups() if each]
        hits.append(_Hit(m.start(), m.end(), f"+{country}{''.join(parts)}", "", 0.9))
    if "台" in text or "臺" in text:
        hits += [_Hit(m.start(), m.end(), _digits(m[0]), "", 0.85) for m in _TAIWAN.finditer(text)]
    if any(place in text for place in ("香港", "澳门", "澳門", "九龙", "九龍", "新界")):
        hits += [
            _Hit(m.start(), m.end(), _digits(m[0]), "", 0.7) for m in _EIGHT_DIGITS.finditer(text)
        ]
    return hits


def _last_resorts(text: str) -> list[_Hit]:
    hits = [_Hit(m.start(1), m.end(1), m[1], "", 0.6) for m in _LOCAL_LABELLED.finditer(text)]
    return hits + [_Hit(m.start(2), m.end(2), m[2], "", 0.5) for m in _GLUED.finditer(text)]


def phones_cut(text: str) -> FoundPhone:
    """Find the number to call; further numbers are cut out too, since no door is named so.

    A mobile wins over a landline; then the first one in the text.
    """
    kept: list[_Hit] = []
    for finder in (_others, _mobiles, _landlines, _last_resorts):
        if finder is _last_resorts and kept:
            break
        for hit in finder(text):
            if all(hit.end <= other.start or hit.start >= other.end for other in kept):
                kept.append(hit)
    for hit in kept:
        text = blanked(text, hit.start, hit.end)
    for masked in list(_MASKED.finditer(text)):
        text = blanked(text, masked.start(), masked.end())
    if not kept:
        return FoundPhone(number="", extension="", rest=text, confidence=0.0)
    best = max(kept, key=lambda hit: (hit.confidence >= 0.95, -hit.start))
    return FoundPhone(best.number, best.extension, text, best.confidence)


def postcode_cut(text: str, *, province_code: str) -> tuple[str, str, float]:
    """Find the postcode; answers with it, the text without it and how sure it is.

    A number that is glued to the text's end counts only if its first digits fit the province.
    """
    fitting = POSTCODE_PREFIXES.get(province_code[:2], "").split()
    if found := _POSTCODE_LABELLED.search(text):
        return found[1], blanked(text, found.start(), found.end()), 0.95
    for found in _POSTCODE_ALONE.finditer(text):
        rest = blanked(text, found.start(1), found.end(1))
        if found[1] in ("000000", "999077"):
            return "", rest, 0.0
        if found[1][:2] in (fitting or _ALL_PREFIXES):
            return found[1], rest, 0.95 if fitting else 0.7
    found_last = _POSTCODE_LAST.search(text)
    if found_last and found_last[1][:2] in fitting:
        rest = blanked(text, found_last.start(1), found_last.end(1))
        return found_last[1], rest, 0.6
    return "", text, 0.0
