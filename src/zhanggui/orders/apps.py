"""The orders app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Registers the orders domain."""

    name = "zhanggui.orders"
    label = "orders"

    def ready(self) -> None:
        """Connect the answers to hooks, and tell the audit log what people call an order."""
        import zhanggui.orders.handlers  # noqa: F401, PLC0415 -- apps must be loaded first
        from zhanggui.core import audit  # noqa: PLC0415 -- likewise
        from zhanggui.orders import queries  # noqa: PLC0415 -- likewise

        audit.labels("order")(lambda ids: queries.order_numbers(order_ids=ids))
