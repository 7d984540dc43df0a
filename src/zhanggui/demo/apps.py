"""The demo app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Registers the demo shop."""

    name = "zhanggui.demo"
    label = "demo"
