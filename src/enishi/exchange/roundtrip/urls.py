"""Addresses of sheets that came back."""

from django.urls import path

from enishi.exchange.roundtrip import views

urlpatterns = [
    path("import/<int:import_id>/sheet/", views.page, name="round-trip"),
    path("import/<int:import_id>/sheet/choose/", views.choose, name="round-trip-choose"),
    path("import/<int:import_id>/sheet/apply/", views.apply, name="round-trip-apply"),
    path("import/<int:import_id>/sheet/plain/", views.plain, name="round-trip-plain"),
]
