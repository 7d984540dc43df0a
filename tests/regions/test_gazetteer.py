"""The table of divisions: what each spelling can mean."""

import pytest

from zhanggui.regions.calc.gazetteer import Gazetteer, Kind, Renaming, stem
from zhanggui.regions.queries.static_data import gazetteer
from zhanggui.regions.types import Division


@pytest.mark.parametrize(
    ("name", "meanings"),
    [
        ("西湖区", [(Kind.FULL, ("330106", "360103"))]),
        ("西湖", [(Kind.SHORT, ("330106", "360103"))]),
        ("西湖县", [(Kind.ALIAS, ("330106", "360103"))]),
        ("内蒙", [(Kind.ALIAS, ("150000",))]),
        ("崇文区", [(Kind.ALIAS, ("110101",))]),
        ("西", []),
        ("", []),
        ("没有这个地方", []),
    ],
)
def test_a_spelling_means_divisions_surest_kind_first(
    name: str, meanings: list[tuple[Kind, tuple[str, ...]]]
) -> None:
    assert gazetteer().meanings(name) == meanings


def test_every_division_is_found_by_its_official_and_by_its_short_name() -> None:
    places = gazetteer()
    for division in places.by_code.values():
        full = dict(places.meanings(division.name))
        assert division.code in full[Kind.FULL]
        short = {code for _, codes in places.meanings(stem(division.name)) for code in codes}
        assert division.code in short
        assert len(division.name) in places.lengths[division.name[0]]


def test_one_spelling_of_several_kinds_keeps_the_surest_for_each_division() -> None:
    def division(code: str, name: str, level: int, parent: str | None) -> Division:
        return Division(code, name, level, parent, None, None)

    places = Gazetteer(
        divisions=[
            division("100000", "甲省", 1, None),
            division("100100", "乙丙市", 2, "100000"),
            division("100101", "乙丙县", 3, "100100"),
            division("100102", "丁戊区", 3, "100100"),
        ],
        renamings=[Renaming("乙丙市", "乙丙", "甲省", "乙丙市", "丁戊区")],
    )
    assert places.meanings("乙丙市") == [(Kind.FULL, ("100100",)), (Kind.ALIAS, ("100101",))]
    assert places.meanings("乙丙") == [
        (Kind.ALIAS, ("100102",)),
        (Kind.SHORT, ("100100", "100101")),
    ]
    assert places.lengths["乙"] == (4, 3, 2)
