"""Personal data half hidden."""

import pytest

from zhanggui.core.masking import mask_detail, mask_name, mask_phone


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("陈晓琳", "陈*琳"),
        ("王芳", "王*"),
        ("王", "*"),
        ("", ""),
        ("John", "J**n"),
        ("Alexander", "A***r"),
        ("欧阳娜娜", "欧**娜"),
    ],
)
def test_a_name_keeps_its_ends(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+8613800001234", "138****1234"),
        ("13800001234", "138****1234"),
        ("+85251234567", "+85****4567"),
        ("+8657188881234", "571****1234"),
        ("88881234", "88****34"),
        ("1234567", "12***67"),
        ("123456", "******"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_a_phone_keeps_its_ends_and_a_short_one_nothing(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ("文三路 188 号云栖苑 6 幢 502", "文三路***"),
        ("6 幢 502", "6 幢***"),
        ("502室", "50***"),
        ("502", "5***"),
        ("6", "***"),
        ("", ""),
    ],
)
def test_a_detail_shows_at_most_three_signs_and_never_all(detail: str, shown: str) -> None:
    assert mask_detail(detail) == shown
