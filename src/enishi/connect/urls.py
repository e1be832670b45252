"""Addresses of the API, of its page, and of one's tokens."""

from django.urls import path

from enishi.connect import pages
from enishi.connect.api import describe
from enishi.connect.api.records import VIEWS

# Let in by their token instead of a session (`settings.OPEN_ROUTES`).
API = {
    "api-openapi": ("openapi.json", describe.openapi_view),
    "api-me": ("me", VIEWS["me"]),
    "api-search": ("search", VIEWS["search"]),
    "api-imports": ("imports", VIEWS["imports"]),
    "api-import": ("imports/<int:import_id>", VIEWS["import"]),
    "api-list": ("<entity:entity>", VIEWS["collection"]),
    "api-bulk": ("<entity:entity>/bulk", VIEWS["bulk"]),
    "api-record": ("<entity:entity>/<int:record_id>", VIEWS["record"]),
    "api-restore": ("<entity:entity>/<int:record_id>/restore", VIEWS["restore"]),
    "api-links": ("<entity:entity>/<int:record_id>/links", VIEWS["links"]),
    "api-link": ("<entity:entity>/<int:record_id>/links/<slug:name>", VIEWS["link"]),
    "api-timeline": ("<entity:entity>/<int:record_id>/timeline", VIEWS["timeline"]),
}
urlpatterns = [
    path("api/v1/docs/", describe.docs, name="docs"),
    *(path(f"api/v1/{address}", view, name=name) for name, (address, view) in API.items()),
    path("api/<path:rest>", describe.unknown_view, name="api-unknown"),
    path("settings/tokens/", pages.tokens_page, name="tokens"),
    path("settings/tokens/<int:token_id>/revoke/", pages.revoke, name="token-revoke"),
]
