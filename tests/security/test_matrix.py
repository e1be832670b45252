"""Every address × method × role: strangers get nothing, viewers change nothing, nothing crashes, no POST without its token."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from enishi.connect import tokens
from enishi.exchange.cleansing import scan
from enishi.exchange.duplicates.models import DuplicatePair
from enishi.exchange.models import CleansingFix, ImportJob, WaitingRow
from enishi.insight.models import Dashboard, Report, ReportMail
from enishi.records import attachments, handover, registry, write
from enishi.records.design import operations
from enishi.records.models import Event, Notification, Operation, SavedView
from enishi.records.testing import HTMX, changed_tables, snapshot
from enishi.sales.models import Invoice, LeadAbsence, LeadRule

pytestmark = [pytest.mark.django_db, pytest.mark.row("F2")]
SECRET = "極秘取引先"  # in the name of every record: where it shows, data was given


def routes() -> list[URLPattern]:
    """Every address of the program, from the resolver: nothing is listed by hand."""
    found: list[URLPattern] = []

    def walk(patterns: Any) -> None:
        for one in patterns:
            if isinstance(one, URLResolver):
                walk(one.url_patterns)
            else:
                found.append(one)

    walk(get_resolver().url_patterns)
    return found


ROUTES = routes()
ONE_KIND = {
    "task-done": "task",
    "pay": "invoice",
    "lead-convert": "lead",
    "lead-heat": "lead",
    "lead-touched": "lead",
}  # routes of one entity
# One's own affairs, which viewers may change too: profile, password, language, read notifications, own views.
# Whoever is signed in is sent on from these.
OPEN = {
    "account_login",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "account_reset_password",
    "account_reset_password_from_key",
    "favicon",
}
OWN = {
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_add_webauthn",
    "mfa_remove_webauthn",
    "mfa_index",
    "mfa_list_webauthn",
    "end-session",
    "profile",
    "account_change_password",
    "sign-out-elsewhere",
    "switch-language",
    "account_logout",
    "notifications",
    "save-view",
    "tokens",
    "calendar-feeds",
    "report-mail-leave",
}


@pytest.fixture
def company(alice: Any, bob: Any, settings: Any, tmp_path: Path) -> dict[str, Any]:
    """One record of each kind, with everything that can hang on it, alive and in the bin."""
    settings.MEDIA_ROOT = tmp_path
    held: dict[str, Any] = {}
    account = write.create(
        registry.get("account"), {"name": f"{SECRET}株式会社", "tags": ["VIP"], "industry": "ＩＴ"}, by=alice
    ).record
    contact = write.create(
        registry.get("contact"), {"family_name": SECRET, "account": account.pk}, by=alice
    ).record
    deal = write.create(
        registry.get("deal"), {"name": f"{SECRET}の件", "account": account.pk}, by=alice
    ).record
    task = write.create(
        registry.get("task"),
        {"name": f"{SECRET}に電話", "about": f"deal:{deal.pk}", "due_at": timezone.now()},
        by=alice,
    ).record
    activity = write.create(
        registry.get("activity"),
        {"kind": "visit", "text": f"{SECRET}を訪問", "about": f"deal:{deal.pk}"},
        by=alice,
    ).record
    affiliation = registry.get("affiliation").model.objects.get()
    drawn = operations.add_entity(f"{SECRET}仕入先", slug="suppliers", by=alice).name
    fields = [
        operations.add_field(
            drawn, kind, label, {"choices": [{"label": "甲"}, {"label": "乙"}]}, by=alice
        ).key
        for kind, label in (("stage", "段階"), ("date", "期日"), ("choices", "区分"), ("money", "金額"))
    ]
    tie = operations.add_connection(
        drawn, "account", label="取引先", back_label="仕入先", many=True, by=alice
    ).key
    supplier = write.create(
        registry.get(drawn), {"name": f"{SECRET}商店", fields[0]: "o1", fields[1]: timezone.localdate(), tie: [account.pk]}, by=alice
    ).record  # fmt: skip
    held["drawn"], held["tie"] = drawn, tie
    sold = trade(account, alice)
    lead = write.create(registry.get("lead"), {"family_name": SECRET, "company": SECRET}, by=alice).record
    goal = {"scope": "company", "period": "month", "measure": "calls", "target": "3", "note": SECRET}
    report = write.create(registry.get("daily_report"), {"done": SECRET}, by=alice).record
    said = {"report": report.pk, "text": SECRET}
    held["records"] = {
        **sold,
        "goal": write.create(registry.get("goal"), goal, by=alice).record,
        "daily_report": report,
        "daily_comment": write.create(registry.get("daily_comment"), said, by=alice).record,
        drawn: supplier,
        "account": account,
        "contact": contact,
        "lead": lead,
        "deal": deal,
        "task": task,
        "activity": activity,
        "affiliation": affiliation,
        "pipeline": deal.pipeline,
        "stage": deal.stage,
    }
    held["gone"] = write.create(registry.get("account"), {"name": f"{SECRET}（旧）"}, by=alice).record
    write.delete(registry.get("account"), [held["gone"].pk], by=alice)
    held["event"] = write.write(registry.get("account"), account.pk, {"note": SECRET}, by=alice).event
    held["operation"] = Operation.objects.create(kind="bulk", user=alice, summary=SECRET)
    write.write_many(
        registry.get("account"),
        [(type(account).objects.get(pk=account.pk), {"rank": "A"})],
        by=alice,
        operation=held["operation"],
    )
    held["attachment"] = attachments.store(
        registry.get("account"), account.pk, SimpleUploadedFile(f"{SECRET}.txt", SECRET.encode()), by=alice
    )
    held["view"] = SavedView.objects.create(entity="account", name=f"{SECRET}の一覧", user=alice, state={})
    path = tmp_path / "sheet.csv"
    path.write_text(f"会社名\n{SECRET}\n")
    from enishi.exchange import importing

    held["import"] = importing.begin(path, f"{SECRET}.csv", by=alice)
    held["done import"] = ImportJob.objects.create(
        user=alice,
        file_name=f"{SECRET}.csv",
        path=str(path),
        status="done",
        refused_path=str(path),
        operation=held["operation"],
    )
    twin = write.create(registry.get("account"), {"name": f"{SECRET}（株）"}, by=alice).record
    held["twin"] = twin
    DuplicatePair.objects.create(
        entity="account", low_id=account.pk, high_id=twin.pk, cluster=account.pk, score=0.9, decision="ask"
    )
    from enishi.exchange.models import ReturnedRow

    plan = {"round_trip": {"sheet": 1, "entity": "account", "step": "decide", "notes": {}}}
    held["sheet"] = ImportJob.objects.create(
        user=alice, file_name=f"{SECRET}.csv", path=str(path), entity="account", plan=plan
    )
    asked = {
        "field": "name",
        "label": "名前",
        "old": SECRET,
        "new": "書き換えた",
        "ask": True,
        "here": False,
        "choice": "",
    }
    held["returned"] = ReturnedRow.objects.create(
        job=held["sheet"], kind="ask", number=2, record_id=account.pk, seen_version=account.version, title=SECRET, chosen=True,
        changes=[{**asked, "value": "書き換えた", "was": account.name}],
    )  # fmt: skip
    held["waiting"] = WaitingRow.objects.create(
        job=held["done import"], number=2, cells=[SECRET], entity="account", alike="x",
        candidates=[{"id": account.pk, "score": 60, "reasons": [["name_key", 60]]}],
    )  # fmt: skip
    held["done import"].plan = held["import"].plan
    held["done import"].save()
    held["alice"], held["bob"] = alice, bob
    held["handover"] = handover.plan(
        bob, how="one", to=[alice], on=timezone.localdate() + timedelta(days=9), by=alice
    )
    held["cleansing"] = scan.begin(alice, entity=registry.get("account"))
    held["cleansing line"] = held["cleansing"].lines.first()
    held["cleansing fix"] = CleansingFix.objects.create(
        line=held["cleansing line"], user=alice, status="done", operation=held["operation"]
    )
    held["token"], _text = tokens.make(alice, SECRET, ["read", "write"], by=alice)
    by_name = {"rows": [{"field": "account"}, {"field": "name"}], "column": {"field": "account.name"}}
    shared, mine = (
        Report.objects.create(name=name, owner=alice, share=share, entity="deal", spec=by_name)
        for name, share in (("取引先ごと", "all"), (f"{SECRET}の表", "mine"))
    )
    tiles = [{"report": str(one.pk), "wide": True, "look": "chart"} for one in (shared, mine)]
    boards = [
        Dashboard.objects.create(name=name, owner=alice, share=share, tiles=tiles)
        for name, share in (("朝会", "all"), (SECRET, "mine"))
    ]
    held["report keys"] = [shared.pk, mine.pk, "open-by-account", "nothing"]
    held["dashboard keys"] = [*(one.pk for one in boards), "owner", "nothing"]
    held["rule"] = LeadRule.objects.create(name=f"{SECRET}の順番", people=[alice.pk], sources=[SECRET])
    today = timezone.localdate()
    held["absence"] = LeadAbsence.objects.create(user=alice, first=today, last=today)
    held["mail"] = ReportMail.objects.create(
        kind="report", key=str(mine.pk), owner=alice, next_at=timezone.now() + timedelta(days=1)
    )
    held["mail"].recipients.set([alice])
    Notification.objects.create(user=alice, text=f"まもなく: {SECRET}", url="/tasks/1/")
    return held


def trade(account: Any, alice: Any) -> dict[str, Any]:
    """One record of each kind that is sold and billed, with a line."""
    make = lambda entity, **values: write.create(registry.get(entity), values, by=alice).record  # noqa: E731
    line = [{"text": SECRET, "unit_price": "1000"}]
    product = make("product", name=f"{SECRET}油")
    prices = make("price_list", name=f"{SECRET}価格", prices=[{"product": product.pk, "price": "9"}])
    channel = make("channel", name=f"{SECRET}店")
    buyer = make("channel_customer", channel=channel.pk, outside_id=SECRET, account=account.pk)
    held = {"channel": channel, "channel_customer": buyer, "product": product, "price_list": prices}
    held["terms"] = make("terms", account=account.pk)
    for name in ("quote", "order", "invoice"):
        named = {"channel_customer": buyer.pk} if name == "order" else {}
        held[name] = make(name, account=account.pk, name=f"{SECRET}分", lines=line, **named)
        held[f"{name}_line"] = held[name].lines.get()
    held["deal_line"] = make("deal", name=f"{SECRET}の商い", account=account.pk, lines=line).lines.get()
    held["price"] = prices.prices.get()
    Invoice.objects.filter(pk=held["invoice"].pk).update(status="issued")
    held["payment"] = make("payment", invoice=held["invoice"].pk, amount="10", note=SECRET)
    return held


def addresses(company: dict[str, Any]) -> list[tuple[str, str]]:
    """(name of the route, address) for each route: of each entity, with keys that exist, lie in the bin, or are nonsense."""
    made: list[tuple[str, str]] = []
    entities = registry.all_entities()
    for route in ROUTES:
        name = str(route.name or route.callback.__name__)
        found = route.pattern.converters
        text = str(route.pattern)
        if text.startswith("^"):
            made.append((name, "/password/abc-def/"))
            continue
        parts = (
            [(entity, company["records"][entity.name].pk) for entity in entities]
            if "entity" in found
            else [(None, 0)]
        )
        for entity, key in parts:
            design = "design" in name
            ids = {
                "field": ["name" if design and "connection" not in name else company["tie"]],
                "record_id": [company["records"][ONE_KIND[name]].pk if name in ONE_KIND else key], "event_id": [company["event"].pk], "operation_id": [company["operation"].pk],
                "attachment_id": [company["attachment"].pk], "view_id": [company["view"].pk], "import_id": [company["import"].pk, company["done import"].pk, company["sheet"].pk], "pk": [company["alice"].pk],
                "name": [company["drawn"]] if design else [entity.title_field if entity else "x"], "action": ["stop"], "token": ["guess"], "rest": ["v1/nonsense"], "token_id": [company["token"].pk], "cleansing_id": [company["cleansing"].pk], "line_id": [company["cleansing line"].pk], "fix_id": [company["cleansing fix"].pk], "handover_id": [company["handover"].pk],
                "row_id": [company["waiting"].pk], "stage_id": [company["records"]["stage"].pk],
                "rule_id": [company["rule"].pk], "absence_id": [company["absence"].pk], "mail_id": [company["mail"].pk],
                "report_key": company["report keys"], "dashboard_key": company["dashboard keys"], "place": [0, 1],
            }  # fmt: skip
            if name == "restore" and entity and entity.name == "account":
                ids["record_id"] = [company["gone"].pk]
            filled = [text]
            for argument in found:
                if argument == "entity":
                    filled = [one.replace("<entity:entity>", entity.slug) for one in filled]
                    continue
                mark = next(
                    part
                    for part in (f"<{kind}:{argument}>" for kind in ("int", "slug", "str", "anything"))
                    if part in text
                )
                filled = [one.replace(mark, str(value)) for one in filled for value in ids[argument]]
            made += [(name, f"/{one}") for one in filled]
    return made


def ways(company: dict[str, Any], *kinds: Any) -> list[tuple[str, str, tuple[Any, ...]]]:
    """(name of the route, address, some of `kinds`): all kinds of asking for the first address of a route, for each further one of it, which
    another entity answers by the same code, one after the other in turn."""
    seen: dict[str, int] = {}
    made = []
    for name, address in addresses(company):
        turn = seen[name] = seen.get(name, -1) + 1
        made.append((name, address, kinds if turn == 0 else (kinds[turn % len(kinds)],)))
    return made


def some(asked: list[tuple[str, str, tuple[Any, ...]]], which: int) -> list[tuple[str, str, tuple[Any, ...]]]:
    """The first address of each route, and of its further ones every third, beginning at `which`: where all of them are asked in another
    way too."""
    seen: dict[str, int] = {}
    kept = []
    for one in asked:
        turn = seen[one[0]] = seen.get(one[0], -1) + 1
        if turn == 0 or turn % 3 == which % 3:
            kept.append(one)
    return kept


def body(name: str, company: dict[str, Any]) -> dict[str, Any]:
    """What a form of the route would send, likely enough to be obeyed if rights were not asked."""
    key = str(company["records"]["account"].pk)
    return {
        "name": "書き換えた", "family_name": "書き換えた", "text": "書き換えた", "account": key, "contact": str(company["records"]["contact"].pk), "department": "x", "ids": f"{key},{company['twin'].pk}" if name in {"merge", "not-same", "duplicates-decide"} else key, "automatic": "1", "action": "delete", "value": str(company["records"]["stage"].pk),
        "kind": "note", "about": f"account:{key}", "email": "evil@example.jp", "role": "admin", "shared": "1", "go": "1", "pipeline": str(company["records"]["pipeline"].pk), "position": "3", "outcome": "open",
        "language": "en", "file": SimpleUploadedFile("x.csv", "会社名\n新しい客\n".encode()) if name in {"record-files", "import"} else "", "password1": "", "theme": "dark", "answer": "same", "record": key, "profile": "off", "match": "loose",
    }  # fmt: skip


def ask(client: Client, method: str, address: str, *more: Any, **options: Any) -> Any:
    """An answer, read to its end; the sign of life alone may say that the worker sleeps."""
    answer = getattr(client, method)(address, *more, **options)
    if answer.streaming:
        answer.text_shown = b"".join(answer.streaming_content).decode("utf-8", "replace")
    else:
        answer.text_shown = answer.content.decode("utf-8", "replace")
    if "json" in answer.headers.get("Content-Type", "") and answer.text_shown:
        # As it is read, not as it is written: an escaped word is a word.
        answer.text_shown = json.dumps(json.loads(answer.text_shown), ensure_ascii=False)
    assert answer.status_code < 500 or address.startswith("/healthz"), (method, address, answer.status_code)
    return answer


@pytest.mark.once
def test_strangers_get_nothing_whatever_they_ask(company: dict[str, Any], settings: Any) -> None:
    before = snapshot()
    methods = ("get", "post", "put", "patch", "delete", "options", "head")
    asked, stranger = ways(company, *((one, headers) for one in methods for headers in ({}, HTMX))), Client()
    assert len(asked) > 150
    for name, address, kinds in asked:
        for method, headers in dict.fromkeys(
            (("get", ()), ("post", ()), *((one, tuple(more.items())) for one, more in kinds))
        ):
            stranger.cookies.clear()
            answer = ask(stranger, method, address, headers=dict(headers))
            assert SECRET not in answer.text_shown, (method, address)
            if name not in settings.OPEN_ROUTES or name.startswith("api-"):
                assert answer.status_code in {301, 302, 401, 403, 405}, (method, address, answer.status_code)
                assert not answer.streaming
    assert changed_tables(before, snapshot()) == []


def test_a_viewer_may_look_everywhere_and_change_nothing(company: dict[str, Any], as_carol: Client) -> None:
    before = snapshot("access.AccessLog")
    for name, address, kinds in ways(company, {}, HTMX):
        for headers in kinds:
            ask(as_carol, "get", address, headers=headers)
            if name in OWN:
                continue
            answer = ask(as_carol, "post", address, body(name, company), headers=headers)
            assert answer.status_code in {400, 401, 403, 404, 405, 409, 410, 422} or name in OPEN, (
                address,
                answer.status_code,
            )
    after = snapshot("access.AccessLog")
    assert changed_tables(before, after) == []


@pytest.mark.parametrize("who", ["bob", "alice"])
def test_nothing_crashes_for_those_who_may_write(
    company: dict[str, Any], as_alice: Client, as_bob: Client, who: str
) -> None:
    client = as_alice if who == "alice" else as_bob
    for name, address, kinds in ways(company, {}, HTMX):
        if name in {"account_logout", "user-action"}:
            continue
        for method in ("get", "post"):
            for headers in kinds:
                sent = body(name, company) if method == "post" else {}
                answer = ask(client, method, address, sent, headers=headers)
                assert answer.status_code < 400 or "Traceback" not in answer.text_shown


NONSENSE = (
    "x", "-1", "0", "²", "９", "9" * 25, "9" * 5000, "\x00", "a\x00b", "あ" * 500, "{}", "[]", "null", "' OR 1=1 --", "<script>", "../..", "%s", "{{7*7}}", "\u202e", "1e999", "NaN", "account:", "account:1", "2026-02-30", "",
)  # fmt: skip
PARAMETERS = {
    "q", "filter", "sort", "columns", "after", "preset", "view", "part", "stamp", "kind", "before", "group", "ids", "action", "value", "version", "next", "about", "idempotency_key", "next_on", "met", "column", "edit", "code", "format",
    "entity", "undo", "stage", "lost_reason", "at", "text", "header_rows", "on_match", "c0", "tab", "row", "field", "choice", "chosen", "all", "answer", "record", "profile", "match", "on", "span", "team", "report", "go", "people", "who", "task", "minute", "day", "key", "todo_on", "todo_name", "next_time", "days", "weekday",
}  # fmt: skip
FINAL = {
    "delete",
    "undo-event",
    "undo-operation",
    "import-undo",
    "remove-file",
    "delete-view",
    "sign-out-elsewhere",
    "load-sample",
    "user-action",
    "account_logout",
    "account_login",
    "account_change_password",
    "design-retire",
    "design-field-retire",
    "handover-action",
}


def test_nonsense_in_an_address_or_a_form_crashes_nothing(company: dict[str, Any], as_alice: Client) -> None:
    """Each word goes to each route once, to one entity or another; all parameters hold it at the same time."""
    names = sorted({name for entity in registry.all_entities() for name in entity.fields} | PARAMETERS)
    held: dict[str, list[str]] = {}
    for name, address in addresses(company):
        held.setdefault(name, []).append(address)
    turn = 0
    for name, found in held.items():
        for place, word in enumerate(NONSENSE):
            turn += 1
            if len(found) == 1 and place % 4 or len(found) > 1 and place % 2:
                continue
            address = found[turn % len(found)]
            if turn % 4 < 2:
                ask(as_alice, "get", address, dict.fromkeys(names, word[:300]), headers=HTMX)
            if name not in FINAL and turn % 4:
                ask(as_alice, "post", address, {**dict.fromkeys(names, word), "tags": word[:50]})


def test_nonsense_in_one_field_at_a_time_is_refused_at_that_field(
    company: dict[str, Any], as_bob: Client
) -> None:
    for entity in (
        registry.get("deal"),
        registry.get("contact"),
        registry.get("task"),
        registry.get("activity"),
    ):
        key = company["records"][entity.name].pk
        for name, field in entity.fields.items():
            for word in ("²", "9" * 5000, "\x00")[len(name) % 2 :]:
                answer = ask(as_bob, "post", f"{entity.url(key)}field/{name}/", {name: word}, headers=HTMX)
                assert answer.status_code in {200, 422}, (entity.name, name, word)
                assert field.editable or answer.status_code == 422


def test_huge_and_missing_keys_are_not_found(company: dict[str, Any], as_alice: Client) -> None:
    for key in (0, 999_999_999, 2**63 - 1, 2**63, 10**30, "9" * 5000):
        for address in (
            f"/accounts/{key}/",
            f"/accounts/{key}/timeline/",
            f"/accounts/{key}/history/",
            f"/accounts/{key}/field/name/",
            f"/files/{key}/",
            f"/import/{key}/",
            f"/import/{key}/refused/",
            f"/import/{key}/asks/",
            f"/settings/users/{key}/",
        ):
            assert as_alice.get(address).status_code == 404, address[:60]
        for address in (
            f"/accounts/{key}/delete/",
            f"/accounts/{key}/restore/",
            f"/deals/{key}/move/",
            f"/undo/event/{key}/",
            f"/undo/operation/{key}/",
            f"/files/{key}/remove/",
            f"/tasks/{key}/done/",
            f"/import/{key}/undo/",
            f"/import/{key}/asks/{key}/",
            f"/accounts/{key}/field/name/",
        ):
            assert as_alice.post(address, {"name": "x", "value": "1"}).status_code == 404, address[:60]


def test_what_belongs_to_somebody_else_is_not_there(
    company: dict[str, Any], as_bob: Client, as_alice: Client
) -> None:
    """Alice's import, operation and view, asked for by Bob."""
    before = snapshot()
    for key in (company["import"].pk, company["done import"].pk):
        asks = f"/import/{key}/asks/"
        for address in (f"/import/{key}/", f"/import/{key}/refused/", f"/import/{key}/?part=1", asks):
            answer = as_bob.get(address)
            assert answer.status_code == 404 and SECRET not in answer.content.decode()
        answers = (f"{asks}{company['waiting'].pk}/", f"{asks}rest/", f"{asks}back/")
        for address in (f"/import/{key}/", f"/import/{key}/undo/", *answers):
            assert as_bob.post(address, {"go": "1", "answer": "skip"}).status_code == 404
    assert as_bob.post(f"/undo/operation/{company['operation'].pk}/").status_code == 404
    as_bob.post(f"/accounts/views/{company['view'].pk}/delete/")
    page = as_bob.get(f"/accounts/?view={company['view'].pk}").content.decode()
    assert f"{SECRET}の一覧" not in page
    assert SECRET not in as_bob.get("/record/notifications/").content.decode()
    assert f"{SECRET}.csv" in as_alice.get(f"/import/{company['import'].pk}/").content.decode()
    assert snapshot() == before or changed_tables(before, snapshot()) == ["records.Notification"]


