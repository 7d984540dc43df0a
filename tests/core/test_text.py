"""What people type: refused when nothing could hold it, else kept."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.naughty import naughty_strings

from zhanggui.core.text import TextRefused, clean_text, search_form


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("茶壶", "茶壶"),
        ("  茶壶\n", "茶壶"),
        ("\u3000茶\u3000壶\u3000", "茶\u3000壶"),
        ("e\u0301", "é"),
        ("가", "가"),
        ("<b>茶</b>", "<b>茶</b>"),
        ("'; DROP TABLE--", "'; DROP TABLE--"),
        ("👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"),
        ("ﬀ ①", "ﬀ ①"),
        ("   ", ""),
        ("", ""),
    ],
)
def test_text_is_kept_in_nfc_without_outer_blanks(typed: str, kept: str) -> None:
    assert clean_text(typed, max_length=100) == kept


@pytest.mark.parametrize("typed", ["\x00", "茶\x00壶", "\ud800", "壶\udfff", "\udc00\ud800"])
def test_what_no_database_can_hold_is_refused(typed: str) -> None:
    with pytest.raises(TextRefused) as refusal:
        clean_text(typed, max_length=100)

    assert (refusal.value.code, refusal.value.status) == ("invalid_text", 422)


@pytest.mark.parametrize(
    ("typed", "is_kept"),
    [
        ("茶" * 10, True),
        ("茶" * 11, False),
        ("e\u0301" * 10, True),
        ("e\u0301" * 11, False),
        (" " * 500 + "茶" * 10 + "\n" * 500, True),
        ("👍" * 10, True),
        ("👍" * 11, False),
        ("\ufb2c" * 4, False),  # one sign that NFC writes as three
    ],
)
def test_length_counts_characters_as_they_are_kept(typed: str, is_kept: bool) -> None:
    if is_kept:
        assert len(clean_text(typed, max_length=10)) == 10
    else:
        with pytest.raises(TextRefused, match="最多 10 个字"):
            clean_text(typed, max_length=10)


def test_a_million_accents_are_refused_at_once() -> None:
    typed = "\u0301\u0316" * 500_000  # NFC would sort these for an hour
    start = time.process_time()

    with pytest.raises(TextRefused):
        clean_text(typed, max_length=5_000)

    assert time.process_time() - start < 1


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
@settings(max_examples=60, deadline=None)
def test_cleaning_twice_changes_nothing_more(typed: str) -> None:
    once = clean_text(typed, max_length=1_000)

    assert clean_text(once, max_length=1_000) == once
    assert once == unicodedata.normalize("NFC", typed).strip()


def test_naughty_strings_are_kept_or_refused() -> None:
    refused = []
    for typed in naughty_strings():
        try:
            kept = clean_text(typed, max_length=2_000)
        except TextRefused:
            refused.append(typed)
        else:
            assert kept == unicodedata.normalize("NFC", typed).strip()
            kept.encode()

    assert refused == ["\x00", "茶\x00", "\ud800", "壶\udfff", "a" * 10_000, "茶" * 10_000]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("John  SMITH", "john smith"),
        ("陈晓琳 ", "陈晓琳"),
        ("ＪＯＨＮ", "john"),
        ("Straße", "STRASSE"),
        ("Jose\u0301", "josé"),
    ],
)
def test_names_are_compared_without_case_width_and_blanks(left: str, right: str) -> None:
    assert search_form(left) == search_form(right)


def test_different_names_stay_different() -> None:
    assert search_form("José") != search_form("Jose")
    assert search_form("陈晓琳") != search_form("陈晓林")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
@settings(max_examples=60, deadline=None)
def test_a_name_is_found_however_its_accents_were_typed(name: str) -> None:
    decomposed = unicodedata.normalize("NFD", name)

    assert search_form(decomposed) == search_form(unicodedata.normalize("NFC", name))
