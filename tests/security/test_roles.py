"""Roles that the owner made: what a role doesn't reach or hides is found by no address, no word, no call, and can't be written."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enishi.access.models import Role, Team, User
from enishi.connect import tokens
from enishi.connect.api import pace
from enishi.records import registry, write
from enishi.records.design import operations
from enishi.records.errors import NotAllowed, NotFound, Refused
from enishi.records.limits import serving
from enishi.records.lists import ListState
from enishi.records.search import find
from enishi.records.testing import HTMX, changed_tables, snapshot
from tests.security.test_matrix import OWN, SECRET, ask, body, company, some, ways

__all__ = ["company"]
pytestmark = [pytest.mark.django_db, pytest.mark.row("F2")]
HIDDEN = "隠した値"  # in fields that the role hides
OWN_ONLY = {"see": "own", "create": "own", "change": "own", "delete": "own", "export": "own"}
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(autouse=True)
def fresh_pace() -> None:
    """Tokens of earlier tests had the same keys."""
    pace.forget()


def person(name: str, **rights: Any) -> User:
    """Somebody with a role of these rights."""
    role = Role.objects.create(name=name, rights={"entities": {}, "fields": {}, "imports": False, **rights})
    return User.objects.create_user(
        f"{role.key}@example.jp", "とても長い合言葉です", name=name, role=role.key
    )


def told(answer: Any) -> str:
    """What an answer says of records: without the words of the owner's own entities and fields, which everybody reads."""
    text = str(answer.text_shown)
    if SECRET not in text:
        return text
    for one in registry.whole_entities().values():
        for word in (str(one), *(str(found.label) for found in one.fields.values())):
            if SECRET in word:
                text = text.replace(word, "")
    return text


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def callers(user: User, admin: User) -> dict[str, str]:
    """The header of a token that may ask for everything its owner may."""
    _token, text = tokens.make(user, "all", ["read", "write", "delete", "import"], by=user)
    return {"Authorization": f"Bearer {text}"}


@pytest.mark.parametrize(
    ("default", "which"),
    [
        (OWN_ONLY, None),
        ({**OWN_ONLY, "see": "team", "change": "team"}, 0),
        ({"see": "none"}, 1),
        ({}, 2),
    ],
)
@pytest.mark.once
def test_what_a_role_does_not_reach_is_found_nowhere(
    company: dict[str, Any], default: dict[str, str], which: int | None
) -> None:
    """Every address by every method, as a person and by token: not a word of others' records, not a changed row. The further roles ask
    every route, each of another third of the entities."""
    user = person("外回り", default={**default, "create": "none"}, imports=True)
    user.team = Team.objects.create(name="東京")
    user.save()
    client, header = client_of(user), callers(user, company["alice"])
    before = snapshot("access.AccessLog", "connect.ApiToken")
    asked = ways(company, {}, HTMX)
    for name, address, kinds in asked if which is None else some(asked, which):
        if name in {"account_logout", "user-action"}:
            continue
        is_api = name.startswith("api-")
        # A session opens no address of the API, whatever its role.
        calls = ({}, HTMX, header) if default is OWN_ONLY else (header,)
        for headers in calls if is_api else kinds:
            # Pages know two methods; that they refuse the others needs no second role to show it.
            for method in METHODS if is_api or default is OWN_ONLY else METHODS[:2]:
                sent = body(name, company) if method == "post" else {}
                if name in OWN and method != "get":
                    continue
                if is_api and method != "get":
                    sent, more = (
                        json.dumps({"fields": {"name": "書き換えた"}}),
                        {"content_type": "application/json"},
                    )
                else:
                    more = {}
                answer = ask(client, method, address, sent, headers=headers, **more)
                assert SECRET not in told(answer), (method, address)
    after = snapshot("access.AccessLog", "connect.ApiToken")
    assert set(changed_tables(before, after)) <= {
        "exchange.Cleansing",
        "exchange.ImportJob",
        "insight.Dashboard",
        "insight.Report",
        "records.Notification",
        "records.SavedView",
    }


