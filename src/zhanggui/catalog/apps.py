"""The catalog app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Registers the catalog domain."""

    name = "zhanggui.catalog"
    label = "catalog"

    def ready(self) -> None:
        """Connect the event handlers, and tell the audit log what people call a product."""
        import zhanggui.catalog.handlers  # noqa: F401, PLC0415 -- apps must be loaded first
        from zhanggui.catalog import queries  # noqa: PLC0415 -- likewise
        from zhanggui.core import audit  # noqa: PLC0415 -- likewise

        audit.labels("product")(queries.product_names)
        audit.labels("sku")(queries.sku_codes)
