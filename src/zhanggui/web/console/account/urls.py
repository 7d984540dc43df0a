"""The addresses of one's own account."""

from django.urls import path

from zhanggui.web.console.account import confirming, devices, factors, views

urlpatterns = [
    path("", views.account, name="account"),
    path("password/", views.password, name="account_password"),
    path("confirm/", confirming.confirm, name="account_confirm"),
    path("codes/", factors.codes_of_app, name="account_codes"),
    path("passkeys/", factors.passkey_new, name="account_passkey"),
    path("passkeys/options/", factors.passkey_options, name="account_passkey_options"),
    path("factors/<int:key>/remove/", factors.remove, name="account_factor_remove"),
    path("recovery-codes/", factors.recovery_codes, name="account_recovery_codes"),
    path("devices/end/", devices.end_others, name="account_devices_end"),
    path("devices/<int:key>/end/", devices.end, name="account_device_end"),
]
