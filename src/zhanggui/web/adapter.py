"""How allauth behaves here: staff sign in, nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff are made by the owner, so sign-up is closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse to make accounts from the login page."""
        return False
