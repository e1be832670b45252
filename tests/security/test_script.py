"""Stored and reflected script: whatever people, files and addresses say, no page holds it as anything but text."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from enishi.access.models import User
from enishi.records import registry, write
from enishi.records.models import FieldDesign, Notification, Operation, SavedView
from enishi.records.registry import rebuild
from enishi.records.testing import HTMX
from enishi.sales.pipelines.entity import default_pipeline, stages_of

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.row("F2")]
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "--></script><script>alert(1)</script>",
    "{{7*7}}<b id=evil>",
    "<a href=javascript:alert(1)>x</a>",
)


class Reader(HTMLParser):
    """Collects what must never be there: elements and attributes that run, and addresses that do."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if (
            tag == "script"
            and not (held.get("src") or "").startswith("/static/")
            and held.get("type") != "application/json"
        ):
            self.found.append(f"<script {held}>")
        if (
            tag in {"iframe", "object", "embed", "base", "style"}
            or held.get("id") == "evil"
            or (tag == "img" and held.get("src") == "x")
        ):
            self.found.append(f"<{tag} {held}>")
        for name, value in attrs:
            if name.startswith("on") and name != "on":
                self.found.append(f"{tag} {name}")
            if name in {
                "href",
                "src",
                "action",
                "formaction",
                "xlink:href",
                "hx-get",
                "hx-post",
            } and re.match(r"\s*(javascript|data|vbscript):", value or "", re.I):
                self.found.append(f"{tag} {name}={value}")


def harm(page: str) -> list[str]:
    """What would run in the page."""
    reader = Reader()
    reader.feed(page)
    return reader.found + [payload for payload in PAYLOADS if payload in page]


@pytest.fixture
def company(alice: Any, settings: Any, tmp_path: Path) -> dict[str, Any]:
    """Every payload in every text that can be stored."""
    settings.MEDIA_ROOT = tmp_path
    made: dict[str, list[Any]] = {}
    own = FieldDesign.objects.create(entity="account", kind="text", label=PAYLOADS[0])
    FieldDesign.objects.create(
        entity="account",
        kind="choice",
        label="区分",
        options={"choices": [{"value": "x", "label": PAYLOADS[1]}]},
    )
    rebuild()
    User.objects.filter(pk=alice.pk).update(name=PAYLOADS[1])
    alice.refresh_from_db()
    pipeline = write.create(registry.get("pipeline"), {"name": PAYLOADS[0]}, by=alice).record
    default_pipeline()
    stage = stages_of(pipeline.pk)[0]
    write.write(registry.get("stage"), stage.pk, {"name": PAYLOADS[1]}, by=alice)

    def fill(entity_name: str, payload: str, **more: Any) -> Any:
        entity = registry.get(entity_name)
        values: dict[str, Any] = {}
        for name, found in entity.fields.items():
            if (
                found.editable
                and found.kind in {"text", "long_text", "kana", "free_choice"}
                and not found.unique
            ):
                values[name] = payload[: getattr(found, "longest", 100)]
        values |= {"tags": [payload.replace(",", "")[:60]], **more}
        record = write.create(entity, values, by=alice).record
        made.setdefault(entity_name, []).append(record)
        return record

    for payload in PAYLOADS:
        account = fill("account", payload, **{own.key: payload})
        contact = fill("contact", payload, account=account.pk)
        deal = fill("deal", payload, account=account.pk, contact=contact.pk, stage=stage.pk, source=payload)
        fill("task", payload, about=f"deal:{deal.pk}", due_at=timezone.now(), owner=alice.pk)
        fill("activity", payload, about=f"deal:{deal.pk}", met=[contact.pk], kind="visit", outcome="success")
        write.write(
            registry.get("account"), account.pk, {"note": f"{payload}（直した）", "building": "x"}, by=alice
        )
        write.write(registry.get("contact"), contact.pk, {"title": "部長"}, by=alice)
        fill("account", payload)
        write.delete(registry.get("account"), [made["account"].pop().pk], by=alice)
        SavedView.objects.create(
            entity="account",
            name=payload[:60],
            user=alice,
            shared=True,
            state={
                "filter": {"field": "name", "op": "contains", "value": payload},
                "sort": payload,
                "columns": [payload],
            },
        )
        Notification.objects.create(user=alice, text=payload, url=f"/tasks/1/?{payload}")
        Operation.objects.create(kind="bulk", user=alice, summary=payload)
    made["pipeline"], made["stage"] = [pipeline], [stage]
    made["affiliation"] = list(registry.get("affiliation").model.objects.all())
    yield made
    rebuild()


