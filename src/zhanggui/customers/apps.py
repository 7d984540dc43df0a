"""The customers app."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Registers the customers domain."""

    name = "zhanggui.customers"
    label = "customers"
