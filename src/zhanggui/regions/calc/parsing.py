"""Reading a pasted text as name, phone, divisions and detail."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from zhanggui.regions.calc import names
from zhanggui.regions.calc.chains import SEPARATORS, Chain, best_chain
from zhanggui.regions.calc.gazetteer import Gazetteer, Kind
from zhanggui.regions.calc.phones import phones_cut, postcode_cut
from zhanggui.regions.calc.texts import (
    GAP,
    cleaned,
    for_matching,
    without_boilerplate,
)
from zhanggui.regions.types import Field, ParsedAddress

Townships = Callable[[], Mapping[str, tuple[str, ...]]]

_NAME_WORDS = (
    "收货人姓名|收件人姓名|联系人姓名|收货姓名|收件姓名|真实姓名|收货人|收件人|收件方|联系人"
    "|姓名|名字|receiver|name|consignee|(?<![a-z])to(?=[:：])|(?:收件|收货|收)(?=[:：])"
)
_PHONE_WORDS = (
    "收货人手机号码?|收货人电话|收货电话|收件人电话|收件电话|联系电话|联系手机|联系方式|手机号码"
    "|电话号码|手机号|手机|电话|"
    "座机|固话|mobile|phone|tel"
)
_ADDRESS_WORDS = (
    "收货人地址|收件人地址|所在地区|所属地区|收货地区|所在省市|所在城市|省市区县|省市区|详细地址"
    "|收货地址|收件地址|邮寄地址|"
    "快递地址|寄件地址|家庭地址|公司地址|联系地址|通讯地址|街道地址|详细住址|具体地址|地址|住址"
    "|地区|区域|街道|省份|城市|区县|address|addr"
)
_NAME_MARK, _ADDRESS_MARK, _LABEL_GAP = "\x1d", "\x1e", "\x1c"
_LABEL = re.compile(
    rf"(?P<name>{_NAME_WORDS})|(?P<phone>{_PHONE_WORDS})|(?P<address>{_ADDRESS_WORDS})",
    re.IGNORECASE,
)
_COLON = re.compile(r"[\]】)）]?\s{0,3}(?:[:：=]|是[:：]?|为[:：])\s*")
_GLUED_NAME = re.compile(r"[\u4e00-\u9fff·]{2,4}(?=[\s,，;；。\d]|$)")
_PIECE = re.compile(rf"[^\s,，;；。|、!！?？:：{GAP}{_LABEL_GAP}{_NAME_MARK}{_ADDRESS_MARK}]+")
_OPENING = re.compile(
    r"^(?:(?:老板|亲|你好|您好|客服|麻烦你?|请|帮我|帮忙|把|那|就|都)*"
    r"(?:我家?|我们家?|我公司|单位|公司|学校|新)?的?(?:收货|收件|邮寄|快递|寄件|详细|家庭"
    r"|公司)?(?:地址|住址)?"
    r"(?:是|为|在|改成|改为|换成|写)?[:：]?|(?:寄|发|送|邮)(?:到|往|去|给|货到)|中国"
    r"|中华人民共和国|住在?)+$"
)
_BEFORE_DETAIL = SEPARATORS.translate(dict.fromkeys(map(ord, "(（[【《“"))) + "\x1c\x1d\x1e"
_AFTER_DETAIL = SEPARATORS.translate(dict.fromkeys(map(ord, ")）]】》”"))) + "\x1c\x1d\x1e"
_TOWNSHIP = re.compile(r"[\u4e00-\u9fff]{1,9}?(?:街道|镇|乡|苏木)")


@dataclass(slots=True)
class _Piece:
    """A stretch of text between separators."""

    start: int
    end: int
    text: str
    is_labelled_name: bool = False
    is_next_to_phone: bool = False


@dataclass(slots=True)
class _Reading:
    """What was found so far; `text` has gaps where something was cut out."""

    text: str
    matching: str
    chain: Chain | None = None
    province: str = ""
    city: str = ""
    district: str = ""
    code: str = ""
    name: str = ""
    detail: str = ""
    confidence: dict[Field, float] = field(default_factory=dict)


def parse(*, text: str, gazetteer: Gazetteer, townships: Townships) -> ParsedAddress:
    """Read any text; what it does not tell stays empty."""
    plain = _labels_marked(without_boilerplate(cleaned(text)))
    phone = phones_cut(plain)
    reading = _Reading(text=phone.rest, matching=for_matching(phone.rest))
    reading.confidence["phone"] = phone.confidence
    reading.chain = best_chain(text=_unmarked(reading.matching), gazetteer=gazetteer)
    _name_divisions(reading, gazetteer)
    postcode, reading.text, sureness = postcode_cut(reading.text, province_code=reading.code)
    reading.confidence["postcode"] = sureness
    reading.matching = for_matching(reading.text)
    _split_name_and_detail(reading, gazetteer, has_phone=bool(phone.number))
    _infer_from_township(reading, gazetteer, townships)
    return ParsedAddress(
        province=reading.province,
        city=reading.city,
        district=reading.district,
        detail=reading.detail,
        name=reading.name,
        phone=phone.number,
        phone_extension=phone.extension,
        postcode=postcode,
        code=reading.code,
        confidence={key: round(value, 2) for key, value in reading.confidence.items()},
    )


def _labels_marked(text: str) -> str:
    """Replace labels of forms by marks of the same length that end a piece."""
    pieces: list[str] = []
    last = 0
    for label in _LABEL.finditer(for_matching(text)):
        colon = _COLON.match(text, label.end()) or _bracket_closed(text, label)
        if label.start() < last or not (colon or _stands_as_label(text, label)):
            continue
        end = colon.end() if colon else label.end()
        mark = _NAME_MARK if label["name"] else _ADDRESS_MARK if label["address"] else GAP
        pieces += [text[last : label.start()], _LABEL_GAP * (end - label.start() - 1), mark]
        last = end
    return "".join([*pieces, text[last:]])


def _bracket_closed(text: str, label: re.Match[str]) -> re.Match[str] | None:
    """The closing bracket of 【收件人】."""
    is_open = label.start() > 0 and text[label.start() - 1] in "[【(（"
    return re.compile(r"[\]】)）]\s*").match(text, label.end()) if is_open else None


def _stands_as_label(text: str, label: re.Match[str]) -> bool:
    """A label without a colon: at a piece's start and followed by a blank, or before digits."""
    begins = label.start() == 0 or text[label.start() - 1] in SEPARATORS
    after = text[label.end() : label.end() + 2]
    if label["phone"]:
        return after[:1].isdigit() or after[:1] in ("+", "(") or (after[:1] == " " and begins)
    if label["name"] and begins and _GLUED_NAME.match(text, label.end()):
        return True
    return begins and after[:1] in (" ", "\n") and bool(after.strip() or label["name"])