def test_no_word_of_another_record_is_found(company: dict[str, Any]) -> None:
    user = person("外回り", default=OWN_ONLY)
    client = client_of(user)
    for word in (SECRET, SECRET[:2], "VIP"):
        assert find(word, user) == []
        for address in (
            f"/search/?q={word}",
            f"/pick/?q={word}",
            f"/accounts/pick/?q={word}",
            f"/accounts/?q={word}",
        ):
            answer = ask(client, "get", address)
            assert f"{SECRET}株式会社" not in answer.text_shown
        similar = client.get("/accounts/similar/", {"name": f"{SECRET}株式会社"})
        assert f"{SECRET}株式会社" not in similar.content.decode()


@pytest.mark.parametrize("hides", [False, True])
def test_one_s_own_is_found_among_many_of_the_same_name(
    company: dict[str, Any], alice: Any, hides: bool
) -> None:
    """A hundred customers of that name are others', newer and longer; his own comes first all the same."""
    entity = registry.get("account")
    user = person("外回り", default=OWN_ONLY, fields={"account": {"phone": "hidden"}} if hides else {})
    mine = write.create(entity, {"name": "丸山商店", "owner": user.pk}, by=alice).record
    write.create_many(entity, [{"name": "丸山商店"} for _n in range(100)] + [{"name": f"丸山{n}"} for n in range(200)], by=alice, operation=None)  # fmt: skip
    client, header = client_of(user), callers(user, alice)
    with serving(user):
        assert [hit.record.pk for hit in find("丸山", user)] == [mine.pk]
    for address in ("/search/?q=丸山", "/accounts/?q=丸山", "/accounts/pick/?q=丸山", "/pick/?q=丸山"):
        assert "丸山商店" in ask(client, "get", address).text_shown, address
    answer = json.loads(ask(Client(), "get", "/api/v1/search?q=丸山", headers=header).text_shown)
    assert [one["id"] for one in answer["items"]] == [mine.pk]
    nobody = person("何も見ない", default={"see": "none"}, entities={"deal": {"see": "all"}})
    with serving(nobody):
        assert find("丸山", nobody) == []


def test_counts_sums_and_conditions_stop_where_the_role_does(company: dict[str, Any], alice: Any) -> None:
    from django.http import QueryDict

    from enishi.records.lists import totals

    deals, accounts = registry.get("deal"), registry.get("account")
    user = person("外回り", default=OWN_ONLY, entities={"account": {"see": "all"}})
    write.create(
        deals,
        {"name": "よその件", "amount": 5_000_000, "account": company["records"]["account"].pk},
        by=alice,
    )
    mine = write.create(
        deals, {"name": "自分の件", "amount": 100, "account": company["records"]["account"].pk}, by=user
    )
    state = ListState.of(deals, user, QueryDict(""))
    found = totals(state)
    assert (
        found.count == 1 and set(found.sums.values()) & {100, None} and 5_000_000 not in found.sums.values()
    )
    assert [row.pk for row in state.page()[0]] == [mine.record.pk]
    big = {
        "has": {
            "entity": "deal",
            "field": "account",
            "where": {"field": "amount", "op": "gte", "value": 1_000_000},
        }
    }
    assert ListState.of(accounts, user, QueryDict(f"filter={json.dumps(big)}")).page()[0] == []
    assert ListState.of(accounts, alice, QueryDict(f"filter={json.dumps(big)}")).page()[0] != []


