"""Divisions by code and by typed names."""

from functools import lru_cache

from zhanggui.regions.calc.geometry import great_circle_km
from zhanggui.regions.queries.static_data import gazetteer
from zhanggui.regions.types import Division, Resolved


def division(*, code: str) -> Division | None:
    """The division of a six-digit code."""
    return gazetteer().by_code.get(code)


def children(*, code: str | None) -> tuple[Division, ...]:
    """The divisions directly below one, the provinces for None.

    Prefectures are mixed with the counties that lie directly under a province.
    """
    return gazetteer().children(code)


def province_code(code: str) -> str:
    """The code of the province that a division's code lies in."""
    return code[:2] + "0000"


@lru_cache(maxsize=4096)  # the table is part of the release; a name is at most 40 characters
def resolve(*, province: str, city: str, district: str) -> Resolved | None:
    """Find the division that typed names mean, full or shortened, of today or of old.

    Upper levels may be empty where the lower ones leave no doubt. None if a name is unknown,
    the names contradict each other, or several divisions fit.
    """
    typed = [part.strip() for part in (province, city, district)]
    fitting: tuple[str, ...] = ()
    for level, name in enumerate(typed, start=1):
        if not name or name in ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"):
            continue
        fitting = _narrowed(fitting, name, level)
        if not fitting:
            return None
    if typed[2] == "":
        fitting = _highest(fitting)
    return gazetteer().resolved(fitting[0]) if len(fitting) == 1 else None


def _narrowed(above: tuple[str, ...], name: str, level: int) -> tuple[str, ...]:
    """The divisions of this name at this level, or those above where the name repeats theirs."""
    places = gazetteer()
    for _, named in places.meanings(name):
        codes = tuple(
            code
            for code in named
            if _stands_at(code, level)
            and (not above or any(places.is_within(code, each) for each in above))
        )
        if codes:
            return codes
    return ()


def _stands_at(code: str, level: int) -> bool:
    """Whether a name of this division may stand in the field: 北京市 is its own city, and
    东莞市 or 仙桃市 stand in either of the lower two."""
    places = gazetteer()
    found = places.by_code[code]
    if found.level == level:
        return True
    if level == 2:
        is_county_of_province = found.level == 3 and len(places.lineage(code)) == 2
        return found.level == 1 or is_county_of_province
    return level == 3 and found.level == 2 and not places.children(code)


def _highest(codes: tuple[str, ...]) -> tuple[str, ...]:
    levels = [gazetteer().by_code[code].level for code in codes]
    return tuple(code for code, level in zip(codes, levels, strict=True) if level == min(levels))


@lru_cache(maxsize=16_384)
def distance_km(*, code_a: str, code_b: str) -> float:
    """Kilometres as the crow flies between two divisions.

    A division without a point of its own counts as being at its parent's.

    Raises:
        KeyError: a code is unknown.
    """
    longitude_a, latitude_a = _point(code_a)
    longitude_b, latitude_b = _point(code_b)
    return great_circle_km(
        longitude_a=longitude_a,
        latitude_a=latitude_a,
        longitude_b=longitude_b,
        latitude_b=latitude_b,
    )


def _point(code: str) -> tuple[float, float]:
    for each in reversed(gazetteer().lineage(code)):
        if each.longitude is not None and each.latitude is not None:
            return each.longitude, each.latitude
    raise KeyError(code)
