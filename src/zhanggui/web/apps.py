"""The app that holds all faces, their templates and commands."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registers templates, template tags and commands."""

    name = "zhanggui.web"
    label = "web"
