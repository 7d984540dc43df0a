"""A shop that runs with worker and simulator, for all tests that only add orders to it."""

from collections.abc import Iterator
from itertools import count

import pytest
from tests.running.shop import RunningShop
from tests.running.trade import Trade

PIECES = 1000
_hundreds = count(step=100)  # of phones: a buyer has few open orders


@pytest.fixture(scope="session")
def trading_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """One SKU of 1000 pieces, paid at a simulator, on SQLite."""
    folder = tmp_path_factory.mktemp("trading")
    shop = RunningShop(folder, f"sqlite:///{folder}/shop.sqlite3")
    shop.seed(pieces=PIECES, is_demo=True)
    shop.start()
    yield shop
    shop.stop()


@pytest.fixture
def trade(trading_shop: RunningShop) -> Iterator[Trade]:
    """Return what can be done from outside; afterwards the simulator is faultless again."""
    one = Trade(trading_shop, phones=13_800_000_000 + next(_hundreds))
    yield one
    if one.base:
        one.control("reset")
