"""The addresses of orders."""

from django.urls import path

from zhanggui.web.console.orders.views import acts, detail, listing, printing, refunds, shipping

urlpatterns = [
    path("orders/", listing.order_list, name="orders"),
    path("orders/carrier/", shipping.recognised, name="carrier"),
    path("orders/<str:number>/", detail.order_detail, name="order"),
    path("orders/<str:number>/slip/", printing.slip, name="slip"),
    path("orders/<str:number>/ship/", shipping.ship, name="ship"),
    path("orders/<str:number>/cancel/", acts.cancel, name="cancel"),
    path("orders/<str:number>/transfer/", acts.confirm_transfer, name="transfer"),
    path(
        "orders/<str:number>/refunds/<int:refund_id>/retry/",
        refunds.retry_refund,
        name="retry_refund",
    ),
    path(
        "orders/<str:number>/refunds/<int:refund_id>/settle/",
        refunds.settle_refund,
        name="settle_refund",
    ),
    path("orders/<str:number>/reveal/", detail.reveal, name="reveal"),
]
