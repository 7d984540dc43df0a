"""Uploading a file, and what is chosen for it."""

from __future__ import annotations  # uploaded files take types only where nothing runs

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from zhanggui.accounts.types import Holder
from zhanggui.catalog.types import Shelf
from zhanggui.core.tables.encodings import ENCODINGS
from zhanggui.integrations.types import Kind, Reach, StockMode
from zhanggui.web.access import seen_houses

MOST_BYTES = 1 << 30
ENCODING_CHOICES = (("", _("自动识别")), *ENCODINGS.items())
RIGHTS = {  # what somebody must be able to do by hand to do it by a file
    Kind.PRODUCTS: ("products", "edit"),
    Kind.PRICES: ("products", "edit"),
    Kind.STOCK: ("stock", "edit"),
    Kind.ORDERS: ("orders", "see_money"),
}


def kinds_for(person: Holder) -> list[Kind]:
    """Return what this person may import."""
    return [kind for kind in Kind if person.may(*RIGHTS[kind])]


def reach_of(person: Holder) -> Reach:
    """Return what this person may change by an import."""
    houses = None if person.warehouse_ids is None else frozenset(person.warehouse_ids)
    return Reach(
        warehouses=houses if person.may("stock", "edit") else frozenset(),
        costs=person.may("products", "see_cost"),
    )


class UploadForm(forms.Form):
    """A file and what it holds."""

    kind = forms.ChoiceField(label=_("导入什么"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("文件"),
        help_text=_(
            "CSV、Excel（网页格式的 .xls 也行），或者一个 ZIP：里面放表格和图片。最大 1 GB。"
        ),
        widget=forms.FileInput(
            attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.xlsm,.xlsb,.ods,.xml,.html,.htm,.zip,.gz"}
        ),
    )

    items = forms.FileField(
        label=_("淘宝的宝贝明细（可以不选）"),
        required=False,
        help_text=_("只有历史订单用得到：和订单列表按订单编号合在一起。"),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.xml,.html,.htm,.gz"}),
    )
    encoding = forms.ChoiceField(
        label=_("文件编码"),
        required=False,
        choices=ENCODING_CHOICES,
        help_text=_("一般不用选。提示分不清，或者看到乱码时再选；Excel 文件不用选。"),
    )

    def __init__(self, *args: Any, kinds: Sequence[Kind], **named: Any) -> None:
        super().__init__(*args, **named)
        if Kind.ORDERS not in kinds:
            del self.fields["items"]
        labels = [(one, _("历史订单") if one == Kind.ORDERS else one.label) for one in kinds]
        self.fields["kind"].choices = labels  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile[Any]:
        """Refuse what is too large to be handled."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(
                _("文件超过 1 GB，请分成几份，或把图片换成网址。"), code="too_large"
            )
        return file

    def files_sent(self) -> list[UploadedFile[Any]]:
        """Return the file, and for past orders what came along."""
        data = self.cleaned_data
        more = data.get("items") if data["kind"] == Kind.ORDERS else None
        return [data["file"], *([more] if more else [])]


class ChoicesForm(forms.Form):
    """What is to be done with stock and shelf, as far as it matters for the kind."""

    warehouse = forms.ChoiceField(label=_("库存记到哪个仓库"), required=False)
    stock = forms.ChoiceField(label=_("库存列"), choices=StockMode.choices, required=False)
    shelf = forms.ChoiceField(
        label=_("没写状态的新商品"),
        choices=[(Shelf.DRAFT, _("先存为草稿")), (Shelf.ON, _("直接上架"))],
        required=False,
    )

    def __init__(self, *args: Any, kind: str, person: Holder, **named: Any) -> None:
        super().__init__(*args, **named)
        houses = seen_houses(person)
        self.fields["warehouse"].choices = [  # type: ignore[attr-defined]
            (str(one.warehouse_id), one.name) for one in houses
        ]
        self.within = person.warehouse_ids
        self.counts = person.may("stock", "edit")
        self.costs = person.may("products", "see_cost")
        if kind in (Kind.PRICES, Kind.ORDERS) or not houses or not self.counts:
            del self.fields["warehouse"]
        if kind != Kind.PRODUCTS or not self.counts:
            del self.fields["stock"]
        if kind != Kind.PRODUCTS:
            del self.fields["shelf"]

    def options(self) -> dict[str, Any]:
        """Return the choices as an import keeps them."""
        data = self.cleaned_data
        found = {name: data[name] for name in ("stock", "shelf") if data.get(name)}
        if data.get("warehouse"):
            found["warehouse"] = int(data["warehouse"])
        if not self.counts:
            found["stock"] = StockMode.NONE
        found["within"] = None if self.within is None else list(self.within)
        found["costs"] = self.costs
        return found
