"""Files over the API: put there, listed, read and taken off, by those who may; a field that a role doesn't see hides its files everywhere."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enishi.access import staff
from enishi.access.models import Role
from enishi.connect import tokens
from enishi.connect.commands import token as run_token
from enishi.connect.tests.test_limits import outside
from enishi.records import attachments, history, registry, write
from enishi.records.design import operations
from enishi.records.models import Attachment, Event

pytestmark = [pytest.mark.django_db, pytest.mark.row("F5", "F2")]
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def drawn(alice: Any) -> tuple[str, str]:
    """Keys of a field of files and one of pictures on accounts."""
    made = [
        operations.add_field("account", kind, label, {}, by=alice).key
        for kind, label in (("file", "契約書"), ("picture", "外観"))
    ]
    return made[0], made[1]


class Files:
    """Calls with a token of one person."""

    def __init__(self, user: Any, *scopes: str) -> None:
        _token, text = tokens.make(user, "files", scopes or ("read", "write"), by=user)
        self.client, self.headers = Client(), {"Authorization": f"Bearer {text}"}

    def send(self, key: int, name: str, content: bytes, **more: Any) -> Any:
        data = {"file": SimpleUploadedFile(name, content), **{k: v for k, v in more.items() if k == "field"}}
        headers = self.headers | ({"Idempotency-Key": more["again"]} if "again" in more else {})
        return self.client.post(f"/api/v1/accounts/{key}/files", data, headers=headers)

    def get(self, rest: str) -> Any:
        return self.client.get(f"/api/v1/accounts/{rest}", headers=self.headers)

    def delete(self, rest: str) -> Any:
        return self.client.delete(f"/api/v1/accounts/{rest}", headers=self.headers)


def test_a_file_goes_in_and_comes_out_as_it_was(alice: Any, drawn: tuple[str, str]) -> None:
    record = write.create(registry.get("account"), {"name": "青木商店"}, by=alice).record
    call = Files(alice)
    first = call.send(record.pk, "見積書.pdf", b"%PDF 1", again="one")
    assert first.status_code == 201
    held = first.json()["items"][0]
    assert (held["name"], held["size"], held["field"]) == ("見積書.pdf", 6, "")
    repeated = call.send(record.pk, "見積書.pdf", b"%PDF 1", again="one")
    assert repeated.status_code == 200 and repeated.json() == first.json() and Attachment.objects.count() == 1
    assert call.send(record.pk, "見積書.pdf", b"%PDF 2", again="one").status_code == 422
    picture = call.send(record.pk, "外観.png", PNG, field=drawn[1]).json()["items"][0]
    assert picture["field"] == drawn[1]
    assert call.get(f"{record.pk}").json()["fields"][drawn[1]] == [picture["id"]]
    answer = call.get(f"{record.pk}/files/{picture['id']}")
    assert b"".join(answer.streaming_content) == PNG and "attachment" in answer.headers["Content-Disposition"]
    assert [one["id"] for one in call.get(f"{record.pk}/files").json()["items"]] == [
        picture["id"],
        held["id"],
    ]
    assert call.delete(f"{record.pk}/files/{picture['id']}").status_code == 204
    assert call.get(f"{record.pk}").json()["fields"][drawn[1]] == []
    assert call.get(f"{record.pk}/files/{picture['id']}").status_code == 404
    other = write.create(registry.get("account"), {"name": "ほか"}, by=alice).record
    assert call.get(f"{other.pk}/files/{held['id']}").status_code == 404


def test_what_can_t_be_kept_is_refused_in_words(alice: Any, drawn: tuple[str, str]) -> None:
    record = write.create(registry.get("account"), {"name": "青木商店"}, by=alice).record
    call = Files(alice)
    assert call.send(record.pk, "空.txt", b"").status_code == 422
    told = call.send(record.pk, "文.png", b"text", field=drawn[1])
    assert told.status_code == 422 and "画像ではありません" in str(told.json()["errors"])
    assert call.send(record.pk, "a.txt", b"x", field="name").status_code == 422
    assert (
        call.client.post(f"/api/v1/accounts/{record.pk}/files", {}, headers=call.headers).status_code == 400
    )
    assert Files(alice, "read").send(record.pk, "a.txt", b"x").status_code == 403
    assert Files(alice, "write").get(f"{record.pk}/files").status_code == 403
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("right", ["hidden", "fixed"])
def test_the_files_of_a_field_follow_its_rights(right: str, alice: Any, drawn: tuple[str, str]) -> None:
    account = registry.get("account")
    record = write.create(account, {"name": "青木商店"}, by=alice).record
    contract = attachments.put(
        account, record.pk, drawn[0], [SimpleUploadedFile("ひみつの契約.pdf", b"%PDF")], by=alice
    )[0]
    plain = attachments.store(account, record.pk, SimpleUploadedFile("地図.pdf", b"%PDF"), by=alice)
    user = outside({})
    role = Role.objects.get()
    role.rights |= {
        "entities": {"account": dict.fromkeys(("see", "change"), "all")}, "fields": {"account": {drawn[0]: right}},
    }  # fmt: skip
    role.save()
    client, call = Client(), Files(user)
    client.force_login(user)
    card = client.get(f"/accounts/{record.pk}/").content.decode()
    read = [card, client.get(f"/accounts/{record.pk}/timeline/").content.decode()]
    read += [call.get(f"{record.pk}/{part}").content.decode() for part in ("files", "timeline")]
    seen = right == "fixed"
    for text in read:
        assert ("契約.pdf" in text) == seen and "地図.pdf" in text
    for address in (f"/files/{contract.pk}/", f"/api/v1/accounts/{record.pk}/files/{contract.pk}"):
        assert client.get(address, headers=call.headers).status_code == (200 if seen else 404), address
    assert f"files/?field={drawn[0]}" not in card
    assert f"/files/{plain.pk}/remove/" in card and f"/files/{contract.pk}/remove/" not in card
    for answer in (
        client.post(f"/files/{contract.pk}/remove/"), call.delete(f"{record.pk}/files/{contract.pk}"),
        call.send(record.pk, "別.pdf", b"%PDF", field=drawn[0]),
        client.post(f"/accounts/{record.pk}/files/?field={drawn[0]}", {"file": SimpleUploadedFile("別.pdf", b"%PDF")}),
    ):  # fmt: skip
        assert answer.status_code == 403 if seen else answer.status_code in {404, 422}
    assert Attachment.objects.filter(deleted_at=None).count() == 2
    assert call.delete(f"{record.pk}/files/{plain.pk}").status_code == 204


@pytest.mark.parametrize("right", ["hidden", "fixed"])
def test_an_undo_opens_no_file(right: str, alice: Any, drawn: tuple[str, str]) -> None:
    account = registry.get("account")
    record = write.create(account, {"name": "青木商店"}, by=alice).record
    held, taken = (
        attachments.put(account, record.pk, drawn[0], [SimpleUploadedFile(f"{name}.pdf", b"%PDF")], by=alice)[0] for name in ("契約", "覚書")
    )  # fmt: skip
    put = list(Event.objects.filter(kind="changed", record_id=record.pk).order_by("pk"))
    history.undo_event(put[-1].pk, by=alice)
    record.refresh_from_db()
    assert record.custom[drawn[0]] == [held.pk]
    user = outside({})
    role = Role.objects.get()
    role.rights |= {
        "entities": {"account": {"see": "all", "change": "all"}}, "fields": {"account": {drawn[0]: right}},
    }  # fmt: skip
    role.save()
    client = Client()
    client.force_login(user)
    for file in (held, taken):
        assert client.get(f"/files/{file.pk}/").status_code == (200 if right == "fixed" else 404)
        assert client.post(f"/files/{file.pk}/remove/").status_code == (403 if right == "fixed" else 404)
    client.post(f"/undo/event/{put[0].pk}/")
    record.refresh_from_db()
    assert record.custom[drawn[0]] == [held.pk]


def test_files_that_were_there_before_know_of_their_field(alice: Any, drawn: tuple[str, str]) -> None:
    account = registry.get("account")
    record = write.create(account, {"name": "青木商店"}, by=alice).record
    plain = attachments.store(account, record.pk, SimpleUploadedFile("別.pdf", b"%PDF"), by=alice)
    held, taken = (
        attachments.put(account, record.pk, drawn[0], [SimpleUploadedFile(f"{name}.pdf", b"%PDF")], by=alice)[0] for name in ("契約", "覚書")
    )  # fmt: skip
    history.undo_event(Event.objects.filter(kind="changed", record_id=record.pk).latest("pk").pk, by=alice)
    Attachment.objects.update(field="")
    importlib.import_module("enishi.records.migrations.0009_attachment_field").name_fields(apps, None)
    named = dict(Attachment.objects.values_list("pk", "field"))
    assert named == {plain.pk: "", held.pk: drawn[0], taken.pk: drawn[0]}


def test_of_several_files_all_are_kept_or_none(
    alice: Any, drawn: tuple[str, str], settings: Any, monkeypatch: Any
) -> None:
    record = write.create(registry.get("account"), {"name": "青木商店"}, by=alice).record

    def broken(*_more: Any, **_values: Any) -> Any:
        raise OSError("disk full")

    monkeypatch.setattr(write, "write", broken)
    with pytest.raises(OSError, match="disk full"):
        attachments.put(
            registry.get("account"),
            record.pk,
            drawn[0],
            [SimpleUploadedFile("a.pdf", b"1"), SimpleUploadedFile("b.pdf", b"2")],
            by=alice,
        )
    assert not Attachment.objects.exists()
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_body_that_is_no_form_is_refused_in_words(alice: Any) -> None:
    record = write.create(registry.get("account"), {"name": "青木商店"}, by=alice).record
    call = Files(alice)
    for kind, body in (
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=a", b"--b"),
        ("text/plain", b"x"),
    ):
        told = call.client.post(
            f"/api/v1/accounts/{record.pk}/files", body, content_type=kind, headers=call.headers
        )
        assert told.status_code == 400 and "multipart/form-data" in told.json()["detail"], kind


def test_a_token_for_what_isn_t_there_is_refused(alice: Any) -> None:
    with pytest.raises(ValidationError, match="「nothing」という台帳はありません"):
        tokens.make(alice, "x", ["read:nothing"], by=alice)
    assert (
        run_token(
            [
                "add",
                "--user",
                alice.email,
                "--scope",
                f"read:{operations.add_entity('車両', slug='cars', by=alice).name}",
            ]
        )
        == 0
    )
    made, _text = tokens.make(alice, "x", ["read:accounts", "read:account"], by=alice)
    assert made.scopes == ["read:account"]


def test_all_files_of_a_record_are_reached_by_page_and_by_call(alice: Any, drawn: tuple[str, str]) -> None:
    """工事の写真: more than fit on a card."""
    entity = registry.get("account")
    record = write.create(entity, {"name": "青木商店"}, by=alice).record
    for n in range(60):
        attachments.store(entity, record.pk, SimpleUploadedFile(f"写真{n:02}.txt", b"x"), by=alice)
    hidden = attachments.put(
        entity, record.pk, drawn[0], [SimpleUploadedFile("契約.pdf", b"%PDF")], by=alice
    )[0]
    call = Files(alice)
    first = call.get(f"{record.pk}/files").json()
    rest = call.get(f"{record.pk}/files?cursor={first['next']}").json()
    assert len(first["items"]) == 50 and len(rest["items"]) == 11 and rest["next"] is None
    assert len({one["id"] for one in [*first["items"], *rest["items"]]}) == 61
    assert call.get(f"{record.pk}/files?cursor=x").status_code == 422
    assert call.get(f"{record.pk}/files?before=1").status_code == 400
    # As somebody who doesn't see the field of the contract.
    user = outside({})
    role = Role.objects.get()
    role.rights |= {"entities": {"account": {"see": "all"}}, "fields": {"account": {drawn[0]: "hidden"}}}
    role.save()
    client = Client()
    client.force_login(user)
    card = client.get(f"/accounts/{record.pk}/").content.decode()
    held, _mark, rest = card.partition("data-dropzone")[2].partition("files/?before=")
    assert "写真50" in held and "写真49" not in held and "契約.pdf" not in card
    following = rest.partition('"')[0]
    page = client.get(f"/accounts/{record.pk}/files/?before={following}").content.decode()
    assert all(f"写真{n:02}" in page for n in range(50)) and "写真50" not in page and "?before=" not in page
    assert f"/files/{hidden.pk}/" not in page
    role.rights |= {"entities": {"account": {"see": "own"}}}
    role.save()
    assert client.get(f"/accounts/{record.pk}/files/").status_code == 404


def test_who_is_stopped_comes_back_without_his_tokens(alice: Any, bob: Any) -> None:
    _made, text = tokens.make(bob, "x", ["read"], by=bob)
    staff.deactivate(bob, by=alice)
    staff.activate(bob, by=alice)
    assert tokens.find(text) is None
