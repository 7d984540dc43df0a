"""What search stores and asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanggui.catalog import calc


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("茶", ("茶",)),
        ("龙井茶", ("龙井", "井茶")),
        ("龙井 50g", ("龙井", "50g")),
        ("Ｍｑｌｊ", ("mqlj",)),
        ("TEA-001", ("tea", "001")),
        ("a4纸 a4", ("a4", "纸")),
        ("🎉 ！ — %_", ()),
        ("", ()),
        ("\x00\ud800茶", ("茶",)),
    ],
)
def test_a_query_becomes_terms_that_must_all_be_there(query: str, terms: tuple[str, ...]) -> None:
    assert calc.query_terms(query) == terms


def test_a_long_query_asks_for_no_more_than_sixteen_terms() -> None:
    assert len(calc.query_terms("明前西湖龙井茶叶礼盒装二百五十克特级新茶")) == 16


def test_initials_of_a_name_are_found_from_any_sign_on() -> None:
    assert list(calc.pinyin_initials("明前龙井 50g 茶")) == ["mqlj", "c"]
    assert set(calc.initials_terms("mqlj")) == {"mq", "mql", "mqlj", "ql", "qlj", "lj"}
    assert list(calc.pinyin_initials("重庆小面")) == ["cqxm"]


def test_words_are_found_by_their_beginnings_and_signs_alone_and_in_pairs() -> None:
    assert set(calc.prefix_terms("Tea 龙井")) == {"t", "te", "tea", "龙", "井", "龙井"}
    assert set(calc.whole_terms("Tea 龙井")) == {"tea", "龙", "井", "龙井"}


def test_an_address_is_made_from_pinyin() -> None:
    assert calc.slug_words("明前龙井 50g（特级）") == "ming-qian-long-jing-50g-te-ji"
    assert calc.slug_words("☕") == ""


@given(st.text(max_size=80))
def test_every_word_of_a_text_finds_it(text: str) -> None:
    stored = {*calc.prefix_terms(text), *calc.prefix_terms(calc.folded(text))}

    assert set(calc.query_terms(text)) <= stored
    assert all(0 < len(term) <= calc.TERM_LENGTH for term in stored)


@pytest.mark.parametrize(
    ("how", "ending", "old", "new"),
    [
        ("set", "", 19_90, 15_00),
        ("set", "99", 19_90, 14_99),
        ("raise", "", 19_90, 34_90),
        ("lower", "", 19_90, 4_90),
        ("lower", "", 10_00, -5_00),
        ("raise_by", "", 19_90, 22_39),  # 22.3875, half up
        ("lower_by", "", 19_90, 17_41),
        ("lower_by", "90", 19_90, 17_90),
        ("lower_by", "99", 19_90, 16_99),
        ("lower_by", "00", 19_90, 17_00),
        ("lower_by", "00", 30, 1_00),  # no price becomes nothing by rounding
        ("lower_by", "90", 30, 90),
        ("lower_by", "90", 0, 0),
    ],
)
def test_a_price_is_made_and_ended(how: str, ending: str, old: int, new: int) -> None:
    assert new == calc.edited_price(
        old, how=how, amount_minor=15_00, rate_ppm=125_000, ending=ending, digits=2
    )


def test_a_currency_without_decimals_is_not_ended() -> None:
    assert calc.ended(1234, ending="90", digits=0) == 1234
    assert calc.ended(1234, ending="90", digits=3) == 900
