"""Finding the chain province, city, district in a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from zhanggui.regions.calc.gazetteer import MUNICIPALITIES, Gazetteer, Kind
from zhanggui.regions.calc.texts import GAP

SEPARATORS = f" \n,，;；。:：|/、.>-—_~()（）[]【】《》<>\"'“”!！?？&*{GAP}"
_BETWEEN = re.compile(r"[ \n,，、;；:：/|>.。·_-]*")
_FILLER = re.compile(  # words of address forms that name no division and may simply be dropped
    r"(?:市辖区|市辖县|其[它他]区|其[它他]|省直辖县级行政区划|省直辖县级行政单位|省直辖县|省直辖"
    r"|自治区直辖县级行政区划|自治区直辖县级行政单位|自治区直辖县|直辖县级|直辖县|直辖|县级市"
    r"|省属虚拟市)"
)
_BRIDGE = re.compile(  # dropped only if another division follows
    r"(?:市区|城区|郊县|郊区|县|市|下辖|下属的?|的|那边"
    r"|(?:生产建设)?兵团(?:第?[一二三四五六七八九十\d]{1,3}师)?|农[一二三四五六七八九十]师)"
)
_ROAD = re.compile(
    r"[东西南北中前后]?(?:[一二三四五六七八九十]|\d{1,2})?[东西南北中]?"
    r"(?:路|街(?!道)|大街|大道|公路|高速|道(?!口)|巷|弄|胡同|里弄|支路|横路|干线|新路)"
)
_PLACE = re.compile(
    r"(?:大|儿童|妇幼|人民|中心|国际)?"
    r"(?:公园|医院|广场|大厦|小学|中学|大学|学院|宾馆|酒店|饭店|银行|花园|小区|公寓|家园|新村|新城"
    r"|村|镇|乡|街道|大桥|山庄|(?:火车|高铁|汽车|东|西|南|北)?站(?![前东西南北])|机场|批发|市场"
    r"|有限|公司|集团|餐厅|面馆|美食|人家|商会)"
)
_ADDRESS_BEFORE = re.compile(r"[路街号栋楼室村镇弄巷苑园\d]")
_ADDRESS_AFTER = re.compile(r"[路街道号镇乡村区园苑楼栋]")
_SCORES = {Kind.FULL: 3.0, Kind.ALIAS: 2.5, Kind.SHORT: 2.0}
_MAX_STEPS = 6


@dataclass(frozen=True, slots=True)
class Chain:
    """Divisions named one after the other at [start, end) and what they can mean.

    `codes` are the deepest divisions meant; more than one means that the text leaves it open.
    `guess` is the worst kind of reading on the way; `clash` tells that the levels contradicted.
    """

    start: int
    end: int
    codes: tuple[str, ...]
    elements: int
    score: float
    guess: Kind
    clash: bool = False


@dataclass(frozen=True, slots=True)
class _Search:
    """The text that is searched, and what is known already of its places."""

    text: str
    gazetteer: Gazetteer
    grown: dict[tuple[int, tuple[str, ...]], Chain | None] = field(default_factory=dict)


def pieces_start(text: str, position: int) -> bool:
    """Whether a new piece of text begins here."""
    if position == 0 or text[position - 1] in SEPARATORS:
        return True
    before = text[max(0, position - 8) : position]
    return before.endswith(
        ("中国", "地址", "寄到", "寄往", "发到", "发往", "送到", "地址是", "我在")
    )


def best_chain(*, text: str, gazetteer: Gazetteer) -> Chain | None:
    """The most convincing chain of the text, the first of equals."""
    best: Chain | None = None
    for chain in _chains(text, gazetteer):
        if best is None or chain.score > best.score:
            best = chain
    return best


def _chains(text: str, gazetteer: Gazetteer) -> Iterator[Chain]:
    search = _Search(text, gazetteer)
    piece_from = 0
    covered = 0
    for position, first in enumerate(text):
        if first in SEPARATORS:
            piece_from = position + 1
            continue
        if first not in gazetteer.lengths or position < covered:
            continue
        chain = _grown(search, position, (), 0)
        if chain is None:
            continue
        weighed = _weighed(text, chain, piece_from, gazetteer)
        if weighed is not None:
            covered = weighed.end
            yield weighed


def _weighed(text: str, chain: Chain, piece_from: int, gazetteer: Gazetteer) -> Chain | None:
    """The chain with the marks of its place in the text, None where it is none there."""
    at_start = pieces_start(text, chain.start)
    score = chain.score / max(1, chain.elements) + (3.0 if chain.elements > 1 else 0.0)
    score += 1.5 if at_start else 0.0
    if not any(gazetteer.children(code) for code in chain.codes):
        score += 1.0
    if not at_start and _ADDRESS_BEFORE.search(text, piece_from, chain.start):
        score -= 3.0
    codes = chain.codes
    if chain.elements == 1 and chain.guess is Kind.SHORT:
        if not at_start:
            return None
        codes = _most_known(codes, gazetteer)
        if gazetteer.by_code[codes[0]].level == 3 and not _stands_alone(text, chain, codes):
            return None
    if score <= 0:
        return None
    return Chain(chain.start, chain.end, codes, chain.elements, score, chain.guess, chain.clash)


def _most_known(codes: tuple[str, ...], gazetteer: Gazetteer) -> tuple[str, ...]:
    """A short name on its own means the highest division of that name: 吉林 is the province."""
    top = min(gazetteer.by_code[code].level for code in codes)
    return tuple(code for code in codes if gazetteer.by_code[code].level == top)


def _stands_alone(text: str, chain: Chain, codes: tuple[str, ...]) -> bool:
    if len(codes) != 1:
        return False
    rest = re.split(f"[\n{GAP}]", text[chain.end :], maxsplit=1)[0]
    return bool(_ADDRESS_AFTER.search(rest))


def _grown(search: _Search, position: int, context: tuple[str, ...], depth: int) -> Chain | None:
    """The best chain that begins exactly here, below the divisions of the context."""
    key = (position, context)
    if key in search.grown:
        return search.grown[key]
    best: Chain | None = None
    for end, codes, kind, clash in _readings(search.text, position, context, search.gazetteer):
        worth = 0.0 if codes == context else _SCORES[kind] - (1.5 if clash else 0.0)
        step = Chain(position, end, codes, int(codes != context), worth, kind, clash)
        chain = _continued(search, step, depth) or step
        if best is None or (chain.score, chain.end) > (best.score, best.end):
            best = chain
    search.grown[key] = best
    return best


def _continued(search: _Search, step: Chain, depth: int) -> Chain | None:
    if depth >= _MAX_STEPS:
        return None
    best: Chain | None = None
    for begin, is_free in _next_places(search.text, step.end):
        follower = _grown(search, begin, step.codes, depth + 1)
        if follower is not None:
            joined = Chain(
                step.start,
                follower.end,
                follower.codes,
                step.elements + follower.elements,
                step.score + follower.score,
                max(step.guess, follower.guess),
                step.clash or follower.clash,
            )
            if best is None or joined.score > best.score:
                best = joined
        elif is_free and best is None:
            best = replace(step, end=begin)
    return best


def _next_places(text: str, end: int) -> Iterator[tuple[int, bool]]:
    """Where the next division may begin; True where the words up to there mean nothing."""
    between = _BETWEEN.match(text, end)
    begin = between.end() if between else end
    yield begin, False
    if filler := _FILLER.match(text, begin):
        after = _BETWEEN.match(text, filler.end())
        yield after.end() if after else filler.end(), True
    elif bridge := _BRIDGE.match(text, begin):
        after = _BETWEEN.match(text, bridge.end())
        yield after.end() if after else bridge.end(), False


def _readings(
    text: str, position: int, context: tuple[str, ...], gazetteer: Gazetteer
) -> Iterator[tuple[int, tuple[str, ...], Kind, bool]]:
    """What the text here can name: where the name ends, which divisions, how surely, a clash."""
    if position >= len(text):
        return
    for length in gazetteer.lengths.get(text[position], ()):
        end = position + length
        for kind, of_kind in gazetteer.meanings(text[position:end]):
            if kind is Kind.SHORT and _is_part_of_a_place_name(text, end):
                continue
            codes = _fitting(of_kind, context, gazetteer, length)
            if codes and codes == context and not _may_repeat(kind, codes, gazetteer):
                continue
            if codes:
                yield end, codes, kind, False
                break
            if context and kind is not Kind.SHORT and (length >= 3 or text[end - 1] in "县市"):
                elsewhere = _contradicting(of_kind, context, gazetteer)
                if elsewhere:
                    yield end, elsewhere, kind, True
                    break


def _may_repeat(kind: Kind, codes: tuple[str, ...], gazetteer: Gazetteer) -> bool:
    """Official names are pasted twice; a short one again is a road or a quarter: 朝阳门."""
    return kind is Kind.FULL or (
        kind is Kind.SHORT and all(code in MUNICIPALITIES for code in codes)
    )


def _is_part_of_a_place_name(text: str, end: int) -> bool:
    return bool(_ROAD.match(text, end) or _PLACE.match(text, end))


def _fitting(
    codes: tuple[str, ...], context: tuple[str, ...], gazetteer: Gazetteer, length: int
) -> tuple[str, ...]:
    if context:
        return tuple(
            code for code in codes if any(gazetteer.is_within(code, above) for above in context)
        )
    mainland = tuple(code for code in codes if code < "7")
    if length == 2 and all(gazetteer.by_code[code].name[-1] == "区" for code in codes):
        shorts = all(len(gazetteer.by_code[code].name) > 2 for code in codes)
        return (mainland or codes) if shorts else ()
    return mainland or codes


def _contradicting(
    codes: tuple[str, ...], context: tuple[str, ...], gazetteer: Gazetteer
) -> tuple[str, ...]:
    """A county that lies elsewhere in the province than the text says, if there is but one."""
    provinces = {gazetteer.lineage(code)[0].code for code in context}
    levels = {gazetteer.by_code[code].level for code in context}
    there = tuple(
        code
        for code in codes
        if gazetteer.by_code[code].level == 3
        and gazetteer.lineage(code)[0].code in provinces
        and levels == {2}
    )
    return there if len(there) == 1 else ()
