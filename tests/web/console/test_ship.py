"""The ship sheet: with and without script, the carrier by the number, numbers used twice."""

import json
import re

import pytest
from django.test import Client
from tests.factories.shop import NOON
from tests.web.console.conftest import placed

from zhanggui.fulfilment.models import Parcel
from zhanggui.inventory.models import StockLevel
from zhanggui.orders.models import Order

pytestmark = pytest.mark.usefixtures("noon", "shop")
HTMX = {"HX-Request": "true"}
SF = "SF1234567890123"


def url(order: Order) -> str:
    return f"/console/orders/{order.number}/ship/"


def parcels() -> list[tuple[str, str]]:
    return list(Parcel.objects.order_by("id").values_list("carrier", "tracking_no"))


def chosen(html: str) -> str:
    """Return the carrier that the sheet has selected."""
    found = re.search(r'<option value="(\w*)" selected>', html)
    return found[1] if found else ""


def test_a_plain_form_ships_and_returns_to_the_order(warehouse: Client) -> None:
    order = placed(now=NOON, paid=True)

    page = warehouse.get(url(order)).content.decode()
    answer = warehouse.post(url(order), {"carrier": "", "tracking_no": "sf 1234567890123"})

    assert "<html" in page
    assert f'action="{url(order)}"' in page
    assert answer["Location"] == f"/console/orders/{order.number}/"
    assert parcels() == [("shunfeng", SF)]
    order.refresh_from_db()
    assert order.display_status == "to_receive"
    assert StockLevel.objects.values_list("on_hand", "reserved").get() == (8, 0)


def test_from_the_list_the_sheet_closes_and_says_so(owner: Client) -> None:
    order = placed(now=NOON, paid=True)

    sheet = owner.get(url(order), headers=HTMX).content.decode()
    answer = owner.post(
        url(order),
        {"carrier": "shunfeng", "tracking_no": SF},
        headers={**HTMX, "HX-Current-URL": "http://testserver/console/orders/?status=to_ship"},
    )

    assert "<html" not in sheet
    assert "data-close-url" not in sheet
    assert answer.content == b""
    assert json.loads(answer["HX-Trigger"]) == {
        "orderChanged": True,
        "sheetClose": True,
        "toast": {"text": f"已发货：顺丰速运 {SF}", "tone": "success"},
    }


def test_from_the_order_page_the_page_comes_anew(owner: Client) -> None:
    order = placed(now=NOON, paid=True)

    answer = owner.post(
        url(order),
        {"carrier": "shunfeng", "tracking_no": SF},
        headers={**HTMX, "HX-Current-URL": f"http://testserver/console/orders/{order.number}/"},
    )

    assert answer["HX-Redirect"] == f"/console/orders/{order.number}/"


def test_the_carrier_of_the_last_parcel_is_chosen_beforehand(owner: Client) -> None:
    first, second = placed(now=NOON, paid=True), placed(now=NOON, paid=True)
    owner.post(url(first), {"carrier": "zhongtong", "tracking_no": "75312345678901"})

    assert chosen(owner.get(url(second)).content.decode()) == "zhongtong"


@pytest.mark.parametrize(
    ("values", "carrier"),
    [
        ({"carrier": "zhongtong", "suggested": "zhongtong"}, "shunfeng"),
        ({"carrier": "zhongtong", "suggested": ""}, "zhongtong"),
        ({"carrier": "zhongtong", "suggested": "shunfeng"}, "zhongtong"),
    ],
    ids=["left as it was", "chosen", "chosen against the number"],
)
def test_the_number_decides_only_where_nobody_chose(
    owner: Client, values: dict[str, str], carrier: str
) -> None:
    order = placed(now=NOON, paid=True)

    owner.post(url(order), {**values, "tracking_no": SF})

    assert parcels() == [(carrier, SF)]


def test_a_number_of_several_carriers_asks_for_one(owner: Client) -> None:
    order = placed(now=NOON, paid=True)

    answer = owner.post(url(order), {"carrier": "", "tracking_no": "9123456789012"})

    assert answer.status_code == 422
    assert "单号可能属于：" in answer.content.decode()
    assert parcels() == []


@pytest.mark.parametrize(
    ("number", "text"),
    [("", "请扫描或填写运单号。"), ("ab", "运单号不对"), ("😀😀😀😀😀😀", "运单号不对")],
)
def test_a_wrong_number_is_refused_at_its_field_and_stays(
    owner: Client, number: str, text: str
) -> None:
    order = placed(now=NOON, paid=True)

    answer = owner.post(url(order), {"carrier": "shunfeng", "tracking_no": number}, headers=HTMX)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert text in html
    assert f'value="{number}"' in html or not number
    order.refresh_from_db()
    assert (order.display_status, parcels()) == ("to_ship", [])


def test_a_number_of_another_order_needs_a_second_yes(owner: Client) -> None:
    first, second = placed(now=NOON, paid=True), placed(now=NOON, paid=True)
    owner.post(url(first), {"carrier": "shunfeng", "tracking_no": SF})

    asked = owner.post(url(second), {"carrier": "shunfeng", "tracking_no": SF})
    html = asked.content.decode()
    assert asked.status_code == 422
    assert first.number in html
    assert f'name="confirmed" value="{SF}"' in html
    assert len(parcels()) == 1

    done = owner.post(url(second), {"carrier": "shunfeng", "tracking_no": SF, "confirmed": SF})
    assert done.status_code == 302
    assert len(parcels()) == 2


def test_an_order_that_left_already_is_not_shipped_twice(owner: Client) -> None:
    order = placed(now=NOON, paid=True)
    owner.post(url(order), {"carrier": "shunfeng", "tracking_no": SF})

    repeat = owner.post(url(order), {"carrier": "shunfeng", "tracking_no": SF})
    other = owner.post(url(order), {"carrier": "shunfeng", "tracking_no": "SF9999999999999"})

    assert repeat.status_code == 302
    assert other.status_code == 422
    assert "没有要发的货" in other.content.decode()
    assert parcels() == [("shunfeng", SF)]


def test_an_unpaid_order_has_nothing_to_ship(owner: Client) -> None:
    order = placed(now=NOON)

    assert "没有要发的货" in owner.get(url(order)).content.decode()
    assert owner.post(url(order), {"carrier": "shunfeng", "tracking_no": SF}).status_code == 422
    assert parcels() == []


@pytest.mark.parametrize(
    ("typed", "carrier"),
    [
        ({"tracking_no": SF, "carrier": "zhongtong", "suggested": "zhongtong"}, "shunfeng"),
        ({"tracking_no": SF, "carrier": "yuantong", "suggested": "zhongtong"}, "yuantong"),
        ({"tracking_no": "hello", "carrier": "zhongtong", "suggested": "zhongtong"}, "zhongtong"),
        ({"tracking_no": "\x00" * 90, "carrier": "nonsense", "suggested": ""}, ""),
    ],
)
def test_the_carrier_follows_the_number_while_it_is_typed(
    owner: Client, typed: dict[str, str], carrier: str
) -> None:
    html = owner.get("/console/orders/carrier/", typed).content.decode()

    assert chosen(html) == carrier


def test_the_address_on_the_sheet_is_masked(warehouse: Client) -> None:
    order = placed(now=NOON, paid=True)

    html = warehouse.get(url(order), headers=HTMX).content.decode()

    assert "陈*琳" in html
    for clear in ("陈晓琳", "13800001234", "示例路 88"):
        assert clear not in html
