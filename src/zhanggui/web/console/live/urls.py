"""The addresses that open pages ask."""

from django.urls import path

from zhanggui.web.console.live import views

urlpatterns = [path("pulse/", views.pulse, name="pulse")]
