"""The catalog app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Registers the catalog domain."""

    name = "zhanggui.catalog"
    label = "catalog"

    def ready(self) -> None:
        """Connect the event handlers."""
        import zhanggui.catalog.handlers  # noqa: F401, PLC0415 -- apps must be loaded first