def test_sums_over_what_one_may_not_see_are_not_there(company: dict[str, Any], alice: Any) -> None:
    """A role that sees its own contracts, without their amounts: nothing made of them is told, by page, file or call."""
    contract = operations.add_entity("契約", slug="contracts", by=alice).name
    amount = operations.add_field(contract, "money", "契約金額", {}, by=alice).key
    taxed = operations.add_field(
        contract, "formula", "税込", {"formula": {"expression": "{契約金額} * 3"}}, by=alice
    ).key
    more = operations.add_field(
        contract, "formula", "税込の二倍", {"formula": {"expression": "{税込} * 2"}}, by=alice
    ).key
    other = operations.add_field(
        contract, "formula", "日数", {"formula": {"expression": "1 + 1"}}, by=alice
    ).key
    tie = operations.add_connection(
        contract, "account", label="取引先", back_label="契約", many=False, by=alice
    ).key
    account = registry.get("account")
    sums = [
        operations.add_field(
            "account", "formula", label, {"formula": {"rollup": [function, f"{tie}r", name]}}, by=alice
        ).key
        for label, function, name in (("契約の合計", "sum", amount), ("契約の数", "count", ""))
    ]
    deals = operations.add_field(
        "account",
        "formula",
        "案件の合計",
        {"formula": {"rollup": ["sum", "deal.account", "amount"]}},
        by=alice,
    ).key
    firm = company["records"]["account"].pk
    seen = write.create(registry.get("account"), {"name": "見える会社"}, by=alice).record
    made = write.create(
        registry.get(contract), {"name": "よその契約", amount: 123_457, tie: [firm]}, by=alice
    ).record
    write.create(registry.get("deal"), {"name": "件", "amount": 7_654_321, "account": seen.pk}, by=alice)
    write.create(
        registry.get("task"), {"name": "ひそかな次の手", "about": f"account:{seen.pk}", "due_at": "2026-01-01"}, by=alice
    )  # fmt: skip
    account = registry.get("account")
    every = {"see": "all", "change": "all", "export": "all"}
    user = person(
        "外回り",
        default=every,
        entities={contract: OWN_ONLY, "deal": OWN_ONLY, "task": OWN_ONLY},
        fields={contract: {amount: "hidden"}},
    )
    mine = write.create(registry.get(contract), {"name": "自分の", "owner": user.pk, tie: [firm]}, by=alice)
    with serving(user):
        assert not {*sums, deals, "open_amount", "next_step"} & set(registry.get("account").fields)
        assert {"next_step_at", "last_contact_at"} <= set(registry.get("account").fields)
        assert not {amount, taxed, more} & set(registry.get(contract).fields)
        assert other in registry.get(contract).fields
    client, header = client_of(user), callers(user, alice)
    columns = ",".join([*sums, deals, "open_amount", "next_step"])
    for address in (
        f"/accounts/{firm}/", f"/accounts/{seen.pk}/", f"/accounts/?columns={columns}", "/accounts/export/?format=csv&all_columns=1", f"/contracts/{mine.record.pk}/",
        "/contracts/", f"/api/v1/accounts/{firm}", f"/api/v1/accounts/{seen.pk}", "/api/v1/accounts", f"/api/v1/contracts/{mine.record.pk}", "/api/v1/openapi.json",
    ):  # fmt: skip
        headers = header if address.startswith("/api/") else {}
        answer = ask(client if not headers else Client(), "get", address, headers=headers)
        assert answer.status_code == 200, address
        for word in ("123,457", "123457", "370,371", "370371", "7,654,321", "7654321", "ひそかな次の手"):
            assert word not in answer.text_shown, (word, address)
        if headers:
            assert not any(
                f'"{key}"' in answer.text_shown for key in (*sums, deals, "open_amount", "next_step")
            )
    for name in (sums[0], "open_amount"):
        listed = ask(Client(), "get", f"/api/v1/accounts?sort={name}", headers=header)
        assert listed.status_code == 400
    with serving(alice):
        assert registry.get("account").fields[sums[0]].get(
            account.model._default_manager.get(pk=firm)
        ) == made.custom[amount]  # fmt: skip


