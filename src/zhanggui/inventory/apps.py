"""The inventory app."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Registers the inventory domain."""

    name = "zhanggui.inventory"
    label = "inventory"
