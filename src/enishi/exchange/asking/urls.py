"""Addresses below an import at which its waiting rows are answered."""

from django.urls import path

from enishi.exchange.asking import views

urlpatterns = [
    path("import/<int:import_id>/asks/", views.ask, name="import-asks"),
    path("import/<int:import_id>/asks/<int:row_id>/", views.answer, name="import-answer"),
    path("import/<int:import_id>/asks/rest/", views.rest, name="import-answer-rest"),
    path("import/<int:import_id>/asks/back/", views.back, name="import-answer-back"),
]
