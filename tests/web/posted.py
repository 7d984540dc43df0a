"""What each route of staff and programs takes by POST or PATCH, and how a form is sent as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

Body = Mapping[str, Any]
ORDER, TRANSFER = "/console/orders/{%s}/", "/console/stock/transfers/{%s}/"
ITEM, TOP = "/console/products/item/item-0/", "/console/products/categories/top/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One act. Names in braces are of the world."""

    url: str
    body: Body = field(default_factory=dict)
    form: str = ""  # the page whose fields are sent along as they are
    right: tuple[str, str] | None = None  # where it is another one than the route declares
    writes: bool = True  # else it is refused, or touches the session alone
    of_house: bool = False  # it is about a warehouse, so one must see it

    @property
    def is_api(self) -> bool:
        """Tell whether a program does it."""
        return self.url.startswith("/api/")


def _of_order(act: str, state: str, **more: Any) -> Post:
    return Post(url=f"{ORDER % state}{act}/", of_house=True, **more)


def _of_transfer(act: str, state: str = "draft", **more: Any) -> Post:
    return Post(url=f"{TRANSFER % state}{act}/", of_house=True, **more)


def _of_program(path: str, **body: Any) -> Post:
    return Post(url=f"/api/v1/admin/{path}", body=body, of_house=True)


def _group(name: str, right: str = "edit", **body: str) -> Post:
    url = f"/console/settings/{name}/"
    return Post(url=url, form=url, body=body, right=("settings", right), writes=bool(body))


_SHIPPED = {"carrier": "shunfeng", "tracking_no": "SF1234567890999"}
_ROLE = {"name": "店长", "home": "service", "scope": "all", "rights": ["home.view"]}
_COUNT = {"act": "count", "quantity": "7", "reason": "counted", "step": "save"}
_TEMPLATE = {"name": "新模板", "rule-0-areas": "110000", "rule-0-first_minor": "8"}

