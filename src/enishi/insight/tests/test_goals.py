"""Goals: what came in, what is to come, by company, team and person; every number leads to its records."""

import datetime
import json
import re
from html import unescape
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enishi.access.models import Role, Team, User
from enishi.access.rights import RECORD_ACTIONS
from enishi.exchange.models import RefusedRow
from enishi.exchange.tests.test_importing import bring, write_csv
from enishi.insight import fiscal
from enishi.insight.goals import bare, kept
from enishi.insight.goals import pages as goal_pages
from enishi.insight.goals.figures import Ledger
from enishi.insight.goals.lines import Days, sheets, span_days, span_words
from enishi.insight.goals.models import Goal
from enishi.insight.models import FiscalYear
from enishi.records import checking, registry, write
from enishi.records.conditions import Scope, compile_condition
from enishi.records.errors import Refused
from enishi.records.models import Event
from enishi.records.testing import HTMX, EntityTests
from enishi.records.visible import visible
from enishi.sales.deals.forecast import category_expression, category_tree
from enishi.sales.documents import issuer
from enishi.sales.models import Deal, Stage
from enishi.sales.pipelines.entity import default_pipeline, stages_of

pytestmark = [pytest.mark.django_db, pytest.mark.row("C8")]
TODAY = datetime.date(2026, 11, 18)  # a Wednesday; 11/3 and 11/23 are holidays
FIRST, LAST = datetime.date(2026, 11, 1), datetime.date(2026, 11, 30)


class TestGoalEntity(EntityTests):
    entity = "goal"
    edits = ("note", "新しい備考", "新しい備考")

    def values(self, number: int) -> dict[str, Any]:
        day = datetime.date(2026, 10, 1) + datetime.timedelta(days=number)
        return {
            "scope": "company",
            "period": "day",
            "start": day.isoformat(),
            "measure": "calls",
            "target": number + 30,
        }


@pytest.fixture(autouse=True)
def _fresh() -> Any:
    kept.forget()
    yield
    kept.forget()
    fiscal.forget()


def at(day: datetime.date, hour: int = 12) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))


@pytest.fixture
def company(alice: User, bob: User) -> dict[str, Any]:
    """Bob in 東京 below 営業部; deals won, open, of other months; visits and calls."""
    head = Team.objects.create(name="営業部")
    tokyo = Team.objects.create(name="東京", parent=head)
    bob.team, alice.team = tokyo, head
    bob.save()
    alice.save()
    by_name = {one.name: one for one in stages_of(default_pipeline().pk)}
    deals = registry.get("deal")

    def deal(name: str, owner: User, amount: int, stage: str, **more: Any) -> Deal:
        values = {"name": name, "owner": owner.pk, "amount": amount, "stage": by_name[stage].pk, **more}
        made = write.create(deals, values, by=alice).record
        Deal.objects.filter(pk=made.pk).update(created_at=at(TODAY - datetime.timedelta(days=90)))
        return made

    won = deal("受注済", bob, 3_000_000, "受注")
    late = deal("月末の夜の受注", alice, 1_000_000, "受注")
    before = deal("先月の受注", bob, 9_000_000, "受注")
    Deal.objects.filter(pk=won.pk).update(closed_at=at(FIRST, 0), created_at=at(FIRST))
    Deal.objects.filter(pk=late.pk).update(closed_at=at(LAST, 23))
    Deal.objects.filter(pk=before.pk).update(closed_at=at(FIRST - datetime.timedelta(days=1), 23))
    close = {"expected_close": "2026-11-27"}
    deal("確実", bob, 1_000_000, "クロージング", **close)  # 80 %
    deal("うまくいけば", bob, 2_000_000, "提案・見積", **close)  # 50 %
    deal(
        "と言い切る", alice, 500_000, "引き合い", forecast_category="committed", **close
    )  # 10 %, said to be sure
    deal("入れない", bob, 7_000_000, "クロージング", forecast_category="omitted", **close)
    deal("来月", bob, 8_000_000, "クロージング", expected_close="2026-12-01")
    deal("細い", bob, 100_000, "引き合い", **close)
    for kind, day, owner in (("visit", 2, bob), ("meeting", 30, alice), ("call", 5, bob), ("note", 5, bob)):
        values = {"kind": kind, "text": kind, "at": at(datetime.date(2026, 11, day)), "owner": owner.pk}
        write.create(registry.get("activity"), values, by=alice)
    values = {"name": "訪問", "kind": "visit", "due_at": at(datetime.date(2026, 11, 25)), "owner": bob.pk}
    write.create(registry.get("task"), values, by=alice)
    return {"head": head, "tokyo": tokyo}


