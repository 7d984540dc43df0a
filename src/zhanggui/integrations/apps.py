"""The integrations app."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """Registers imports and exports."""

    name = "zhanggui.integrations"
    label = "integrations"