def test_one_s_own_next_step_stands_on_the_card(company: dict[str, Any], alice: Any) -> None:
    """Though the words of others' tasks are hidden."""
    user = person("外回り", default=OWN_ONLY)
    account, task = registry.get("account"), registry.get("task")
    mine = write.create(account, {"name": "自分の客", "owner": user.pk}, by=alice).record
    said = {"about": f"account:{mine.pk}", "due_at": "2026-01-01"}
    write.create(task, {**said, "name": "自分で電話", "owner": user.pk}, by=alice)
    assert "自分で電話" in client_of(user).get(f"/accounts/{mine.pk}/").content.decode()
    write.create(task, {**said, "name": "他人のこと", "due_at": "2025-12-01", "owner": alice.pk}, by=alice)
    page = client_of(user).get(f"/accounts/{mine.pk}/").content.decode()
    assert "他人のこと" not in page and "次の予定なし" not in page


def test_the_names_of_what_one_may_not_see_are_not_told(company: dict[str, Any], alice: Any) -> None:
    """One's own deal at somebody else's account, one's own task about it: the name behind the key stays hidden, in lists, on cards and
    boards, in exports and calls."""
    user = person("外回り", default=OWN_ONLY)
    account = company["records"]["account"]
    deal = write.create(
        registry.get("deal"), {"name": "自分の件", "account": account.pk, "owner": user.pk}, by=alice
    ).record
    task = write.create(registry.get("task"), {"name": "電話", "about": f"account:{account.pk}", "owner": user.pk, "due_at": "2026-01-01"}, by=alice).record  # fmt: skip
    client, header = client_of(user), callers(user, alice)
    for address in (
        "/deals/", f"/deals/{deal.pk}/", "/deals/board/", "/tasks/", f"/tasks/{task.pk}/", "/today/", "/deals/export/?format=csv&all_columns=1",
        f"/deals/{deal.pk}/history/", f"/deals/{deal.pk}/timeline/", "/search/?q=自分の件", "/tasks/export/?format=csv&all_columns=1", f"/record/?about=deal:{deal.pk}",
    ):  # fmt: skip
        answer = ask(client, "get", address)
        assert answer.status_code == 200 and SECRET not in told(answer), address
    for address in (
        f"/api/v1/deals/{deal.pk}",
        "/api/v1/deals",
        f"/api/v1/deals/{deal.pk}/timeline",
        f"/api/v1/tasks/{task.pk}/links",
    ):
        answer = ask(Client(), "get", address, headers=header)
        assert answer.status_code == 200 and SECRET not in told(answer), address


@pytest.mark.parametrize("many", [5000, 0])
def test_a_team_sees_what_belongs_to_it_and_to_those_below(alice: Any, monkeypatch: Any, many: int) -> None:
    """Whichever way a large team's records are gone through."""
    monkeypatch.setattr("enishi.records.visible.MANY", many)
    east, tokyo = Team.objects.create(name="東日本"), None
    tokyo = Team.objects.create(name="東京", parent=east)
    west = Team.objects.create(name="西日本")
    role = Role.objects.create(name="チーム", rights={"default": dict.fromkeys(OWN_ONLY, "team")})
    people = {
        team.name: User.objects.create_user(
            f"t{team.pk}@example.jp", "とても長い合言葉です", name=team.name, role=role.key, team=team
        )
        for team in (east, tokyo, west)
    }
    entity = registry.get("account")
    made = {
        name: write.create(entity, {"name": f"{name}の客"}, by=user).record for name, user in people.items()
    }

    def seen(name: str) -> set[str]:
        from enishi.records.visible import visible

        return {row.name for row in visible(entity, people[name])}

    assert (
        seen("東日本") == {"東日本の客", "東京の客"}
        and seen("東京") == {"東京の客"}
        and seen("西日本") == {"西日本の客"}
    )
    write.write(entity, made["東京"].pk, {"note": "上から"}, by=people["東日本"])
    with pytest.raises(NotFound):
        write.write(entity, made["東日本"].pk, {"note": "下から"}, by=people["東京"])
    with pytest.raises(Refused):
        write.create(entity, {"name": "x", "owner": people["西日本"].pk}, by=people["東京"])