def _unmarked(text: str) -> str:
    return text.translate({ord(mark): GAP for mark in (_NAME_MARK, _ADDRESS_MARK, _LABEL_GAP)})


def _name_divisions(reading: _Reading, gazetteer: Gazetteer) -> None:
    """Turn the chain's codes into names: only what all its meanings share is certain."""
    fields: tuple[Field, Field, Field] = ("province", "city", "district")
    chain = reading.chain
    if chain is None:
        reading.confidence.update(dict.fromkeys(fields, 0.0))
        return
    meanings = [gazetteer.resolved(code) for code in chain.codes]
    reading.code = chain.codes[0] if len(chain.codes) == 1 else ""
    sureness = {Kind.FULL: 0.97, Kind.ALIAS: 0.85, Kind.SHORT: 0.9}[chain.guess]
    if chain.elements == 1:
        sureness -= 0.12 if chain.guess is Kind.FULL else 0.3
    if chain.clash:
        sureness = 0.45
    if len(meanings) > 1:
        sureness = 0.4
    for key in fields:
        values = {getattr(meaning, key) for meaning in meanings}
        value = values.pop() if len(values) == 1 else ""
        setattr(reading, key, value)
        reading.confidence[key] = sureness if value else 0.0
    if reading.code and not reading.district and reading.city:
        has_counties = gazetteer.children(reading.code)
        reading.confidence["district"] = 0.0 if has_counties else sureness
    if reading.code and reading.district and not reading.city:
        reading.confidence["city"] = sureness


