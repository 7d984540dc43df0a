"""The addresses of all faces."""

from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path

handler500 = "zhanggui.web.errors.server_error"
urlpatterns = [
    path("console/", include("zhanggui.web.console.urls")),
    path("", include("zhanggui.web.addresses")),
    path("", include("zhanggui.web.storefront.urls")),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