def pages(company: dict[str, Any]) -> list[str]:
    """Addresses of every page that shows what was stored."""
    made = [
        "/today/",
        "/today/?part=rows",
        "/bin/",
        "/menu/",
        "/settings/",
        "/settings/users/",
        "/me/",
        "/gallery/",
        "/record/",
        "/record/notifications/",
        "/import/",
        "/deals/board/",
        f"/deals/board/?group={company['pipeline'][0].pk}",
    ]
    for name, records in company.items():
        entity = registry.get(name)
        every = ",".join(entity.fields)
        made += [
            entity.list_url,
            f"{entity.list_url}?columns={every}",
            f"{entity.list_url}new/",
            f"{entity.list_url}filter/",
            f"{entity.list_url}columns/",
            f"{entity.list_url}views/",
            f"{entity.list_url}bulk/tags/?ids=1",
            f"{entity.list_url}export/",
        ]
        made += [entity.url(record.pk) for record in records[:8]]
        made += [f"{entity.url(record.pk)}history/" for record in records[:3]]
        made += [f"{entity.url(records[0].pk)}{part}" for part in ("timeline/", "?part=live", "?part=head")]
        for field in entity.fields.values():
            made += [
                f"{entity.url(records[0].pk)}field/{field.name}/",
                *(
                    [f"{entity.url(records[1 % len(records)].pk)}field/{field.name}/?edit"]
                    if field.editable
                    else []
                ),
            ]
    made += [f"/record/?about=deal:{one.pk}" for one in company["deal"]]
    made += [f"/accounts/?view={view.pk}" for view in SavedView.objects.all()]
    return made


def test_no_page_runs_what_somebody_stored(company: dict[str, Any], as_alice: Client) -> None:
    wrong = []
    for address in pages(company):
        answer = as_alice.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        found = harm(answer.content.decode())
        if found:
            wrong.append((address, found[:3]))
    assert not wrong, wrong


def test_nothing_that_was_stored_is_missing(company: dict[str, Any], as_alice: Client) -> None:
    """The text itself is shown, escaped: nothing was simply left out."""
    page = as_alice.get("/accounts/").content.decode()
    for payload in PAYLOADS:
        assert (
            payload.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace('"', "&quot;")
            .replace("'", "&#x27;")
            in page
        )


def test_no_answer_repeats_what_was_asked_as_anything_but_text(
    company: dict[str, Any], as_alice: Client
) -> None:
    for payload in PAYLOADS:
        repeats(company, as_alice, payload)


def repeats(company: dict[str, Any], as_alice: Client, payload: str) -> None:
    """One payload, in every parameter of every page that repeats some."""
    filtered = json.dumps({"field": "name", "op": "contains", "value": payload})
    wild = json.dumps({"field": payload, "op": payload, "value": payload})
    query = {"q": payload}
    for address, sent in (
        ("/search/", query), ("/accounts/", {**query, "filter": filtered, "preset": payload, "sort": payload, "columns": payload}), ("/accounts/", {"filter": wild}), ("/accounts/", {"filter": payload}), ("/accounts/filter/", {"filter": filtered, "x": payload}),
        ("/accounts/columns/", {"x": payload}), ("/accounts/views/", {"filter": filtered, "x": payload}), ("/accounts/new/", {"name": payload, "phone": payload, "tags": payload, "next": payload, "status": payload, "owner": payload}),
        ("/deals/new/", {"account": payload, "stage": payload, "amount": payload}), ("/accounts/bulk/tags/", {"ids": payload}), ("/accounts/export/", {"x": payload, "q": payload}), ("/accounts/similar/", {"name": payload, "email": f"{payload}@x"}),
        ("/record/", {"about": payload, "kind": payload, "text": payload, "next_on": payload, "next_name": payload, "met": payload}), ("/deals/board/", {"filter": filtered, "group": payload}), (f"/accounts/{company['account'][0].pk}/", {"kind": payload, "before": payload}),
        (f"/accounts/{company['account'][0].pk}/timeline/", {"kind": payload, "before": payload}), ("/import/", {"entity": payload}), (f"/{payload}/", {}), ("/signin/", {"next": payload}),
    ):  # fmt: skip
        for headers in ({}, HTMX):
            answer = as_alice.get(address, sent, headers=headers)
            if "html" in answer.headers.get("Content-Type", ""):
                assert not harm(answer.content.decode()), (address, harm(answer.content.decode())[:3])
    for address, sent in (
        ("/accounts/new/", {"name": "", "phone": payload, "note": payload, "tags": payload * 20, "next": payload, "idempotency_key": payload}),
        ("/record/", {"about": payload, "kind": payload, "text": payload, "next_on": payload, "idempotency_key": payload}),
        (f"/deals/{company['deal'][0].pk}/move/", {"value": payload, "version": payload}), (f"/accounts/{company['account'][0].pk}/field/status/", {"status": payload, "version": payload}),
        (f"/accounts/{company['account'][0].pk}/field/email/", {"email": payload}), ("/accounts/bulk/", {"ids": "1", "action": payload, "value": payload}), ("/accounts/views/", {"name": ""}),
    ):  # fmt: skip
        for headers in ({}, HTMX):
            answer = as_alice.post(address, sent, headers=headers)
            if "html" in answer.headers.get("Content-Type", ""):
                assert not harm(answer.content.decode()), (address, harm(answer.content.decode())[:3])


