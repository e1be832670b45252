"""The company's days off: read out of a pasted list, shown in calendars, left out where days are proposed."""

import datetime
import html
from typing import Any

import pytest

from enishi.insight.goals.lines import Days as GoalDays
from enishi.records.design import operations
from enishi.records.testing import HTMX, changed_tables, snapshot
from enishi.work.daily.filling import next_day
from enishi.work.daysoff.days import company_days
from enishi.work.daysoff.models import CompanyWeek, DayOff
from enishi.work.daysoff.reading import read_days

pytestmark = [pytest.mark.django_db, pytest.mark.row("C4")]
D = datetime.date


def test_a_pasted_list() -> None:
    text = "2026/12/29〜1/2　年末年始休業\n8月13日(木) ～ 8月14日(金)\t夏季休業\n創立記念日, 令和8年10月1日\n2026-05-01\n\n20261102 臨時休業"
    found = read_days(text, 2026)
    assert sorted(found.items()) == [
        (D(2026, 5, 1), ""), (D(2026, 8, 13), "夏季休業"), (D(2026, 8, 14), "夏季休業"), (D(2026, 10, 1), "創立記念日"), (D(2026, 11, 2), "臨時休業"),
        *((D(2026, 12, day), "年末年始休業") for day in (29, 30, 31)), (D(2027, 1, 1), "年末年始休業"), (D(2027, 1, 2), "年末年始休業"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "first", "last", "name"),
    [
        ("8/13〜16 夏季休業", (8, 13), (8, 16), "夏季休業"), ("8/13（木）〜16（日） 夏季", (8, 13), (8, 16), "夏季"), ("8/13〜16日まで", (8, 13), (8, 16), ""),
        ("12/29〜31 年末", (12, 29), (12, 31), "年末"), ("8月13日から16日まで お盆", (8, 13), (8, 16), "お盆"), ("8/13から8/16まで夏季休業", (8, 13), (8, 16), "夏季休業"),
        ("8/13-8/16", (8, 13), (8, 16), ""), ("8/13ー8/16 夏", (8, 13), (8, 16), "夏"), ("2026-08-13 - 2026-08-16", (8, 13), (8, 16), ""), ("20260813-20260816 夏", (8, 13), (8, 16), "夏"),
        ("2026/8/13\t2026/8/16\t夏季休業", (8, 13), (8, 16), "夏季休業"), ("夏季休業\t2026/8/13 0:00\t2026/8/16 0:00:00", (8, 13), (8, 16), "夏季休業"), ("2026/8/13\t夏", (8, 13), (8, 13), "夏"),
        ("2026/12/28 9:00 臨時", (12, 28), (12, 28), "臨時"), ("令和8年8月13日〜8月16日 夏", (8, 13), (8, 16), "夏"), ("R8.8.13〜R8.8.16", (8, 13), (8, 16), ""), ("r8.8.13", (8, 13), (8, 13), ""),
        ("㋿8年10月1日 創立", (10, 1), (10, 1), "創立"), ("２０２６／０８／１３　夏", (8, 13), (8, 13), "夏"), ("創立記念日（10/1）", (10, 1), (10, 1), "創立記念日"), ("1. 8/13 夏", (8, 13), (8, 13), "1. 夏"),
        ("8/11(火・祝) 山の日（全社）", (8, 11), (8, 11), "山の日（全社）"), ("8/11（祝）", (8, 11), (8, 11), ""), ("10/1,60周年", (10, 1), (10, 1), "60周年"), ("Summer 8/13-16", (8, 13), (8, 16), "Summer"),
    ],
)  # fmt: skip
def test_spellings(line: str, first: tuple[int, int], last: tuple[int, int], name: str) -> None:
    found = read_days(line, 2026)
    assert (min(found), max(found), set(found.values())) == (D(2026, *first), D(2026, *last), {name})
    assert len(found) == (max(found) - min(found)).days + 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("休み", "2行目「休み」に日付がありません"), ("2026/2/30 x", "暦にありません"), ("8/13、8/15 夏", "日付がいくつも"), ("2026/1/1〜2026/12/31 年中", "60日まで"), ("2026/8/16〜2026/8/13 夏", "60日まで"),
        ("毎週水曜", "「休みの曜日」で選んで"), ("土日・祝", "「休みの曜日」で選んで"), ("8/13、14", "日付がいくつも"), ("8/13・14・15", "日付がいくつも"), ("2026/12/29 2027/1/3", "日付がいくつも"),
        ("8/13〜", "終わりが読めません"), ("12/29 年末年始 6日間", "終わりが読めません"), ("8/13〜夏", "終わりが読めません"), ("8/13 13:00〜17:00 停電", "終わりが読めません"), ("〜8/16", "始まりが読めません"), ("8/16まで", "始まりが読めません"), ("8/13〜32", "暦にありません"), ("8/16〜13", "60日まで"),
        ("26/8/13", "日付がありません"), ("1999/8/13", "暦にありません"), ("8/13 " + "長" * 61, "60文字まで"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_says_which(as_alice: Any, line: str, told: str) -> None:
    """Counted as the one who typed counts them: empty lines too. Nothing is stored, and all that was typed is still there."""
    typed = f"\n{line}\n12/29〜31 年末"
    answer = as_alice.post("/settings/days-off/", {"action": "add", "days": typed})
    text = html.unescape(answer.content.decode())
    assert answer.status_code == 422 and not DayOff.objects.exists()
    assert f"2行目「{line[:40]}" in text and told in text, text.partition('role="alert"')[2][:200]
    assert f">{typed}</textarea>" in text


def test_the_company_is_closed() -> None:
    monday = D(2026, 11, 30)
    assert company_days().next(monday) == monday
    DayOff.objects.create(day=monday, name="棚卸し")
    assert (company_days().works(monday), company_days().name(monday)) == (False, "棚卸し")
    assert next_day(D(2026, 11, 27)) == D(2026, 12, 1)
    assert (
        GoalDays.of(D(2026, 11, 1), D(2026, 11, 30), monday).total == 18
    )  # 21 weekdays, two holidays, and this one
    CompanyWeek.objects.create(
        pk=1, weekdays=[1], holidays=False
    )  # a shop: closed on Tuesdays, open on holidays
    assert [company_days().works(D(2026, 11, 22) + datetime.timedelta(days=n)) for n in range(9)] == [
        True, True, False, True, True, True, True, True, False,
    ]  # fmt: skip


def test_the_setting(as_alice: Any, alice: Any) -> None:
    drawn = operations.add_entity("保守契約", slug="contracts", by=alice).name
    operations.add_field(drawn, "date", "満了日", {}, by=alice)
    address = "/settings/days-off/"
    answer = as_alice.post(address, {"action": "add", "days": "2026/11/30〜12/1 棚卸し"})
    assert answer.status_code == 302 and DayOff.objects.count() == 2
    for shown in (
        "/calendar/?on=2026-11-30",
        "/calendar/?span=month&on=2026-11-30",
        "/contracts/calendar/?month=2026-11",
    ):
        text = as_alice.get(shown).content.decode()
        assert "棚卸し" in text and " closed" in text, shown
    wrong = as_alice.post(address, {"action": "add", "days": "12/29 休み\n来週"})
    assert wrong.status_code == 422 and "2行目「来週」" in wrong.content.decode()
    nothing = as_alice.post(address, {"action": "add", "days": " \n　"})
    assert nothing.status_code == 422 and "休業日を入力してください" in nothing.content.decode()
    gone = as_alice.post(address, {"action": "remove", "day": "2026-12-01"}, headers=HTMX)
    assert gone.status_code == 200 and DayOff.objects.count() == 1
    back = gone.headers["HX-Trigger"].split('"undo_url": "')[1].split('"')[0]
    assert as_alice.post(back, headers=HTMX).status_code == 204
    assert DayOff.objects.get(day=D(2026, 12, 1)).name == "棚卸し"
    as_alice.post(address, {"action": "week", "weekday": ["2", "6"], "holidays": "1"})
    assert CompanyWeek.objects.get().weekdays == [2, 6]
    refused = as_alice.post(address, {"action": "week", "weekday": list("0123456")})
    assert refused.status_code == 422 and CompanyWeek.objects.get().weekdays == [2, 6]


def test_admins_only(as_bob: Any, as_carol: Any) -> None:
    before = snapshot()
    for client in (as_bob, as_carol):
        assert client.get("/settings/days-off/").status_code == 403
        for action in ("week", "add", "remove", "restore"):
            assert client.post("/settings/days-off/", {"action": action, "days": "12/29"}).status_code == 403
    assert changed_tables(before, snapshot()) == []
