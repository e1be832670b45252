"""Addresses below an import at which its waiting rows are answered."""

from django.urls import path

from enishi.exchange.asking import views

urlpatterns = [
    path("", views.ask, name="import-asks"),
    path("<int:row_id>/", views.answer, name="import-answer"),
    path("rest/", views.rest, name="import-answer-rest"),
    path("back/", views.back, name="import-answer-back"),
]
