"""The REST API: F5. What the pages allow, it allows; what they refuse, it refuses, with the same words."""

import datetime
import json
import os
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from enishi.access.models import AccessLog
from enishi.connect import tokens
from enishi.connect.api import pace
from enishi.connect.commands import token as token_command
from enishi.connect.models import ApiToken
from enishi.exchange.models import ImportJob
from enishi.records import history, registry, write
from enishi.records.design import operations
from enishi.records.models import Operation
from enishi.records.testing import changed_tables, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.row("F5")]
ALL = ("read", "write", "delete", "import")


class Caller:
    """A program with a token."""

    def __init__(self, user: Any, scopes: tuple[str, ...] = ALL, **more: Any) -> None:
        self.token, self.text = tokens.make(user, "試験", scopes, by=user, **more)
        self.client = Client()

    def __call__(self, method: str, address: str, data: Any = None, **headers: str) -> Any:
        sent = {"data": json.dumps(data), "content_type": "application/json"} if data is not None else {}
        headers = {
            "Authorization": f"Bearer {self.text}",
            **{name.replace("_", "-"): text for name, text in headers.items()},
        }
        return getattr(self.client, method)(f"/api/v1/{address}", headers=headers, **sent)


@pytest.fixture
def api(bob: Any) -> Caller:
    """Bob's program."""
    return Caller(bob)


@pytest.fixture
def goods(alice: Any) -> dict[str, str]:
    """A drawn entity with a connection."""
    supplier = operations.add_entity("仕入先", slug="suppliers", by=alice).name
    product = operations.add_entity("取扱品", slug="goods", by=alice).name
    price = operations.add_field(product, "money", "価格", {}, by=alice).key
    tie = operations.add_connection(
        product, supplier, label="仕入先", back_label="商品", many=True, by=alice
    ).key
    return {"supplier": supplier, "product": product, "price": price, "tie": tie}


# --- reading and writing ----------------------------------------------------------------------------
def test_a_record_is_made_read_changed_deleted_and_brought_back(api: Caller, bob: Any) -> None:
    made = api(
        "post", "accounts", {"fields": {"name": "東和商事", "phone": "０３-1234-5678", "tags": ["VIP"]}}
    )
    assert made.status_code == 201
    held = made.json()
    assert made.headers["Location"] == f"/api/v1/accounts/{held['id']}"
    assert (
        held["fields"]["phone"] == "03-1234-5678"
        and held["fields"]["owner"] == bob.pk
        and held["version"] == 1
    )
    read = api("get", f"accounts/{held['id']}")
    assert (
        read.json() == held and read.headers["ETag"] == '"1"' and read.headers["Cache-Control"] == "no-store"
    )
    changed = api("patch", f"accounts/{held['id']}", {"fields": {"rank": "A"}, "version": 1}).json()
    assert (
        changed["version"] == 2
        and changed["fields"]["rank"] == "A"
        and changed["fields"]["name"] == "東和商事"
    )
    assert api("delete", f"accounts/{held['id']}").status_code == 204
    assert api("get", f"accounts/{held['id']}").status_code == 404
    assert api("post", f"accounts/{held['id']}/restore").json()["fields"]["rank"] == "A"


def test_an_own_entity_is_served_like_a_built_in_one(api: Caller, goods: dict[str, str]) -> None:
    maker = api("post", "suppliers", {"fields": {"name": "丸山食品"}}).json()
    made = api(
        "post",
        "goods",
        {
            "fields": {
                "name": "干し芋",
                goods["price"]: "1,200円",
                goods["tie"]: [{"id": maker["id"], "role": "主"}],
            }
        },
    ).json()
    assert made["fields"][goods["price"]] == 1200 and made["fields"][goods["tie"]] == [
        {"id": maker["id"], "role": "主"}
    ]
    listed = api(
        "get",
        f"goods?filter={json.dumps({'has': {'field': goods['tie'], 'where': {'field': 'name', 'op': 'is', 'value': '丸山食品'}}})}&count=1",
    ).json()
    assert [one["id"] for one in listed["items"]] == [made["id"]] and listed["count"] == 1
    links = api("get", f"suppliers/{maker['id']}/links").json()
    assert links[f"{goods['tie']}r"] == [
        {"entity": "goods", "id": made["id"], "title": "干し芋", "role": "主"}
    ]
    assert (
        api("post", f"goods/{made['id']}/links/{goods['tie']}", {"remove": [maker["id"]]}).json()[
            goods["tie"]
        ]
        == []
    )
    timeline = api("get", f"suppliers/{maker['id']}/timeline").json()
    assert any(one["about"] and one["about"]["title"] == "干し芋" for one in timeline["items"])


