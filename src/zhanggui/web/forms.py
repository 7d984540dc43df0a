"""Form fields of all faces: clean text, amounts in minor units."""

import re
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhanggui.core.money import digits_of
from zhanggui.core.text import TextRefused, clean_text
from zhanggui.core.types import Refusal
from zhanggui.web.formats import grouped

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:[.][0-9]*)?$")


class RefusingForm(forms.Form):
    """Shows what a service refused above its fields, or at the one that it is mostly about."""

    refused_at: str | None = None

    def refuse(self, refusal: Refusal) -> None:
        """Show the service's "no"."""
        self.add_error(self.refused_at, str(refusal))


class CleanCharField(forms.CharField):
    """A text that every database and page can hold; line ends become \\n."""

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)
        self.longest = max_length

    def to_python(self, value: Any) -> str:
        """Return the cleaned text, or say what is wrong with it."""
        text = "" if value in self.empty_values else str(value)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        try:
            return clean_text(text, max_length=self.longest)
        except TextRefused as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal


class MinorField(forms.Field):
    """An amount as people write it (19.9, ¥1,999.00, １９．９) in integer minor units."""

    def __init__(self, *, currency: str = "CNY", most: int, **options: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "maxlength": "20"}
        super().__init__(**{"widget": forms.TextInput(attrs=attrs), **options})
        self.currency, self.most = currency, most

    def to_python(self, value: Any) -> int | None:
        """Return minor units; more decimals than the currency has are refused, not rounded."""
        text = unicodedata.normalize("NFKC", str(value or ""))[:40].strip()
        text = text.lstrip("¥￥$ ")
        if not text:
            return None
        if _GROUPED.match(text):  # 1,999 is read, 12,5 may mean two things and is refused
            text = text.replace(",", "")
        try:
            minor = Decimal(text).scaleb(digits_of(self.currency))
            is_amount = minor.is_finite() and 0 <= minor <= self.most
        except InvalidOperation:
            is_amount = False
        if not is_amount or minor != minor.to_integral_value():
            raise forms.ValidationError(
                _("请填写 0 到 %(most)s 的金额，最多 %(digits)d 位小数。")
                % {
                    "most": grouped(self.most // 10 ** digits_of(self.currency)),
                    "digits": digits_of(self.currency),
                },
                code="invalid_amount",
            )
        return int(minor)

    def prepare_value(self, value: Any) -> Any:
        """Write stored minor units as people do; what was typed stays as it was."""
        if isinstance(value, int):
            digits = digits_of(self.currency)
            return f"{Decimal(value).scaleb(-digits):.{digits}f}"
        return value


class ShopMomentField(forms.DateTimeField):
    """A moment of the shop's clock."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, required=False, **options)

    def clean(self, value: Any) -> datetime | None:
        """Return the moment; years that no calendar of a shop has are refused."""
        moment: datetime | None = super().clean(value)
        if moment and not EARLIEST < moment < LATEST:
            raise forms.ValidationError(_("请填写 2000 年到 2100 年之间的时间。"))
        return moment
