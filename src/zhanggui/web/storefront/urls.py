"""The addresses of the storefront."""

from django.urls import URLPattern, URLResolver, path

from zhanggui.web.storefront.cart import views as cart
from zhanggui.web.storefront.catalog import views as catalog
from zhanggui.web.storefront.site import views as site

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
    path("checkout/", cart.cart, name="checkout"),
    path("me/", cart.cart, name="me"),
    path("language/", site.language, name="language"),
    path("robots.txt", site.robots, name="robots"),
    path("favicon.ico", site.favicon, name="favicon"),
]
