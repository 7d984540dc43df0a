"""The demo app."""

from importlib import import_module

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Registers the demo shop and the sample goods of real ones."""

    name = "zhanggui.demo"
    label = "demo"

    def ready(self) -> None:
        """Listen to its own events."""
        import_module("zhanggui.demo.handlers")
