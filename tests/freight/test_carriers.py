"""Carriers: numbers as they are typed, whose they may be, and where to follow them."""

import pytest

from zhanggui.freight.carriers import (
    CARRIERS,
    carrier_name,
    normal_number,
    recognise,
    tracking_link,
)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("SF1234567890123", "SF1234567890123"),
        (" sf 1234 5678 90123\n", "SF1234567890123"),
        ("ＳＦ１２３４５６７８９０１２３", "SF1234567890123"),
        ("\u200bSF1234567890123\ufeff", "SF1234567890123"),
        ("jd0012345678901-1-1-", "JD0012345678901-1-1-"),
        ("YT\u30001234567890123", "YT1234567890123"),
        ("123456", "123456"),
        ("A" * 32, "A" * 32),
    ],
)
def test_a_number_is_read_as_carriers_write_it(typed: str, number: str) -> None:
    assert normal_number(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        *("", "12345", "A" * 33, "SF123456789012茶", "SF_1234567890", "<script>", "٠١٢٣٤٥٦٧"),
        *("\x00" * 8, "1" * 1_000_000),
    ],
)
def test_what_can_be_no_number_is_none(typed: str) -> None:
    assert normal_number(typed) is None


@pytest.mark.parametrize(
    ("number", "carriers"),
    [
        ("SF1234567890123", ("shunfeng",)),
        ("123456789012", ("shunfeng",)),
        ("JD00123456789", ("jd",)),
        ("JDVA0012345678", ("jd",)),
        ("JD0012345678901-1-1-", ("jd",)),
        ("YT1234567890123", ("yuantong",)),
        ("JT1234567890123", ("jtexpress",)),
        ("73123456789012", ("zhongtong",)),
        ("79123456789012", ("zhongtong",)),
        ("72123456789012", ()),
        ("771234567890123", ("shentong",)),
        ("312345678901234", ("yunda",)),
        ("412345678901234", ("yunda",)),
        ("1234567890123", ("yunda",)),
        ("9123456789012", ("youzhengguonei", "yunda")),
        ("DPK1234567890", ("debangkuaidi",)),
        ("DPK12345678901234", ("debangkuaidi",)),
        ("LP1234567890", ("danniao",)),
        ("DN1234567890", ("danniao",)),
        ("CN1234567890", ("danniao",)),
        ("RB123456785GB", ("ems",)),
        ("RB123456784GB", ()),
        ("SF123456789012", ()),
        ("12345678", ()),
    ],
)
def test_a_number_tells_whose_it_may_be(number: str, carriers: tuple[str, ...]) -> None:
    assert recognise(number) == carriers


@pytest.mark.parametrize(
    ("serial", "check"),
    [("47312482", 9), ("12345678", 5), ("00000000", 5), ("00000008", 0), ("00000011", 6)],
)
def test_only_one_check_digit_makes_a_postal_number(serial: str, check: int) -> None:
    good = [digit for digit in range(10) if "ems" in recognise(f"EA{serial}{digit}CN")]

    assert good == [check]


@pytest.mark.parametrize("code", CARRIERS)
def test_every_carrier_has_a_name_and_a_safe_link(code: str) -> None:
    link = tracking_link(carrier=code, number="SF1234567890123")

    assert link.startswith("https://")
    assert "SF1234567890123" in link
    assert "{" not in link
    assert carrier_name(code) != code or code == "ems"
    assert CARRIERS[code].code == code


def test_links_and_names_are_those_of_the_carrier() -> None:
    assert tracking_link(carrier="zhongtong", number="73123456789012") == (
        "https://www.zto.com/express/expressCheck.html?txtBill=73123456789012"
    )
    assert tracking_link(carrier="danniao", number="LP1234567890") == (
        "https://www.kuaidi100.com/chaxun?com=danniao&nu=LP1234567890"
    )
    assert carrier_name("shunfeng") == "顺丰速运"


def test_a_number_cannot_leave_its_place_in_the_link() -> None:
    link = tracking_link(carrier="danniao", number="1&com=x#/../")

    assert link == "https://www.kuaidi100.com/chaxun?com=danniao&nu=1%26com%3Dx%23%2F..%2F"


def test_an_unknown_carrier_has_its_code_for_a_name_and_no_link() -> None:
    assert (carrier_name("other"), tracking_link(carrier="other", number="1")) == ("other", "")
