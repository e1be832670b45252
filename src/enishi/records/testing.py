"""What every entity must be able to do, as tests to inherit:

    class TestDeals(EntityTests):
        entity = "deal"

        def values(self, number): return {"name": f"案件 {number}"}

gives list, card, form, editing in place, board, bulk change, deletion and undo, history, search, export, rights.
`snapshot` says what the whole database holds: a refusal leaves it as it was.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enishi.records import registry, write
from enishi.records.entity import Entity
from enishi.records.models import Event, Operation
from enishi.records.search import find

PASSING = {"sessions.Session", "django_tasks_database.DBTaskResult", "site.Beat"}  # not data of the company


def snapshot(*without: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the program, by model, as the database holds it."""
    held: dict[str, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        for label, sql in _reads():
            if label not in without:
                cursor.execute(sql)
                held[label] = [tuple(map(str, row)) for row in cursor.fetchall()]
    return held


@cache
def _reads() -> list[tuple[str, str]]:
    """Models with the statement that reads all of them. Not through their managers: what those would leave out is held too, and the ORM
    takes half a second for two looks at a hundred tables."""
    quoted = connection.ops.quote_name
    made = []
    for model in apps.get_models():
        about = model._meta
        if about.label in PASSING or not about.managed or about.proxy:
            continue
        columns = [
            str(one.column) for one in about.concrete_fields if one.name not in {"last_login", "tokens"}
        ]
        made.append(
            (
                about.label,
                f"SELECT {', '.join(map(quoted, columns))} FROM {quoted(about.db_table)}"  # noqa: S608 - names of our own
                f" ORDER BY {quoted(str(about.pk.column))}",
            )
        )
    return made


def changed_tables(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Models whose rows differ: what a failed comparison should print."""
    return [name for name in after if before.get(name) != after[name]]


def queries(client: Client, address: str, **more: Any) -> list[str]:
    """The statements that a page costs: the fewest of three answers, because some things are kept for some seconds."""
    found: list[list[str]] = []
    for _try in range(3):
        with CaptureQueriesContext(connection) as held:
            answer = client.get(address, **more)
        assert answer.status_code == 200, (address, answer.status_code)
        found.append([one["sql"] for one in held.captured_queries])
    return min(found, key=len)


def toast(answer: Any) -> dict[str, Any]:
    """The short message in an answer to the page's script."""
    found: dict[str, Any] = json.loads(answer.headers["HX-Trigger"])["toast"]
    return found


HTMX = {"HX-Request": "true"}


class EntityTests:
    """Inherit, name the entity, say the values of a record number n."""

    pytestmark: ClassVar[list[Any]] = [pytest.mark.django_db]
    entity: ClassVar[str]
    edits: ClassVar[tuple[str, str, str]] = (
        "name",
        "新しい名前",
        "新しい名前",
    )  # field, what is typed, what is shown
    query_bound: ClassVar[int] = 25

    def values(self, number: int) -> dict[str, Any]:
        """Raw values of the record of this number, as a form gives them; titles must differ."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _cast(
        self, alice: Any, bob: Any, carol: Any, as_alice: Client, as_bob: Client, as_carol: Client
    ) -> None:
        self.about: Entity = registry.get(self.entity)
        self.writer = alice if self.about.admin_only else bob
        self.as_writer = as_alice if self.about.admin_only else as_bob
        self.other, self.as_other = alice, as_alice
        self.as_carol = as_carol

    def make(self, number: int = 1) -> Any:
        """A stored record."""
        return write.create(self.about, self.values(number), by=self.writer).record

    def make_many(self, numbers: range) -> list[Any]:
        """Stored records, in one go."""
        return write.create_many(
            self.about, [self.values(number) for number in numbers], by=self.writer, operation=None
        )

    def address(self, record: Any, part: str = "") -> str:
        return f"{self.about.url(record.pk)}{part}"

    def fresh(self, record: Any) -> Any:
        return self.about.model._default_manager.get(pk=record.pk)

    def edit(self, client: Client, record: Any, name: str, value: str, **more: Any) -> Any:
        return client.post(self.address(record, f"field/{name}/"), {name: value, **more}, headers=HTMX)

    # --- looking ------------------------------------------------------------------------------------
    @pytest.mark.row("A5")
    def test_the_list_shows_every_record_to_everybody(self) -> None:
        made = [self.make(1), self.make(2)]
        for client in (self.as_writer, self.as_carol):
            page = client.get(self.about.list_url).content.decode()
            for record in made:
                assert f'href="{self.about.url(record.pk)}"' in page

    @pytest.mark.row("A5")
    def test_an_empty_list_says_so(self) -> None:
        if self.entity in {"pipeline", "stage", "affiliation"}:  # what they hang on brings some along
            return
        assert "まだありません" in self.as_writer.get(self.about.list_url).content.decode()

    @pytest.mark.row("A5")
    def test_a_list_of_sixty_costs_as_many_queries_as_one_of_five(self) -> None:
        self.make_many(range(1, 6))
        self.as_writer.get(self.about.list_url)  # what is kept in memory is in memory
        every = ",".join(name for name, one in self.about.fields.items() if one.listed)
        some = [
            len(queries(self.as_writer, f"{self.about.list_url}{query}"))
            for query in ("", f"?columns={every}", "?columns=tags")
        ]
        self.make_many(range(6, 61))
        many = [
            queries(self.as_writer, f"{self.about.list_url}{query}")
            for query in ("", f"?columns={every}", "?columns=tags")
        ]
        # Fewer where the first page is full before the empty ones are asked for; never more.
        assert all(len(now) <= few for now, few in zip(many, some, strict=True)), [
            (some, [one[:200] for one in now]) for now in many
        ]
        assert max(some) <= self.query_bound

    @pytest.mark.row("A6")
    def test_the_card_shows_the_values_to_everybody(self) -> None:
        record = self.fresh(self.make())
        for client in (self.as_writer, self.as_carol):
            page = client.get(self.address(record)).content.decode()
            assert self.about.title(record) in page
            for section in self.about.sections:
                assert str(section.label) in page

    @pytest.mark.row("F2")
    def test_strangers_see_nothing(self) -> None:
        record = self.make()
        title = self.about.title(self.fresh(record))
        for address in (
            self.about.list_url,
            self.address(record),
            self.address(record, "history/"),
            f"{self.about.list_url}export/?format=csv",
        ):
            answer = Client().get(address)
            assert answer.status_code == 302 and answer.headers["Location"].startswith("/signin/")
            assert title not in answer.content.decode()

    # --- making -------------------------------------------------------------------------------------
    @pytest.mark.row("A9")
    def test_a_form_sent_twice_makes_one_record(self) -> None:
        before = self.about.model._default_manager.count()
        sent = {name: "" if value is None else str(value) for name, value in self.values(1).items()} | {
            "idempotency_key": "double-click"
        }
        answers = [self.as_writer.post(f"{self.about.list_url}new/", sent) for _click in range(2)]
        assert [one.status_code for one in answers] == [302, 302], answers[0].content.decode()
        assert answers[0].headers["Location"] == answers[1].headers["Location"]
        assert self.about.model._default_manager.count() == before + 1

    @pytest.mark.row("A10")
    def test_a_form_without_what_is_required_is_refused_and_stores_nothing(self) -> None:
        required = [name for name, one in self.about.fields.items() if one.required and one.default is None]
        if not required:
            return
        before = snapshot()
        answer = self.as_writer.post(f"{self.about.list_url}new/", {"tags": "急ぎ"})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "入力してください" in page
        if any("tags" in section.fields for section in self.about.sections):
            assert 'value="急ぎ"' in page
        assert snapshot() == before

    # --- changing -----------------------------------------------------------------------------------
    @pytest.mark.row("A6")
    @pytest.mark.row("A8")
    def test_a_value_is_changed_in_place_and_stands_in_the_history(self) -> None:
        record = self.make()
        name, typed, shown = self.edits
        old = self.about.field(name).value_text(self.fresh(record))
        assert (
            typed in self.as_writer.get(self.address(record, f"field/{name}/?edit")).content.decode()
            or old != typed
        )
        answer = self.edit(self.as_writer, record, name, typed, version=record.version)
        assert answer.status_code == 200 and shown in answer.content.decode()
        assert self.about.field(name).value_text(self.fresh(record)) == shown
        event = Event.objects.filter(entity=self.entity, record_id=record.pk).latest("pk")
        assert event.actor == self.writer and name in event.data["changes"]
        page = self.as_carol.get(self.address(record, "history/")).content.decode()
        assert shown in page and str(self.writer) in page and (old or "（空）") in page

    @pytest.mark.row("A8")
    def test_a_change_is_taken_back(self) -> None:
        record = self.make()
        name, typed, _shown = self.edits
        before = self.about.field(name).get(self.fresh(record))
        undo = toast(self.edit(self.as_writer, record, name, typed, version=record.version))["undo_url"]
        assert self.about.field(name).get(self.fresh(record)) != before
        assert self.as_writer.post(undo, headers=HTMX).status_code == 204
        assert self.about.field(name).get(self.fresh(record)) == before
        assert self.as_writer.post(undo, headers=HTMX).status_code == 422  # once

    @pytest.mark.row("A9")
    def test_two_people_change_two_fields_and_both_stay(self) -> None:
        record = self.make()
        name, typed, shown = self.edits
        assert self.edit(self.as_writer, record, name, typed, version=1).status_code == 200
        assert self.edit(self.as_other, record, "tags", "大事", version=1).status_code == 200
        now = self.fresh(record)
        assert (self.about.field(name).value_text(now), now.tags) == (shown, ["大事"])

    @pytest.mark.row("A9")
    def test_two_people_change_the_same_field_and_the_second_is_asked(self) -> None:
        record = self.make()
        assert self.edit(self.as_writer, record, "tags", "わたし", version=1).status_code == 200
        before = snapshot()
        answer = self.edit(self.as_other, record, "tags", "あなた", version=1)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "わたし" in page and "あなた" in page and str(self.writer) in page
        assert snapshot() == before

    @pytest.mark.row("A5")
    @pytest.mark.row("A8")
    def test_many_are_changed_at_once_and_put_back_at_once(self) -> None:
        records = [self.make(number) for number in (1, 2, 3)]
        ids = ",".join(str(one.pk) for one in records)
        answer = self.as_writer.post(
            f"{self.about.list_url}bulk/", {"ids": ids, "action": "tags", "value": "展示会"}, headers=HTMX
        )
        assert answer.status_code == 204
        assert [self.fresh(one).tags for one in records] == [["展示会"]] * 3
        operation = Operation.objects.get(kind="bulk")
        self.edit(self.as_other, records[1], "tags", "別の札", version=2)
        assert self.as_writer.post(f"/undo/operation/{operation.pk}/", headers=HTMX).status_code == 204
        assert [self.fresh(one).tags for one in records] == [[], ["別の札"], []]
        assert (
            self.as_writer.post(f"/undo/operation/{operation.pk}/", headers=HTMX).status_code == 422
        )  # once

    # --- deleting -----------------------------------------------------------------------------------
    @pytest.mark.row("A8")
    def test_a_deleted_record_lies_in_the_bin_and_comes_back_whole(self) -> None:
        record = self.make()
        before, title = self.fresh(record), self.about.title(self.fresh(record))
        assert self.as_writer.post(self.address(record, "delete/")).status_code == 302
        assert self.as_writer.get(self.address(record)).status_code == 404
        assert (
            f'href="{self.about.url(record.pk)}"'
            not in self.as_writer.get(self.about.list_url).content.decode()
        )
        assert title in self.as_carol.get("/bin/").content.decode()
        assert self.as_writer.post(self.address(record, "restore/")).status_code == 302
        assert self.as_writer.get(self.address(record)).status_code == 200
        now = self.fresh(record)
        same = [one for one in self.about.fields if one not in {"updated_at", "updated_by"}]
        assert [self.about.field(one).get(now) for one in same] == [
            self.about.field(one).get(before) for one in same
        ]

    @pytest.mark.row("A8")
    def test_making_and_deleting_are_taken_back(self) -> None:
        record = self.make()
        made = Event.objects.get(entity=self.entity, record_id=record.pk)
        assert self.as_writer.post(f"/undo/event/{made.pk}/", headers=HTMX).status_code == 204
        assert self.fresh(record).deleted_at is not None
        gone = Event.objects.get(entity=self.entity, record_id=record.pk, kind="deleted")
        assert self.as_writer.post(f"/undo/event/{gone.pk}/", headers=HTMX).status_code == 204
        assert self.fresh(record).deleted_at is None

    # --- finding ------------------------------------------------------------------------------------
    @pytest.mark.row("A5")
    def test_search_finds_it_by_its_name_until_it_is_deleted(self) -> None:
        if not self.about.in_search:
            return
        record = self.make()
        title = self.about.title(self.fresh(record))
        for query in (title, title[:2]):
            assert (self.entity, record.pk) in [
                (hit.entity.name, hit.record.pk) for hit in find(query, self.writer)
            ]
        assert title in self.as_carol.get("/search/", {"q": title}).content.decode()
        assert (
            f'data-id="{record.pk}"'
            in self.as_carol.get(self.about.list_url, {"q": title[:2]}).content.decode()
        )
        write.delete(self.about, [record.pk], by=self.writer)
        assert record.pk not in [hit.record.pk for hit in find(title, self.writer, entities=[self.about])]
        write.restore(self.about, [record.pk], by=self.writer)
        assert record.pk in [hit.record.pk for hit in find(title, self.writer, entities=[self.about])]

    @pytest.mark.row("A4")
    def test_the_picker_offers_it(self) -> None:
        record = self.fresh(self.make())
        title = self.about.title(record)
        for query in ("", title[:4]):
            answer = self.as_writer.get(f"{self.about.list_url}pick/", {"q": query})
            assert answer.headers["Content-Type"] == "application/json"
            assert {"value": str(record.pk), "label": title} in [
                {"value": one["value"], "label": one["label"]} for one in answer.json()["results"]
            ]

    # --- taking out ---------------------------------------------------------------------------------
    @pytest.mark.row("B2")
    def test_the_list_is_exported_by_those_who_may(self) -> None:
        record = self.make()
        text = self.about.field(self.about.title_field).value_text(self.fresh(record))
        answer = self.as_writer.get(f"{self.about.list_url}export/?format=csv")
        assert answer.status_code == 200
        sheet = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        assert text.split("\n")[0] in sheet and len(sheet.splitlines()) >= 2
        refused = self.as_carol.get(f"{self.about.list_url}export/?format=csv")
        assert refused.status_code == 403 and text not in refused.content.decode()

    # --- the board ----------------------------------------------------------------------------------
    @pytest.mark.row("C3")
    def test_the_board_shows_it_and_moves_it(self) -> None:
        address = f"{self.about.list_url}board/"
        if self.about.board is None:
            assert self.as_writer.get(address).status_code == 404
            return
        record = self.make()
        page = self.as_carol.get(address).content.decode()
        assert self.about.title(self.fresh(record)) in page
        name = self.about.board.field
        columns = re.findall(r'data-column="([^"]*)"', page)
        old = str(self.about.field(name).get(self.fresh(record)))
        target = columns[columns.index(old) + 1]
        answer = self.as_writer.post(
            self.address(record, "move/"), {"value": target, "version": 1}, headers=HTMX
        )
        assert answer.status_code == 204 and answer.headers["X-Version"] == "2"
        assert str(self.about.field(name).get(self.fresh(record))) == target
        assert self.as_writer.post(toast(answer)["undo_url"], headers=HTMX).status_code == 204
        assert str(self.about.field(name).get(self.fresh(record))) == old

    # --- rights -------------------------------------------------------------------------------------
    @pytest.mark.row("F2")
    def test_a_viewer_is_refused_every_change_and_nothing_is_stored(self) -> None:
        record = self.make()
        gone = self.make(2)
        write.delete(self.about, [gone.pk], by=self.writer)
        event = Event.objects.filter(entity=self.entity, record_id=record.pk).latest("pk")
        name, typed, _shown = self.edits
        before = snapshot()
        tries = [
            (f"{self.about.list_url}new/", self.values(3)),
            (self.address(record, f"field/{name}/"), {name: typed}),
            (self.address(record, "delete/"), {}),
            (f"{self.about.url(gone.pk)}restore/", {}),
            (f"{self.about.list_url}bulk/", {"ids": str(record.pk), "action": "tags", "value": "x"}),
            (f"{self.about.list_url}bulk/", {"ids": str(record.pk), "action": "delete"}),
            (f"/undo/event/{event.pk}/", {}),
            (self.address(record, "files/"), {}),
        ]
        if self.about.board:
            tries.append((self.address(record, "move/"), {"value": "1"}))
        for address, sent in tries:
            sent = {key: "" if value is None else value for key, value in sent.items()}
            for headers in ({}, HTMX):
                answer = self.as_carol.post(address, sent, headers=headers)
                assert answer.status_code in {403, 422}, (address, answer.status_code)
        assert snapshot() == before
        for address in (
            f"{self.about.list_url}new/",
            self.address(record, f"field/{name}/?edit"),
            f"{self.about.list_url}bulk/tags/",
        ):
            assert self.as_carol.get(address).status_code == 403, address

    @pytest.mark.row("F2")
    def test_members_may_not_write_settings(self, as_bob: Client) -> None:
        if not self.about.admin_only:
            return
        record = self.make()
        name, typed, _shown = self.edits
        before = snapshot()
        assert as_bob.post(f"{self.about.list_url}new/", self.values(2)).status_code == 403
        assert self.edit(as_bob, record, name, typed).status_code == 403
        assert as_bob.post(self.address(record, "delete/")).status_code == 403
        assert snapshot() == before
