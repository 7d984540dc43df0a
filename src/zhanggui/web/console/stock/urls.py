"""The addresses of stock. SKU codes may hold any sign, so they end the address."""

from django.urls import path

from zhanggui.web.console.stock import checks, corrections, listing, sku, transfers

urlpatterns = [
    path("stock/", listing.stock_list, name="stock"),
    path("stock/sku/<path:code>/", sku.sku_page, name="stock_sku"),
    path("stock/correct/<str:warehouse>/<path:code>/", corrections.correct, name="stock_correct"),
    path("stock/check/", checks.check_list, name="stock_check"),
    path("stock/check/run/", checks.run, name="stock_check_run"),
    path("stock/check/<int:difference_id>/repair/", checks.repair, name="stock_repair"),
    path("stock/transfers/", transfers.transfer_list, name="transfers"),
    path("stock/transfers/new/", transfers.transfer_new, name="transfer_new"),
    path("stock/transfers/<str:number>/", transfers.detail, name="stock_transfer"),
    path("stock/transfers/<str:number>/line/", transfers.line, name="transfer_line"),
    path("stock/transfers/<str:number>/send/", transfers.send, name="transfer_send"),
    path("stock/transfers/<str:number>/cancel/", transfers.cancel, name="transfer_cancel"),
    path("stock/transfers/<str:number>/receive/", transfers.receive, name="transfer_receive"),
]
