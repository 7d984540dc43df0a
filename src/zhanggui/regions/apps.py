"""The regions app: static data only, it has no tables."""

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    """Divisions and address parsing."""

    name = "zhanggui.regions"
    label = "regions"
