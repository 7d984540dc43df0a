"""The fulfilment app."""

from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    """Registers the fulfilment domain."""

    name = "zhanggui.fulfilment"
    label = "fulfilment"

    def ready(self) -> None:
        """Connect the event handlers."""
        import zhanggui.fulfilment.handlers  # noqa: F401, PLC0415 -- apps must be loaded first
