"""Phone numbers in one form."""

import phonenumbers
import pytest

from zhanggui.core.phones import (
    InvalidPhone,
    national_phone,
    normal_phone,
    phone_index,
    phone_last4_index,
)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13800001234", "+8613800001234"),
        ("138 0000 1234", "+8613800001234"),
        ("138-0000-1234", "+8613800001234"),
        ("+86 13800001234", "+8613800001234"),
        ("008613800001234", "+8613800001234"),
        ("１３８００００１２３４", "+8613800001234"),
        ("\u202a13800001234\u202c", "+8613800001234"),
        ("0571-88881234", "+8657188881234"),
        ("+852 5123 4567", "+85251234567"),
        ("400-800-8820", "+864008008820"),
    ],
)
def test_a_number_is_stored_as_e164(typed: str, stored: str) -> None:
    assert normal_phone(typed) == stored
    assert normal_phone(stored) == stored


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "+", "茶壶", "1380000123", "138000012345", "12345678901", "95588"),
        *("1380000CALL", "138ａ00001234", "13800001234,13900001234", "+999 12345678", "1" * 300),
    ],
)
def test_what_cannot_be_dialled_is_refused(typed: str) -> None:
    with pytest.raises(InvalidPhone) as refusal:
        normal_phone(typed)

    assert (refusal.value.code, refusal.value.status) == ("invalid_phone", 422)
    assert "11 位" in str(refusal.value)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("+8613800001234", "13800001234"), ("+85251234567", "+85251234567"), ("", "")],
)
def test_people_see_chinese_numbers_without_the_country(stored: str, shown: str) -> None:
    assert national_phone(stored) == shown


def test_the_quick_look_at_mobile_numbers_says_what_the_library_says() -> None:
    for start in range(1000, 2000):
        typed = f"{start}5070301"
        number = phonenumbers.parse(typed, "CN")
        if phonenumbers.is_valid_number(number):
            assert normal_phone(typed) == f"+{number.country_code}{number.national_number}"
        else:
            with pytest.raises(InvalidPhone):
                normal_phone(typed)


def test_whole_number_and_last_four_have_indexes_of_their_own() -> None:
    assert phone_index("1234") != phone_last4_index("1234")
    assert phone_index("+8613800001234") == phone_index(normal_phone("138 0000 1234"))
