"""Files on records: rights are the record's, names are only names, downloads never run here."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from enishi.records import attachments, registry, write
from enishi.records.models import Attachment, EventSubject
from enishi.records.testing import snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.row("A7")]
NASTY = {
    "../../../../etc/passwd": "passwd",
    "..\\..\\windows\\system32\\cmd.exe": "cmd.exe",
    "/etc/cron.d/x": "x",
    "evil\u200b.php\u202egpj.txt": "evil.phpgpj.txt",
    "a\x00b.txt": "ab.txt",
    "見積書（第2版）.pdf": "見積書（第2版）.pdf",
    '"><script>.html': "script.html",
    "con:stream.txt": "constream.txt",
    " .htaccess ": "htaccess",
    "..": "ファイル",
    "\u200b\u200b": "ファイル",
    "a\nb.txt": "a b.txt",
}


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def account(alice: Any) -> Any:
    return write.create(registry.get("account"), {"name": "丸山"}, by=alice).record


def put(
    client: Client,
    record: Any,
    name: str = "見積.pdf",
    content: bytes = b"%PDF",
    mime: str = "application/pdf",
) -> Any:
    return client.post(f"/accounts/{record.pk}/files/", {"file": SimpleUploadedFile(name, content, mime)})


@pytest.mark.parametrize(("name", "kept"), NASTY.items(), ids=[ascii(name)[:24] for name in NASTY])
def test_a_name_is_only_a_name(account: Any, alice: Any, name: str, kept: str, tmp_path: Path) -> None:
    class Upload:
        size = 4

        def __init__(self) -> None:
            self.name = name

        def chunks(self) -> list[bytes]:
            return [b"%PDF"]

    held = attachments.store(registry.get("account"), account.pk, Upload(), by=alice)
    assert held.name == kept
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert found == [tmp_path / "files" / held.path]
    assert len(Path(held.path).name) == 40 and held.path.isascii() and name not in held.path
    assert len({attachments.safe_name(f"{'あ' * 300}.pdf")}) == 1 and attachments.safe_name(
        f"{'あ' * 300}.pdf"
    ).endswith(".pdf")


@pytest.mark.parametrize(
    ("name", "mime", "content"),
    [
        (
            "絵.svg",
            "image/svg+xml",
            b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        ),
        ("頁.html", "text/html", b"<script>alert(1)</script>"),
        ("頁.xhtml", "application/xhtml+xml", b"<html/>"),
        ("式.xml", "text/xml", b"<x/>"),
        ("絵.png", "text/html", b"<script>alert(1)</script>"),
        ("script.js", "text/javascript", b"alert(1)"),
        ("無", "", b"x"),
    ],
)
def test_whatever_it_is_it_is_downloaded_and_never_shown_here(
    account: Any, as_bob: Client, as_carol: Client, name: str, mime: str, content: bytes
) -> None:
    assert put(as_bob, account, name, content, mime).status_code == 302
    answer = as_carol.get(f"/files/{Attachment.objects.get().pk}/")
    assert answer.status_code == 200 and b"".join(answer.streaming_content) == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer.headers["Cache-Control"]


def test_rights_are_those_of_the_record(
    account: Any, alice: Any, as_bob: Client, as_carol: Client, bob: Any
) -> None:
    assert put(as_bob, account).status_code == 302
    held = Attachment.objects.get()
    assert held.uploaded_by == bob and held.size == 4 and len(held.sha256) == 64
    before = snapshot()
    assert put(as_carol, account).status_code == 403
    assert as_carol.post(f"/files/{held.pk}/remove/").status_code == 403
    for address in (f"/files/{held.pk}/", f"/files/{held.pk}/remove/"):
        assert Client().get(address).status_code in {302, 405}
        assert Client().post(address).status_code in {302, 405}
    for key in (0, 999_999, 10**30):
        assert as_bob.get(f"/files/{key}/").status_code == 404
        assert as_bob.post(f"/files/{key}/remove/").status_code == 404
        assert (
            as_bob.post(f"/accounts/{key}/files/", {"file": SimpleUploadedFile("x", b"x")}).status_code == 404
        )
    assert snapshot() == before
    bob.is_active = False
    bob.save()
    assert as_bob.get(f"/files/{held.pk}/").status_code in {302, 404}


def test_a_file_of_a_deleted_record_and_a_removed_file_are_gone_for_everybody(
    account: Any, alice: Any, as_alice: Client
) -> None:
    put(as_alice, account)
    put(as_alice, account, "二.pdf")
    first, second = Attachment.objects.order_by("pk")
    assert as_alice.post(f"/files/{second.pk}/remove/").status_code == 302
    assert as_alice.get(f"/files/{second.pk}/").status_code == 404
    assert as_alice.post(f"/files/{second.pk}/remove/").status_code == 404
    page = as_alice.get(f"/accounts/{account.pk}/").content.decode()
    assert f'href="/files/{first.pk}/"' in page and f'href="/files/{second.pk}/"' not in page
    write.delete(registry.get("account"), [account.pk], by=alice)
    assert as_alice.get(f"/files/{first.pk}/").status_code == 404
    write.restore(registry.get("account"), [account.pk], by=alice)
    assert b"".join(as_alice.get(f"/files/{first.pk}/").streaming_content) == b"%PDF"
    type(account).objects.filter(pk=account.pk).update(deleted_at=timezone.now())
    assert put(as_alice, account).status_code == 404


def test_a_file_shows_on_the_timelines_of_its_record_and_above(
    account: Any, alice: Any, as_alice: Client
) -> None:
    deal = write.create(registry.get("deal"), {"name": "更新", "account": account.pk}, by=alice).record
    assert (
        as_alice.post(f"/deals/{deal.pk}/files/", {"file": SimpleUploadedFile("契約.pdf", b"x")}).status_code
        == 302
    )
    shown = EventSubject.objects.filter(kind="file").values_list("entity", "record_id")
    assert set(shown) == {("deal", deal.pk), ("account", account.pk)}
    assert "契約.pdf" in as_alice.get(f"/accounts/{account.pk}/?kind=files").content.decode()


def test_empty_missing_and_too_large_files_are_refused_and_leave_nothing(
    account: Any, as_bob: Client, settings: Any, tmp_path: Path
) -> None:
    settings.UPLOAD_LIMIT = 1000
    before = snapshot()
    assert put(as_bob, account, content=b"").status_code == 422
    assert put(as_bob, account, content=b"x" * 1001).status_code == 422
    assert as_bob.post(f"/accounts/{account.pk}/files/").status_code == 422
    assert as_bob.post(f"/accounts/{account.pk}/files/", {"file": "no file"}).status_code == 422
    assert snapshot() == before
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_several_files_come_in_together_or_not_at_all(
    account: Any, as_bob: Client, settings: Any, tmp_path: Path
) -> None:
    settings.UPLOAD_LIMIT = 1000
    before = snapshot()
    sent = {"file": [SimpleUploadedFile("一.pdf", b"x"), SimpleUploadedFile("二.pdf", b"x" * 2000)]}
    assert as_bob.post(f"/accounts/{account.pk}/files/", sent).status_code == 422
    assert snapshot() == before
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_file_whose_bytes_are_gone_says_so(account: Any, as_bob: Client, tmp_path: Path) -> None:
    put(as_bob, account)
    held = Attachment.objects.get()
    (tmp_path / "files" / held.path).unlink()
    answer = as_bob.get(f"/files/{held.pk}/")
    assert answer.status_code == 404 and "バックアップ" in answer.content.decode()
