"""What stock asks of those above it."""

from collections.abc import Callable, Collection

Promised = Callable[[Collection[int]], dict[tuple[int, int], int]]

# Each answers for SKU ids: (SKU id, warehouse id) → pieces that it has reserved and not shipped.
promised_pieces: list[Promised] = []


def promised(sku_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Return how many pieces of each SKU and warehouse are waited for, by all who reserve."""
    total: dict[tuple[int, int], int] = {}
    for ask in promised_pieces:
        for key, pieces in ask(sku_ids).items():
            total[key] = total.get(key, 0) + pieces
    return total
