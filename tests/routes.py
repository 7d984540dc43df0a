"""Walks over all addresses of the project."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

# Something of the right form for each kind of address part; nothing of it exists.
SAMPLES = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1", "token": "0" * 32}


def patterns(
    resolver: URLResolver | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Walk all addresses of the project."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, prefix + str(one.pattern))
        else:
            yield prefix + str(one.pattern), one


def filled(route: str) -> str:
    """Return an address of the route behind which nothing exists."""

    def sample(match: re.Match[str]) -> str:
        return SAMPLES.get((match[1] or "str").rstrip(":"), "nothing")

    return "/" + re.sub(r"<(\w+:)?\w+>", sample, route)
