"""Tags and filters of all templates."""

from django import template

register = template.Library()
