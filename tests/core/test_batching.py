"""Group commit: each submit gets its own result exactly once, whatever happens around it."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhanggui.core.batching import Full, Group

Work = Callable[[Sequence[int]], Sequence[str]]
PATIENCE = 20.0  # seconds after which a thread counts as forgotten


def group(
    work: Work, *, most_at_once: int = 8, most_inside: int = 100, seconds: float = PATIENCE
) -> Group[int, str]:
    return Group(work, most_at_once=most_at_once, most_inside=most_inside, seconds=seconds)


def submit_all(into: Group[int, str], count: int, threads: int) -> list[str | BaseException]:
    """Submit 0, 1, … from many threads and return what each was told."""

    def one(number: int) -> str | BaseException:
        try:
            return into.submit(number)
        except BaseException as error:  # noqa: BLE001 -- also the end of a leader
            return error

    with ThreadPoolExecutor(threads) as pool:
        waiting = [pool.submit(one, number) for number in range(count)]
        _done, forgotten = wait(waiting, timeout=PATIENCE)
        assert not forgotten
    return [future.result() for future in waiting]


class Held:
    """Work that waits until it is let go, and keeps the batches that it got."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, batch: Sequence[int]) -> list[str]:
        self.batches.append(list(batch))
        self.begun.set()
        assert self.go.wait(PATIENCE)
        return [f"done {number}" for number in batch]


def until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_one_submit_is_a_batch_of_one() -> None:
    batches: list[list[int]] = []

    def work(batch: Sequence[int]) -> list[str]:
        batches.append(list(batch))
        return [str(number) for number in batch]

    assert group(work).submit(7) == "7"
    assert batches == [[7]]


def test_who_asks_while_a_batch_is_done_shares_the_next_in_the_order_asked() -> None:
    held = Held()
    shared = group(held, most_at_once=3)
    with ThreadPoolExecutor(6) as pool:
        told = [pool.submit(shared.submit, 0)]
        assert held.begun.wait(PATIENCE)
        for number in range(1, 6):
            told.append(pool.submit(shared.submit, number))
            until(lambda n=number: len(shared._queue) == n)  # type: ignore[misc]
        held.go.set()
        results = [future.result(PATIENCE) for future in told]

    assert results == [f"done {number}" for number in range(6)]
    assert held.batches == [[0], [1, 2, 3], [4, 5]]


def test_more_than_may_wait_are_sent_away_at_once_and_nothing_is_done_for_them() -> None:
    held = Held()
    shared = group(held, most_inside=3)
    with ThreadPoolExecutor(3) as pool:
        told = [pool.submit(shared.submit, 0)]
        assert held.begun.wait(PATIENCE)
        told += [pool.submit(shared.submit, number) for number in (1, 2)]
        until(lambda: len(shared._queue) == 2)

        with pytest.raises(Full):
            shared.submit(3)

        held.go.set()
        assert [future.result(PATIENCE) for future in told] == ["done 0", "done 1", "done 2"]
    assert [number for batch in held.batches for number in batch] == [0, 1, 2]


def test_who_waits_too_long_leaves_the_queue_and_is_not_done() -> None:
    held = Held()
    shared = group(held, seconds=0.05)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(shared.submit, 0)
        assert held.begun.wait(PATIENCE)
        with pytest.raises(Full):
            shared.submit(1)
        held.go.set()
        assert first.result(PATIENCE) == "done 0"

    assert shared.submit(2) == "done 2"
    assert held.batches == [[0], [2]]


def test_an_error_of_a_batch_is_met_only_by_whose_fault_it_is() -> None:
    def work(batch: Sequence[int]) -> list[str]:
        if 3 in batch:
            raise ValueError("three")
        return [str(number) for number in batch]

    told = submit_all(group(work), 12, 6)

    assert [str(one) for one in told] == [str(n) if n != 3 else "three" for n in range(12)]
    assert isinstance(told[3], ValueError)


def test_too_few_results_are_an_error_of_the_batch() -> None:
    with pytest.raises(ValueError):
        group(lambda batch: []).submit(1)


def test_the_end_of_a_leader_wakes_all_who_wait() -> None:
    ended = threading.Event()

    def work(batch: Sequence[int]) -> list[str]:
        if len(batch) > 1 and not ended.is_set():
            ended.set()
            raise SystemExit
        time.sleep(0.01)
        return [str(number) for number in batch]

    told = submit_all(group(work), 40, 8)

    assert ended.is_set()
    assert [type(one) for one in told].count(SystemExit) == 1
    assert all(one == str(n) for n, one in enumerate(told) if not isinstance(one, SystemExit))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    threads=st.integers(2, 12),
    most_at_once=st.integers(1, 8),
    most_inside=st.integers(1, 12),
    seconds=st.sampled_from([0.002, 0.02, PATIENCE]),
    failing=st.sampled_from([0.0, 0.1, 0.5]),
)
def test_each_submit_gets_its_own_result_once_in_any_interleaving(
    seed: int, threads: int, most_at_once: int, most_inside: int, seconds: float, failing: float
) -> None:
    chance = random.Random(seed)
    done: dict[int, int] = {}  # what is committed: number → how often
    lock = threading.Lock()

    def work(batch: Sequence[int]) -> list[str]:
        time.sleep(chance.random() * 0.003)
        if chance.random() < failing:
            raise RuntimeError("undone")  # as a rolled back transaction: nothing is committed
        with lock:
            for number in batch:
                done[number] = done.get(number, 0) + 1
        if chance.random() < failing / 5:
            raise SystemExit  # committed, but nobody was told
        return [f"done {number}" for number in batch]

    shared = group(work, most_at_once=most_at_once, most_inside=most_inside, seconds=seconds)
    told = submit_all(shared, 60, threads)

    for number, one in enumerate(told):
        if isinstance(one, Full):
            assert number not in done
        elif isinstance(one, str):
            assert one == f"done {number}"
            assert number in done
        else:
            assert isinstance(one, RuntimeError | SystemExit)
    assert not shared._queue
    assert not shared._has_leader
    assert shared._inside == 0
    if failing == 0.0:
        assert set(done.values()) <= {1}
        assert not any(isinstance(one, RuntimeError | SystemExit) for one in told)
