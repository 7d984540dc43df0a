"""What staff fill in about an order."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal
from zhanggui.freight.carriers import CARRIERS, carrier_name, normal_number, recognise
from zhanggui.web.formats import listed
from zhanggui.web.forms import CleanCharField, MinorField, RefusingForm

MOST_TRANSFER = 10**13  # minor units
CHOICES = [("", _("按单号识别")), *((one.code, one.name) for one in CARRIERS.values())]
REASONS = (
    ("call", _("联系买家")),
    ("address", _("核对收件信息")),
    ("label", _("手写面单")),
    ("other", _("其他原因")),
)


class ShipForm(forms.Form):
    """Carrier and tracking number of the parcel.

    `suggested` is the carrier that the page chose by itself: where it came back unchanged, a
    number that can't be that carrier's decides, so recognition works without script too.
    `confirmed` is the number of which somebody said that it may stand in several orders.
    """

    carrier = forms.ChoiceField(label=_("快递公司"), choices=CHOICES, required=False)
    tracking_no = CleanCharField(
        label=_("运单号"), max_length=60, error_messages={"required": _("请扫描或填写运单号。")}
    )
    suggested = forms.CharField(required=False, widget=forms.HiddenInput, max_length=30)
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput, max_length=60)

    def clean(self) -> dict[str, Any]:
        """Choose the carrier by the number where the person left the choice to the page."""
        values = super().clean() or {}
        number = normal_number(values.get("tracking_no", ""))
        carrier, suggested = values.get("carrier", ""), values.get("suggested", "")
        if number is None or (carrier and carrier != suggested):
            return values
        found = recognise(number)
        if carrier in found:
            return values
        if len(found) == 1:
            values["carrier"] = found[0]
        elif found:
            names = listed(carrier_name(code) for code in found)
            self.add_error("carrier", _("单号可能属于：%(names)s。请选一家。") % {"names": names})
        elif not carrier:
            self.add_error("carrier", _("认不出是哪家快递，请选择快递公司。"))
        return values

    def refuse(self, refusal: Refusal) -> None:
        """Show a service's "no" at the field it is about."""
        field = "tracking_no" if refusal.code == "invalid_tracking" else None
        self.add_error(field, str(refusal))


class TransferForm(RefusingForm):
    """A transfer that was seen on the account."""

    amount_minor = MinorField(label=_("到账金额"), most=MOST_TRANSFER)
    reference = CleanCharField(
        label=_("银行流水号"), max_length=64, help_text=_("对账时用，照银行回单填写。")
    )


class SettleRefundForm(RefusingForm):
    """How staff paid a refund back outside the channel."""

    reference = CleanCharField(
        label=_("转账流水号或说明"),
        max_length=64,
        error_messages={"required": _("请填写转账流水号或说明，对账时要用。")},
    )


class RevealForm(RefusingForm):
    """Why somebody needs the buyer's data in clear."""

    why = forms.ChoiceField(
        label=_("为什么要看"), choices=REASONS, widget=forms.RadioSelect, initial="call"
    )
    other = CleanCharField(label=_("其他原因"), max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for words where the reason is none of those listed."""
        values = super().clean() or {}
        if values.get("why") == "other" and not values.get("other"):
            self.add_error("other", _("请写明原因，它会记入操作日志。"))
        return values

    @property
    def reason(self) -> str:
        """Return the words that the timeline keeps."""
        chosen = str(dict(REASONS)[self.cleaned_data["why"]])
        return self.cleaned_data["other"] or chosen
