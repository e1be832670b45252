"""Meetings and visits by person and period: each number is as long as the list that it leads to."""

import datetime
import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from enishi.access.models import Role, Team, User
from enishi.access.rights import RECORD_ACTIONS
from enishi.insight.goals.lines import span_days
from enishi.insight.meetings.figures import FIGURES, Counted, spans_up_to
from enishi.insight.meetings.pages import cells, labels
from enishi.records import registry, write
from enishi.records.conditions import Scope, compile_condition
from enishi.records.visible import visible
from enishi.work.models import Activity

pytestmark = [pytest.mark.django_db, pytest.mark.row("C10")]
MONTH = span_days("month", datetime.date(2026, 11, 15))


def at(month: int, day: int, hour: int = 10) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime(2026, month, day, hour))


@pytest.fixture
def diary(alice: User, bob: User) -> Team:
    """Bob (東京) held three in November, alice one; each planned one for December."""
    tokyo = Team.objects.create(name="東京")
    bob.team = tokyo
    bob.save()
    tasks, activities = registry.get("task"), registry.get("activity")

    def task(kind: str, when: datetime.datetime, owner: User) -> Any:
        return write.create(
            tasks, {"name": kind, "kind": kind, "due_at": when, "owner": owner.pk}, by=alice
        ).record

    def held(
        kind: str, when: datetime.datetime, owner: User, outcome: str = "", following: Any = None
    ) -> None:
        values = {
            "kind": kind,
            "at": when,
            "owner": owner.pk,
            "outcome": outcome,
            "text": f"{kind}{when:%m%d}",
            "next_task": following,
        }
        write.create(activities, values, by=alice, internal=True)

    held("visit", at(11, 1, 0), bob, "success", task("visit", at(12, 3), bob))
    held("meeting", at(11, 30, 23), bob, "ongoing", task("call", at(12, 4), bob))
    held("visit", at(11, 17), bob, "absent")
    held("call", at(11, 17), bob, "success")
    held("visit", at(10, 31, 23), bob, "success")
    gone = task("visit", at(12, 7), alice)
    held("meeting", at(11, 18), alice, "success", gone)
    write.delete(tasks, [gone.pk], by=alice)
    task("meeting", at(12, 31, 23), alice)
    task("visit", at(1, 1, 0), alice)
    return tokyo


def figures(user: User, owners: Any = None, span: Any = MONTH, unit: str = "month") -> list[int]:
    counted = Counted.of(user, unit, spans_up_to(unit, span, 6), None)
    return [counted.sum(name, owners, span[0]) for name in FIGURES]


def test_held_successful_next_and_planned(alice: User, bob: User, diary: Team) -> None:
    assert figures(alice) == [4, 2, 1, 2]
    assert figures(alice, [bob.pk]) == [3, 1, 1, 1]
    assert figures(alice, [alice.pk]) == [1, 1, 0, 1]  # a task in the bin is no appointment
    assert figures(alice, span=span_days("month", datetime.date(2026, 10, 1))) == [1, 1, 0, 0]
    week = span_days("week", datetime.date(2026, 11, 18))
    assert figures(alice, span=week, unit="week") == [2, 1, 0, 0]
    assert figures(alice, span=span_days("week", datetime.date(2026, 11, 26)), unit="week") == [0, 0, 0, 1]


def test_every_number_is_as_long_as_its_list(alice: User, bob: User, diary: Team) -> None:
    counted = Counted.of(alice, "month", spans_up_to("month", MONTH, 3), None)
    for name in FIGURES:
        for owners in (None, [alice.pk], [bob.pk], [alice.pk, bob.pk]):
            parts = urlparse(counted.address(name, owners, MONTH))
            entity = registry.by_slug(parts.path.strip("/"))
            tree = json.loads(parse_qs(parts.query)["filter"][0])
            rows = visible(entity, alice).filter(compile_condition(entity, tree, Scope.of(alice)))
            assert rows.count() == counted.sum(name, owners, MONTH[0]) > -1


def test_shares_are_rounded_as_elsewhere(alice: User, bob: User, diary: Team) -> None:
    write.create(registry.get("activity"), {
        "kind": "visit", "at": at(11, 12), "owner": bob.pk, "outcome": "success", "text": "再訪",
    }, by=alice)  # fmt: skip
    write.delete(registry.get("activity"), [Activity.objects.get(outcome="absent").pk], by=alice)
    counted = Counted.of(alice, "month", spans_up_to("month", MONTH, 6), None)
    assert [one.share for one in cells(counted, labels("month"), [bob.pk], MONTH)] == ["", "67%", "33%", ""]


def test_the_page_by_person_with_its_team_filter(
    as_alice: Client, alice: User, bob: User, diary: Team
) -> None:
    page = unescape(as_alice.get("/meetings/?on=2026-11-20").text)
    main = page[page.index('id="main"') :]
    assert bob.name in main and alice.name in main and "33%" in main
    links = re.findall(r'href="(/(?:activities|tasks)/\?[^"]+)"', main)
    assert len(links) > 8
    for url in links[:4]:
        assert as_alice.get(url).status_code == 200
    team = unescape(as_alice.get(f"/meetings/?on=2026-11-20&team={diary.pk}").text)
    team = team[team.index('id="main"') :]
    assert bob.name in team and alice.name not in team
    for query in (
        "?span=week",
        "?team=x",
        "?team=99999999999999999999",
        "?on=9999-12-31",
        "?span=week&on=0001-01-01",
    ):
        assert as_alice.get(f"/meetings/{query}").status_code == 200


def test_queries_stay_as_many_and_two_count(alice: User, diary: Team) -> None:
    asked: list[str] = []

    def noted(execute: Any, sql: str, *more: Any) -> Any:
        asked.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(noted):
        Counted.of(alice, "month", spans_up_to("month", MONTH, 6), None)
    assert len(asked) == 2


def test_a_role_counts_only_what_it_sees(client: Client, alice: User, bob: User, diary: Team) -> None:
    role = Role.objects.create(name="自分だけ", rights={"default": dict.fromkeys(RECORD_ACTIONS, "own")})
    bob.role = role.key
    bob.save()
    assert figures(bob) == [3, 1, 1, 1]
    client.force_login(bob)
    page = client.get("/meetings/?on=2026-11-20").text
    assert alice.name not in page and "あなたが見られる記録だけ" in page
    role.rights = {
        "default": dict.fromkeys(RECORD_ACTIONS, "all"),
        "fields": {"activity": {"outcome": "hidden"}},
    }
    role.save()
    main = client.get("/meetings/?on=2026-11-20").text
    assert main[main.index('id="main"') :].count(">成功</th>") == 0 and "次回アポあり" in main
    role.rights = {"default": dict.fromkeys(RECORD_ACTIONS, "all"), "entities": {"activity": {}}}
    role.save()
    assert client.get("/meetings/").status_code == 403 and "/meetings/" not in client.get("/today/").text
