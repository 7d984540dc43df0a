"""The addresses of the jobs."""

from django.urls import path

from zhanggui.web.console.jobs import views

urlpatterns = [
    path("jobs/", views.job_list, name="jobs"),
    path("jobs/<uuid:job_id>/retry/", views.retry, name="retry"),
]
