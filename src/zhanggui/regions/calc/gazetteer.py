"""The divisions indexed by every name under which people write them."""

import re
from collections.abc import Iterable, Mapping, Sequence
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


def _by_kind(hits: Mapping[str, Kind]) -> tuple[tuple[Kind, tuple[str, ...]], ...]:
    kinds = sorted(set(hits.values()))
    return tuple(
        (kind, tuple(code for code, its_kind in hits.items() if its_kind is kind)) for kind in kinds
    )


class Gazetteer:
    """Divisions by code and by name.

    `names` maps every accepted spelling to the divisions it can mean, surest kind first;
    `lengths` maps the first character to the lengths of the spellings that begin with it,
    longest first.
    """

    def __init__(self, *, divisions: Iterable[Division], renamings: Sequence[Renaming]) -> None:
        self.by_code: dict[str, Division] = {each.code: each for each in divisions}
        self._children: dict[str | None, list[Division]] = {}
        for each in self.by_code.values():
            self._children.setdefault(each.parent_code, []).append(each)
        self._by_official: dict[str, list[Division]] = {}
        for each in self.by_code.values():
            self._by_official.setdefault(each.name, []).append(each)
        self._names: dict[str, dict[str, Kind]] = {}
        for each in self.by_code.values():
            self._add_spellings(each)
        for renaming in renamings:
            self._add_renaming(renaming)
        self.names: Mapping[str, tuple[tuple[Kind, tuple[str, ...]], ...]] = {
            name: _by_kind(hits) for name, hits in self._names.items()
        }
        found: dict[str, set[int]] = {}
        for name in self.names:
            found.setdefault(name[0], set()).add(len(name))
        self.lengths: Mapping[str, tuple[int, ...]] = {
            first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()
        }

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

    def _add(self, name: str, code: str, kind: Kind) -> None:
        if len(name) < 2:
            return
        hits = self._names.setdefault(name, {})
        if code not in hits or hits[code] > kind:
            hits[code] = kind

    def _add_spellings(self, division: Division) -> None:
        self._add(division.name, division.code, Kind.FULL)
        short = stem(division.name)
        if short == division.name:
            return
        self._add(short, division.code, Kind.SHORT)
        if division.level == 1:
            suffixes: tuple[str, ...] = ()
            for other in _OTHER_PROVINCE_NAMES.get(short, ()):
                self._add(other, division.code, Kind.ALIAS)
        elif division.level == 2:
            suffixes = ("地区", "市", "州")
        else:
            suffixes = ("县", "市", "区", "新区", "旗")
        for suffix in suffixes:
            if short + suffix != division.name:
                self._add(short + suffix, division.code, Kind.ALIAS)

    def _add_renaming(self, renaming: Renaming) -> None:
        cities = {
            each.code
            for each in self._by_official.get(renaming.new_city or renaming.new_province, ())
            if self.lineage(each.code)[0].name == renaming.new_province
        }
        if not renaming.old_county:
            for code in cities:
                self._add(renaming.old_city, code, Kind.ALIAS)
                self._add(stem(renaming.old_city), code, Kind.SHORT)
            return
        for each in self._by_official.get(renaming.new_county, ()):
            if cities & {above.code for above in self.lineage(each.code)}:
                self._add(renaming.old_county, each.code, Kind.ALIAS)
                short = stem(renaming.old_county)
                if short != renaming.old_county:
                    self._add(short, each.code, Kind.SHORT)
