"""Lists: every record once, in order, page after page; the same address the same list; views, presets, sums."""

import base64
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from enishi.access.models import Role, User
from enishi.records import lists, registry, write
from enishi.records.conditions import BadCondition
from enishi.records.design import operations
from enishi.records.lists import ListState, totals
from enishi.records.models import SavedView
from enishi.records.pages.lists import builder_kinds
from enishi.records.testing import HTMX, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.row("A5")]


def test_the_empty_ones_follow_also_where_a_page_ends_with_the_last_value(alice: Any) -> None:
    entity = registry.get("deal")
    for amounts in (["", "", 5, 5], [5, "", "", ""], ["", 5, 5, 5], ["", "", "", ""]):
        write.create_many(
            entity,
            [{"name": f"{n}", "amount": amount} for n, amount in enumerate(amounts)],
            by=alice,
            operation=None,
        )
        for size in (1, 2, 3, 4):
            for sort in ("amount", "-amount"):
                seen, after = [], ""
                for _page in range(9):
                    query = QueryDict(mutable=True)
                    query.update({"sort": sort, "after": after})
                    page, after = ListState.of(entity, alice, query).page(size)
                    seen += [one.pk for one in page]
                    if not after:
                        break
                assert sorted(seen) == sorted(entity.model.objects.values_list("pk", flat=True)), (
                    amounts,
                    size,
                    sort,
                )
        entity.model.objects.all().delete()


def cursor(*parts: Any) -> str:
    return (
        base64.urlsafe_b64encode(json.dumps(parts if len(parts) > 1 else parts[0]).encode())
        .decode()
        .rstrip("=")
    )


HUGE = 10**30
CURSORS = [
    "x", "あ", "=", "%00", "A" * 10_000, cursor({}), cursor("v"), cursor("v", 1), cursor("v", 1, 1, 1), cursor("x", 1, 1), cursor(["v"], 1, 1), cursor("v", 1, "1"), cursor("v", 1, None), cursor("v", 1, -1),
    cursor("v", 1, HUGE), cursor("v", HUGE, 1), cursor("v", None, 1), cursor("v", [1], 1), cursor("v", {"a": 1}, 1), cursor("v", 1.5, 1), cursor("v", True, 1), cursor("v", "garbage", 1), cursor("v", "", 1),
    cursor("v", "\ud800", 1), cursor("v", "a\x00b", 1), cursor("v", "9999-99-99", 1), cursor("v", "0001-01-01T00:00:00+09:00", 1), cursor("v", "2026-11-23", 1), cursor("v", 5, 1), cursor("n", None, HUGE), cursor("n", "x", 1.5),
    base64.urlsafe_b64encode(("[" * 5000).encode()).decode(), base64.urlsafe_b64encode(b"\xff\xfe").decode(),
]  # fmt: skip


@pytest.mark.parametrize("after", CURSORS, ids=lambda text: text[:24])
def test_a_cursor_that_somebody_made_up_is_refused_or_read_but_never_an_error(
    alice: Any, as_alice: Any, after: str
) -> None:
    for name, entity in (
        ("account", registry.get("account")),
        ("deal", registry.get("deal")),
        ("task", registry.get("task")),
    ):
        write.create(entity, {"name": "客"}, by=alice)
        for sort in [one.name for one in entity.fields.values() if one.sortable] + ["sort_key"]:
            query = QueryDict(mutable=True)
            query.update({"sort": sort, "after": after})
            try:
                rows, _next = ListState.of(entity, alice, query).page()
                assert len(rows) <= 1
            except BadCondition as error:
                assert "先頭から開き直して" in str(error)
        assert name
    assert as_alice.get("/accounts/", {"after": after[:4000], "sort": "-next_step_at"}).status_code == 200


