"""Addresses of pipelines."""

from django.urls import path

from enishi.sales.pipelines import pages

urlpatterns = [
    path("stages/<int:stage_id>/entering/", pages.entering_dialog, name="stage-entering"),
]