def test_all_pages_of_a_list_hold_every_record_once(api: Caller, bob: Any) -> None:
    write.create_many(
        registry.get("account"), [{"name": f"会社{n:03}"} for n in range(120)], by=bob, operation=None
    )
    seen: list[str] = []
    cursor = ""
    while True:
        page = api("get", f"accounts?sort=-updated_at&limit=50&cursor={cursor}").json()
        seen += [one["title"] for one in page["items"]]
        if not page["next"]:
            break
        cursor = page["next"]
    assert sorted(seen) == [f"会社{n:03}" for n in range(120)]


def test_search_finds_what_the_pages_find(api: Caller, bob: Any) -> None:
    made = write.create(registry.get("contact"), {"family_name": "田中", "given_name": "花子"}, by=bob).record
    assert api("get", "search?q=田中").json()["items"] == [
        {"entity": "contacts", "id": made.pk, "title": "田中 花子"}
    ]


# --- several at once --------------------------------------------------------------------------------
def test_a_stale_version_is_a_conflict_with_both_values_and_stores_nothing(
    api: Caller, bob: Any, alice: Any
) -> None:
    made = write.create(registry.get("account"), {"name": "東和商事"}, by=bob).record
    write.write(registry.get("account"), made.pk, {"rank": "A"}, by=alice)
    before = snapshot("connect.ApiToken")
    for sent in (
        {"data": {"fields": {"rank": "B"}, "version": 1}},
        {"data": {"fields": {"rank": "B"}}, "If_Match": '"1"'},
    ):
        answer = api(
            "patch",
            f"accounts/{made.pk}",
            sent["data"],
            **({"If_Match": sent["If_Match"]} if "If_Match" in sent else {}),
        )
        assert answer.status_code == 409 and answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["conflicts"] == [
            {"field": "rank", "label": "ランク", "theirs": "A", "mine": "B"}
        ]
        assert answer.json()["version"] == 2 and "青木" in answer.json()["detail"]
    assert changed_tables(before, snapshot("connect.ApiToken")) == []
    assert (
        api("patch", f"accounts/{made.pk}", {"fields": {"note": "別の項目"}, "version": 1}).status_code == 200
    )


def test_one_idempotency_key_makes_one_record(api: Caller) -> None:
    answers = [
        api("post", "accounts", {"fields": {"name": "東和商事"}}, Idempotency_Key="order-1")
        for _n in range(3)
    ]
    assert [one.status_code for one in answers] == [201, 200, 200]
    assert len({one.json()["id"] for one in answers}) == 1
    assert registry.get("account").model._default_manager.count() == 1


def test_bulk_is_all_or_nothing_and_undone_as_one(api: Caller, bob: Any) -> None:
    old = write.create(registry.get("account"), {"name": "古い"}, by=bob).record
    gone = write.create(registry.get("account"), {"name": "消える"}, by=bob).record
    items = [
        {"action": "create", "fields": {"name": "新しい"}}, {"action": "change", "id": old.pk, "version": 1, "fields": {"rank": "A"}},
        {"action": "delete", "id": gone.pk},
    ]  # fmt: skip
    before = snapshot("connect.ApiToken")
    answer = api("post", "accounts/bulk", {"items": [*items, {"action": "create", "fields": {"name": ""}}]})
    assert answer.status_code == 422 and answer.json()["errors"] == {
        "items.3.name": ["名前を入力してください。"]
    }
    assert changed_tables(before, snapshot("connect.ApiToken")) == []
    done = api("post", "accounts/bulk", {"items": items}).json()
    model = registry.get("account").model._default_manager
    assert set(model.filter(deleted_at=None).values_list("name", "rank")) == {("古い", "A"), ("新しい", "")}
    history.undo_operation(done["operation"], by=bob)
    assert set(model.filter(deleted_at=None).values_list("name", "rank")) == {("古い", ""), ("消える", "")}
    for wrong in ([], "x", [{"action": "create", "fields": {}}] * 1001, [5], [{"action": "erase"}]):
        assert api("post", "accounts/bulk", {"items": wrong}).status_code in {400, 422}
    assert Operation.objects.filter(kind="bulk").count() == 1


