"""Questions about divisions and addresses; nothing here needs a database."""

from zhanggui.regions.queries.divisions import (
    children,
    distance_km,
    division,
    province_code,
    resolve,
)
from zhanggui.regions.queries.parsing import parse_address

__all__ = [
    "children",
    "distance_km",
    "division",
    "parse_address",
    "province_code",
    "resolve",
]
