"""The integrations app."""

from importlib import import_module

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """Registers imports and exports."""

    name = "zhanggui.integrations"
    label = "integrations"

    def ready(self) -> None:
        """Listen to its own events, and tell the audit log what people call an import."""
        import_module("zhanggui.integrations.handlers")
        audit = import_module("zhanggui.core.audit")
        queries = import_module("zhanggui.integrations.queries")
        audit.labels("import")(queries.import_labels)