def test_a_file_comes_in_by_the_worker(api: Caller, settings: Any, tmp_path: Any) -> None:
    from enishi.exchange.tasks import run_import

    settings.HOME = tmp_path
    answer = api.client.post(
        "/api/v1/imports", {"file": SimpleUploadedFile("x.csv", "会社名\n東和商事\n".encode()), "entity": "accounts",
                            "match": "exact", "missing": "create"},
        headers={"Authorization": f"Bearer {api.text}"},
    )  # fmt: skip
    plan = ImportJob.objects.get(pk=answer.json()["id"]).plan
    assert (plan["match"], plan["missing"]) == ("exact", "create")
    wrong = {"file": SimpleUploadedFile("x.csv", "会社名\n".encode()), "missing": "guess"}
    refused = api.client.post("/api/v1/imports", wrong, headers={"Authorization": f"Bearer {api.text}"})
    assert refused.status_code == 400 and "missing" in refused.json()["detail"]
    assert answer.status_code == 202 and answer.json()["status"] == "queued"
    run_import.func(answer.json()["id"])
    told = api("get", f"imports/{answer.json()['id']}").json()
    assert told["figures"]["created"] == {"account": 1} and told["refused"] == []
    ImportJob.objects.get(pk=told["id"]).refused_rows.create(
        number=7, cells=["x"], reason="名前がありません。"
    )
    assert api("get", f"imports/{told['id']}").json()["refused"] == [
        {"row": 7, "reason": "名前がありません。"}
    ]
    other = ImportJob.objects.create(user=None, file_name="x", path="x")
    assert api("get", f"imports/{other.pk}").status_code == 404


# --- who --------------------------------------------------------------------------------------------
def test_without_a_good_token_nothing_is_told(bob: Any, as_bob: Client) -> None:
    made = write.create(registry.get("account"), {"name": "極秘"}, by=bob).record
    expired = Caller(bob)
    ApiToken.objects.filter(pk=expired.token.pk).update(
        expires_at=timezone.now() - datetime.timedelta(seconds=1)
    )
    ended = Caller(bob)
    tokens.revoke(ended.token, by=bob)
    gone = Caller(bob)
    for call in (expired, ended):
        assert call("get", f"accounts/{made.pk}").status_code == 401
    for text in ("", "Bearer", "Bearer x", f"Bearer enishi_{'x' * 43}", f"Basic {gone.text}", "Bearer \x00"):
        answer = Client().get(f"/api/v1/accounts/{made.pk}", headers={"Authorization": text} if text else {})
        assert answer.status_code == 401 and "極秘" not in answer.content.decode()
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    # A browser's session opens nothing: no other site can make one call.
    assert as_bob.get(f"/api/v1/accounts/{made.pk}").status_code == 401
    bob.is_active = False
    bob.save()
    assert gone("get", f"accounts/{made.pk}").status_code == 401


def test_a_token_does_what_its_scopes_say_and_no_more(bob: Any) -> None:
    made = write.create(registry.get("account"), {"name": "東和商事"}, by=bob).record
    reader, accounts_only = Caller(bob, ("read",)), Caller(bob, ("read:accounts", "write:account"))
    before = snapshot("connect.ApiToken", "access.AccessLog")
    calls = (
        ("post", "accounts", {"fields": {"name": "x"}}), ("patch", f"accounts/{made.pk}", {"fields": {"name": "x"}, "version": 1}), ("delete", f"accounts/{made.pk}", None),
        ("post", "accounts/bulk", {"items": [{"action": "delete", "id": made.pk}]}), ("post", "imports", {}),
    )  # fmt: skip
    for method, address, data in calls:
        assert reader(method, address, data).status_code == 403, address
    assert reader("get", f"accounts/{made.pk}").status_code == 200
    assert accounts_only("get", "contacts").status_code == 403
    assert accounts_only("get", "search?q=東和").status_code == 403
    assert accounts_only("delete", f"accounts/{made.pk}").status_code == 403
    assert (
        accounts_only("post", "accounts/bulk", {"items": [{"action": "delete", "id": made.pk}]}).status_code
        == 422
    )
    assert changed_tables(before, snapshot("connect.ApiToken", "access.AccessLog")) == []
    assert (
        accounts_only("patch", f"accounts/{made.pk}", {"fields": {"rank": "A"}, "version": 1}).status_code
        == 200
    )