def test_seen_is_not_changed_and_changed_is_not_deleted(company: dict[str, Any], alice: Any) -> None:
    entity = registry.get("account")
    key = company["records"]["account"].pk
    user = person(
        "見て直すだけ",
        default={"see": "all", "create": "none", "change": "own", "delete": "none", "export": "none"},
    )
    before = snapshot()
    with pytest.raises(NotAllowed):
        write.write(entity, key, {"note": "x"}, by=user)
    with pytest.raises(NotAllowed):
        write.write_many(entity, [(company["records"]["account"], {"note": "x"})], by=user, operation=None)
    with pytest.raises(NotAllowed):
        write.create(entity, {"name": "x"}, by=user)
    with pytest.raises(NotAllowed):
        write.delete(entity, [key], by=user)
    with pytest.raises(NotAllowed):
        write.restore(entity, [company["gone"].pk], by=user)
    assert changed_tables(before, snapshot()) == []
    before = snapshot()
    client = client_of(user)
    upload = SimpleUploadedFile("x.txt", b"x")
    assert client.post(f"/accounts/{key}/files/", {"file": upload}, headers=HTMX).status_code == 403
    assert client.post(f"/files/{company['attachment'].pk}/remove/", headers=HTMX).status_code == 403
    assert client.post(f"/accounts/{key}/revert/", {"version": "1"}, headers=HTMX).status_code == 403
    assert changed_tables(before, snapshot()) == []
    mine = write.create(entity, {"name": "自分の", "owner": user.pk}, by=alice).record
    write.write(entity, mine.pk, {"note": "直した"}, by=user)
    with pytest.raises(NotAllowed):
        write.delete(entity, [mine.pk], by=user)
    page = client_of(user).get(f"/accounts/{mine.pk}/").content.decode()
    assert "fact-value" in page and "/delete/" not in page
    assert (
        '<button type="button" class="fact-value"'
        not in client_of(user).get(f"/accounts/{key}/").content.decode()
    )
    listed = client_of(user).get("/accounts/").content.decode()
    assert "/accounts/new/" not in listed and "/accounts/export/" not in listed


