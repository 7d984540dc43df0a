"""The addresses of the homes."""

from django.urls import path

from zhanggui.web.console.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("all/", views.everything, name="all"),
]
