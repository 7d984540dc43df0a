"""Basket and checkout: one order per wish, honest lines, and nothing lost from the form."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.factories.catalog import ProductFactory, SkuFactory
from tests.factories.shop import open_shop, stocked

from zhanggui.catalog.models import Product, Sku
from zhanggui.catalog.queries.facts import CATALOG
from zhanggui.catalog.types import Shelf
from zhanggui.core import versions
from zhanggui.inventory.models import StockLevel
from zhanggui.orders.models import Cart, CartLine, Order

pytestmark = pytest.mark.django_db

ADDRESS = {
    "name": "陈晓琳",
    "phone": "13800001234",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "detail": "示例路 88 号 3 幢 502 室",
}
PASTED = "陈晓琳，13800001234，浙江省杭州市西湖区示例路 88 号 3 幢 502 室"
PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148"}


def goods(*, pieces: int = 10, price_minor: int = 1_990, **values: Any) -> Sku:
    """Open the shop and stock one SKU of 500 g."""
    open_shop(transfer_account="示例银行 0000")
    sku = SkuFactory(price_minor=price_minor, **values)
    stocked(sku, pieces)
    return sku


def form(sku: Sku, *, quantity: int = 1, **changes: str) -> dict[str, Any]:
    """Return the checkout form as the page would send it."""
    values: dict[str, Any] = {
        "action": "pay",
        "key": "test-key-0123456789",
        "from": "page",
        "sku": sku.code,
        "seen": str(sku.price_minor),
        "quantity": str(quantity),
        "channel": "transfer",
        "expected": str(sku.price_minor * quantity + 800),
        **ADDRESS,
    }
    return {**values, **changes}


def text(response: HttpResponse) -> str:
    return response.content.decode()


def field(html: str, name: str) -> str:
    """Return the value of the first field of this name."""
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', html)
    assert found is not None, f"no field {name}"
    return found[1]


def test_the_first_add_makes_a_basket_that_the_cookie_holds(client: Client) -> None:
    sku = goods()

    response = client.post("/cart/add/", {"sku": sku.code, "quantity": "2"})
    client.post("/cart/add/", {"sku": sku.code, "quantity": "1"})

    assert (response.status_code, response["Location"]) == (302, "/cart/")
    assert response.cookies["cart"]["httponly"]
    assert client.cookies["cart_count"].value == "3"
    assert list(CartLine.objects.values_list("sku_id", "quantity")) == [(sku.pk, 3)]
    assert sku.product.name in text(client.get("/cart/"))  # type: ignore[arg-type]


@pytest.mark.parametrize("cookie", ["nonsense", "1:abc:def", ""])
def test_a_forged_basket_cookie_counts_as_none(client: Client, cookie: str) -> None:
    sku = goods()
    client.post("/cart/add/", {"sku": sku.code})

    client.cookies["cart"] = cookie

    assert "购物车还是空的" in text(client.get("/cart/"))  # type: ignore[arg-type]
    client.post("/cart/change/", {"sku": sku.code, "quantity": "0"})
    assert CartLine.objects.count() == 1


def test_a_script_that_adds_gets_a_toast_instead_of_a_page(client: Client) -> None:
    sku = goods()

    response = client.post("/cart/add/", {"sku": sku.code}, headers={"HX-Request": "true"})

    assert response.status_code == 204
    assert "sheetClose" in response["HX-Trigger"]
    assert client.cookies["cart_count"].value == "1"


def test_the_server_finds_the_sku_of_chosen_options(client: Client) -> None:
    open_shop()
    product = ProductFactory(slug="tee", options=[{"name": "颜色", "values": ["红", "蓝"]}])
    red = SkuFactory(product=product, options=["红"])
    blue = SkuFactory(product=product, options=["蓝"])
    stocked(red, 1)
    stocked(blue, 1)

    wanted = {"product": "tee", "sku": red.code, "o0": "蓝", "quantity": "1"}
    client.post("/cart/add/", wanted)
    bought = client.post("/cart/buy/", wanted)
    wrong = client.post("/cart/buy/", {**wanted, "o0": "绿"})

    assert CartLine.objects.get().sku == blue
    assert bought["Location"] == f"/checkout/?sku={blue.code}&quantity=1"
    assert wrong["Location"] == "/p/tee/?o0=%E7%BB%BF&why=choose"


@pytest.mark.parametrize(
    ("quantity", "kept"), [("4", 4), ("0", None), ("-1", None), ("x", None), ("9" * 5000, 999)]
)
def test_quantities_are_set_within_reason(client: Client, quantity: str, kept: int | None) -> None:
    sku = goods()
    client.post("/cart/add/", {"sku": sku.code})

    client.post("/cart/change/", {"sku": sku.code, "quantity": quantity})

    found = CartLine.objects.values_list("quantity", flat=True).first()
    assert found == kept


def test_the_basket_says_on_the_line_what_changed(client: Client) -> None:
    dearer, scarce, gone = (SkuFactory(price_minor=1_000) for _ in range(3))
    open_shop()
    for sku in (dearer, scarce, gone):
        stocked(sku, 5)
        client.post("/cart/add/", {"sku": sku.code, "quantity": "3"})
    Sku.objects.filter(pk=dearer.pk).update(price_minor=1_200)
    versions.bump(CATALOG)
    StockLevel.objects.filter(sku=scarce).update(on_hand=2)
    Product.objects.filter(pk=gone.product_id).update(shelf=Shelf.OFF)
    versions.bump(CATALOG)

    html = text(client.get("/cart/"))  # type: ignore[arg-type]

    assert "价格变了：今天 ¥12.00，之前 ¥10.00。" in html
    assert "只剩 2 件，请减少数量。" in html
    assert "已下架，不计入合计。" in html
    assert '<span class="price price-md"><small>¥</small>36<small>.00</small></span>' in html


@pytest.mark.parametrize("count", [1, 3])
# checkout: one more the first time in a process, for the keys of the channels
@pytest.mark.parametrize(("path", "queries"), [("/cart/", 4), ("/checkout/", 7)])
def test_basket_and_checkout_ask_a_constant_number_of_times(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int, path: str,
    queries: int,
) -> None:  # fmt: skip
    open_shop()
    for _ in range(count):
        sku = SkuFactory()
        stocked(sku, 3)
        client.post("/cart/add/", {"sku": sku.code})

    with django_assert_num_queries(queries):
        response = client.get(path)

    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"


def test_a_guest_buys_and_goes_on_to_pay(client: Client) -> None:
    sku = goods()

    response = client.post("/checkout/", form(sku, quantity=2, note="请放门口"))

    order = Order.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/pay/{order.token}/")
    assert (order.payable_minor, order.display_status) == (2 * 1_990 + 800, "to_pay")
    assert (order.name, order.phone, order.note) == ("陈晓琳", "+8613800001234", "请放门口")
    assert (order.division_code, order.source) == ("330106", "storefront")
    assert list(StockLevel.objects.values_list("on_hand", "reserved")) == [(10, 2)]


def test_a_double_tap_makes_one_order(client: Client) -> None:
    sku = goods(pieces=1)

    first = client.post("/checkout/", form(sku))
    second = client.post("/checkout/", form(sku))

    assert first["Location"] == second["Location"]
    assert Order.objects.count() == 1


def test_the_same_key_with_other_content_asks_once_more(client: Client) -> None:
    sku = goods()
    client.post("/checkout/", form(sku))

    refused = client.post("/checkout/", form(sku, note="另一张"))
    html = text(refused)  # type: ignore[arg-type]
    again = client.post("/checkout/", form(sku, note="另一张", key=field(html, "key")))

    assert refused.status_code == 422
    assert "你刚才已经提交过一张订单" in html
    assert again.status_code == 302
    assert Order.objects.count() == 2


def test_buying_the_basket_empties_it_and_buying_one_thing_does_not(client: Client) -> None:
    sku = goods()
    client.post("/cart/add/", {"sku": sku.code})

    client.post("/checkout/", form(sku))
    assert CartLine.objects.count() == 1

    client.post("/checkout/", form(sku, **{"from": "cart", "key": "another-key-0123456"}))
    assert CartLine.objects.count() == 0
    assert client.cookies["cart_count"].value == "0"
    assert Cart.objects.count() == 1


def test_a_changed_price_stands_on_the_line_and_the_form_is_kept(client: Client) -> None:
    sku = goods()
    Sku.objects.update(price_minor=2_190)
    versions.bump(CATALOG)

    refused = client.post("/checkout/", form(sku, note="轻放"))
    html = text(refused)  # type: ignore[arg-type]

    assert refused.status_code == 422
    assert "价格变了：今天 ¥21.90，之前 ¥19.90。" in html
    assert (field(html, "name"), field(html, "note")) == ("陈晓琳", "轻放")
    assert "示例路 88 号 3 幢 502 室" in html
    assert (field(html, "seen"), field(html, "expected")) == ("2190", "2990")
    assert not Order.objects.exists()
    again = client.post("/checkout/", form(sku, seen="2190", expected="2990"))
    assert again.status_code == 302


def test_a_sold_out_line_says_so_and_can_be_taken_out(client: Client) -> None:
    sku, scarce = goods(), SkuFactory(price_minor=500)
    lines = {
        "sku": [sku.code, scarce.code],
        "seen": ["1990", "500"],
        "quantity": ["1", "1"],
    }

    refused = client.post("/checkout/", {**form(sku), **lines, "expected": "3290"})
    html = text(refused)  # type: ignore[arg-type]
    rest = client.post("/checkout/", {**form(sku), **lines, "remove": scarce.code})

    assert refused.status_code == 422
    assert "已售罄，不计入合计。" in html
    assert field(html, "phone") == "13800001234"
    assert not Order.objects.exists()
    assert StockLevel.objects.get(sku=sku).reserved == 0
    assert rest.status_code == 200
    assert scarce.code not in text(rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "请填写收货人。"),
        ({"phone": "12"}, "手机号不对"),
        ({"province": "", "city": "", "district": ""}, "没有找到这个省、市、区"),
        ({"city": "", "district": ""}, "没有找到这个省、市、区"),
        ({"detail": " "}, "请填写详细地址"),
        ({"province": "西藏自治区", "city": "拉萨市", "district": "城关区"}, "暂时不配送"),
        ({"note": "长" * 201}, "文字太长"),
        ({"name": "陈\x00"}, "NUL"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    client: Client, changes: dict[str, str], message: str
) -> None:
    sku = goods()

    response = client.post("/checkout/", form(sku, **changes))

    html = text(response)  # type: ignore[arg-type]
    assert response.status_code == 422
    assert message in html
    assert f'value="{sku.code}"' in html
    assert not Order.objects.exists()


def test_freight_that_was_not_on_the_button_is_shown_first(client: Client) -> None:
    sku = goods()

    asked = client.post("/checkout/", form(sku, expected=""))
    html = text(asked)  # type: ignore[arg-type]

    assert asked.status_code == 422
    assert "运费已按地址算好" in html
    assert field(html, "expected") == "2790"
    assert not Order.objects.exists()


def test_another_total_than_the_button_said_is_refused(client: Client) -> None:
    sku = goods()

    response = client.post("/checkout/", form(sku, expected="1"))

    assert response.status_code == 422
    assert "金额有变动" in text(response)  # type: ignore[arg-type]
    assert not Order.objects.exists()


def test_a_pasted_address_fills_the_form_without_script(client: Client) -> None:
    sku = goods()

    filled = client.post("/checkout/", form(sku, action="parse", address_text=PASTED, name=""))
    html = text(filled)  # type: ignore[arg-type]

    assert filled.status_code == 200
    assert (field(html, "name"), field(html, "phone")) == ("陈晓琳", "13800001234")
    assert '<option value="西湖区" selected>' in html
    assert field(html, "expected") == "2790"


def test_a_pasted_address_is_read_for_scripts(client: Client) -> None:
    found = client.post("/checkout/parse/", {"text": PASTED}).json()

    told = {name: found[name] for name in ADDRESS}
    assert told == {**ADDRESS, "detail": "示例路88号3幢502室"}
    assert found["confidence"]["province"] > 0.8


def test_scripts_get_only_what_changes_with_the_address(client: Client) -> None:
    sku = goods()

    part = client.post(
        "/checkout/",
        form(sku, action="quote", province="北京市", city="", district=""),
        headers={"HX-Request": "true"},
    )
    html = text(part)  # type: ignore[arg-type]

    assert "<html" not in html
    assert html.count('hx-swap-oob="morph"') == 2
    assert '<option value="东城区">' in html
    assert "填好地址后计算" in html


def test_typed_names_become_official_ones(client: Client) -> None:
    sku = goods()

    client.post("/checkout/", form(sku, province="浙江", city="杭州", district="西湖"))

    order = Order.objects.get()
    assert (order.province, order.city, order.district) == ("浙江省", "杭州市", "西湖区")


def test_phones_are_offered_the_app_and_desktops_the_code(client: Client, settings: Any) -> None:
    sku = goods()
    settings.WECHATPAY = {**settings.WECHATPAY, "mchid": "1900000001"}
    path = f"/checkout/?sku={sku.code}"

    phone = text(client.get(path, headers=PHONE))  # type: ignore[arg-type]
    desktop = text(client.get(path))  # type: ignore[arg-type]

    assert re.findall(r'name="channel" value="(\w+)"', phone) == ["wechat_h5", "transfer"]
    assert re.findall(r'name="channel" value="(\w+)"', desktop) == ["wechat_native", "transfer"]
    assert "微信支付 ¥19.90" in phone


def test_checkout_of_nothing_leads_back_to_the_basket(client: Client) -> None:
    assert client.get("/checkout/")["Location"] == "/cart/"
    assert client.post("/checkout/", {"action": "pay"})["Location"] == "/cart/"


def test_an_unknown_sku_can_not_be_bought(client: Client) -> None:
    open_shop()

    html = text(client.get("/checkout/?sku=nothing"))  # type: ignore[arg-type]

    assert "已下架，不计入合计。" in html
    assert 'value="pay" disabled' in html


@pytest.mark.parametrize(
    ("changes", "field_name"),
    [
        ({"city": "宁波市"}, "district"),
        ({"province": "江苏省"}, "city"),
        ({"district": "1"}, "district"),
    ],
)
def test_a_place_that_does_not_lie_in_the_one_above_is_asked_for_again(
    client: Client, changes: dict[str, str], field_name: str
) -> None:
    sku = goods()

    response = client.post("/checkout/", form(sku, **changes))

    html = text(response)  # type: ignore[arg-type]
    assert response.status_code == 422
    assert f'id="id_{field_name}_error"' in html
    assert not Order.objects.exists()


def test_a_code_with_a_character_that_does_not_print_can_be_bought(client: Client) -> None:
    sku = goods(code="A\u1680B\u202a")

    client.post("/cart/add/", {"sku": sku.code})
    response = client.post("/checkout/", form(sku))

    assert CartLine.objects.get().sku == sku
    assert response["Location"].startswith("/pay/")
