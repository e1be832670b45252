"""Addresses of the designer."""

from django.urls import path

from enishi.records.design import field_pages, pages

urlpatterns = [
    path("<entity:entity>/quality/", pages.quality, name="quality"),
    path("settings/design/", pages.overview, name="design"),
    path("settings/design/new/", pages.entity_form, name="design-new"),
    path("settings/design/order/", pages.order, name="design-order"),
    path("settings/design/sets/", pages.sets_page, name="design-sets"),
    path("settings/design/sets/export/", pages.sets_export, name="design-sets-export"),
    path("settings/design/<slug:name>/", pages.entity_page, name="design-entity"),
    path("settings/design/<slug:name>/words/", pages.entity_form, name="design-words"),
    path("settings/design/<slug:name>/layout/", pages.save_layout, name="design-layout"),
    path("settings/design/<slug:name>/retire/", pages.retire, name="design-retire"),
    path("settings/design/<slug:name>/fields/new/", field_pages.field_form, name="design-field-new"),
    path("settings/design/<slug:name>/fields/<slug:field>/", field_pages.field_form, name="design-field"),
    path(
        "settings/design/<slug:name>/fields/<slug:field>/retire/",
        field_pages.retire_field,
        name="design-field-retire",
    ),
    path("settings/design/<slug:name>/connections/new/", pages.connection_form, name="design-connection-new"),
    path(
        "settings/design/<slug:name>/connections/<slug:field>/",
        pages.connection_form,
        name="design-connection",
    ),
]