def test_a_viewer_s_token_only_looks(carol: Any, bob: Any) -> None:
    made = write.create(registry.get("account"), {"name": "東和商事"}, by=bob).record
    call = Caller(carol)
    before = snapshot("connect.ApiToken", "access.AccessLog")
    for method, address, data in (
        ("post", "accounts", {"fields": {"name": "x"}}), ("patch", f"accounts/{made.pk}", {"fields": {"name": "x"}, "version": 1}), ("delete", f"accounts/{made.pk}", None),
        ("post", f"accounts/{made.pk}/restore", {}), ("post", "imports", {}),
    ):  # fmt: skip
        assert call(method, address, data).status_code == 403, address
    assert (
        call("post", "accounts/bulk", {"items": [{"action": "create", "fields": {"name": "x"}}]}).status_code
        == 422
    )
    assert changed_tables(before, snapshot("connect.ApiToken", "access.AccessLog")) == []
    assert call("get", "accounts").status_code == 200


def test_reading_is_remembered(api: Caller, bob: Any) -> None:
    made = write.create(registry.get("account"), {"name": "東和商事"}, by=bob).record
    api("get", "accounts")
    api("get", f"accounts/{made.pk}")
    assert (
        list(AccessLog.objects.filter(user=bob, action="api-read").values_list("entity", "count"))
        == [("account", 1)] * 2
    )


# --- bad input --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"[]", 400), (b"{", 400), (b'{"fields": []}', 400), (b'{"fields": {"name": NaN}}', 400), (b"[" * 5000, 400), (b"\xff", 400),
        (b'{"fields": {"name": "x"}, "more": 1}', 400), (b'{"fields": {"name": "x"}, "version": "a"}', 400), (b'{"fields": {}}', 422),
        (b'{"fields": {"name": {"a": 1}}}', 422), (b'{"fields": {"name": ["a"]}}', 422), (b'{"fields": {"nonsense": 1}}', 422),
        (b'{"fields": {"name": "x", "id": 5}}', 422), (b'{"fields": {"name": "x", "created_by": 1}}', 422), (b'{"fields": {"name": "x", "employees": 1e400}}', 422),
        (b'{"fields": {"name": "x", "started_on": "2026-02-30"}}', 422), (b'{"fields": {"name": "x", "owner": 99999}}', 422),
        (b'{"fields": {"name": "x", "tags": [1]}}', 422), (b'{"fields": {"name": "x", "version": 1}}', 422),
    ],
)  # fmt: skip
def test_a_bad_body_is_refused_in_words_and_stores_nothing(api: Caller, body: bytes, status: int) -> None:
    before = snapshot("connect.ApiToken")
    answer = api.client.post(
        "/api/v1/accounts",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {api.text}"},
    )
    assert answer.status_code == status, answer.content.decode()
    held = answer.json()
    assert (
        answer.headers["Content-Type"] == "application/problem+json"
        and held["status"] == status
        and held["detail"]
    )
    assert changed_tables(before, snapshot("connect.ApiToken")) == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("filter=x", 400), ("filter=5", 400), ('filter={"field":"x","op":"is","value":1}', 422), ("sort=nonsense", 400), ("sort=password", 400),
        ("limit=0", 400), ("limit=201", 400), ("limit=a", 400), ("count=AAA", 400), ("cursor=x", 422), ("nonsense=1", 400), ('filter={"event":5}', 422),
    ],
)  # fmt: skip
def test_a_bad_question_is_refused_in_words(api: Caller, query: str, status: int) -> None:
    answer = api("get", f"accounts?{query}")
    assert answer.status_code == status and answer.json()["detail"], query


def test_what_isn_t_there_is_a_problem_too(api: Caller) -> None:
    for address in (
        "nonsense",
        "accounts/%0A",
        "accounts/%0Ax/links",
        "accounts/999999",
        "accounts/1/nonsense",
        f"accounts/{10**25}",
        "accounts/1/links/x",
    ):
        for method in ("get", "post"):
            answer = api(method, address, {} if method == "post" else None)
            assert answer.status_code in {404, 405}, (method, address, answer.status_code)
            assert answer.headers["Content-Type"] == "application/problem+json"
    answer = api("put", "accounts")
    assert answer.status_code == 405 and answer.headers["Allow"] == "GET, POST"


