"""The address of the search in the top bar, where scans go, too."""

from django.urls import path

from zhanggui.web.console.find import views

urlpatterns = [path("find/", views.find, name="find")]
