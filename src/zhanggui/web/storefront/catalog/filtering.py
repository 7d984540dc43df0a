"""The filters of a category's page: links that choose a value or take it back."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from zhanggui.catalog import queries as catalog
from zhanggui.catalog.types import Facet

PARAMETER = "f"


@dataclass(frozen=True, slots=True)
class FilterLink:
    """One value: choosing it, or taking it back where it is chosen."""

    label: str
    count: int
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One attribute with its values."""

    name: str
    links: tuple[FilterLink, ...]
    is_chosen: bool


def filters(
    facets: Sequence[Facet], chosen: dict[str, tuple[str, ...]], query: QueryDict
) -> tuple[Filter, ...]:
    """Return the filters of a list at this address."""
    return tuple(
        Filter(
            facet.name,
            tuple(
                FilterLink(
                    f"{text} {facet.unit}".strip(),
                    count,
                    _address(query, _toggled(chosen, facet.key, text)),
                    text in chosen.get(facet.key, ()),
                )
                for text, count in facet.values
            ),
            facet.key in chosen,
        )
        for facet in facets
    )


def _toggled(chosen: dict[str, tuple[str, ...]], key: str, text: str) -> dict[str, tuple[str, ...]]:
    had = chosen.get(key, ())
    has = tuple(one for one in had if one != text) if text in had else (*had, text)
    return {name: values for name, values in {**chosen, key: has}.items() if values}


def _address(query: QueryDict, chosen: dict[str, tuple[str, ...]]) -> str:
    params = query.copy()
    params.pop("cursor", None)
    params.pop(PARAMETER, None)
    if chosen:
        params[PARAMETER] = catalog.chosen_text(chosen)
    return f"?{params.urlencode()}"
