"""The orders app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Registers the orders domain."""

    name = "zhanggui.orders"
    label = "orders"