def test_words_are_in_the_language_of_the_caller(api: Caller, bob: Any) -> None:
    assert "見つかりません" in api("get", "accounts/999").json()["detail"]
    bob.language = "en"
    bob.save()
    held = api("get", "accounts/999").json()
    assert (held["detail"].isascii() or "’" in held["detail"]) and held["title"] == "Not Found"
    # What the call asks for goes first, in its order; what there isn't is passed over.
    for asked, title in (
        ("ja", "見つからない"), ("ja-JP,en;q=0.5", "見つからない"), ("fr, ja;q=0.8, en;q=0.2", "見つからない"), ("en-GB", "Not Found"),
        ("en;q=0.1, ja;q=0.9", "見つからない"), ("fr", "Not Found"), ("", "Not Found"), ("*", "Not Found"), ("x" * 900, "Not Found"),
    ):  # fmt: skip
        assert api("get", "accounts/999", Accept_Language=asked).json()["title"] == title, asked
    without = Client().get("/api/v1/accounts", headers={"Accept-Language": "en"}).json()
    assert without["title"] == "Unauthorized" and without["detail"].isascii()


def test_a_list_gives_the_columns_that_are_asked_for(api: Caller, goods: dict[str, str], bob: Any) -> None:
    product = registry.get(goods["product"])
    made = write.create(product, {"name": "干し芋", goods["price"]: 5}, by=bob).record
    listed = api("get", f"goods?columns=name,{goods['price']}&sort=-updated_at").json()["items"]
    assert listed == [
        {"id": made.pk, "version": 1, "title": "干し芋", "url": f"/goods/{made.pk}/", "fields": {"name": "干し芋", goods["price"]: 5}}
    ]  # fmt: skip
    tied = api("get", f"goods?columns={goods['tie']}").json()["items"][0]["fields"]
    assert tied == {goods["tie"]: []}
    for bad in ("nonsense", "name,", "name,nonsense", "custom", "deleted_at"):
        answer = api("get", f"goods?columns={bad}")
        assert answer.status_code == 400 and answer.json()["detail"], bad
    parameters = api("get", "openapi.json").json()["paths"]["/goods"]["get"]["parameters"]
    columns = next(one for one in parameters if one["name"] == "columns")
    assert goods["price"] in columns["schema"]["items"]["enum"]


