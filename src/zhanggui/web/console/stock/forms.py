"""Forms of stock: corrections and transfers."""

import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhanggui.inventory.queries import warehouses
from zhanggui.inventory.types import CorrectionAct, CorrectionReason, MissingReason, WarehouseView
from zhanggui.web.forms import CleanCharField, RefusingForm

MOST = 10_000_000
_NUMBER = {"inputmode": "numeric", "autocomplete": "off"}


def new_key() -> str:
    """Return a key for a form: sent twice, it counts once."""
    return secrets.token_hex(16)


class CorrectionForm(RefusingForm):
    """What was counted, or how many pieces can't be sold, and why."""

    refused_at = "quantity"

    act = forms.ChoiceField(
        label=_("做什么"), choices=CorrectionAct.choices, widget=forms.RadioSelect
    )
    quantity = forms.IntegerField(
        label=_("件数"),
        min_value=0,
        max_value=MOST,
        widget=forms.NumberInput(attrs=_NUMBER),
        help_text=_("更正实物数量时填点到的总数，其他填要转的件数。"),
    )
    reason = forms.ChoiceField(label=_("原因"), choices=CorrectionReason.choices)
    note = CleanCharField(label=_("说明"), max_length=200, required=False)
    seen_on_hand = forms.IntegerField(widget=forms.HiddenInput)
    seen_unavailable = forms.IntegerField(widget=forms.HiddenInput)
    request_id = CleanCharField(max_length=64, widget=forms.HiddenInput)

    @property
    def seen(self) -> int:
        """Return the figure that the act changes, as the person saw it."""
        is_count = self.cleaned_data["act"] == CorrectionAct.COUNT
        seen: int = self.cleaned_data["seen_on_hand" if is_count else "seen_unavailable"]
        return seen


def _houses() -> list[tuple[str, str]]:
    return [(house.code, house.name) for house in warehouses()]


def _second() -> str:
    return next((code for code, _name in _houses()[1:]), "")


class TransferForm(RefusingForm):
    """From where to where."""

    refused_at = "target"

    source = forms.ChoiceField(label=_("调出仓库"))
    target = forms.ChoiceField(label=_("调入仓库"), choices=_houses, initial=_second)
    note = CleanCharField(label=_("说明"), max_length=200, required=False)
    request_id = CleanCharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sources: Sequence[WarehouseView], **more: Any) -> None:
        """Offer what somebody may send from; it may go to any warehouse."""
        super().__init__(*args, **more)
        self.fields["source"].choices = [(one.code, one.name) for one in sources]  # type: ignore[attr-defined]


class ReceiptForm(forms.Form):
    """Why something is missing; the lines' numbers stand beside it."""

    missing_reason = forms.ChoiceField(
        label=_("短少原因"),
        choices=[("", _("没有短少")), *MissingReason.choices],
        required=False,
    )
    note = CleanCharField(label=_("说明"), max_length=200, required=False)
    request_id = CleanCharField(max_length=64, widget=forms.HiddenInput)
