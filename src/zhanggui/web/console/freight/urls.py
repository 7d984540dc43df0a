"""The addresses of freight templates. A template is known by its name, which may hold any sign."""

from django.urls import path

from zhanggui.web.console.freight import views

urlpatterns = [
    path("freight/", views.template_list, name="freight"),
    path("freight/new/", views.template_new, name="template_new"),
    path("freight/template/<path:name>/", views.template_edit, name="template"),
]
