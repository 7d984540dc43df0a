"""Long sequences in portions that one transaction can take."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def portions(items: Iterable[T], *, weight: Callable[[T], int], least: int) -> Iterator[list[T]]:
    """Yield the items in order, together until they weigh at least so much; the last may not."""
    portion: list[T] = []
    total = 0
    for item in items:
        portion.append(item)
        total += weight(item)
        if total >= least:
            yield portion
            portion, total = [], 0
    if portion:
        yield portion
