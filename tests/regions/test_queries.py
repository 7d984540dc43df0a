"""Divisions by code, by typed names, and how far apart they lie."""

import pytest

from zhanggui.regions import queries
from zhanggui.regions.types import Division, Resolved


def test_a_division_is_found_by_its_code() -> None:
    assert queries.division(code="440305") == Division(
        code="440305",
        name="南山区",
        level=3,
        parent_code="440300",
        longitude=pytest.approx(113.93, abs=0.05),
        latitude=pytest.approx(22.53, abs=0.05),
    )
    assert queries.division(code="999999") is None


def test_the_children_of_nothing_are_the_34_provinces() -> None:
    provinces = queries.children(code=None)
    assert len(provinces) == 34
    assert {each.level for each in provinces} == {1}


def test_children_are_in_order_of_their_codes_and_empty_for_counties() -> None:
    assert [each.name for each in queries.children(code="460400")] == []
    assert [each.name for each in queries.children(code="440000")][:2] == ["广州市", "韶关市"]
    assert queries.children(code="810200")[0].name == "油尖旺区"


def test_the_province_code_is_the_first_two_digits() -> None:
    assert queries.province_code("659001") == "650000"


@pytest.mark.parametrize(
    ("typed", "official"),
    [
        (("广东省", "深圳市", "南山区"), ("广东省", "深圳市", "南山区", "440305")),
        (("广东", "深圳", "南山"), ("广东省", "深圳市", "南山区", "440305")),
        (("广西", "桂林", "恭城"), ("广西壮族自治区", "桂林市", "恭城瑶族自治县", "450332")),
        (("北京市", "北京市", "朝阳区"), ("北京市", "北京市", "朝阳区", "110105")),
        (("北京", "市辖区", "朝阳"), ("北京市", "北京市", "朝阳区", "110105")),
        (("上海市", "", "黄浦区"), ("上海市", "上海市", "黄浦区", "310101")),
        (("湖北省", "", "仙桃市"), ("湖北省", "", "仙桃市", "429004")),
        (("湖北省", "仙桃市", ""), ("湖北省", "", "仙桃市", "429004")),
        (
            ("海南省", "省直辖县级行政区划", "琼海市"),
            ("海南省", "", "琼海市", "469002"),
        ),
        (("广东省", "东莞市", ""), ("广东省", "东莞市", "", "441900")),
        (("广东省", "东莞市", "东莞市"), ("广东省", "东莞市", "", "441900")),
        (("四川省", "成都市", "新津县"), ("四川省", "成都市", "新津区", "510118")),
        (("北京市", "北京市", "崇文区"), ("北京市", "北京市", "东城区", "110101")),
        (("湖北省", "襄樊市", "樊城区"), ("湖北省", "襄阳市", "樊城区", "420606")),
        (("", "", "徐汇区"), ("上海市", "上海市", "徐汇区", "310104")),
        (("吉林", "", ""), ("吉林省", "", "", "220000")),
        (("福建省", "", "鼓楼区"), ("福建省", "福州市", "鼓楼区", "350102")),
        (("台湾省", "台北市", "信义区"), ("台湾省", "台北市", "信义区", "710107")),
        (("香港特别行政区", "九龙", "油尖旺区"), ("香港特别行政区", "九龙", "油尖旺区", "810201")),
    ],
)
def test_typed_names_are_resolved_to_official_ones(
    typed: tuple[str, str, str], official: tuple[str, str, str, str]
) -> None:
    province, city, district = typed
    found = queries.resolve(province=province, city=city, district=district)
    assert found == Resolved(*official)


@pytest.mark.parametrize(
    "typed",
    [
        ("广东省", "杭州市", "南山区"),
        ("广东省", "深圳市", "天河区"),
        ("广东省", "深圳市", "没有区"),
        ("", "", "鼓楼区"),
        ("", "", ""),
        ("没有省", "", ""),
    ],
    ids=["foreign city", "foreign district", "unknown", "ambiguous", "empty", "unknown province"],
)
def test_contradicting_unknown_and_ambiguous_names_are_not_resolved(
    typed: tuple[str, str, str],
) -> None:
    province, city, district = typed
    assert queries.resolve(province=province, city=city, district=district) is None


def test_distance_is_measured_between_the_points_of_the_divisions() -> None:
    assert queries.distance_km(code_a="110000", code_b="310000") == pytest.approx(1067, abs=10)
    assert queries.distance_km(code_a="440305", code_b="440305") == 0


def test_a_division_without_a_point_counts_as_being_at_its_parents() -> None:
    assert queries.distance_km(code_a="810201", code_b="810000") == 0
    with pytest.raises(KeyError):
        queries.distance_km(code_a="000000", code_b="110000")
