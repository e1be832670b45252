"""Addresses of データ整備."""

from django.urls import path

from enishi.exchange.cleansing import views

urlpatterns = [
    path("cleansing/", views.start, name="cleansing"),
    path("cleansing/<int:cleansing_id>/", views.found_page, name="cleansing-found"),
    path("cleansing/<int:cleansing_id>/lines/<int:line_id>/", views.line_page, name="cleansing-line"),
    path("cleansing/fixes/<int:fix_id>/undo/", views.undo, name="cleansing-undo"),
]
