"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the accounts domain."""

    name = "zhanggui.accounts"
    label = "accounts"
