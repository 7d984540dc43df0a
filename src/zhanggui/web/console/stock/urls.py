"""The addresses of stock. SKU codes may hold any sign, so they end the address."""

from django.urls import path

from zhanggui.web.console.stock import views

urlpatterns = [
    path("stock/", views.stock_list, name="stock"),
    path("stock/<str:warehouse>/level/<path:sku>/", views.level, name="level"),
    path("stock/<str:warehouse>/count/<path:sku>/", views.count, name="count"),
]
