"""Sample goods whose pictures are encoded once for all tests."""

from functools import cache

import pytest

from zhanggui.demo.loading.sample import read_sample
from zhanggui.demo.services import loading

_read = cache(read_sample)


@pytest.fixture(autouse=True)
def _encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "read_sample", _read)
