"""The orders app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Registers the orders domain."""

    name = "zhanggui.orders"
    label = "orders"

    def ready(self) -> None:
        """Connect the answers to hooks."""
        import zhanggui.orders.handlers  # noqa: F401, PLC0415 -- apps must be loaded first
