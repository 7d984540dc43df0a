"""The addresses of the audit log."""

from django.urls import path

from zhanggui.web.console.audit import views

urlpatterns = [
    path("audit/", views.audit_list, name="audit"),
    path("audit/verify/", views.verify, name="audit_verify"),
]
