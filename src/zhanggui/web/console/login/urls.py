"""The addresses of signing in and out."""

from django.urls import path

from zhanggui.web.console.login import second, views

urlpatterns = [
    path("login/", views.login, name="login"),
    path("login/passkey/", second.by_passkey, name="login_passkey"),
    path("login/passkey/options/", second.passkey_options, name="passkey_options"),
    path("login/second/", second.second_step, name="second_step"),
    path("logout/", views.logout, name="logout"),
]
