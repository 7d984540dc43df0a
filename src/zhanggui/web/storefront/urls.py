"""The addresses of the storefront."""

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import StringConverter

from zhanggui.web.storefront.cart import views as cart
from zhanggui.web.storefront.catalog import views as catalog
from zhanggui.web.storefront.checkout import views as checkout
from zhanggui.web.storefront.me import views as me
from zhanggui.web.storefront.me import wechat as me_wechat
from zhanggui.web.storefront.orders import views as orders
from zhanggui.web.storefront.pay import notify
from zhanggui.web.storefront.pay import views as pay
from zhanggui.web.storefront.pay import wechat as pay_wechat
from zhanggui.web.storefront.site import views as site


class TokenConverter(StringConverter):
    """An order's token: 128 bits in hex."""

    regex = "[0-9a-f]{32}"


register_converter(TokenConverter, "token")

app_name = "store"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", catalog.home, name="home"),
    path("categories/", catalog.categories, name="categories"),
    path("c/<slug:slug>/", catalog.category, name="category"),
    path("search/", catalog.search, name="search"),
    path("p/<slug:slug>/", catalog.product, name="product"),
    path("cart/", cart.cart, name="cart"),
    path("cart/add/", cart.add, name="cart-add"),
    path("cart/buy/", cart.buy, name="buy"),
    path("cart/change/", cart.change, name="cart-change"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("checkout/parse/", checkout.parse, name="checkout-parse"),
    path("pay/notify/wechatpay/", notify.wechatpay, name="pay-notify"),
    path("pay/wechat/", pay_wechat.returned, name="pay-wechat"),
    path("pay/<token:token>/", pay.pay, name="pay"),
    path("pay/<token:token>/state/", pay.state, name="pay-state"),
    path("pay/<token:token>/result/", pay.result, name="pay-result"),
    path("o/<token:token>/", orders.order, name="order"),
    path("o/<token:token>/cancel/", orders.cancel, name="order-cancel"),
    path("o/<token:token>/receive/", orders.receive, name="order-receive"),
    path("o/<token:token>/again/", orders.again, name="order-again"),
    path("me/", me.me, name="me"),
    path("me/code/", me.send_code, name="me-code"),
    path("me/sign-in/", me.sign_in, name="me-sign-in"),
    path("me/sign-out/", me.sign_out, name="me-sign-out"),
    path("me/wechat/", me_wechat.start, name="me-wechat"),
    path("me/wechat/return/", me_wechat.returned, name="me-wechat-return"),
    path("me/wechat/unlink/", me_wechat.unlink, name="me-wechat-unlink"),
    path("me/addresses/forget/", me.forget_address, name="me-forget-address"),
    path("demo/messages/", me.demo_messages, name="demo-messages"),
    path("about/", site.about, name="about"),
    path("brand/<str:colour>.css", site.brand, name="brand"),
    path("language/", site.language, name="language"),
    path("manifest.webmanifest", site.manifest, name="manifest"),
    path("offline/", site.offline, name="offline"),
    path("sw.js", site.worker, name="worker"),
    path("robots.txt", site.robots, name="robots"),
    path("MP_verify_<slug:code>.txt", site.mp_verify, name="mp-verify"),
    path("favicon.ico", site.favicon, name="favicon"),
]
