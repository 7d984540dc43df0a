"""Where the shop delivers: provinces that each freight template covers, in part or not at all."""

from dataclasses import dataclass

from zhanggui.freight import queries as freight
from zhanggui.freight.types import FreightTemplateView
from zhanggui.regions import queries as regions


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Names of provinces by how far a template delivers there."""

    name: str
    is_default: bool
    whole: list[str]
    partly: list[str]
    nowhere: list[str]


def reaches() -> list[Reach]:
    """Return the reach of each template, the default's first."""
    found = sorted(freight.templates().values(), key=lambda one: not one.is_default)
    return [reach_of(one) for one in found]


def reach_of(template: FreightTemplateView) -> Reach:
    """Return the reach of one template."""
    return Reach(
        name=template.name,
        is_default=template.is_default,
        **_sorted({area for rule in template.rules for area in rule.areas}),
    )


def _sorted(areas: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"whole": [], "partly": [], "nowhere": []}
    begun = {area[:2] for area in areas}
    for province in regions.children(code=None):
        if province.code in areas:
            found["whole"].append(province.name)
        elif province.code[:2] in begun:
            found["partly"].append(province.name)
        else:
            found["nowhere"].append(province.name)
    return found


def lost_and_won(before: set[str], after: set[str]) -> tuple[list[str], list[str]]:
    """Return the provinces that a change of areas takes away wholly, and those that it adds."""
    had, has = _sorted(before)["nowhere"], _sorted(after)["nowhere"]
    return [one for one in has if one not in had], [one for one in had if one not in has]