@pytest.mark.parametrize(
    "sort",
    [
        "password",
        "owner__password",
        "-owner__email",
        "pk",
        "id",
        "?",
        "deleted_at",
        "name; DROP TABLE",
        "custom",
        "f1",
        "-",
        "--name",
        "note",
        "tags",
        "\x00",
        "あ" * 3000,
    ],
)
def test_an_order_that_is_not_offered_is_the_usual_one(alice: Any, as_carol: Any, sort: str) -> None:
    entity = registry.get("account")
    state = ListState.of(entity, alice, _query(sort=sort))
    assert state.sort == (entity.default_sort if sort != "--name" else state.sort)
    assert as_carol.get("/accounts/", {"sort": sort}).status_code == 200


def _query(**values: str) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update(values)
    return query


@pytest.mark.parametrize(
    "query",
    [{"columns": "password,owner__email,deleted_at"}, {"columns": ","}, {"columns": "name,name,status"}, {"view": "999999"}, {"view": "x"}, {"view": "9" * 30}, {"view": "²"}, {"preset": "nope"}, {"preset": "\x00"},
     {"q": "\x00"}, {"q": "x" * 5000}, {"part": "totals"}, {"part": "nope"}, {"filter": ""}, {"filter": "{}"}, {"filter": "[]"}, {"filter": "null"}, {"filter": "{"}, {"filter": "[" * 3000}, {"filter": '{"a":' * 2000},
     {"filter": '{"field":"password","op":"is","value":"x"}'}, {"filter": '{"field":"name","op":"contains","value":"\\ud800"}'}, {"filter": '{"field":"name","op":"contains","value":"\\u0000"}'},
     {"filter": '{"all":[{}]}'}, {"filter": '{"not":{}}'}, {"filter": '{"of":{"field":"account"}}'}, {"filter": '{"field":"\\ud800","op":"is"}'}, {"filter": "NaN"}, {"filter": '{"field":"employees","op":"gte","value":NaN}'}],
    ids=lambda query: ascii(query)[:50],
)  # fmt: skip
def test_any_address_gives_a_list(alice: Any, as_carol: Any, query: dict[str, str]) -> None:
    write.create(registry.get("account"), {"name": "丸山"}, by=alice)
    for address in (
        "/accounts/",
        "/deals/",
        "/deals/board/",
        "/accounts/filter/",
        "/accounts/columns/",
        "/accounts/columns/apply/",
        "/accounts/views/",
    ):
        answer = as_carol.get(address, query)
        assert answer.status_code in {200, 302, 400, 404}, (address, answer.status_code)
        assert answer.status_code == 200 or address != "/accounts/"


def test_a_bad_filter_is_named_and_the_whole_list_shown(alice: Any, as_carol: Any) -> None:
    write.create(registry.get("account"), {"name": "丸山"}, by=alice)
    page = as_carol.get(
        "/accounts/", {"filter": '{"field":"owner__password","op":"is","value":"x"}'}
    ).content.decode()
    assert "という項目はありません" in page and "丸山" in page


def test_presets_search_and_filter_narrow_together(alice: Any, bob: Any, as_bob: Any) -> None:
    entity = registry.get("account")
    for name, owner, rank in (
        ("東京一", bob, "A"),
        ("東京二", alice, "A"),
        ("東京三", bob, "B"),
        ("大阪", bob, "A"),
    ):
        write.create(entity, {"name": name, "owner": owner.pk, "rank": rank}, by=alice)
    page = as_bob.get(
        "/accounts/", {"preset": "mine", "q": "東京", "filter": '{"field":"rank","op":"is","value":"A"}'}
    ).content.decode()
    assert "東京一" in page and not any(name in page for name in ("東京二", "東京三", "大阪"))
    assert "ランク: A" in page and "検索: 東京" in page
    for entity in registry.all_entities():
        for preset in entity.presets:
            assert as_bob.get(entity.list_url, {"preset": preset.key}).status_code == 200


def test_sums_and_counts(alice: Any) -> None:
    entity = registry.get("deal")
    write.create_many(
        entity, [{"name": f"{n}", "amount": n or ""} for n in range(5)], by=alice, operation=None
    )
    found = totals(ListState.of(entity, alice, _query(columns="amount,probability")))
    assert (found.count, found.estimated, found.sums) == (5, False, {"amount": 10})
    found = totals(
        ListState.of(
            entity, alice, _query(columns="amount", filter='{"field":"amount","op":"gte","value":3}')
        )
    )
    assert (found.count, found.sums) == (2, {"amount": 7})
    assert totals(ListState.of(entity, alice, _query(q="ない"))).count == 0