def test_too_many_calls_are_told_to_wait(api: Caller, settings: Any) -> None:
    pace.forget()
    settings.API_PER_MINUTE = 3
    answers = [api("get", "me") for _n in range(5)]
    assert {one.status_code for one in answers[:3]} == {200}
    assert answers[-1].status_code in {200, 429}  # a minute may just have ended
    if answers[-1].status_code == 429:
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_calls_are_counted_over_all_processes_that_serve(settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(pace.time, "time", lambda: 6_000_030.0)
    settings.API_PER_MINUTE = 3
    pace.forget()
    for _process in range(3):
        child = os.fork()
        if not child:
            pace.too_fast(7)
            os._exit(0)
        os.waitpid(child, 0)
    assert pace.too_fast(7) == 30 and pace.too_fast(8) == 0
    assert pace.too_fast(7 + pace.PLACES) == 0  # another token in the same place


def test_what_must_hold_something_can_t_be_emptied(api: Caller, alice: Any, as_alice: Client) -> None:
    from enishi.sales.pipelines.entity import default_pipeline, stages_of

    stage = stages_of(default_pipeline().pk)[0]
    answer = Caller(alice)(
        "patch", f"stages/{stage.pk}", {"fields": {"position": None}, "version": stage.version}
    )
    assert answer.status_code == 422 and "position" in answer.json()["errors"]
    page = as_alice.post(
        f"/stages/{stage.pk}/field/position/", {"position": ""}, headers={"HX-Request": "true"}
    )
    assert page.status_code == 422 and "入力してください" in page.content.decode()


# --- what there is ----------------------------------------------------------------------------------
def test_the_description_is_whole_and_true(api: Caller, goods: dict[str, str]) -> None:
    held = api("get", "openapi.json").json()
    assert held["openapi"] == "3.1.0"
    assert {"/accounts", "/goods", "/goods/{id}", f"/goods/{{id}}/links/{goods['tie']}", "/search"} <= set(
        held["paths"]
    )
    fields = held["components"]["schemas"]["GoodsInput"]["properties"]["fields"]["properties"]
    assert fields[goods["price"]]["title"] == "価格" and "created_at" not in fields
    made = api("post", "goods", {"fields": {"name": "干し芋"}}).json()
    assert set(made["fields"]) == set(
        held["components"]["schemas"]["Goods"]["properties"]["fields"]["properties"]
    )
    text = json.dumps(held)
    for name in set(held["components"]["schemas"]):
        assert f"#/components/schemas/{name}" in text or name == "Problem"


def test_people_make_and_end_tokens_on_their_own_page(as_bob: Client, as_alice: Client, bob: Any) -> None:
    assert "トークンはまだありません" in as_bob.get("/settings/tokens/").content.decode()
    page = as_bob.post(
        "/settings/tokens/", {"name": "会計", "scope": ["read", "write"], "days": "30"}, follow=True
    ).content.decode()
    token = ApiToken.objects.get(user=bob)
    text = page.split('value="enishi_')[1].split('"')[0]
    assert tokens.find(f"enishi_{text}") == token and token.scopes == ["read", "write"]
    assert f"enishi_{text}" not in as_bob.get("/settings/tokens/").content.decode()  # once
    assert as_bob.post("/settings/tokens/", {"name": "x"}).status_code == 422
    assert "東和" not in as_alice.get("/settings/tokens/").content.decode()
    assert as_bob.get("/api/v1/docs/").status_code == 200
    assert as_bob.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 302
    assert tokens.find(f"enishi_{text}") is None


def test_nobody_ends_the_token_of_another_but_an_admin(
    as_bob: Client, as_alice: Client, alice: Any, bob: Any
) -> None:
    hers, _text = tokens.make(alice, "x", ["read"], by=alice)
    his, _text = tokens.make(bob, "x", ["read"], by=bob)
    assert as_bob.post(f"/settings/tokens/{hers.pk}/revoke/").status_code == 404
    assert as_alice.post(f"/settings/tokens/{his.pk}/revoke/").status_code == 302


def test_the_command_prints_a_token_that_works(bob: Any, capsys: Any) -> None:
    assert token_command(["add", "--user", "BOB@example.jp", "--scope", "read,write", "--days", "1"]) == 0
    text = capsys.readouterr().out.strip()
    token = tokens.find(text)
    assert token is not None and token.user == bob and token.scopes == ["read", "write"]
    assert token_command(["list"]) == 0 and "bob@example.jp" in capsys.readouterr().out
    assert token_command(["revoke", str(token.pk)]) == 0 and tokens.find(text) is None


def test_a_list_with_connections_costs_the_same_for_sixty(
    api: Caller, goods: dict[str, str], bob: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    makers = write.create_many(
        registry.get(goods["supplier"]), [{"name": f"先{n}"} for n in range(60)], by=bob, operation=None
    )
    costs = []
    for part in (makers[:5], makers[5:]):
        write.create_many(
            registry.get(goods["product"]),
            [{"name": f"品{one.pk}", goods["tie"]: [one.pk]} for one in part],
            by=bob,
            operation=None,
        )
        with CaptureQueriesContext(connection) as held:
            api("get", "goods?limit=200")
        costs.append(len(held))
    assert costs[1] <= costs[0] <= 12


@pytest.mark.django_db(transaction=True)  # what a reference points to is looked at when all is stored
@pytest.mark.parametrize("key", [0, "0", -1, 2**63, 999_999])
def test_a_reference_to_nothing_is_refused(bob: Any, key: Any) -> None:
    for address in ("deals", "quotes", "contacts"):
        fields = {"name": "x", "family_name": "x", "account": key}
        wanted = {name: value for name, value in fields.items() if name in registry.get(address[:-1]).fields}
        answer = Caller(bob)("post", address, {"fields": wanted})
        assert answer.status_code == 422 and "account" in answer.json()["errors"], (address, answer.json())


def test_a_change_says_what_it_was_seen_as(api: Caller, bob: Any) -> None:
    made = write.create(registry.get("account"), {"name": "青木商店"}, by=bob).record
    for sent in ({"fields": {"rank": "A"}}, {"fields": {"rank": "A"}, "version": None}, {"fields": {}}):
        answer = api("patch", f"accounts/{made.pk}", sent)
        assert answer.status_code == 428 and "version" in answer.json()["detail"], sent
    assert api("get", f"accounts/{made.pk}").json()["version"] == 1
    etag = api("get", f"accounts/{made.pk}").headers["ETag"]
    for seen, rank in ((etag, "A"), ('W/"2"', "B")):  # a proxy that packs answers makes weak ones
        answer = api("patch", f"accounts/{made.pk}", {"fields": {"rank": rank}}, If_Match=seen)
        assert answer.status_code == 200 and answer.json()["fields"]["rank"] == rank
    held = api("get", "openapi.json").json()["paths"]["/accounts/{id}"]["patch"]
    assert "428" in held["responses"] and "If-Match" in {one["name"] for one in held["parameters"]}


def test_a_version_that_does_not_exist_yet_is_refused(bob: Any) -> None:
    made = write.create(registry.get("account"), {"name": "東和商事"}, by=bob).record
    answer = Caller(bob)("patch", f"accounts/{made.pk}", {"version": 99, "fields": {"rank": "C"}})
    assert answer.status_code == 422 and "99" in str(answer.json())


@pytest.mark.row("C2")
def test_a_call_loses_a_deal_with_its_reason_and_ties_people_with_their_roles(
    api: Caller, alice: Any, bob: Any
) -> None:
    deal = write.create(registry.get("deal"), {"name": "設備更新"}, by=bob).record
    who = write.create(registry.get("contact"), {"family_name": "中村"}, by=bob).record
    lost = registry.get("stage").model.objects.get(outcome="lost", pipeline=deal.pipeline_id)
    refused = api("patch", f"deals/{deal.pk}", {"fields": {"stage": lost.pk}, "version": 1})
    assert refused.status_code == 422 and "失注理由" in refused.content.decode()
    fields = {
        "stage": lost.pk,
        "lost_reason": "競合",
        "lost_to": "東商",
        "competitor": ["西商", "東商"],
        "closed_at": "2026-11-20",
    }
    told = api("patch", f"deals/{deal.pk}", {"fields": fields, "version": 1}).json()["fields"]
    assert (told["outcome"], told["lost_to"], told["competitor"]) == ("lost", "東商", "西商、東商")
    assert told["closed_at"].startswith("2026-11-20")
    sent = {"add": [{"id": who.pk, "role": "決裁者"}]}
    assert api("post", f"deals/{deal.pk}/links/stakeholders", sent).status_code == 200
    held = api("get", f"contacts/{who.pk}/links/deal_roles").json()["items"]
    assert [(one["id"], one["role"]) for one in held] == [(deal.pk, "決裁者")]
    operations.change_field("deal", "lost_reason", {"may_lack": "1"}, by=alice)
    other = write.create(registry.get("deal"), {"name": "別の話"}, by=bob).record
    assert api("patch", f"deals/{other.pk}", {"fields": {"stage": lost.pk}, "version": 1}).status_code == 200


def test_a_stage_that_is_not_there_is_refused_in_words(api: Caller) -> None:
    answer = api("post", "deals", {"fields": {"name": "案件", "stage": 999_999}})
    assert answer.status_code == 422, answer.content.decode()
    assert "ステージ" in answer.content.decode()


def test_null_and_false_are_no_version_and_no_text(api: Caller, bob: Any) -> None:
    made = write.create(registry.get("account"), {"name": "青木商店"}, by=bob).record
    assert api("post", "accounts", {"fields": {"name": "x"}, "version": 1}).status_code == 400
    assert api("patch", f"accounts/{made.pk}", {"fields": {"note": False}, "version": 1}).status_code == 422
    assert api("patch", f"accounts/{made.pk}", {"fields": {"rank": "A"}, "version": 1}, If_Match="").status_code == 400  # fmt: skip
    assert api("patch", f"accounts/{made.pk}", {"fields": {"rank": None}, "version": 1}).status_code == 200


def test_nothing_is_deleted_that_has_changed_since_it_was_seen(api: Caller, bob: Any) -> None:
    account = registry.get("account")
    made = write.create(account, {"name": "青木商店"}, by=bob).record
    write.write(account, made.pk, {"rank": "A"}, by=bob)
    refused = api("delete", f"accounts/{made.pk}", If_Match='"1"')
    assert refused.status_code == 412 and refused.json()["version"] == 2
    assert (
        api("patch", f"accounts/{made.pk}", {"fields": {"rank": "B"}, "version": 2}, If_Match="1").status_code
        == 422
    )
    assert api("delete", f"accounts/{made.pk}", If_Match='"2"').status_code == 204
