"""Addresses of running the installation."""

from django.templatetags.static import static
from django.urls import path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from enishi.site import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    # Browsers ask for it unasked.
    path("favicon.ico", RedirectView.as_view(url=lazy(static, str)("logo.svg")), name="favicon"),
]