def goal(by: User, **values: Any) -> Goal:
    held = {
        "scope": "company",
        "period": "month",
        "start": "2026-11-15",
        "measure": "won_amount",
        "target": 10_000_000,
    }
    made: Goal = write.create(registry.get("goal"), {**held, **values}, by=by).record
    return made


def the_lines(user: User, measure: str = "won_amount", span: str = "month") -> list[Any]:
    found = sheets(user, span, *span_days(span, TODAY), TODAY)
    return next(one.lines for one in found if one.measure == measure)


def behind(user: User, url: str) -> set[str]:
    """The titles of the records that an address leads to."""
    parts = urlparse(url)
    entity = registry.by_slug(parts.path.strip("/"))
    tree = json.loads(parse_qs(parts.query)["filter"][0])
    rows = visible(entity, user).filter(compile_condition(entity, tree, Scope.of(user)))
    return {entity.title(one) for one in rows}


def test_what_came_in_and_is_to_come_against_the_goal(alice: User, company: Any) -> None:
    made = goal(alice)
    assert made.start == FIRST and made.name == "2026年11月 受注金額（案件） 会社全体"
    (line,) = the_lines(alice)
    assert (line.actual.text, line.percent, line.gap, line.reached) == ("¥4,000,000", 40, "¥6,000,000", False)
    assert line.committed.text == "¥5,500,000" and line.committed.more == "+¥1,500,000"
    assert line.best.text == "¥7,500,000"
    assert line.weighted.text == "¥5,860,000"  # 0.8 + 1.0 + 0.05 + 0.01 million beside what came in
    # 18–20, 24–27, 30 November: eight business days; ¥6,000,000 / 8
    assert line.pace == "¥750,000"
    assert Days.of(FIRST, LAST, TODAY) == Days(19, 11, 8)
    assert line.due_percent == 57 and line.state == "behind"
    assert behind(alice, line.actual.url) == {"受注済", "月末の夜の受注"}
    assert behind(alice, line.committed.more_url) == {"確実", "と言い切る"}
    assert behind(alice, line.best.url) == {"受注済", "月末の夜の受注", "確実", "と言い切る", "うまくいけば"}
    assert behind(alice, line.weighted.more_url) == {"確実", "と言い切る", "うまくいけば", "細い"}


def test_company_teams_and_persons_stand_as_a_tree(alice: User, bob: User, carol: User, company: Any) -> None:
    goal(alice)
    goal(alice, scope="team", team=company["head"].pk, target=5_000_000)
    goal(alice, scope="person", owner=bob.pk, target=3_000_000)
    goal(alice, scope="person", owner=carol.pk, target=1)
    found = the_lines(alice)
    assert [(one.label, one.depth, one.goal, one.actual.text) for one in found] == [
        ("会社全体", 0, True, "¥4,000,000"), ("営業部", 1, True, "¥4,000,000"), ("東京", 2, False, "¥3,000,000"),
        (bob.name, 3, True, "¥3,000,000"), (carol.name, 1, True, "¥0"),
    ]  # fmt: skip
    assert found[3].state == "reached" and not found[3].pace
    assert behind(alice, found[3].actual.url) == {"受注済"}
    assert behind(alice, found[1].actual.url) == {"受注済", "月末の夜の受注"}


def test_counts_of_deals_visits_and_calls(alice: User, company: Any) -> None:
    for measure in ("won_deals", "new_deals", "visits", "calls"):
        goal(alice, measure=measure, target=4)
    shown = {
        measure: the_lines(alice, measure)[0] for measure in ("won_deals", "new_deals", "visits", "calls")
    }
    assert {name: one.actual.text for name, one in shown.items()} == {
        "won_deals": "2件", "new_deals": "1件", "visits": "2件", "calls": "1件",
    }  # fmt: skip
    assert shown["visits"].committed.text == "3件" and behind(alice, shown["visits"].committed.more_url) == {
        "訪問"
    }
    assert behind(alice, shown["visits"].actual.url) == {"visit", "meeting"}
    assert behind(alice, shown["new_deals"].actual.url) == {"受注済"}
    assert shown["won_deals"].weighted.text == "3.5件"  # 2 + 0.8 + 0.5 + 0.1 + 0.1