def _pieces(text: str, chain: Chain | None) -> list[_Piece]:
    """The text's pieces; the chain itself is none, what surrounds it in its piece is."""
    if chain is not None:
        text = text[: chain.start] + GAP * (chain.end - chain.start) + text[chain.end :]
    pieces = [
        _Piece(
            start=found.start(),
            end=found.end(),
            text=found.group().lstrip(")）]】").rstrip("(（[【"),
            is_labelled_name=_label_before(text, found.start()) == _NAME_MARK,
        )
        for found in _PIECE.finditer(text)
        if any(each.isalnum() for each in found.group())
    ]
    return _names_joined(text, pieces)


def _label_before(text: str, position: int) -> str:
    before = text[:position].rstrip(" ")
    return before[-1:] if before[-1:] in (_NAME_MARK, _ADDRESS_MARK) else ""


def _names_joined(text: str, pieces: list[_Piece]) -> list[_Piece]:
    """Make one piece of what only a blank within a name divides."""
    joined: list[_Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if (
            before is not None
            and not text[before.end : piece.start].strip(" ")
            and names.belongs_together(before.text, piece.text)
        ):
            between = " " if piece.text.isascii() else ""
            before.text, before.end = before.text + between + piece.text, piece.end
        else:
            joined.append(piece)
    return joined


def _mark_phone_neighbours(reading: _Reading, pieces: list[_Piece]) -> None:
    chain = reading.chain
    for piece in pieces:
        before = reading.text[max(0, piece.start - 3) : piece.start]
        after = reading.text[piece.end : piece.end + 3]
        if chain is not None and piece.start == chain.end:
            before = ""
        piece.is_next_to_phone = GAP in before or GAP in after


def _split_name_and_detail(reading: _Reading, gazetteer: Gazetteer, *, has_phone: bool) -> None:
    pieces = _pieces(reading.text, reading.chain)
    _mark_phone_neighbours(reading, pieces)
    name_piece, score = _name_piece(pieces, reading, gazetteer, has_phone=has_phone)
    if name_piece is not None:
        reading.name = names.without_marks(name_piece.text)
        labelled = name_piece.is_labelled_name
        reading.confidence["name"] = 0.97 if labelled else min(0.95, 0.35 + 0.15 * score)
    rest = [piece for piece in pieces if piece is not name_piece]
    if not reading.name and has_phone:
        _cut_glued_name(reading, rest)
    reading.confidence.setdefault("name", 0.0)
    reading.detail = _detail(reading, rest, gazetteer)
    reading.confidence["detail"] = _detail_confidence(reading)


def _name_piece(
    pieces: list[_Piece], reading: _Reading, gazetteer: Gazetteer, *, has_phone: bool
) -> tuple[_Piece | None, float]:
    chain = reading.chain
    best: _Piece | None = None
    best_score = 1.9 if has_phone else 2.9 if chain is not None else 3.9
    for index, piece in enumerate(pieces):
        if piece.is_labelled_name:
            return piece, 9.0
        score = names.name_score(names.without_marks(piece.text))
        if score <= 0.5 or names.is_cut_bracket(piece.text):
            continue
        if chain is not None and piece.start == chain.end:
            continue
        is_before = chain is not None and piece.start < chain.start
        score += 0.9 * piece.is_next_to_phone + 0.5 * is_before + 0.4 * (index == 0)
        score += 0.3 * (index == len(pieces) - 1)
        if gazetteer.meanings(for_matching(piece.text)):
            score -= 0.5 if has_phone else 1.5
        if reading.text[piece.end : piece.end + 1] in (_LABEL_GAP, _ADDRESS_MARK):
            score -= 1.5
        if score > best_score:
            best, best_score = piece, score
    return best, best_score


def _cut_glued_name(reading: _Reading, pieces: list[_Piece]) -> None:
    """Find a name that nothing separates from the address, beside the phone or at the end."""
    ordered = sorted(pieces, key=lambda piece: not piece.is_next_to_phone)
    for piece in ordered:
        if piece.is_next_to_phone or piece is pieces[-1]:
            parts = names.glued_name(piece.text)
            if parts is not None:
                piece.text, reading.name = parts
                reading.confidence["name"] = 0.6
                return
        if reading.chain is None or piece.start != reading.chain.end:
            front = names.leading_name(piece.text)
            if front is not None:
                reading.name, piece.text = front
                reading.confidence["name"] = 0.55
                return


def _detail(reading: _Reading, pieces: list[_Piece], gazetteer: Gazetteer) -> str:
    chain = reading.chain
    start = chain.start if chain is not None else -1
    kept: list[_Piece] = []
    early: list[_Piece] = []
    for piece in pieces:
        if names.is_order_to_courier(piece.text):
            continue
        if piece.start < start:
            if _belongs_before(piece, chain):
                early.append(piece)
        elif not _is_chatter(piece.text):
            kept.append(piece)
    detail = re.sub(r"[(（] ?[)）]", "", _joined([*early, *kept], reading.text))
    return _trimmed(_without_repeats(_trimmed(detail), reading, gazetteer))


def _trimmed(text: str) -> str:
    return text.lstrip(_BEFORE_DETAIL).rstrip(_AFTER_DETAIL)


def _belongs_before(piece: _Piece, chain: Chain | None) -> bool:
    """Whether text before the divisions is address and not a greeting or an opening."""
    if names.is_remark(piece.text) or _OPENING.match(piece.text):
        return False
    if chain is not None and piece.end == chain.start:
        return False
    return names.looks_like_place(piece.text) and not piece.text.isdigit()


def _is_chatter(text: str) -> bool:
    return (
        bool(_OPENING.match(text))
        or text in ("收", "亲")
        or bool(_LABEL.fullmatch(for_matching(text)))
    )


def _joined(pieces: list[_Piece], source: str) -> str:
    """The pieces as one line; blanks and commas of the source are left out between Chinese."""
    text = ""
    last: _Piece | None = None
    for piece in pieces:
        if last is not None and piece.text and text:
            between = source[last.end : piece.start]
            if between in ("、", ":", "："):
                text += between
            elif text[-1].isascii() and piece.text[0].isascii():
                text += " "
        text += piece.text
        last = piece
    return text


def _without_repeats(detail: str, reading: _Reading, gazetteer: Gazetteer) -> str:
    """Drop the divisions where people paste them twice, and the village typed before them."""
    chain = best_chain(text=for_matching(detail), gazetteer=gazetteer)
    if chain is None or not reading.code:
        return detail
    is_at_end = not _trimmed(detail[chain.end :])
    if reading.code not in chain.codes and not (
        is_at_end and any(gazetteer.is_within(reading.code, code) for code in chain.codes)
    ):
        return detail
    head, tail = detail[: chain.start], detail[chain.end :]
    if not _trimmed(head):
        return tail if chain.elements > 1 or chain.guess is Kind.FULL else detail
    if chain.elements < 2 or head[-1:] in "(（":
        return detail
    tail = _trimmed(tail)
    return tail if tail.startswith(_trimmed(head)) else head + tail


def _detail_confidence(reading: _Reading) -> float:
    if not reading.detail:
        return 0.0
    if reading.chain is None:
        return 0.45
    base = 0.9 if re.search(r"\d|[一二三四五六七八九十][号栋组楼]", reading.detail) else 0.75
    return base if reading.name or not reading.confidence["phone"] else base - 0.2


def _infer_from_township(reading: _Reading, gazetteer: Gazetteer, townships: Townships) -> None:
    """Find the district, or which one of several, by the township that the detail begins with."""
    if reading.district and reading.code:
        return
    found = _TOWNSHIP.match(for_matching(reading.detail))
    if found is None or len(found.group()) < 3:
        return
    counties = townships().get(found.group(), ())
    above = reading.chain.codes if reading.chain is not None else ()
    if above:
        counties = tuple(
            code for code in counties if any(gazetteer.is_within(code, each) for each in above)
        )
    elif len(found.group()) < 4:
        return
    if len(counties) != 1:
        return
    resolved = gazetteer.resolved(counties[0])
    reading.code = resolved.code
    sureness = 0.8 if above else 0.45
    fields: tuple[Field, Field, Field] = ("province", "city", "district")
    for key in fields:
        setattr(reading, key, getattr(resolved, key))
        reading.confidence[key] = max(sureness, reading.confidence[key])
