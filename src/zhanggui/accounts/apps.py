"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the accounts domain."""

    name = "zhanggui.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Tell the audit log what people call staff and keys."""
        from zhanggui.accounts import queries  # noqa: PLC0415 -- models must be loaded first
        from zhanggui.core import audit  # noqa: PLC0415 -- likewise

        audit.labels("user")(lambda ids: queries.user_names(user_ids=set(ids)))
        audit.labels("api_key")(queries.key_names)