# Route → what is sent to it.
POSTED: dict[str, tuple[Post, ...]] = {
    "console/audit/verify/": (Post(url="/console/audit/verify/"),),
    "console/imports/new/": (Post(url="/console/imports/new/", writes=False),),
    "console/imports/<int:run_id>/match/": (
        Post(url="/console/imports/{import_uploaded}/match/", writes=False),
    ),
    "console/imports/<int:run_id>/begin/": (Post(url="/console/imports/{import_checked}/begin/"),),
    "console/imports/<int:run_id>/cancel/": (
        Post(url="/console/imports/{import_uploaded}/cancel/"),
    ),
    "console/imports/<int:run_id>/undo/": (Post(url="/console/imports/{import_done}/undo/"),),
    "console/exports/new/": (
        Post(url="/console/exports/new/", body={"kind": "products", "ending": "csv"}),
        Post(
            url="/console/exports/new/",
            body={"kind": "orders", "ending": "csv"},
            right=("orders", "view"),
        ),
        Post(
            url="/console/exports/new/",
            body={"kind": "orders", "ending": "csv", "people": "1"},
            right=("orders", "reveal"),
        ),
        Post(
            url="/console/exports/new/",
            body={"kind": "stock", "ending": "csv"},
            right=("stock", "view"),
        ),
    ),
    "console/exports/<int:run_id>/cancel/": (Post(url="/console/exports/1/cancel/", writes=False),),
    "console/freight/new/": (
        Post(
            url="/console/freight/new/",
            form="/console/freight/new/",
            body={**_TEMPLATE, "charge_by": "weight", "rule-0-extra_minor": "2"},
        ),
    ),
    "console/freight/template/<path:name>/": (
        Post(
            url="/console/freight/template/{template}/",
            form="/console/freight/template/{template}/",
            body={**_TEMPLATE, "charge_by": "weight"},
        ),
    ),
    "console/jobs/<uuid:job_id>/retry/": (Post(url="/console/jobs/{job}/retry/"),),
    "console/orders/<str:number>/ship/": (_of_order("ship", "paid", body=_SHIPPED),),
    "console/orders/<str:number>/cancel/": (_of_order("cancel", "unpaid"),),
    "console/orders/<str:number>/transfer/": (
        _of_order(
            "transfer", "unpaid", form=f"{ORDER % 'unpaid'}transfer/", body={"reference": "A2"}
        ),
    ),
    "console/orders/<str:number>/refunds/<int:refund_id>/retry/": (
        _of_order("refunds/{refund}/retry", "shipped", writes=False),
    ),
    "console/orders/<str:number>/refunds/<int:refund_id>/settle/": (
        _of_order("refunds/{refund}/settle", "shipped", body={"r{refund}-reference": "A3"}),
    ),
    "console/orders/<str:number>/reveal/": (_of_order("reveal", "shipped", body={"why": "call"}),),
    "console/staff/<str:username>/edit/": (
        Post(
            url="/console/staff/{staff}/edit/",
            form="/console/staff/{staff}/edit/",
            body={"name": "别名"},
        ),
    ),
    "console/staff/<str:username>/reset-factors/": (
        Post(url="/console/staff/{staff}/reset-factors/"),
    ),
    "console/staff/<str:username>/devices/<int:key>/end/": (
        Post(url="/console/staff/{staff}/devices/{device}/end/"),
    ),
    "console/staff/second-factor/": (
        Post(url="/console/staff/second-factor/", body={"required": "0"}),
    ),
    "console/staff/invite/": (
        Post(url="/console/staff/invite/", body={"name": "小张", "role": "{free_role}"}),
    ),
    "console/staff/invite/<int:invite_id>/withdraw/": (
        Post(url="/console/staff/invite/{invite_id}/withdraw/"),
    ),
    "console/roles/new/": (Post(url="/console/roles/new/", body=_ROLE),),
    "console/roles/<str:code>/": (Post(url="/console/roles/{role}/", body=_ROLE),),
    "console/roles/<str:code>/delete/": (Post(url="/console/roles/{free_role}/delete/"),),
    "console/roles/<str:code>/preview/": (
        Post(url="/console/roles/{role}/preview/", writes=False),
    ),
    "console/roles/preview/end/": (Post(url="/console/roles/preview/end/", writes=False),),
    "console/api-keys/new/": (
        Post(
            url="/console/api-keys/new/",
            body={"name": "ERP", "role": "{free_role}", "rights": ["home.view"]},
        ),
    ),
    "console/api-keys/<str:prefix>/revoke/": (Post(url="/console/api-keys/{key}/revoke/"),),
    "console/settings/wechatpay/": (Post(url="/console/settings/wechatpay/", writes=False),),
    "console/settings/wechatpay/check/": (
        Post(url="/console/settings/wechatpay/check/", writes=False),
    ),
    "console/settings/history/<int:change_id>/undo/": (
        Post(url="/console/settings/history/{change}/undo/", right=("settings", "edit")),
    ),
    "console/settings/<slug:group>/": (
        _group("contact", service_wechat="other"),
        _group("payment", "keys"),
    ),
    "console/sample/load/": (Post(url="/console/sample/load/", writes=False),),
    "console/sample/wipe/": (Post(url="/console/sample/wipe/", form="/console/sample/"),),
    "console/stock/correct/<str:warehouse>/<path:code>/": (
        Post(
            url="/console/stock/correct/{warehouse}/{sku}/",
            form="/console/stock/correct/{warehouse}/{sku}/",
            body=_COUNT,
            of_house=True,
        ),
    ),
    "console/stock/check/run/": (Post(url="/console/stock/check/run/"),),
    "console/stock/check/<int:difference_id>/repair/": (
        Post(url="/console/stock/check/{difference}/repair/", of_house=True),
    ),
    "console/stock/transfers/new/": (
        Post(
            url="/console/stock/transfers/new/",
            body={"source": "HOUSE0", "target": "FAR", "request_id": "r1"},
            of_house=True,
        ),
    ),
    "console/stock/transfers/<str:number>/line/": (
        _of_transfer("line", body={"sku": "{sku}", "quantity": "2"}),
    ),
    "console/stock/transfers/<str:number>/send/": (_of_transfer("send"),),
    "console/stock/transfers/<str:number>/cancel/": (_of_transfer("cancel"),),
    "console/stock/transfers/<str:number>/receive/": (
        _of_transfer("receive", "transfer", form=TRANSFER % "transfer"),
    ),
    "console/products/shelf/": (
        Post(url="/console/products/shelf/", body={"slug": "item-0", "shelf": "off"}),
    ),
    "console/products/bulk/": (
        Post(
            url="/console/products/bulk/",
            body={"slug": "item-0", "act": "weight", "weight-weight": "99"},
        ),
    ),
    "console/products/bulk/<str:token>/run/": (Post(url="/console/products/bulk/{planned}/run/"),),
    "console/products/bulk/<str:token>/undo/": (
        Post(url="/console/products/bulk/{bulk_edit}/undo/"),
    ),
    "console/products/new/": (
        Post(url="/console/products/new/", form=ITEM, body={"slug": "another", "sku-0-code": "N1"}),
    ),
    "console/products/item/<slug:slug>/save/": (
        Post(url=f"{ITEM}save/", form=ITEM, body={"name": "别的名字"}),
    ),
    "console/products/item/<slug:slug>/shelf/": (Post(url=f"{ITEM}shelf/", body={"shelf": "off"}),),
    "console/products/item/<slug:slug>/copy/": (Post(url=f"{ITEM}copy/"),),
    "console/products/item/<slug:slug>/archive/": (Post(url=f"{ITEM}archive/"),),
    "console/products/item/<slug:slug>/restore/": (
        Post(
            url=f"{ITEM}restore/",
            body={"at": "{changed_at}", "field": "weight_grams", "sku": "{sku}"},
        ),
    ),
    "console/products/item/<slug:slug>/attributes/": (Post(url=f"{ITEM}attributes/"),),
    "console/products/item/<slug:slug>/pictures/": (
        Post(url=f"{ITEM}pictures/", body={"action": "remove:{picture}"}),
    ),
    "console/products/categories/new/": (
        Post(url="/console/products/categories/new/", body={"name": "新类", "position": "0"}),
    ),
    "console/products/categories/<slug:slug>/": (
        Post(url=TOP, body={"name": "改名", "position": "0", "slug": "top"}),
    ),
    "console/products/categories/<slug:slug>/attributes/": (
        Post(url=f"{TOP}attributes/", body={"name": "产地", "kind": "text"}),
    ),
    "console/products/categories/<slug:slug>/place/": (
        Post(url="/console/products/categories/{leaf}/place/", body={"at": "0"}),
    ),
    "console/products/categories/<slug:slug>/archive/": (
        Post(url="/console/products/categories/{leaf}/archive/"),
    ),
    "api/v1/admin/orders/<number>/ship": (_of_program("orders/{paid}/ship", **_SHIPPED),),
    "api/v1/admin/orders/<number>/confirm-transfer": (
        _of_program("orders/{unpaid}/confirm-transfer", amount_minor="{due}", reference="A4"),
    ),
    "api/v1/admin/orders/<number>/reveal": (_of_program("orders/{paid}/reveal", reason="核对"),),
    "api/v1/admin/stock/corrections": (
        _of_program(
            "stock/corrections",
            sku="{sku}",
            warehouse="{warehouse}",
            act="set_aside",
            quantity=1,
            reason="碰坏",
        ),
    ),
    "api/v1/admin/transfers": (
        _of_program("transfers", source="HOUSE0", target="FAR", request_id="r2"),
    ),
    "api/v1/admin/transfers/<number>/send": (_of_program("transfers/{draft}/send"),),
    "api/v1/admin/transfers/<number>/cancel": (_of_program("transfers/{draft}/cancel"),),
    "api/v1/admin/transfers/<number>/receive": (
        _of_program(
            "transfers/{transfer}/receive",
            lines=[{"sku": "{sku}", "received": 1}],
            request_id="r3",
        ),
    ),
    "api/v1/admin/stock": (
        _of_program("stock", sku="{sku}", warehouse="{warehouse}", on_hand=7, reason="盘点"),
    ),
}


class _Fields(HTMLParser):
    """The fields of a page's forms, as a browser would send them untouched."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, list[str]] = {}
        self._select = self._text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a field's value; of boxes and choices only what is chosen."""
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            values = self.found.setdefault(self._select, [])
            if "selected" in given or not values:
                self.found[self._select] = [given.get("value", "")]
        elif tag == "textarea" and name:
            self._text = name
            self.found[name] = [""]
        elif tag == "input" and name and kind not in ("submit", "file"):
            is_sent = kind not in ("checkbox", "radio") or "checked" in given
            self.found.setdefault(name, []).extend([given.get("value", "")] if is_sent else [])

    def handle_endtag(self, tag: str) -> None:
        """Know where a field ends."""
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        """Take what stands in a text area."""
        if self._text:
            self.found[self._text][0] = (self.found[self._text][0] + data).removeprefix("\n")


def fields_of(html: str) -> dict[str, list[str]]:
    """Return what the forms of a page would send."""
    return _Fields(html).found
