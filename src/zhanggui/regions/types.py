"""What the regions domain answers with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Field = Literal["province", "city", "district", "detail", "name", "phone", "postcode"]


@dataclass(frozen=True, slots=True)
class Division:
    """One province (level 1), prefecture (2) or county (3).

    The point is the division's own in GCJ-02 degrees, None where none is known.
    """

    code: str
    name: str
    level: int
    parent_code: str | None
    longitude: float | None
    latitude: float | None


@dataclass(frozen=True, slots=True)
class Resolved:
    """Official names of an address's divisions and the code of the deepest one.

    City equals province in a municipality and is empty for a county directly under a province;
    district is empty in prefectures without counties.
    """

    province: str
    city: str
    district: str
    code: str


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """What a pasted text says; an empty string is a field that the text does not tell.

    `confidence` holds 0 to 1 for every field: below 0.5 a person should look, 0 means nothing
    was found (an empty district counts as certain where the city has no districts).
    """

    province: str
    city: str
    district: str
    detail: str
    name: str
    phone: str
    phone_extension: str
    postcode: str
    code: str
    confidence: Mapping[Field, float]
