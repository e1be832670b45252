"""Addresses of leads: their conversion, their figures, what is done in one tap, their settings."""

from django.urls import path

from enishi.sales.leads import pages, settings_pages

urlpatterns = [
    path("leads/figures/", pages.figures_page, name="lead-figures"),
    path("leads/<int:record_id>/convert/", pages.convert_page, name="lead-convert"),
    path("leads/<int:record_id>/heat/", pages.warm, name="lead-heat"),
    path("leads/<int:record_id>/touched/", pages.touched, name="lead-touched"),
    path("settings/lead-rules/", settings_pages.rules_page, name="lead-rules"),
    path("settings/lead-rules/new/", settings_pages.rule_page, name="lead-rule-new"),
    path("settings/lead-rules/<int:rule_id>/", settings_pages.rule_page, name="lead-rule"),
    path(
        "settings/lead-rules/<int:rule_id>/<slug:action>/",
        settings_pages.rule_action,
        name="lead-rule-action",
    ),
    path(
        "settings/lead-absences/<int:absence_id>/over/", settings_pages.absence_over, name="lead-absence-over"
    ),
    path("settings/lead-questions/", settings_pages.questions_page, name="lead-questions"),
]
