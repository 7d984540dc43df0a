"""What this process knows to be sold out: a hint, so that a sold-out answer takes no lock."""

from collections.abc import Sequence

from zhanggui.core import versions
from zhanggui.core.types import Refusal
from zhanggui.inventory.queries import STOCK, WAREHOUSES
from zhanggui.orders.models import Order
from zhanggui.orders.services.plans import refuse_lines
from zhanggui.orders.types import LineRefusal, OrderInput, OrderRefused, PlacedOrder

_known: versions.Kept[str, bool] = versions.Kept(most=10_000)  # SKU codes


def version() -> versions.Key | None:
    """Return the versions that change with every piece that comes or goes where few are left."""
    return versions.key(STOCK, WAREHOUSES)


def remember(results: Sequence[PlacedOrder | Refusal], seen: versions.Key | None) -> None:
    """Note the SKUs of which nothing was left, once the transaction that found so is committed.

    `seen` was read before the stock was: after any change the note does not count any more.
    """
    for result in results:
        for line in result.lines if isinstance(result, OrderRefused) else ():
            if line.code == "out_of_stock" and not line.available:
                _known.put(line.sku, seen, True)


def refusal(wanted: OrderInput) -> OrderRefused | None:
    """Refuse an order for what is known to be sold out; None: the database must be asked.

    It reads versions only, and whether the order was placed before: then it has its answer.
    """
    codes = [line.sku for line in wanted.lines if line.sku in _known]
    if not codes:
        return None
    with versions.held():
        numbers = version()
    gone = [code for code in dict.fromkeys(codes) if _known.get(code, numbers)]
    if not gone or Order.objects.filter(request_id=wanted.request_id).exists():
        return None
    lines = tuple(LineRefusal(sku=code, code="out_of_stock", available=0) for code in gone)
    return refuse_lines(lines)