def test_what_is_offered_while_typing_is_data_not_a_page(company: dict[str, Any], as_alice: Client) -> None:
    for address in (
        "/pick/",
        "/accounts/pick/",
        "/contacts/pick/",
        "/deals/pick/",
        "/stages/pick/",
        "/affiliations/pick/",
        "/pick/?q=script",
        "/accounts/pick/?q=script",
        "/stages/pick/?q=<",
        "/affiliations/pick/?q=<",
        "/postal-code/?code=<script>",
    ):
        answer = as_alice.get(address)
        assert (
            answer.headers["Content-Type"] == "application/json"
            and answer.headers["X-Content-Type-Options"] == "nosniff"
        )
        answer.json()


def test_the_toast_after_a_change_is_a_header_of_data(company: dict[str, Any], as_alice: Client) -> None:
    for record in company["deal"]:
        answer = as_alice.post(
            f"/deals/{record.pk}/move/", {"value": stages_of(record.pipeline_id)[1].pk}, headers=HTMX
        )
        assert answer.status_code == 204 and answer.headers["HX-Trigger"].isascii()
        assert record.name[:20] in json.loads(answer.headers["HX-Trigger"])["toast"]["message"]
        answer = as_alice.post(f"/deals/{record.pk}/delete/", follow=True)
        assert not harm(answer.content.decode())


@pytest.mark.parametrize(
    "raw",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "javascript://example.jp/%0aalert(1)",
        "//",
        "http://",
        "https://a b",
        "ftp://example.jp",
        "http://[",
        "\x01javascript:alert(1)",
        'https://example.jp/"onmouseover="alert(1)',
        "https://example.jp/'><script>alert(1)</script>",
    ],
)
def test_only_web_addresses_become_links(alice: Any, as_bob: Client, raw: str) -> None:
    record = write.create(registry.get("account"), {"name": "客"}, by=alice).record
    as_bob.post(f"/accounts/{record.pk}/field/website/", {"website": raw}, headers=HTMX)
    for address in (
        f"/accounts/{record.pk}/",
        "/accounts/?columns=website",
        f"/accounts/{record.pk}/field/website/",
        f"/accounts/{record.pk}/field/website/?edit",
    ):
        page = as_bob.get(address).content.decode()
        assert not harm(page), harm(page)
        assert not re.search(r'href="(?!https?://|/|tel:|mailto:|#|\?)', page), re.search(
            r'href="(?!https?://|/|tel:|mailto:|#|\?)[^"]*', page
        )


def test_file_names_and_headings_of_sheets_are_text(company: dict[str, Any], as_alice: Client) -> None:
    for payload in PAYLOADS:
        file_names_and_headings(company, as_alice, payload)


def file_names_and_headings(company: dict[str, Any], as_alice: Client, payload: str) -> None:
    """One payload as the name of a file, as that of a sheet, and in its cells."""
    key = company["account"][0].pk
    assert (
        as_alice.post(f"/accounts/{key}/files/", {"file": SimpleUploadedFile(payload, b"x")}).status_code
        == 302
    )
    for address in (f"/accounts/{key}/", f"/accounts/{key}/timeline/?kind=files"):
        assert not harm(as_alice.get(address).content.decode())
    rows = f'"会社名","{payload.replace(chr(34), chr(34) * 2)}","電話"\n"{payload.replace(chr(34), chr(34) * 2)}","{payload.replace(chr(34), chr(34) * 2)}","{payload.replace(chr(34), chr(34) * 2)}"\n'
    answer = as_alice.post(
        "/import/", {"file": SimpleUploadedFile(f"{payload}.csv", rows.encode("utf-8-sig"))}, follow=True
    )
    assert answer.status_code == 200 and answer.redirect_chain, answer.content.decode()[:500]
    page = answer.content.decode()
    assert not harm(page), harm(page)
    address = answer.redirect_chain[-1][0]
    assert not harm(as_alice.post(address, {"header_rows": "1"}, headers=HTMX).content.decode())


def test_nothing_of_a_formula_is_left_in_a_sheet(
    company: dict[str, Any], alice: Any, as_alice: Client
) -> None:
    for text in ("=cmd|'/c calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1", '=HYPERLINK("http://x")', "＝1+1"):
        write.create(registry.get("account"), {"name": text, "note": text}, by=alice)
    for form in ("csv", "cp932"):
        answer = as_alice.get(f"/accounts/export/?format={form}&agreed=1&columns=note")
        text = b"".join(answer.streaming_content).decode("utf-8-sig" if form == "csv" else "cp932")
        for row in text.splitlines():
            for cell in row.split(","):
                assert not cell.strip('"').startswith(("=", "+", "@", "\t", "-1")), cell
