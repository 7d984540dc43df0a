"""The catalog app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Registers the catalog domain."""

    name = "zhanggui.catalog"
    label = "catalog"
