"""Addresses of running the installation."""

from django.urls import path

from enishi.site import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
]
