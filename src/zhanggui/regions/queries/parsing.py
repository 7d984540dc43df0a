"""Pasted addresses."""

from zhanggui.regions.queries.static_data import gazetteer, township_counties
from zhanggui.regions.types import ParsedAddress


def parse_address(*, text: str) -> ParsedAddress:
    """Read a pasted text as name, phone, divisions and detail.

    Never fails: what the text does not tell is empty. Only the first 2000 characters count.
    """
    from zhanggui.regions.calc import parsing  # noqa: PLC0415 -- compiling its patterns takes 0.1 s

    return parsing.parse(text=text, gazetteer=gazetteer(), townships=township_counties)
