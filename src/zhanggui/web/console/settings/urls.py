"""The addresses of settings."""

from django.urls import path

from zhanggui.web.console.settings import keys, views

urlpatterns = [
    path("settings/", views.index, name="settings"),
    path("settings/delivery/", views.delivery, name="settings_delivery"),
    path("settings/wechatpay/", keys.keys, name="settings_keys"),
    path("settings/wechatpay/check/", keys.check, name="settings_check"),
    path("settings/history/", views.history, name="settings_history"),
    path("settings/history/<int:change_id>/undo/", views.undo, name="settings_undo"),
    path("settings/<slug:group>/", views.section, name="settings_group"),
]