def test_orders_and_invoices_reach_goals_without_a_deal(
    alice: User, bob: User, as_bob: Client, company: Any
) -> None:
    def document(entity: str, name: str, day: datetime.date, total: int, owner: User, **more: Any) -> None:
        made = write.create(registry.get(entity), {"name": name, "owner": owner.pk}, by=alice).record
        type(made).objects.filter(pk=made.pk).update(date=day, total=total, **more)

    for entity, done, left_out in (("order", "delivered", "cancelled"), ("invoice", "issued", "void")):
        document(entity, "月初", FIRST, 110_000, bob, status=done)
        document(entity, "月末", LAST, 220_000, alice, status=done)
        document(entity, "取り消し", FIRST, 5_000, bob, status=left_out)
        document(entity, "前月", FIRST - datetime.timedelta(days=1), 7_000, bob, status=done)
    document("invoice", "下書き", FIRST, 9_000, bob, status="draft")
    for measure, name in (("sales", "売上金額（受注・税込）"), ("invoiced", "請求金額（税込）")):
        made = goal(alice, measure=measure, target=1_000_000)
        assert made.name == f"2026年11月 {name} 会社全体"
        goal(alice, measure=measure, scope="person", owner=bob.pk, target=100_000)
        whole, *_teams, his = the_lines(alice, measure)
        assert (whole.actual.text, whole.percent, whole.target, whole.committed) == (
            "¥330,000",
            33,
            "¥1,000,000",
            None,
        )
        found = {
            title.rpartition(" ")[2] for title in behind(alice, whole.actual.url)
        }  # orders have numbers in front
        assert found == {"月初", "月末"}
        assert (his.actual.text, his.state) == ("¥110,000", "reached")
    # Who doesn't see the sums of orders is told so, and no sum: that of invoices alone stands at the company and its team.
    every = dict.fromkeys(RECORD_ACTIONS, "all")
    rights = {"default": every, "fields": {"order": {"total": "hidden"}}}
    bob.role = Role.objects.create(name="金額なし", rights=rights).key
    bob.save()
    page = as_bob.get("/forecast/?on=2026-11-10").text
    assert (
        "権限がありません" in page and page.count("330,000") == 2 and "あなたが見られる記録だけ" not in page
    )


def test_the_number_of_queries_does_not_grow_with_the_goals(alice: User, bob: User, company: Any) -> None:
    def asked() -> int:
        issuer.forget()
        with CaptureQueriesContext(connection) as held:
            sheets(alice, "month", FIRST, LAST, TODAY)
        return len(held.captured_queries)

    for measure in ("won_amount", "new_deals", "visits", "calls"):
        goal(alice, measure=measure)
    asked()
    few = asked()
    for number in range(12):
        user = User.objects.create_user(
            f"u{number}@example.jp", "x", name=f"人{number}", team=company["tokyo"]
        )
        for measure in ("won_amount", "won_deals", "visits"):
            goal(alice, scope="person", owner=user.pk, measure=measure)
    assert asked() <= few <= 9


def test_quarter_and_fiscal_year_begin_where_the_company_says(alice: User, company: Any) -> None:
    FiscalYear.objects.create(pk=1, first_month=10)
    assert span_days("quarter", TODAY) == (datetime.date(2026, 10, 1), datetime.date(2026, 12, 31))
    assert span_days("fiscal", TODAY) == (datetime.date(2026, 10, 1), datetime.date(2027, 9, 30))
    assert span_words("quarter", *span_days("quarter", TODAY)).startswith("2026年度 第1四半期")
    goal(alice)
    goal(alice, start="2026-10-01", target=2_000_000)
    (line,) = the_lines(alice, span="quarter")
    assert (line.target, line.actual.text, line.note) == ("¥12,000,000", "¥13,000,000", "2/3か月分の目標")
    assert line.reached


def test_weeks_and_days_have_goals_of_their_own(alice: User, company: Any) -> None:
    made = goal(alice, period="week", start="2026-11-04", measure="calls", target=10)
    assert made.start == datetime.date(2026, 11, 2)
    found = sheets(alice, "week", *span_days("week", made.start), TODAY)
    assert (
        found[0].lines[0].actual.text == "1件"
        and found[0].lines[0].state == "missed"
        and not found[0].forecast
    )
    assert sheets(alice, "month", FIRST, LAST, TODAY) == []


def test_a_goal_stands_once_and_is_refused_without_its_whom(alice: User, bob: User) -> None:
    goal(alice, scope="person", owner=bob.pk)
    with pytest.raises(Refused, match="もうあります"):
        goal(alice, scope="person", owner=bob.pk, start="2026-11-30")
    with pytest.raises(Refused, match="チーム"):
        goal(alice, scope="team")
    with pytest.raises(Refused, match="1から"):
        goal(alice, target=0)
    assert Goal.objects.count() == 1


