"""The WSGI application that granian (or gunicorn) serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhanggui.config.settings")

application = get_wsgi_application()

# Else each of the first requests' threads makes its own table of all addresses.
reverse("store:home")
