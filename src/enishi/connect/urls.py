"""Addresses of the API, of its page, and of one's tokens."""

from django.urls import path, register_converter

from enishi.connect import feeds, pages
from enishi.connect.api import describe
from enishi.connect.api.records import VIEWS


class Anything:
    """Whatever follows, line breaks too: what the API doesn't know is answered by the API."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(Anything, "anything")
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
    "api-link": ("<entity:entity>/<int:record_id>/links/<str:name>", VIEWS["link"]),
    "api-files": ("<entity:entity>/<int:record_id>/files", VIEWS["files"]),
    "api-file": ("<entity:entity>/<int:record_id>/files/<int:attachment_id>", VIEWS["file"]),
    "api-timeline": ("<entity:entity>/<int:record_id>/timeline", VIEWS["timeline"]),
}
urlpatterns = [
    path("api/v1/docs/", describe.docs, name="docs"),
    *(path(f"api/v1/{address}", view, name=name) for name, (address, view) in API.items()),
    path("api/<anything:rest>", describe.unknown_view, name="api-unknown"),
    path("calendar/feed/", feeds.feeds_page, name="calendar-feeds"),
    path("calendar/feed/<str:token>.ics", feeds.feed, name="calendar-feed"),
    path("settings/tokens/", pages.tokens_page, name="tokens"),
    path("settings/tokens/<int:token_id>/revoke/", pages.revoke, name="token-revoke"),
]
