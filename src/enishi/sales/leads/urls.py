"""Addresses of leads: their conversion, their figures."""

from django.urls import path

from enishi.sales.leads import pages

urlpatterns = [
    path("leads/figures/", pages.figures_page, name="lead-figures"),
    path("leads/<int:record_id>/convert/", pages.convert_page, name="lead-convert"),
]
