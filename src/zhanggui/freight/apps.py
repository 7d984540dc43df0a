"""The freight app."""

from django.apps import AppConfig


class FreightConfig(AppConfig):
    """Registers the freight domain."""

    name = "zhanggui.freight"
    label = "freight"