def test_a_large_count_is_estimated_and_says_so(
    alice: Any, as_carol: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    entity = registry.get("account")
    write.create_many(
        entity,
        [{"name": f"客{n}", "rank": "A" if n % 4 == 0 else "B"} for n in range(400)],
        by=alice,
        operation=None,
    )
    if connection.vendor == "postgresql":  # else it depends on when the server looked at the table last
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {entity.model._meta.db_table}")
    monkeypatch.setattr(lists, "EXACT_COUNT", 50)
    found = totals(ListState.of(entity, alice, _query()))
    assert found.estimated and 300 <= found.count <= 500
    found = totals(ListState.of(entity, alice, _query(filter='{"field":"rank","op":"is","value":"A"}')))
    assert found.estimated and 60 <= found.count <= 160
    assert "約" in as_carol.get("/accounts/?part=totals").content.decode()


class TestSavedViews:
    def save(self, client: Any, name: str, **more: Any) -> Any:
        query = {
            "filter": '{"field":"rank","op":"is","value":"A"}',
            "sort": "-updated_at",
            "columns": "rank,phone",
            "q": "東",
        }
        return client.post(f"/accounts/views/?{_query(**query).urlencode()}", {"name": name, **more})

    def test_it_keeps_filter_search_order_and_columns(self, alice: Any, as_bob: Any) -> None:
        for name, rank in (("東京", "A"), ("東北", "B"), ("大阪", "A")):
            write.create(registry.get("account"), {"name": name, "rank": rank}, by=alice)
        address = self.save(as_bob, "Aランクの東").headers["Location"]
        page = as_bob.get(address).content.decode()
        assert "東京" in page and "東北" not in page and "大阪" not in page and "Aランクの東" in page
        view = SavedView.objects.get()
        state = ListState.of(registry.get("account"), view.user, _query(view=str(view.pk)))
        assert (state.sort, state.columns) == ("-updated_at", ("rank", "phone"))

    def test_it_is_ones_own_unless_it_is_shared(self, alice: Any, as_alice: Any, as_bob: Any) -> None:
        self.save(as_bob, "ボブだけ")
        self.save(as_bob, "みんなで", shared="1")
        private, shared = SavedView.objects.order_by("pk")
        write.create(registry.get("account"), {"name": "西の客"}, by=alice)
        page = as_alice.get("/accounts/").content.decode()
        assert "みんなで" in page and "ボブだけ" not in page
        assert (
            "西の客" in as_alice.get(f"/accounts/?view={private.pk}").content.decode()
        )  # as if there were none
        assert "西の客" not in as_alice.get(f"/accounts/?view={shared.pk}").content.decode()
        before = snapshot()
        for view in (private, shared):
            as_alice.post(f"/accounts/views/{view.pk}/delete/")
        assert snapshot() == before
        as_bob.post(f"/deals/views/{private.pk}/delete/")
        assert SavedView.objects.count() == 2
        as_bob.post(f"/accounts/views/{private.pk}/delete/")
        assert SavedView.objects.get() == shared

    def test_a_viewer_keeps_views_for_himself_only(self, as_carol: Any, as_bob: Any) -> None:
        self.save(as_carol, "カロルの", shared="1")
        assert SavedView.objects.get().shared is False
        assert "カロルの" not in as_bob.get("/accounts/").content.decode()

    def test_what_cannot_be_asked_is_not_kept(self, as_bob: Any) -> None:
        before = snapshot()
        for text in (
            '{"field":"password","op":"is","value":"x"}',
            '{"field":"name","op":"contains","value":"\\u0000"}',
            '{"field":"name","op":"contains","value":"\\ud800"}',
            "{",
        ):
            assert (
                as_bob.post(
                    f"/accounts/views/?{_query(filter=text).urlencode()}", {"name": "壊れた"}
                ).status_code
                == 400
            )
        for name in ("", "  ", "\x00", "\u200b"):
            assert as_bob.post("/accounts/views/", {"name": name}, headers=HTMX).status_code == 422
        assert snapshot() == before

    def test_a_view_on_a_field_that_is_gone_still_opens(self, as_bob: Any, bob: Any, alice: Any) -> None:
        write.create(registry.get("account"), {"name": "丸山"}, by=alice)
        view = SavedView.objects.create(
            entity="account",
            name="古い",
            user=bob,
            state={
                "filter": {"field": "f999", "op": "not_empty"},
                "sort": "f999",
                "columns": ["f999", "rank"],
            },
        )
        page = as_bob.get(f"/accounts/?view={view.pk}")
        assert page.status_code == 200 and "丸山" in page.content.decode()


@pytest.mark.row("A10")
def test_as_the_owner_is_offered_who_works_on_it(as_alice: Any, alice: Any, bob: Any, carol: Any) -> None:
    entity = registry.get("account")
    record = write.create(entity, {"name": "丸山", "owner": bob.pk}, by=alice).record
    held = {"default": {"see": "all"}, "entities": {"task": {"see": "all", "create": "all", "change": "all"}}}
    role = Role.objects.create(name="電話係", rights=held)
    User.objects.filter(pk=carol.pk).update(role=role.key)

    def offered(page: str) -> set[int]:
        found = re.search(r'<select[^>]* name="(owner|value)".*?</select>', page, re.S)
        assert found is not None
        return {int(key) for key in re.findall(r'<option value="(\d+)"', found[0])}

    dialog = "/{}/bulk/owner/?ids=1"
    assert offered(as_alice.get(dialog.format("accounts")).text) == {alice.pk, bob.pk}
    assert offered(as_alice.get(dialog.format("tasks")).text) == {alice.pk, bob.pk, carol.pk}
    assert offered(as_alice.get("/accounts/new/").text) == {alice.pk, bob.pk}
    User.objects.filter(pk=bob.pk).update(role="viewer")  # whose it is stays among them
    assert offered(as_alice.get(f"/accounts/{record.pk}/field/owner/?edit").text) == {alice.pk, bob.pk}
    assert offered(as_alice.get("/accounts/new/").text) == {alice.pk}


class TestBulk:
    @pytest.mark.parametrize(
        "sent",
        [{}, {"ids": "", "action": "rank", "value": "A"}, {"ids": "x,y", "action": "rank"}, {"ids": ",".join(map(str, range(1, 1002))), "action": "rank", "value": "A"}, {"action": ""}, {"action": "password", "value": "x"},
         {"action": "owner__email", "value": "x"}, {"action": "version", "value": "9"}, {"action": "deleted_at", "value": ""}, {"action": "rank", "value": "Z"}, {"action": "owner", "value": "999999"}, {"action": "owner", "value": "9" * 5000},
         {"action": "tags", "value": "x" * 61}, {"action": "tags", "value": ",".join(map(str, range(60)))}, {"action": "employees", "value": "-1"}, {"action": "name", "value": ""}, {"action": "name", "value": "\x00"}],
        ids=lambda sent: ascii(sent)[:40],
    )  # fmt: skip
    def test_what_cannot_be_done_is_refused_and_nothing_stored(
        self, alice: Any, as_bob: Any, sent: dict[str, str]
    ) -> None:
        records = write.create_many(
            registry.get("account"), [{"name": "一"}, {"name": "二"}], by=alice, operation=None
        )
        before = snapshot()
        answer = as_bob.post(
            "/accounts/bulk/", {"ids": ",".join(str(one.pk) for one in records), **sent}, headers=HTMX
        )
        assert answer.status_code == 422, answer.status_code
        assert snapshot() == before

    def test_any_field_that_many_may_share_is_changed_at_once(self, alice: Any, as_bob: Any) -> None:
        records = write.create_many(
            registry.get("lead"), [{"name": "青木"}, {"name": "伊藤"}], by=alice, operation=None
        )
        ids = ",".join(str(one.pk) for one in records)
        assert "/leads/bulk/other-fields/" in as_bob.get("/leads/").content.decode()
        asked = as_bob.get(f"/leads/bulk/other-fields/?ids={ids}", headers=HTMX).content.decode()
        assert 'value="source"' in asked and 'value="campaign"' in asked
        for apart in ("name", "email", "mobile", "status", "owner", "score", "budget", "note"):
            assert f'<option value="{apart}"' not in asked
        chosen = as_bob.get(f"/leads/bulk/other-fields/?ids={ids}&field=source", headers=HTMX)
        assert 'name="action" value="source"' in chosen.content.decode() and ids in chosen.content.decode()
        sent = {"ids": ids, "action": "source", "value": "展示会"}
        assert as_bob.post("/leads/bulk/", sent, headers=HTMX).status_code == 204
        assert set(registry.get("lead").model.objects.values_list("source", flat=True)) == {"展示会"}

    def test_a_number_that_must_be_the_only_one_is_not_given_to_two(self, alice: Any, as_bob: Any) -> None:
        records = write.create_many(
            registry.get("account"), [{"name": "一"}, {"name": "二"}], by=alice, operation=None
        )
        before = snapshot()
        sent = {"ids": ",".join(str(one.pk) for one in records), "action": "code", "value": "K-1"}
        assert as_bob.post("/accounts/bulk/", sent, headers=HTMX).status_code == 422
        assert snapshot() == before

    def test_a_stage_that_does_not_exist_is_refused(self, alice: Any, as_bob: Any) -> None:
        deal = write.create(registry.get("deal"), {"name": "更新"}, by=alice).record
        before = snapshot()
        for value in ("999999", "x", "", "9" * 30):
            answer = as_bob.post(
                "/deals/bulk/", {"ids": deal.pk, "action": "stage", "value": value}, headers=HTMX
            )
            assert answer.status_code in {204, 422}
        assert [row for name, row in snapshot().items() if name.startswith("sales")] == [
            row for name, row in before.items() if name.startswith("sales")
        ]

    def test_the_deleted_are_put_back_in_one_go(self, alice: Any, as_bob: Any) -> None:
        records = write.create_many(
            registry.get("account"), [{"name": f"{n}"} for n in range(3)], by=alice, operation=None
        )
        ids = ",".join(str(one.pk) for one in records)
        assert (
            as_bob.post("/accounts/bulk/", {"ids": ids, "action": "delete"}, headers=HTMX).status_code == 204
        )
        model = registry.get("account").model
        assert not model.objects.filter(deleted_at=None).exists()
        from enishi.records.models import Operation

        assert as_bob.post(f"/undo/operation/{Operation.objects.get().pk}/", headers=HTMX).status_code == 204
        assert model.objects.filter(deleted_at=None).count() == 3
        assert (
            as_bob.post("/accounts/bulk/", {"ids": str(10**17), "action": "delete"}, headers=HTMX).status_code
            == 404
        )


@pytest.mark.row("A4")
def test_the_builder_asks_two_steps_away_with_people_asked_for_once(
    alice: Any, django_assert_max_num_queries: Any
) -> None:
    names = {word: operations.add_entity(word, by=alice).name for word in ("品", "仕入先", "契約書")}
    operations.add_field(names["契約書"], "date", "終了日", {}, by=alice)
    for here, there in (("品", "仕入先"), ("仕入先", "契約書")):
        operations.add_connection(
            names[here], names[there], label=there, back_label=here, many=True, by=alice
        )
    with django_assert_max_num_queries(3):  # people, teams, tags
        kinds = builder_kinds(registry.get(names["品"]))
    for word in ("仕入先 …", "契約書 …"):
        kinds = next(one["of"] for one in kinds if one["label"] == word)
    assert "終了日" in {one["label"] for one in kinds} and not [one for one in kinds if "has" in one]
