"""The notifications app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Registers the notifications domain."""

    name = "zhanggui.notifications"
    label = "notifications"
