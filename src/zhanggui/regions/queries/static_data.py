"""The committed data, read once on first use."""

import csv
import gzip
from importlib.resources import files
from io import StringIO

from zhanggui.core.once import once
from zhanggui.regions.calc.gazetteer import Gazetteer, Renaming
from zhanggui.regions.types import Division

_DATA = files("zhanggui.regions") / "data"


@once
def gazetteer() -> Gazetteer:
    """All divisions and the names under which people know them."""
    renamings = [
        Renaming(
            old_city=row["old_city"],
            old_county=row["old_county"],
            new_province=row["new_province"],
            new_city=row["new_city"],
            new_county=row["new_county"],
        )
        for table in ("renamed.csv", "renamed_more.csv")
        for row in csv.DictReader(StringIO((_DATA / table).read_text(encoding="utf-8")))
    ]
    rows = csv.reader(StringIO((_DATA / "divisions.csv").read_text(encoding="utf-8")))
    next(rows)
    return Gazetteer(divisions=[_division(row) for row in rows], renamings=renamings)


@once
def township_counties() -> dict[str, tuple[str, ...]]:
    """The counties in which a township of this name lies."""
    counties: dict[str, tuple[str, ...]] = {}
    text = gzip.decompress((_DATA / "townships.csv.gz").read_bytes()).decode("utf-8")
    for line in text.splitlines():
        code, _, names = line.partition(",")
        for name in names.split():
            counties[name] = (*counties.get(name, ()), code)
    return counties


def _division(row: list[str]) -> Division:
    code, parent_code, level, name, longitude, latitude = row
    return Division(
        code=code,
        name=name,
        level=int(level),
        parent_code=parent_code or None,
        longitude=float(longitude) if longitude else None,
        latitude=float(latitude) if latitude else None,
    )
