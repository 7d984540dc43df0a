"""The regions app."""

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    """Registers the regions domain; it has no tables."""

    name = "zhanggui.regions"
    label = "regions"
