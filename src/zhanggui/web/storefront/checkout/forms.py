"""The fields of checkout. Whether an address can be delivered to is checked by customers."""

from collections.abc import Mapping

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhanggui.web.forms import CleanCharField
from zhanggui.web.storefront.checkout import places

FIELDS = ("name", "phone", "province", "city", "district", "detail")


def _text(**attrs: str | Promise) -> forms.TextInput:
    return forms.TextInput(attrs=attrs)


class CheckoutForm(forms.Form):
    """Where the parcel goes, and a note for the shop."""

    address_text = CleanCharField(
        label=_("粘贴收货信息"),
        max_length=500,
        required=False,
        widget=forms.Textarea(
            attrs={
                "rows": "2",
                "autocomplete": "off",
                "data-parse-text": "",
                "placeholder": _("粘贴姓名、电话和地址，自动填好下面各栏"),
            }
        ),
    )
    name = CleanCharField(
        label=_("收货人"),
        max_length=60,
        required=False,
        widget=_text(autocomplete="name", **{"data-fill": "name"}),
    )
    phone = CleanCharField(
        label=_("手机号"),
        max_length=30,
        required=False,
        widget=_text(type="tel", inputmode="tel", autocomplete="tel", **{"data-fill": "phone"}),
    )
    province = CleanCharField(label=_("省份"), max_length=40, required=False)
    city = CleanCharField(label=_("城市"), max_length=40, required=False)
    district = CleanCharField(label=_("区县"), max_length=40, required=False)
    detail = CleanCharField(
        label=_("详细地址"),
        max_length=200,
        required=False,
        widget=forms.Textarea(
            attrs={
                "rows": "2",
                "autocomplete": "street-address",
                "data-fill": "detail",
                "placeholder": _("街道、小区、楼号、门牌号"),
            }
        ),
    )
    note = CleanCharField(
        label=_("留言"),
        max_length=200,
        required=False,
        widget=_text(autocomplete="off", placeholder=_("选填，给商家的话")),
    )

    def __init__(self, data: Mapping[str, str], *, is_checked: bool) -> None:
        """Show what was typed; errors only where somebody tried to buy."""
        super().__init__(data if is_checked else None, initial=None if is_checked else dict(data))
        province, city = data.get("province", ""), data.get("city", "")
        self._offer("province", places.provinces(), "address-level1", data)
        self._offer("city", places.cities(province), "address-level2", data)
        self._offer("district", places.districts(province, city), "address-level3", data)

    def _offer(
        self, name: str, choices: list[str], autocomplete: str, data: Mapping[str, str]
    ) -> None:
        """Let people choose where the choices are known, and type where they are not."""
        attrs = {"autocomplete": autocomplete, "data-fill": name}
        typed = data.get(name, "")
        if typed and typed not in choices:
            choices = [*choices, typed] if choices else []
        if choices:
            options = [("", _("请选择")), *((one, one) for one in choices)]
            self.fields[name].widget = forms.Select(attrs=attrs, choices=options)
        else:
            self.fields[name].widget = forms.TextInput(attrs=attrs)
