"""Encryption under a key ring, and blind indexes."""

import base64
import hashlib
import hmac

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from zhanggui.core.encryption import UnknownKey, blind_index, is_current, seal, unseal

HERE = "customers.customer|phone|1"
OLD, NEW = (base64.b64encode(bytes([sign]) * 32).decode() for sign in (1, 2))


@given(st.text(), st.text(min_size=1))
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_as_it_was(plain: str, context: str) -> None:
    stored = seal(plain, context=context)

    assert unseal(stored, context=context) == plain
    assert stored.isascii()


@pytest.mark.parametrize("plain", ["", "茶", "👩‍👩‍👧‍👦", "e\u0301", "a\n\t b", "x" * 100_000])
def test_odd_texts_come_back_as_they_were(plain: str) -> None:
    assert unseal(seal(plain, context=HERE), context=HERE) == plain


def test_equal_texts_are_stored_differently() -> None:
    assert len({seal("13800001234", context=HERE) for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "there",
    ["customers.customer|phone|2", "customers.customer|name|1", "customers.address|phone|1", ""],
    ids=["another row", "another field", "another table", "nowhere"],
)
def test_a_value_opens_only_where_it_was_sealed(there: str) -> None:
    stored = seal("13800001234", context=HERE)

    with pytest.raises(InvalidTag):
        unseal(stored, context=there)


def test_every_changed_byte_is_noticed() -> None:
    key_id, _, body = seal("茶", context=HERE).partition(":")
    raw = base64.b64decode(body)

    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        with pytest.raises(InvalidTag):
            unseal(f"{key_id}:{base64.b64encode(changed).decode()}", context=HERE)


@pytest.mark.parametrize("broken", ["", "AAAA", "not base64!", "茶"])
def test_what_was_never_sealed_is_refused_as_changed(broken: str) -> None:
    key_id = seal("", context=HERE).partition(":")[0]

    with pytest.raises(InvalidTag):
        unseal(f"{key_id}:{broken}", context=HERE)


def test_letters_put_between_are_noticed() -> None:
    stored = seal("茶", context=HERE)

    with pytest.raises(InvalidTag):
        unseal(f"{stored[:-4]}\n{stored[-4:]}", context=HERE)


def test_a_new_key_writes_and_an_old_one_still_opens(settings: Settings) -> None:
    settings.FIELD_KEYS = f"k1:{OLD}"
    before = seal("茶", context=HERE)

    settings.FIELD_KEYS = f"k2:{NEW}, k1:{OLD}"
    after = seal("壶", context=HERE)

    assert (before.partition(":")[0], after.partition(":")[0]) == ("k1", "k2")
    assert (unseal(before, context=HERE), unseal(after, context=HERE)) == ("茶", "壶")
    assert (is_current(before), is_current(after)) == (False, True)


def test_a_value_of_a_key_that_is_gone_names_the_key(settings: Settings) -> None:
    settings.FIELD_KEYS = f"k1:{OLD}"
    stored = seal("茶", context=HERE)
    settings.FIELD_KEYS = f"k2:{NEW}"

    with pytest.raises(UnknownKey, match="k1"):
        unseal(stored, context=HERE)


@pytest.mark.parametrize(
    "ring",
    ["", f":{OLD}", OLD, f"k1:{OLD},k1:{NEW}", "k1:AAAA", "k1:not base64"],
    ids=["empty", "no id", "only a key", "one id twice", "short key", "no key"],
)
def test_a_broken_ring_encrypts_nothing(ring: str, settings: Settings) -> None:
    settings.FIELD_KEYS = ring

    with pytest.raises(ValueError):
        seal("茶", context=HERE)


def test_a_blind_index_is_the_keyed_hash_of_purpose_and_value(settings: Settings) -> None:
    settings.INDEX_KEY = OLD

    expected = hmac.new(bytes([1]) * 32, b"phone\n+8613800001234", hashlib.sha256).hexdigest()

    assert blind_index("phone", "+8613800001234") == expected[:32]


def test_a_blind_index_differs_by_value_purpose_and_key(settings: Settings) -> None:
    settings.INDEX_KEY = OLD
    asked = [("phone", "1234"), ("name", "1234"), ("phone", "1235")]
    found = {blind_index(purpose, value) for purpose, value in asked}
    settings.INDEX_KEY = NEW
    found.add(blind_index("phone", "1234"))

    assert len(found) == 4
    assert {len(index) for index in found} == {32}
