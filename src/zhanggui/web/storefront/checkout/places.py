"""The three division fields: what can be chosen, and official names for what was typed."""

from collections.abc import Mapping

from zhanggui.customers import queries as customers
from zhanggui.regions import queries as regions


def provinces() -> list[str]:
    """Return the names of all provinces."""
    return [place.name for place in regions.children(code=None)]


def cities(province: str) -> list[str]:
    """Return what may stand in the city field; a municipality is its own city."""
    place = regions.resolve(province=province, city="", district="") if province else None
    if place is None:
        return []
    below = regions.children(code=place.code)
    if below and all(one.level == 3 for one in below):
        return [place.province]
    return [one.name for one in below]


def districts(province: str, city: str) -> list[str]:
    """Return what may stand in the district field, [] where the city is not known or has none."""
    if not province or not city:
        return []
    place = regions.resolve(province=province, city=city, district="")
    return [one.name for one in regions.children(code=place.code)] if place else []


def division_code(fields: Mapping[str, str]) -> str | None:
    """Return the division that the fields name, None while a parcel could not be sent there."""
    if not fields["province"]:
        return None
    place = regions.resolve(
        province=fields["province"], city=fields["city"], district=fields["district"]
    )
    return place.code if place and customers.is_deep_enough(code=place.code) else None


def tidied(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields with official names; what does not lie in the field above is dropped."""
    province, city, district = fields["province"], fields["city"], fields["district"]
    whole = regions.resolve(province=province, city=city, district=district)
    if whole is not None and province and district:
        city = whole.city or whole.district
        district = whole.district if whole.city else ""
        return {**fields, "province": whole.province, "city": city, "district": district}
    known = cities(province)
    if known:
        city = known[0] if len(known) == 1 else _one_of(known, city)
        below = districts(province, city)
        district = _one_of(below, district) if city else ""
    return {**fields, "province": province, "city": city, "district": district}


def _one_of(names: list[str], typed: str) -> str:
    """Return the name that was typed, whole or as its beginning."""
    if not typed:
        return ""
    return next((name for name in names if name == typed or name.startswith(typed)), "")
