"""Invented buyers: the same number is always the same person."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple, TypeVar

from zhanggui.core.phones import phone_index, phone_last4_index
from zhanggui.customers.queries import name_index
from zhanggui.demo.seeding.words import scattered, shuffled, words
from zhanggui.regions import queries as regions
from zhanggui.regions.types import Resolved

T = TypeVar("T")

_PREFIXES = ("135", "136", "137", "139", "150", "158", "159", "186", "188")


class Person(NamedTuple):
    """A buyer with one address; indexes are blind."""

    name: str
    phone: str  # E.164
    detail: str
    place: Resolved
    name_index: str
    phone_index: str
    last4_index: str


def person(number: int) -> Person:
    """Return the buyer of this number; no two of them share a phone."""
    known, chance = words(), scattered(number, salt=1)
    chance, name = _name(chance)
    chance, place = _pick(chance, places())
    chance, road = _pick(chance, known.roads)
    chance, estate = _pick(chance, known.estates)
    chance, prefix = _pick(chance, _PREFIXES)
    phone = f"+86{prefix}{shuffled(number, digits=8)}"
    return Person(
        name=name,
        phone=phone,
        detail=f"{road} {chance % 320 + 1} 号 {estate} {chance % 23 + 1} 幢 {chance % 907} 室",
        place=place,
        name_index=_name_index(name),
        phone_index=phone_index(phone),
        last4_index=_last4_index(phone[-4:]),
    )


@cache
def places() -> tuple[Resolved, ...]:
    """Return districts all over China, about every sixth of them."""
    found = []
    for province in regions.children(code=None):
        for city in regions.children(code=province.code):
            for district in regions.children(code=city.code) or (city,):
                if scattered(int(district.code)) % 6 == 0:
                    found.append(_resolved(province.name, city.name, district.name))
    return tuple(place for place in found if place is not None)


def _resolved(province: str, city: str, district: str) -> Resolved | None:
    return regions.resolve(
        province=province, city=city, district="" if district == city else district
    )


def _name(chance: int) -> tuple[int, str]:
    """Common surnames are common: the first of them stand for most people."""
    known = words()
    chance, spread = divmod(chance, 10_000)
    surname = known.surnames[int((spread / 10_000) ** 2 * len(known.surnames))]
    chance, first = _pick(chance, known.given)
    chance, is_short = divmod(chance, 5)
    if not is_short:
        return chance, surname + first
    chance, second = _pick(chance, known.given)
    return chance, surname + first + second


def _pick(chance: int, options: Sequence[T]) -> tuple[int, T]:
    chance, position = divmod(chance, len(options))
    return chance, options[position]


@lru_cache(maxsize=300_000)
def _name_index(name: str) -> str:
    return name_index(name)


@lru_cache(maxsize=10_000)
def _last4_index(last4: str) -> str:
    return phone_last4_index(last4)
