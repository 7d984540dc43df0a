"""Promises under load and under SIGKILL, against a shop that really runs."""

import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tests.running.crowd import buy_all
from tests.running.shop import RunningShop, buy, postgres_database

PIECES = 100

pytestmark = pytest.mark.full


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningShop]:
    """A running shop with one hot SKU of 100 pieces."""
    if request.param == "sqlite":
        running = RunningShop(tmp_path, f"sqlite:///{tmp_path}/shop.sqlite3")
        running.seed(pieces=PIECES)
        running.start()
        yield running
        running.stop()
    else:
        with postgres_database() as url:
            running = RunningShop(tmp_path, url)
            running.seed(pieces=PIECES)
            running.start()
            yield running
            running.stop()


def assert_books_agree(books: dict[str, int]) -> None:
    """Counters equal the ledger, and every reserved piece belongs to an order."""
    assert books["on_hand"] == books["ledger_on_hand"] == PIECES
    assert books["reserved"] == books["ledger_reserved"] == books["pieces"]
    assert books["lines"] == books["orders"]


@pytest.mark.parametrize(
    ("shop", "buyers"), [("sqlite", 200), ("postgres", 2000)], indirect=["shop"]
)
def test_a_hundred_pieces_make_exactly_a_hundred_orders(shop: RunningShop, buyers: int) -> None:
    answers = buy_all(shop.url, buyers)

    won = [answer for answer in answers if answer.status == 201]
    lost = [answer for answer in answers if answer.status != 201]
    assert len(won) == PIECES
    assert len({answer.body["number"] for answer in won}) == PIECES
    assert {(answer.status, answer.body["code"]) for answer in lost} == {(409, "out_of_stock")}
    assert {answer.body["lines"][0]["available"] for answer in lost} == {0}
    books = shop.books()
    assert books["orders"] == PIECES
    assert_books_agree(books)


def test_sigkill_loses_no_order_and_leaves_no_reservation(shop: RunningShop) -> None:
    dice = random.Random(7)
    known: list[str] = []
    for round_number in range(4):
        stop = threading.Event()

        def shopper(base: int, stop: threading.Event = stop) -> None:
            with requests.Session() as client:
                for number in range(base, base + 25):
                    if stop.is_set():
                        return
                    try:
                        answer = buy(shop.url, number, client=client)
                    except requests.RequestException:
                        continue
                    if answer.status_code == 201:
                        known.append(answer.json()["number"])

        crowd = [
            threading.Thread(target=shopper, args=(1000 * round_number + 30 * one,))
            for one in range(8)
        ]
        for thread in crowd:
            thread.start()
        time.sleep(dice.uniform(0.2, 1.0))
        shop.stop(signal.SIGKILL)
        stop.set()
        for thread in crowd:
            thread.join()
        books = shop.books()
        assert set(known) <= set(books["numbers"])
        assert books["orders"] <= PIECES
        assert_books_agree(books)
        shop.start()
    assert known
