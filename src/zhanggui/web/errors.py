"""The page for what went wrong in our own code, in the face where it happened."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseServerError
from django.template import loader
from django.utils import translation

from zhanggui.web.context import theme
from zhanggui.web.templatetags.shop import face_of


def server_error(request: HttpRequest) -> HttpResponseServerError:
    """Say so without asking the database, which may be what failed."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        values = {"face": face_of(request), "theme": theme(request)}
        return HttpResponseServerError(loader.get_template("500.html").render(values))