def test_what_a_role_hides_is_in_no_answer(company: dict[str, Any], alice: Any) -> None:
    entity = registry.get("account")
    own = registry.get("account").own[0].name if registry.get("account").own else ""
    account = write.create(
        entity, {"name": "見える客", "phone": "03-9999-0001", "note": HIDDEN, "industry": HIDDEN, "email": "hidden@example.jp", "prefecture": "沖縄県", "address": "那覇市9-9"},
        by=alice,
    ).record  # fmt: skip
    write.write(entity, account.pk, {"note": f"{HIDDEN}を直した"}, by=alice)
    deal = write.create(
        registry.get("deal"), {"name": "見える件", "amount": 87_654_321, "account": account.pk}, by=alice
    ).record
    hidden = dict.fromkeys(
        [
            "phone",
            "note",
            "industry",
            "email",
            "prefecture",
            "address",
            "building",
            "next_step",
            "last_contact_at",
            "open_amount",
        ],
        "hidden",
    )
    user = person(
        "金額なし",
        default=dict.fromkeys(OWN_ONLY, "all"),
        fields={"account": hidden, "deal": {"amount": "hidden"}},
    )
    client, header = client_of(user), callers(user, alice)
    words = (HIDDEN, "9999-0001", "hidden@", "那覇市", "87,654,321", "8,765", "87654321")
    asked = [
        "/accounts/", f"/accounts/{account.pk}/", f"/accounts/{account.pk}/history/", f"/accounts/{account.pk}/timeline/", "/accounts/export/?format=csv&all_columns=1",
        "/accounts/?columns=phone,note,email", "/accounts/?sort=phone", f"/accounts/{account.pk}/?part=live", "/search/?q=見える", "/accounts/quality/", "/settings/design/quality/account/",
        "/deals/", "/deals/board/", f"/deals/{deal.pk}/", "/today/", "/deals/export/?format=csv&all_columns=1", "/accounts/filter/", "/deals/columns/", f"/record/?about=deal:{deal.pk}",
        "/accounts/similar/?name=見える客",
    ]  # fmt: skip
    for address in asked:
        answer = ask(client, "get", address)
        assert not [word for word in words if word in answer.text_shown], address
    for address in (
        f"/api/v1/accounts/{account.pk}", "/api/v1/accounts", f"/api/v1/accounts/{account.pk}/timeline", "/api/v1/deals", f"/api/v1/deals/{deal.pk}", "/api/v1/openapi.json",
    ):  # fmt: skip
        answer = ask(Client(), "get", address, headers=header)
        assert answer.status_code == 200 and not [word for word in words if word in answer.text_shown], (
            address
        )
    described = json.loads(ask(Client(), "get", "/api/v1/openapi.json", headers=header).text_shown)
    assert '"phone"' not in json.dumps(
        described["components"]["schemas"].get(
            "accounts", described["components"]["schemas"].get("account", {})
        )
    )
    for word in (HIDDEN, "9999", "那覇"):
        assert word == HIDDEN or [hit.record.pk for hit in find(word, alice)] == [account.pk], word
        with serving(user):
            assert find(word, user) == []
        for address in (f"/search/?q={word}", f"/accounts/?q={word}"):
            assert "見える客" not in client.get(address).content.decode(), address
    assert "見える客" in client.get("/accounts/?q=見える").content.decode()
    assert "見える客" in client.get("/search/?q=見える").content.decode()
    for tree in ({"field": "phone", "op": "not_empty"}, {"field": "note", "op": "contains", "value": HIDDEN}):
        answer = ask(Client(), "get", f"/api/v1/accounts?filter={json.dumps(tree)}", headers=header)
        assert answer.status_code == 422
        page = client.get("/accounts/", {"filter": json.dumps(tree)}).content.decode()
        assert "という項目はありません" in page
    assert own == "" or own in {one.name for one in entity.own}


def test_what_a_role_hides_or_fixes_is_written_by_no_way(company: dict[str, Any], alice: Any) -> None:
    entity = registry.get("account")
    account = write.create(entity, {"name": "客", "phone": "03-9999-0001", "rank": "A"}, by=alice).record
    user = person(
        "直せない",
        default=dict.fromkeys(OWN_ONLY, "all"),
        fields={"account": {"phone": "hidden", "rank": "fixed"}},
        imports=True,
    )
    event = write.write(entity, account.pk, {"rank": "B"}, by=alice).event
    client, header = client_of(user), callers(user, alice)
    before = snapshot("access.AccessLog", "connect.ApiToken", "exchange.ImportJob")
    for name in ("phone", "rank"):
        with pytest.raises(Refused):
            write.write(entity, account.pk, {name: "C"}, by=user)
        with pytest.raises(Refused):
            write.write_many(entity, [(account, {name: "C"})], by=user, operation=None)
        with pytest.raises(Refused):
            write.create(entity, {"name": "x", name: "C"}, by=user)
        assert client.post(f"/accounts/{account.pk}/field/{name}/", {name: "C"}).status_code in {404, 422}
        assert (
            client.post("/accounts/bulk/", {"ids": str(account.pk), "action": name, "value": "C"}).status_code
            == 422
        )
        answer = client.patch(f"/api/v1/accounts/{account.pk}", json.dumps({"fields": {name: "C"}, "version": 1}), content_type="application/json", headers=header)  # fmt: skip
        assert answer.status_code == 422
    client.post(f"/accounts/{account.pk}/revert/", {"version": "1"})
    client.post(f"/undo/event/{event.pk}/")
    assert (
        changed_tables(before, snapshot("access.AccessLog", "connect.ApiToken", "exchange.ImportJob")) == []
    )
    assert (
        client.post("/accounts/new/", {"name": "新しい客"}).status_code == 302
    )  # what he may write, he writes


