"""A value is made once, however many ask for it first."""

import time
from concurrent.futures import ThreadPoolExecutor

from zhanggui.core.once import once


def test_many_who_ask_first_get_one_and_the_same() -> None:
    made: list[object] = []

    @once
    def slow() -> object:
        time.sleep(0.05)
        made.append(object())
        return made[-1]

    with ThreadPoolExecutor(8) as pool:
        found = [future.result() for future in [pool.submit(slow) for _ in range(8)]]

    assert len(made) == 1
    assert found == made * 8
    assert slow() is made[0]
