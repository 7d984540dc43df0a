"""Passkeys: what the browser is asked, and whether its answer is right. allauth and fido2 check."""

from typing import Any

from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from zhanggui.accounts import services
from zhanggui.accounts.queries import User

MOST_BYTES = 20_000  # of an answer
_WRONG = (ValidationError, ValueError, TypeError, KeyError, AttributeError)


class AnswerForm(forms.Form):
    """What the browser answered, as JSON."""

    credential = forms.JSONField(widget=forms.HiddenInput)

    def clean_credential(self) -> dict[str, Any]:
        """Refuse what is no answer at all."""
        found = self.cleaned_data["credential"]
        if not isinstance(found, dict) or len(str(found)) > MOST_BYTES:
            raise forms.ValidationError("")
        return found


def options(found: dict[str, Any]) -> JsonResponse:
    """Answer a page's script with what to ask the browser for; nobody may keep that."""
    response = JsonResponse(found)
    add_never_cache_headers(response)
    return response


def creation_options(user: User) -> dict[str, Any]:
    """Return what to ask for a new passkey, one that the browser offers by itself at sign-in."""
    found: dict[str, Any] = auth.begin_registration(user, passwordless=True)
    return found


def request_options(user: User | None) -> dict[str, Any]:
    """Return what to ask for proof by a passkey, of this person or of whoever it is."""
    found: dict[str, Any] = auth.begin_authentication(user)
    return found


def created(request: HttpRequest) -> dict[str, Any] | None:
    """Return the new passkey that the browser posted, None where it is not right."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return None
    credential: dict[str, Any] = form.cleaned_data["credential"]
    try:
        auth.parse_registration_response(credential)
        is_verified = auth.complete_registration(credential).is_user_verified()
    except _WRONG:
        return None
    return credential if is_verified else None


def proved(request: HttpRequest, user: User | None) -> User | None:
    """Return whose passkey the browser posted, of `user` where one is given; None where wrong."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return None
    credential = form.cleaned_data["credential"]
    try:
        auth.parse_authentication_response(credential)
        person: User = user or auth.extract_user_from_response(credential)
        row = auth.complete_authentication(person, credential)
    except _WRONG:
        return None
    services.note_passkey_used(key=row.pk, now=timezone.now())
    return person
