"""Where allauth finds the secrets of second factors: encrypted, in a table of ours."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.apps import apps


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's row of a factor names a row of ours where its secret would stand."""

    def encrypt(self, text: str) -> str:
        """Refuse what allauth would store by itself: services.factors writes both rows."""
        raise TypeError("Second factors are set up by accounts.services.")

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret of the row that is named."""
        rows = apps.get_model("accounts", "FactorSecret")._default_manager
        return str(rows.get(pk=int(encrypted_text)).secret)

    def get_totp_issuer(self) -> str:
        """Return what an authenticator app shows above the code."""
        from zhanggui.accounts import queries  # noqa: PLC0415 -- allauth loads this with its models

        return queries.shop().name

    def _get_user_identifier(self, user: Any) -> str:
        return str(user.username)

    def _get_site_name(self) -> str:
        return self.get_totp_issuer()
