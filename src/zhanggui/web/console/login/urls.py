"""The addresses of signing in and out."""

from django.urls import path

from zhanggui.web.console.login import views

urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
]