def test_a_file_writes_nothing_that_its_bringer_may_not(
    company: dict[str, Any], alice: Any, tmp_path: Any
) -> None:
    from enishi.exchange import importing
    from enishi.people.models import Account

    entity = registry.get("account")
    write.create(entity, {"name": "株式会社既存", "code": "A1"}, by=alice)
    user = person("取り込み係", default={"see": "all", "create": "own", "change": "own"}, imports=True)
    path = tmp_path / "a.csv"
    path.write_text(
        "会社名,顧客番号,備考\n株式会社既存,A1,書き換え\n株式会社新規,A2,新しい\n", encoding="utf-8"
    )
    job = importing.begin(path, "a.csv", by=user)
    importing.run(job)
    assert job.figures["refused"] == 1 and job.figures["created"] == {"account": 1}
    assert Account.objects.get(code="A1").note == "" and Account.objects.get(code="A2").owner == user
    hidden = person(
        "備考なし",
        default=dict.fromkeys(OWN_ONLY, "all"),
        fields={"account": {"note": "fixed"}},
        imports=True,
    )
    path.write_text("会社名,顧客番号,備考\n株式会社別,A3,書き換え\n", encoding="utf-8")
    job = importing.begin(path, "a.csv", by=hidden)
    importing.run(job)
    assert job.status == "failed" and "備考" in job.error and not Account.objects.filter(code="A3").exists()


def test_a_change_of_the_role_holds_at_once(company: dict[str, Any], as_alice: Client) -> None:
    user = person("外回り", default=dict.fromkeys(OWN_ONLY, "all"))
    client = client_of(user)
    key = company["records"]["account"].pk
    assert client.get(f"/accounts/{key}/").status_code == 200
    role = Role.objects.get(name="外回り")
    sent = {"name": "外回り", **{f"reach..{action}": "own" for action in OWN_ONLY}}
    assert as_alice.post(f"/settings/roles/{role.pk}/", sent).status_code == 302
    assert client.get(f"/accounts/{key}/").status_code == 404
    user.role = "r999999"  # a role that is gone opens nothing
    user.save()
    assert client.get("/accounts/").status_code in {403, 404}
    assert SECRET not in client.get("/today/").content.decode()


def test_two_moments_compared_name_no_record_that_is_not_seen(alice: Any) -> None:
    """A contact of one's own that once belonged to a customer whom only others see."""
    user = person("自分だけ", default=OWN_ONLY)
    firm = write.create(registry.get("account"), {"name": HIDDEN}, by=alice).record
    mine = write.create(
        registry.get("contact"), {"family_name": "丸山", "account": firm.pk, "owner": user.pk}, by=alice
    ).record
    write.write(registry.get("contact"), mine.pk, {"account": ""}, by=alice)
    page = ask(client_of(user), "get", f"/contacts/{mine.pk}/history/?from=1&to=2")
    assert page.status_code == 200 and "権限なし" in page.text_shown and HIDDEN not in page.text_shown


def test_who_may_not_export_takes_no_list_along_by_calls(alice: Any) -> None:
    """One page is what he sees on his screen; all pages would be the export that he may not make."""
    write.create_many(
        registry.get("account"), [{"name": f"客{n}"} for n in range(5)], by=alice, operation=None
    )
    every = dict.fromkeys(("see", "create", "change", "delete"), "all")
    for reach, status in (("none", 403), ("own", 403), ("all", 200)):
        header = callers(person(f"書き出し{reach}", default={**every, "export": reach}), alice)
        first = Client().get("/api/v1/accounts?limit=2", headers=header).json()
        assert len(first["items"]) == 2
        more = Client().get(f"/api/v1/accounts?limit=2&cursor={first['next']}", headers=header)
        assert more.status_code == status and ("書き出し" in more.text) == (status == 403), reach


