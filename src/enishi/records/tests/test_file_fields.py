"""A4: files and pictures as fields of their own."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enishi.records import registry, write
from enishi.records.design import operations
from enishi.records.models import Attachment
from enishi.records.testing import changed_tables, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.row("A4")]
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.fixture
def contract(alice: Any, bob: Any, settings: Any, tmp_path: Path) -> dict[str, Any]:
    """A contract with its signed file and its pictures."""
    settings.MEDIA_ROOT = tmp_path
    name = operations.add_entity("契約書", slug="contracts", by=alice).name
    made: dict[str, Any] = {"entity": name}
    made["file"] = operations.add_field(name, "file", "締結した契約書", {}, by=alice).key
    made["picture"] = operations.add_field(name, "picture", "現場写真", {}, by=alice).key
    made["record"] = write.create(registry.get(name), {"name": "保守契約"}, by=bob).record
    return made


def upload(client: Client, contract: dict[str, Any], field: str, *files: tuple[str, bytes]) -> Any:
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(
        f"/contracts/{contract['record'].pk}/files/?field={contract.get(field, field)}", {"file": sent}
    )


def held(contract: dict[str, Any], field: str) -> list[int]:
    row = registry.get(contract["entity"]).model._default_manager.get(pk=contract["record"].pk)
    return list(row.custom.get(contract[field], []))


def test_files_are_put_shown_listed_exported_and_taken_out(
    contract: dict[str, Any], as_bob: Client, as_carol: Client
) -> None:
    page = as_bob.get(f"/contracts/{contract['record'].pk}/").content.decode()
    assert f"files/?field={contract['file']}" in page and "data-upload" in page
    assert "data-upload" not in as_carol.get(f"/contracts/{contract['record'].pk}/").content.decode()
    assert upload(as_bob, contract, "file", ("契約書.pdf", b"%PDF"), ("別紙.pdf", b"%PDF")).status_code == 302
    assert upload(as_bob, contract, "picture", ("現場.png", PNG)).status_code == 302
    one, two = held(contract, "file")
    picture = held(contract, "picture")[0]
    page = as_carol.get(f"/contracts/?columns={contract['file']},{contract['picture']}").content.decode()
    assert f'href="/files/{one}/"' in page and "別紙.pdf" in page and f'src="/files/{picture}/image/"' in page
    sheet = b"".join(
        as_bob.get(f"/contracts/export/?format=csv&columns={contract['file']}").streaming_content
    ).decode("utf-8-sig")
    assert "契約書.pdf、別紙.pdf" in sheet
    shown = as_carol.get(f"/files/{picture}/image/")
    assert b"".join(shown.streaming_content) == PNG
    assert (
        shown.headers["Content-Type"] == "image/png" and "sandbox" in shown.headers["Content-Security-Policy"]
    )
    assert as_carol.get(f"/files/{one}/image/").status_code == 404  # no picture
    assert as_bob.post(f"/files/{one}/remove/").status_code == 302
    assert held(contract, "file") == [two]
    history = as_bob.get(f"/contracts/{contract['record'].pk}/history/").content.decode()
    assert "締結した契約書" in history


def test_what_is_no_picture_is_refused_whatever_it_is_called(
    contract: dict[str, Any], as_bob: Client
) -> None:
    before = snapshot()
    for name, content in (
        ("x.png", b"<svg onload=alert(1)>"),
        ("x.jpg", b"%PDF"),
        ("x.svg", b"<svg/>"),
        ("x.png", b""),
    ):
        answer = upload(as_bob, contract, "picture", (name, content))
        assert answer.status_code == 422, name
    assert upload(as_bob, contract, "name", ("x.png", PNG)).status_code == 404
    assert upload(as_bob, contract, "nothing", ("x.png", PNG)).status_code == 404
    assert changed_tables(before, snapshot()) == []


def test_only_who_may_write_puts_files_and_nobody_writes_keys(
    contract: dict[str, Any], as_carol: Client, as_bob: Client
) -> None:
    before = snapshot()
    assert upload(as_carol, contract, "file", ("x.pdf", b"%PDF")).status_code == 403
    address = f"/contracts/{contract['record'].pk}/field/{contract['file']}/"
    assert as_bob.post(address, {contract["file"]: "1"}, headers={"HX-Request": "true"}).status_code == 422
    assert changed_tables(before, snapshot()) == []
    assert not Attachment.objects.exists()