@pytest.mark.once
def test_no_form_is_obeyed_without_its_token(company: dict[str, Any], alice: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    before = snapshot("access.AccessLog")
    foreign = {"Origin": "https://evil.example", "Referer": "https://evil.example/"}
    for name, address, kinds in ways(company, {}, HTMX, foreign):
        for headers in kinds:
            answer = ask(client, "post", address, body(name, company), headers=headers)
            assert answer.status_code in ({401} if name.startswith("api-") else {403, 405}), (
                address,
                answer.status_code,
            )
    assert changed_tables(before, snapshot("access.AccessLog")) == []


@pytest.mark.once
def test_nothing_is_changed_by_looking(company: dict[str, Any], as_alice: Client, settings: Any) -> None:
    """A link in a mail, a prefetch, a crawler: GET and HEAD leave every table as it is (but for read notifications and the log of exports)."""
    before = snapshot("access.AccessLog", "records.Notification")
    looks = (
        ("head", ""),
        ("get", "?part=live&stamp=x"),
        ("get", "?format=csv&edit&undo=1&go=1&action=delete&ids=1&value=1"),
    )
    for _name, address, kinds in ways(company, *looks):
        for method, query in kinds:
            ask(as_alice, method, f"{address}{query}")
    assert changed_tables(before, snapshot("access.AccessLog", "records.Notification")) == []


@pytest.mark.once
def test_every_page_carries_its_guards(company: dict[str, Any], as_alice: Client) -> None:
    for _name, address, _kinds in some(ways(company, ()), 0):
        answer = ask(as_alice, "get", address)
        policy = answer.headers.get("Content-Security-Policy", "")
        assert "unsafe" not in policy and ("default-src 'none'" in policy), address
        assert (
            answer.headers["X-Frame-Options"] == "DENY"
            and answer.headers["X-Content-Type-Options"] == "nosniff"
        )
        assert "no-store" in answer.headers["Cache-Control"] or answer.status_code in {301, 404}, address


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example/",
        "/\\evil.example/",
        "https://evil.example/",
        "/\t/evil.example/",
        "/\n/evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "/%0d%0aSet-Cookie:x=1",
        " //evil.example",
        "",
        "\x00/",
    ],
)
def test_no_form_leads_to_another_host(company: dict[str, Any], as_alice: Client, to: str) -> None:
    for headers in ({}, HTMX):
        answer = as_alice.post("/accounts/new/", {"name": "客", "next": to}, headers=headers)
        where = answer.headers.get("Location", "") or answer.headers.get("HX-Redirect", "")
        assert where.startswith("/") and not where.startswith(("//", "/\\", "/\t", "/\n")), (to, where)
        answer = as_alice.post("/language/", {"language": "en", "next": to}, headers=headers)
        assert answer.headers["Location"].startswith("/") and not answer.headers["Location"].startswith(
            ("//", "/\\", "/\t")
        )
        event = Event.objects.filter(kind="created").latest("pk")
        answer = as_alice.post(
            f"/undo/event/{event.pk}/", headers={**headers, "Referer": to or "https://evil.example/x"}
        )
        assert answer.headers.get("Location", "/").startswith("/")