@pytest.mark.parametrize("accounts", ["none", "own"])
def test_papers_tell_nothing_that_a_role_hides(alice: Any, monkeypatch: Any, accounts: str) -> None:
    """A paper holds the sum, the lines and whom it is for: it is read, listed, found and taken along only by who sees all of them."""
    from enishi.sales.documents import flow, pdf
    from enishi.sales.models import Invoice, Issuer

    monkeypatch.setattr(pdf, "render", lambda html: b"%PDF-1.7 " + html.encode())
    monkeypatch.setattr(pdf, "available", lambda: True)
    Issuer.objects.create(pk=1, name="東和商事株式会社")
    account = write.create(registry.get("account"), {"name": HIDDEN}, by=alice).record
    sums = dict.fromkeys(("total", "net", "tax", "lines", "balance", "discount"), "hidden")
    every = dict.fromkeys(OWN_ONLY, "all")
    # One role sees no sums and no account; of the other only the accounts that aren't its own are hidden.
    fields = dict.fromkeys(("quote", "order", "invoice"), sums) if accounts == "none" else {}
    user = person(
        "金額なし",
        default=every,
        entities={"account": dict.fromkeys(OWN_ONLY, accounts)},
        fields=fields,
    )
    values = {"account": account.pk, "date": "2026-10-31", "lines": [{"text": "月額", "unit_price": "87654"}]}
    quotes, invoices = registry.get("quote"), registry.get("invoice")
    draft = write.create(quotes, values, by=alice).record
    quote = flow.issue(quotes, write.create(quotes, values, by=alice).record.pk, by=alice)
    order = flow.order_quote(quote.pk, by=alice)
    made = flow.invoice_orders([order.pk], by=alice)
    flow.issue(invoices, made.pk, by=alice)
    invoice = Invoice.objects.get(pk=made.pk)
    client, header = client_of(user), callers(user, alice)
    words = (HIDDEN, *(() if accounts == "own" else ("87,654", "87654", "96,419", "96419")))
    for address, status in {
        f"/quotes/{draft.pk}/pdf/": 403, f"/quotes/{quote.pk}/pdf/": 403, f"/orders/{order.pk}/pdf/?kind=delivery": 403, f"/invoices/{invoice.pk}/pdf/": 403,
        "/papers/": 200, "/papers/zip/": 200, f"/invoices/{invoice.pk}/": 200, f"/invoices/{invoice.pk}/files/": 200, f"/invoices/{invoice.pk}/timeline/": 200,
        f"/files/{invoice.pdf}/": 404, f"/invoices/{invoice.pk}/ask/pay/": 200, f"/orders/{order.pk}/ask/invoice/": 200, f"/quotes/{quote.pk}/": 200,
    }.items():  # fmt: skip
        answer = ask(client, "get", address)
        assert answer.status_code == status and not [word for word in words if word in answer.text_shown], (
            address
        )
    answer = ask(Client(), "get", f"/api/v1/invoices/{invoice.pk}/files", headers=header)
    assert answer.status_code == 200 and not [word for word in words if word in answer.text_shown]
    asked = Client().get(f"/api/v1/invoices/{invoice.pk}/files/{invoice.pdf}", headers=header)
    assert asked.status_code == 404
    assert invoice.number in client.get("/papers/").text
    for given in (f"partner={HIDDEN}", *(() if accounts == "own" else ("least=1", "most=100000"))):
        assert invoice.number not in client.get(f"/papers/?{given}").text, (
            given
        )  # what is found would tell it
    admin = client_of(alice)
    assert HIDDEN in admin.get(f"/papers/?partner={HIDDEN}&least=1").text
    assert admin.get(f"/invoices/{invoice.pk}/pdf/").status_code == 200
