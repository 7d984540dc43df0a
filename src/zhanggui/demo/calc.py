"""What becomes of the sample's categories; pure."""

from collections.abc import Mapping

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
            known[pk] = _fate(uses[pk], [fate(child) for child in uses[pk].children & uses.keys()])
        return known[pk]

    def _fate(use: CategoryUse, below: list[Fate]) -> Fate:
        if use.has_own or use.live_children - uses.keys() or Fate.STAYS in below:
            return Fate.STAYS
        if use.has_kept or use.has_attributes or use.children - uses.keys():
            return Fate.ARCHIVED
        return Fate.ARCHIVED if Fate.ARCHIVED in below else Fate.GOES

    for pk in uses:
        fate(pk)
    return known
