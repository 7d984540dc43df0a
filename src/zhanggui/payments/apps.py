"""The payments app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Registers the payments domain."""

    name = "zhanggui.payments"
    label = "payments"

    def ready(self) -> None:
        """Connect the event handlers."""
        import zhanggui.payments.handlers  # noqa: F401, PLC0415 -- apps must be loaded first
