"""Addresses as they are checked: official names, a reachable phone, a field to mend."""

from dataclasses import replace
from typing import Any

import pytest
from tests.factories.shop import HANGZHOU
from tests.naughty import naughty_sample

from zhanggui.customers.queries import address_index, checked_address, name_index, pasted_address
from zhanggui.customers.types import AddressInput, InvalidAddress

TYPED: dict[str, str] = {
    "name": " 陈晓琳 ",
    "phone": "138 0000 1234",
    "province": "浙江",
    "city": "杭州",
    "district": "西湖",
    "detail": "示例路 88 号 3 幢 502 室",
}


def checked(**values: Any) -> AddressInput:
    return checked_address(**{**TYPED, **values})


def test_an_address_gets_official_names_code_and_phone() -> None:
    assert checked() == HANGZHOU
    assert checked(postcode=" 310000 ") == replace(HANGZHOU, postcode="310000")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "陈" * 61}, "name"),
        ({"name": "陈\x00"}, "name"),
        ({"detail": "\n"}, "detail"),
        ({"detail": "路" * 201}, "detail"),
        ({"detail": "\ud800"}, "detail"),
        ({"phone": ""}, "phone"),
        ({"phone": "1380000123"}, "phone"),
        ({"phone": "1\x003800001234"}, "phone"),
        ({"phone": "1" * 31}, "phone"),
        ({"province": "火星省"}, "province"),
        ({"province": "浙" * 41}, "province"),
        ({"city": "南京"}, "province"),
        ({"city": "州" * 41}, "city"),
        ({"province": "北京", "city": "北京", "district": ""}, "province"),
        ({"district": "玄武"}, "province"),
        ({"district": "区\x00"}, "district"),
        ({"province": "", "city": "", "district": ""}, "province"),
        ({"postcode": "31000000000"}, "postcode"),
    ],
    ids=str,
)
def test_a_refused_address_names_the_field_to_mend(values: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidAddress) as refusal:
        checked(**values)

    assert refusal.value.field == field
    assert (refusal.value.code, refusal.value.status) == ("invalid_address", 422)
    assert str(refusal.value)


@pytest.mark.parametrize("field", TYPED)
def test_naughty_strings_are_kept_whole_or_refused_at_their_field(field: str) -> None:
    kept, refused_at = [], set()
    for text in naughty_sample():
        try:
            kept.append(getattr(checked(**{field: text}), field))
        except InvalidAddress as refusal:
            refused_at.add(refusal.field)

    assert refused_at - {"province"} == {field} - {"province"}
    assert field == "district" or all(kept)


def test_an_address_may_end_at_the_city_where_it_is_no_municipality() -> None:
    found = checked(district="", detail="高新区示例路 88 号")

    assert (found.city, found.district, found.division_code) == ("杭州市", "", "330100")


def test_a_place_without_districts_is_deep_enough() -> None:
    found = checked(province="广东", city="东莞", district="")

    assert (found.province, found.city, found.division_code) == ("广东省", "东莞市", "441900")


def test_a_pasted_text_becomes_the_same_address() -> None:
    text = "陈晓琳 13800001234 浙江省杭州市西湖区示例路88号3幢502室"

    found = pasted_address(text=text)

    assert replace(found, detail=HANGZHOU.detail) == HANGZHOU
    assert found.detail == "示例路88号3幢502室"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("陈晓琳 浙江省杭州市西湖区示例路88号", "phone"),
        ("13800001234 浙江省杭州市西湖区示例路88号", "name"),
        ("陈晓琳 13800001234 浙江省杭州市西湖区", "detail"),
        ("", "phone"),
        ("茶\x00", "address"),
        ("茶" * 501, "address"),
    ],
)
def test_a_pasted_text_that_lacks_something_names_it(text: str, field: str) -> None:
    with pytest.raises(InvalidAddress) as refusal:
        pasted_address(text=text)

    assert refusal.value.field == field


def test_a_name_is_found_whatever_its_case_and_width() -> None:
    assert name_index("John  Smith") == name_index("ＪＯＨＮ smith")
    assert name_index("陈晓琳") != name_index("陈晓")


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ({"detail": "示例路  88 号 3 幢 502 室"}, True),
        ({"postcode": "310000"}, True),
        ({"detail": "示例路 88 号 3 幢 503 室"}, False),
        ({"name": "王芳"}, False),
        ({"phone": "+8613800005678"}, False),
        ({"division_code": "330105"}, False),
    ],
    ids=str,
)
def test_an_address_is_the_same_where_its_parcel_ends(
    change: dict[str, str], is_same: bool
) -> None:
    changed = replace(HANGZHOU, **change)  # type: ignore[arg-type]

    assert (address_index(changed) == address_index(HANGZHOU)) is is_same