def test_no_way_in_makes_a_goal_twice(
    alice: User, bob: User, as_alice: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entity, held = registry.get("goal"), {"scope": "person", "owner": bob.pk, "measure": "calls", "target": 9}
    first = goal(alice, **held)
    other = goal(alice, **held, start="2026-12-01")
    write.delete(entity, [first.pk], by=alice)
    again = goal(alice, **held)
    # Out of the bin, by hand and by the undo of its deletion; a changed month; several at once; a file.
    assert as_alice.post(f"/goals/{first.pk}/restore/", headers=HTMX).status_code == 422
    deleted = Event.objects.get(record_id=first.pk, kind="deleted", entity="goal")
    answer = as_alice.post(f"/undo/event/{deleted.pk}/", headers=HTMX)
    assert (
        answer.status_code == 422
        and "もうあります" in json.loads(answer.headers["HX-Trigger"])["toast"]["message"]
    )
    with pytest.raises(Refused, match="もうあります"):
        write.write(entity, other.pk, {"start": "2026-11-09"}, by=alice)
    with pytest.raises(Refused, match="もうあります"):
        row = {**held, "period": "month", "start": "2027-01-01"}
        write.create_many(entity, [row, {**row, "start": "2027-01-31"}], by=alice, operation=None)
    with pytest.raises(Refused, match="もうあります"):
        write.write_many(entity, [(one, {"start": "2027-02-01"}) for one in (again, other)], by=alice, operation=None)  # fmt: skip
    rows = [["だれの目標", "担当", "期間", "開始日", "指標", "目標値"]]
    rows += [
        ["担当者", bob.email, "月", day, "電話件数", "5"] for day in ("2027/3/1", "2027/3/9", "2027/4/1")
    ]
    figures = bring(write_csv(tmp_path / "目標.csv", rows), alice, entity="goal").figures
    assert (figures["created"], figures["refused"]) == ({"goal": 2}, 1), list(RefusedRow.objects.all())
    assert "もうあります" in RefusedRow.objects.get().reason and Goal.objects.filter(owner=bob).count() == 5
    # Of two requests at once neither sees the other's: the database refuses, and the person is told why.
    monkeypatch.setattr(checking, "check_once", lambda *_told: None)
    for way in (
        lambda: goal(alice, **held),
        lambda: write.write(entity, other.pk, {"start": "2026-11-09"}, by=alice),
        lambda: write.restore(entity, [first.pk], by=alice),
        lambda: write.create_many(entity, [{**held, "start": "2026-11-01"}], by=alice, operation=None),
    ):
        with pytest.raises(Refused, match="もうあります"), transaction.atomic():
            way()
    for scope, whose in (("company", {}), ("team", {"team": Team.objects.create(name="東").pk})):
        goal(alice, scope=scope, **whose)
        with pytest.raises(Refused, match="もうあります"), transaction.atomic():
            goal(alice, scope=scope, **whose)
    assert Goal.objects.filter(deleted_at=None).count() == 6


def test_goals_that_two_requests_had_made_at_once_become_one_with_the_update(alice: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX goal_person_once")
    values = {"scope": "person", "owner_id": alice.pk, "start": FIRST, "target": 5}
    rows = [Goal.objects.create(**values) for _n in range(3)]
    import_module("enishi.insight.migrations.0005_goal_once").leave_one(apps, None)
    left = Goal.objects.filter(deleted_at=None).values_list("pk", flat=True)
    assert list(left) == [rows[-1].pk]


def test_the_condition_and_the_database_derive_the_same_category(alice: User, company: Any) -> None:
    deals = registry.get("deal")
    for said in ("", "committed", "best", "pipeline", "omitted"):
        for probability in (0, 1, 49, 50, 79, 80, 100, None):
            made = write.create(deals, {"name": "x", "forecast_category": said}, by=alice).record
            Deal.objects.filter(pk=made.pk).update(probability=probability)
    assert Stage.objects.exists()
    for names in (["committed"], ["best"], ["pipeline"], ["committed", "best"]):
        listed = Deal.objects.filter(compile_condition(deals, category_tree(names), Scope.of(alice)))
        derived = Deal.objects.annotate(c=category_expression()).filter(c__in=names)
        assert set(listed) == set(derived) and listed.count()


def test_a_card_shows_what_follows_from_the_probability(as_alice: Client, alice: User, company: Any) -> None:
    sure = Deal.objects.get(name="確実")
    assert "確実</span>" in as_alice.get(f"/deals/{sure.pk}/").text and sure.forecast_category == ""


def test_figures_stop_where_the_role_does(client: Client, alice: User, bob: User, company: Any) -> None:
    goal(alice)
    goal(alice, scope="person", owner=bob.pk, target=3_000_000)
    role = Role.objects.create(name="自分だけ", rights={"default": dict.fromkeys(RECORD_ACTIONS, "own")})
    bob.role = role.key
    bob.save()
    found = the_lines(bob)
    assert [(one.label, one.actual.text) for one in found if one.goal] == [(bob.name, "¥3,000,000")]
    client.force_login(bob)
    page = client.get("/forecast/?on=2026-11-10").text
    assert "あなたが見られる記録だけ" in page and "会社全体" not in page
    role.rights = {"default": dict.fromkeys(RECORD_ACTIONS, "all"), "fields": {"deal": {"amount": "hidden"}}}
    role.save()
    page = client.get("/forecast/?on=2026-11-10").text
    assert "4,000,000" not in page and "権限がありません" in page
    role.rights = {"default": dict.fromkeys(RECORD_ACTIONS, "all"), "entities": {"goal": {}}}
    role.save()
    assert client.get("/forecast/").status_code == 403 and "/forecast/" not in client.get("/today/").text


def test_the_page_leads_to_its_records_and_to_other_spans(
    as_alice: Client, alice: User, bob: User, company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(goal_pages, "timezone", SimpleNamespace(localdate=lambda: TODAY))
    goal(alice)
    page = unescape(as_alice.get("/forecast/?on=2026-11-10").text)
    assert (
        "2026年11月" in page and "¥4,000,000" in page and "on=2026-10-31" in page and "on=2026-12-01" in page
    )
    links = re.findall(r'href="(/deals/\?[^"]+)"', page)
    assert len(links) >= 4
    for url in links:
        assert as_alice.get(url).status_code == 200
    assert "受注済" in as_alice.get(links[0]).text and "先月の受注" not in as_alice.get(links[0]).text
    for query in (
        "?span=fiscal",
        "?span=day&on=2026-11-03",
        "?span=week&on=x",
        "?span=quarter&on=9999-12-31",
        "?on=0001-01-01",
    ):
        assert as_alice.get(f"/forecast/{query}").status_code == 200
    assert "目標はまだありません" in as_alice.get("/forecast/?on=2030-01-01").text


def test_without_a_goal_the_page_shows_what_came_in_and_is_to_come(
    as_alice: Client, alice: User, bob: User, company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(goal_pages, "timezone", SimpleNamespace(localdate=lambda: TODAY))
    found = bare.lines(alice, FIRST, LAST, TODAY)
    assert [one.label for one in found[:2]] == ["会社全体", "営業部"] and found[1].depth == 1
    heads = [head for head, _figure in found[0].figures]
    assert heads == ["受注", "確実", "うまくいけば", "パイプライン", "見込み（確度で加重）"]
    ledger = Ledger.of(alice, FIRST, LAST, ["won_amount"])
    assert found[0].figures[0][1].text == f"¥{ledger.sum('won_amount', None):,}" != "¥0"
    page = unescape(as_alice.get("/forecast/?on=2026-11-10").text)
    assert "この期間の目標はまだありません" in page and found[0].figures[1][1].text in page
    links = re.findall(r'href="(/deals/\?[^"]+)"', page)
    assert len(links) > 3 and all(as_alice.get(url).status_code == 200 for url in links)
    past = bare.lines(alice, FIRST, LAST, LAST + datetime.timedelta(days=1))
    assert [head for head, _figure in past[0].figures] == ["受注"]
    goal(alice)
    assert "受注と見込み" not in as_alice.get("/forecast/?on=2026-11-10").text


def test_today_shows_ones_own_goal_and_asks_nothing_without(
    as_bob: Client, alice: User, bob: User, company: Any, monkeypatch: Any
) -> None:
    def counting() -> bool:
        with CaptureQueriesContext(connection) as held:
            page = as_bob.get("/today/").text
        assert ("goal-bar" in page) == ("今月の目標" in page)
        return any("goal" in one["sql"] for one in held.captured_queries)

    counting()
    assert not counting()  # who has none is known
    month = timezone.localdate().replace(day=1)
    goal(alice, scope="person", owner=bob.pk, start=month.isoformat(), measure="calls", target=8)
    for _number in range(2):
        write.create(registry.get("activity"), {"kind": "call", "text": "電話"}, by=bob)
    page = as_bob.get("/today/").text
    calls = int(
        Ledger.of(bob, *span_days("month", month), ["calls"], forecast=False, owner=bob.pk).sum("calls", None)
        or 0
    )
    assert calls >= 2 and f"{calls}件 / 8件" in page
    write.delete(registry.get("goal"), [Goal.objects.get().pk], by=alice)
    assert "goal-bar" not in as_bob.get("/today/").text
