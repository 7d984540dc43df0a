"""The addresses of the homes."""

from django.urls import path

from zhanggui.web.console.home import sample, views

urlpatterns = [
    path("", views.home, name="home"),
    path("all/", views.everything, name="all"),
    path("sample/", sample.sample, name="sample"),
    path("sample/load/", sample.load, name="sample_load"),
    path("sample/wipe/", sample.wipe, name="sample_wipe"),
]
