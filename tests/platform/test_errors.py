"""What people, pages' scripts and programs get when something is wrong: Japanese words, the right status, no particulars."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from enishi.access.rights import admin_required
from enishi.site import logs
from enishi.site.urls import *  # noqa: F403 (this module stands in for the program's addresses)
from enishi.site.urls import urlpatterns as real

pytestmark = pytest.mark.django_db


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret particulars")


def locked(request: HttpRequest) -> HttpResponse:
    try:
        raise OperationalError("database is locked")
    except OperationalError as error:
        raise RuntimeError("while saving") from error


def refused(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("この取引先は見られません。")


def reads(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.POST)))


@admin_required
def admins(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [
    path("x/broken/", broken),
    path("x/locked/", locked),
    path("x/refused/", refused),
    path("x/reads/", reads),
    path("x/admins/", admins),
    *real,
]


@pytest.fixture
def here(settings: Any) -> None:
    """The routes of this module are the program's."""
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def client_(alice: Any) -> Client:
    client = Client(raise_request_exception=False, enforce_csrf_checks=False)
    client.force_login(alice)
    return client


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/x/broken/", 500, "プログラムの中で問題が起きました"),
        ("/x/locked/", 503, "データベースが混み合って"),
        ("/x/refused/", 403, "この取引先は見られません。"),
        ("/no-such-page-here/x/y/z/", 404, "このアドレスのページはありません"),
    ],
)
class TestForms:
    def test_page(self, client_: Client, address: str, status: int, said: str) -> None:
        answer = client_.get(address)
        assert answer.status_code == status
        text = answer.content.decode()
        assert said in text
        assert "secret" not in text
        assert "Traceback" not in text

    def test_toast(self, client_: Client, address: str, status: int, said: str) -> None:
        answer = client_.get(address, headers={"hx-request": "true"})
        assert answer.status_code == status
        toast = json.loads(answer["HX-Trigger"])["toast"]
        assert said in toast["message"]
        assert toast["level"] == "error"
        assert answer["HX-Reswap"] == "none"

    def test_json(self, client_: Client, address: str, status: int, said: str) -> None:
        answer = client_.get(address, headers={"accept": "application/json"})
        assert answer.status_code == status
        assert said in answer.json()["message"]


@pytest.mark.usefixtures("here")
class TestParticular:
    def test_too_much_data(self, client_: Client, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        answer = client_.post("/x/reads/", {"text": "x" * 2000})
        assert answer.status_code == 413
        assert "大きすぎます" in answer.content.decode()

    def test_too_many_fields(self, client_: Client) -> None:
        answer = client_.post("/x/reads/", {f"f{number}": "" for number in range(5001)})
        assert answer.status_code == 413

    def test_foreign_host(self, client_: Client) -> None:
        answer = client_.get("/me/", headers={"host": "evil.example"})
        assert answer.status_code == 400
        assert "ENISHI_HOSTS" in answer.content.decode()

    def test_old_form(self, alice: Any) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(alice)
        answer = client.post("/me/", {"name": "x"})
        assert answer.status_code == 403
        assert "入力した内容は残っています" in answer.content.decode()

    def test_admin_page(self, as_bob: Client) -> None:
        assert "管理者だけ" in as_bob.get("/x/admins/").content.decode()

    def test_when_even_sessions_are_away(self, client_: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_a: Any, **_k: Any) -> None:
            raise OperationalError("connection refused")

        monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", away)
        answer = client_.get("/me/")
        assert answer.status_code == 503
        assert answer["Retry-After"] == "10"
        assert client_.get("/healthz").status_code == 503

    @pytest.mark.parametrize("value", ["\x00", "a\x00b", "\ud800"])
    def test_odd_characters_in_addresses(self, client_: Client, value: str) -> None:
        from urllib.parse import quote

        answer = client_.get(f"/settings/users/{quote(value, errors='surrogatepass')}/")
        assert answer.status_code in {400, 404}


class TestLog:
    def test_no_message_begins_a_line_of_its_own(self, tmp_path: Path) -> None:
        handler = logs.SharedFile(str(tmp_path / "log" / "x.log"))
        handler.setFormatter(logs.OneLine("%(levelname)s %(message)s"))
        handler.handle(
            logging.LogRecord("x", logging.INFO, "", 0, "path %s", ("/a\nERROR forged\r\x1b[2J\u2028",), None)
        )
        handler.close()
        text = (tmp_path / "log" / "x.log").read_text()
        assert text == "INFO path /a\\nERROR forged\\r\\x1b[2J\\u2028\n"

    def test_tracebacks_are_indented_and_floods_cut(self, tmp_path: Path) -> None:
        formatter = logs.OneLine("%(levelname)s %(message)s")
        try:
            raise ValueError("a\nERROR forged")
        except ValueError:
            import sys

            lines = formatter.format(
                logging.LogRecord("x", logging.ERROR, "", 0, "m" * 9000, (), sys.exc_info())
            ).split("\n")
        assert len(lines[0]) < 4100
        assert all(line.startswith("    | ") for line in lines[1:])

    def test_turns_over_and_is_its_owners(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(logs, "MOST_BYTES", 200)
        path_ = tmp_path / "x.log"
        one, two = logs.SharedFile(str(path_)), logs.SharedFile(str(path_))
        for number in range(60):
            for handler in (one, two):
                handler.handle(logging.LogRecord("x", logging.INFO, "", 0, f"message {number:>20}", (), None))
        one.close()
        two.close()
        assert {one.name for one in tmp_path.iterdir()} == {
            "x.log",
            "x.lock",
            *(f"x.log.{n}" for n in range(1, 6)),
        }
        assert path_.stat().st_mode & 0o777 == 0o600
        assert path_.read_text().endswith(f"message {59:>20}\n")
