"""The divisions indexed by every name under which people write them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from zhanggui.regions.types import Division, Resolved

MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})

_ETHNIC = (
    "蒙古|藏|回|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|"
    "东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|普米|塔吉克|怒|俄罗斯|"
    "鄂温克|德昂|保安|裕固|独龙|鄂伦春|赫哲|门巴|珞巴|各"
)
_AUTONOMOUS = re.compile(rf"(?:(?:{_ETHNIC})族|蒙古|哈萨克|柯尔克孜|塔吉克)*自治(?:州|县|旗)$")
_PLAIN_SUFFIX = re.compile(
    r"(?:维吾尔自治区|壮族自治区|回族自治区|自治区|特别行政区|地区|新区|林区|特区|省|市|盟|区|县|旗)$"
)
_OTHER_PROVINCE_NAMES = {
    "内蒙古": ("内蒙", "内蒙省", "内蒙古省"),
    "广西": ("广西省", "广西自治区"),
    "宁夏": ("宁夏省", "宁夏自治区"),
    "新疆": ("新疆省", "新疆自治区"),
    "西藏": ("西藏省",),
    "香港": ("香港特区", "香港市"),
    "澳门": ("澳门特区", "澳门市"),
}


class Kind(IntEnum):
    """How surely a written name means a division; lower is surer."""

    FULL = 0
    ALIAS = 1  # outdated name, wrong suffix
    SHORT = 2  # suffix left out


@dataclass(frozen=True, slots=True)
class Renaming:
    """A division that has another name or parent today; empty county: the city was renamed."""

    old_city: str
    old_county: str
    new_province: str
    new_city: str
    new_county: str


def stem(name: str) -> str:
    """The name without its administrative suffix, the whole name where nothing would be left."""
    bare = _AUTONOMOUS.sub("", name)
    if not bare:
        bare = re.sub(r"族?自治(?:州|县|旗)$", "", name)
    if bare == name:
        bare = _PLAIN_SUFFIX.sub("", name)
    return bare if len(bare) >= 2 else name


_Spelling = tuple[str, str, Kind]  # a name, the code that it can mean, how surely


class Gazetteer:
    """Divisions by code and by name.

    `lengths` maps the first character to the lengths of the spellings that begin with it,
    longest first.
    """

    def __init__(self, *, divisions: Iterable[Division], renamings: Sequence[Renaming]) -> None:
        self.by_code: dict[str, Division] = {each.code: each for each in divisions}
        self._children: dict[str | None, list[Division]] = {}
        for each in self.by_code.values():
            self._children.setdefault(each.parent_code, []).append(each)
        self.lengths: dict[str, tuple[int, ...]] = {}
        # the spellings as one text for each first character: as objects they took 8 MiB of each
        # process; a line is 海州<tab>2210904,320706, a digit for the kind before its codes
        self._spellings: dict[str, str] = {}
        for first, found in self._by_first_character(renamings).items():
            meanings: dict[str, dict[str, Kind]] = {}
            for name, code, kind in found:
                hits = meanings.setdefault(name, {})
                hits[code] = min(kind, hits.get(code, kind))
            self.lengths[first] = tuple(sorted({len(name) for name in meanings}, reverse=True))
            lines = (f"{name}\t{_written(hits)}\n" for name, hits in meanings.items())
            self._spellings[first] = "\n" + "".join(lines)

    def meanings(self, name: str) -> list[tuple[Kind, tuple[str, ...]]]:
        """The divisions that a spelling can mean, surest kind first; empty for an unknown one."""
        lines = self._spellings.get(name[:1], "")
        at = lines.find(f"\n{name}\t")
        if at < 0:
            return []
        begin = at + len(name) + 2
        return [
            (Kind(int(part[0])), tuple(part[1:].split(",")))
            for part in lines[begin : lines.index("\n", begin)].split(" ")
        ]

    def children(self, code: str | None) -> tuple[Division, ...]:
        """The divisions directly below, provinces for None."""
        return tuple(self._children.get(code, ()))

    def lineage(self, code: str) -> tuple[Division, ...]:
        """The division and what lies above it, province first."""
        line: list[Division] = []
        step: str | None = code
        while step is not None:
            line.append(self.by_code[step])
            step = line[-1].parent_code
        return tuple(reversed(line))

    def is_within(self, code: str, above: str) -> bool:
        """Whether the first division is the second or lies in it."""
        step: str | None = code
        while step is not None and step != above:
            step = self.by_code[step].parent_code
        return step is not None

    def resolved(self, code: str) -> Resolved:
        """The official names of a division and of what lies above it."""
        by_level = {each.level: each.name for each in self.lineage(code)}
        province, city, district = (by_level.get(level, "") for level in (1, 2, 3))
        if self.lineage(code)[0].code in MUNICIPALITIES:
            city = province
        return Resolved(province=province, city=city, district=district, code=code)

    def _by_first_character(self, renamings: Iterable[Renaming]) -> dict[str, list[_Spelling]]:
        found: dict[str, list[_Spelling]] = {}
        for spelling in self._all_spellings(renamings):
            if len(spelling[0]) >= 2:
                found.setdefault(spelling[0][0], []).append(spelling)
        return found

    def _all_spellings(self, renamings: Iterable[Renaming]) -> Iterator[_Spelling]:
        official: dict[str, list[str]] = {}
        for each in self.by_code.values():
            yield from _spellings(each)
            official.setdefault(each.name, []).append(each.code)
        for renaming in renamings:
            old = renaming.old_county or renaming.old_city
            for code in self._renamed(renaming, official):
                yield old, code, Kind.ALIAS
                yield stem(old), code, Kind.SHORT

    def _renamed(self, renaming: Renaming, official: Mapping[str, Sequence[str]]) -> list[str]:
        """The divisions, one unless data are poor, that bear the old name's place today."""
        cities = [
            code
            for code in official.get(renaming.new_city or renaming.new_province, ())
            if self.lineage(code)[0].name == renaming.new_province
        ]
        if not renaming.old_county:
            return cities
        return [
            code
            for code in official.get(renaming.new_county, ())
            if any(self.is_within(code, city) for city in cities)
        ]


def _spellings(division: Division) -> Iterator[_Spelling]:
    """The official name, the short one, and the short one with suffixes that people mix up."""
    yield division.name, division.code, Kind.FULL
    short = stem(division.name)
    if short == division.name:
        return
    yield short, division.code, Kind.SHORT
    if division.level == 1:
        others = _OTHER_PROVINCE_NAMES.get(short, ())
    elif division.level == 2:
        others = tuple(short + suffix for suffix in ("地区", "市", "州"))
    else:
        others = tuple(short + suffix for suffix in ("县", "市", "区", "新区", "旗"))
    for other in others:
        yield other, division.code, Kind.ALIAS


def _written(hits: Mapping[str, Kind]) -> str:
    return " ".join(
        f"{kind}" + ",".join(code for code, its_kind in hits.items() if its_kind is kind)
        for kind in sorted(set(hits.values()))
    )
