"""What this domain asks of higher ones."""

from collections.abc import Callable, Collection

Weighing = Callable[[Collection[int]], set[int]]

_weighing: list[Weighing] = []


def weighing(answer: Weighing) -> Weighing:
    """Register who knows which of some products need a weight to be sold."""
    _weighing.append(answer)
    return answer


def needing_weight(product_ids: Collection[int]) -> set[int]:
    """Return the products among these whose SKUs need a weight to be sold."""
    return {found for answer in _weighing for found in answer(product_ids)}
