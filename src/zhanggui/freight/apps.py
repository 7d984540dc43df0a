"""The freight app."""

from django.apps import AppConfig


class FreightConfig(AppConfig):
    """Registers the freight domain."""

    name = "zhanggui.freight"
    label = "freight"

    def ready(self) -> None:
        """Register the answers to what lower domains ask."""
        import zhanggui.freight.handlers  # noqa: F401, PLC0415 -- apps must be loaded first
