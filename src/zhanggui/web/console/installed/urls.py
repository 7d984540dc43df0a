"""The addresses that browsers ask for by themselves."""

from django.urls import path

from zhanggui.web.console.installed import views

urlpatterns = [
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("offline/", views.offline, name="offline"),
    path("sw.js", views.worker, name="worker"),
]
