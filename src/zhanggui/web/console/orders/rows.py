"""An order as lists show it: masked, with its deadline and its next step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zhanggui.core.masking import mask_name, mask_phone
from zhanggui.fulfilment import queries as fulfilment
from zhanggui.orders import queries as orders
from zhanggui.orders.queries import Order, OrderLine
from zhanggui.orders.types import DisplayStatus

# Whatever is allocated to a warehouse belongs to one of these.
_WAITING = frozenset({DisplayStatus.TO_SHIP, DisplayStatus.PART_SHIPPED})


@dataclass(slots=True, kw_only=True)
class OrderRow:
    """One order of a list; personal data is opened only where it is shown."""

    id: str  # of the element on the page: the number
    order: Order
    first: OrderLine | None
    more: int  # further kinds of goods
    ship_by: datetime | None

    @property
    def buyer(self) -> str:
        """The buyer's name, masked."""
        return mask_name(self.order.name)

    @property
    def phone(self) -> str:
        """The buyer's phone, masked."""
        return mask_phone(self.order.phone) if self.order.phone else ""

    @property
    def area(self) -> str:
        """The place that it goes to."""
        return area_of(self.order)

    @property
    def can_ship(self) -> bool:
        """Tell whether it waits to be shipped."""
        return self.ship_by is not None


def order_rows(*, found: Sequence[Order]) -> list[OrderRow]:
    """Return orders, lines read, as rows of a list; one statement more where some are to ship."""
    waiting = [order.pk for order in found if order.display_status in _WAITING]
    deadlines = fulfilment.ship_deadlines(order_ids=waiting)
    return [_row(order, deadlines.get(order.pk)) for order in found]


def _row(order: Order, ship_by: datetime | None) -> OrderRow:
    lines = orders.lines_of(order=order)
    return OrderRow(
        id=order.number,
        order=order,
        first=lines[0] if lines else None,
        more=max(len(lines) - 1, 0),
        ship_by=ship_by,
    )


def area_of(order: Order) -> str:
    """Return 浙江省 杭州市 西湖区; a municipality is named once."""
    parts = [order.province, order.city, order.district]
    return " ".join(dict.fromkeys(part for part in parts if part))
