"""Correcting a count."""

from django import forms
from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal
from zhanggui.web.forms import CleanCharField

MOST = 10_000_000


class CountForm(forms.Form):
    """How many pieces were counted, and why they differ from the books."""

    on_hand = forms.IntegerField(
        label=_("点到的数量"),
        min_value=0,
        max_value=MOST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    reason = CleanCharField(
        label=_("原因"), max_length=200, help_text=_("比如：盘点少 1 件、破损、找到漏记的货。")
    )

    def refuse(self, refusal: Refusal) -> None:
        """Show the service's "no" at the number."""
        self.add_error("on_hand", str(refusal))
