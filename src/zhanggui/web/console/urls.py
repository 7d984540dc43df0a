"""The addresses of the console."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "console"

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("zhanggui.web.console.account.urls")),
    path("", include("zhanggui.web.console.audit.urls")),
    path("", include("zhanggui.web.console.files.urls")),
    path("", include("zhanggui.web.console.find.urls")),
    path("", include("zhanggui.web.console.freight.urls")),
    path("", include("zhanggui.web.console.home.urls")),
    path("", include("zhanggui.web.console.installed.urls")),
    path("", include("zhanggui.web.console.jobs.urls")),
    path("", include("zhanggui.web.console.live.urls")),
    path("", include("zhanggui.web.console.login.urls")),
    path("", include("zhanggui.web.console.orders.urls")),
    path("", include("zhanggui.web.console.people.urls")),
    path("", include("zhanggui.web.console.settings.urls")),
    path("", include("zhanggui.web.console.stock.urls")),
    path("products/", include("zhanggui.web.console.products.urls")),
]
