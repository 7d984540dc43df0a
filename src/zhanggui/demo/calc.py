"""What becomes of the sample's categories; pure."""

from collections.abc import Mapping, Set

from zhanggui.catalog.types import CategoryUse
from zhanggui.demo.types import Fate


def fates(uses: Mapping[int, CategoryUse]) -> dict[int, Fate]:
    """Return what clearing does with each category, by id, those below others first.

    One with the shop's own products or categories in it stays; one that only archived things still
    refer to is archived; any other goes.
    """
    known: dict[int, Fate] = {}

    def fate(pk: int) -> Fate:
        if pk not in known:
            below = [fate(child) for child in uses[pk].children & uses.keys()]
            known[pk] = _fate(uses[pk], below, uses.keys())
        return known[pk]

    for pk in uses:
        fate(pk)
    return known


def _fate(use: CategoryUse, below: list[Fate], sample: Set[int]) -> Fate:
    if use.has_own or use.live_children - sample or Fate.STAYS in below:
        return Fate.STAYS
    if use.has_kept or use.has_attributes or use.children - sample:
        return Fate.ARCHIVED
    return Fate.ARCHIVED if Fate.ARCHIVED in below else Fate.GOES
