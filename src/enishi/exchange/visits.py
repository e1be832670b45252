"""Logs of visits, calls and meetings (訪問日, 訪問先, 面談者, 内容, 結果): each row is an activity of a customer."""

import datetime
import re
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.exchange import contents, headings
from enishi.exchange.headings import key
from enishi.japanese import wareki
from enishi.japanese.text import fold
from enishi.records import registry

if TYPE_CHECKING:
    from enishi.exchange.mapping import Plan
    from enishi.exchange.parsed import Parsed
    from enishi.exchange.sheet import Column, Sheet

# The day of such a row, which makes a log of a sheet; and days that are it only in one.
DAYS = "訪問日 訪問日時 訪問年月日 活動日 活動日時 商談日 商談日時 商談実施日 面談日 面談日時 架電日 架電日時 通話日 通話日時 打合せ日 打ち合わせ日 打合せ日時 対応日 対応日時 応対日 応対日時 来訪日 報告日 日報日 接触日 コンタクト日 visit_date call_date meeting_date activity_date date_of_visit"
WORDS = {
    "activity.at": f"{DAYS} 日付 日時 年月日 月日 実施日 date datetime",
    "account.name": "訪問先 訪問先名 訪問先会社 訪問先企業 訪問企業 訪問会社 商談先 商談先名 面談先 架電先 架電先名 相手先 相手先名 対応先 相手",
    "contact.name": "面談者 面談者名 面談相手 面談相手名 商談相手 応対者 応対者名 先方 先方担当 先方担当者 先方ご担当者 先方出席者 先方面談者 会った人 訪問相手 お相手 通話相手 visited_person met",
    "activity.owner": "訪問者 訪問者名 訪問担当 訪問担当者 訪問員 報告者 報告者名 活動者 実施者 架電者 対応者 対応者名 記録者 記入者 担当 担当者 担当者名 営業 営業担当 営業担当者 当社担当 当社担当者 弊社担当 visitor visited_by reporter owner",
    "activity.text": "内容 訪問内容 商談内容 面談内容 活動内容 対応内容 応対内容 通話内容 報告内容 報告 打合せ内容 議事 議事録 詳細 記録 メモ report text details",
    "activity.outcome": "結果 訪問結果 商談結果 活動結果 面談結果 対応結果 架電結果 成果 outcome result",
    "activity.kind": "種別 種類 活動種別 活動種類 対応種別 対応方法 手段 活動区分 訪問区分 区分 type",
}  # fmt: skip
_TARGETS = {key(word): target for target, words in WORDS.items() for word in reversed(words.split())}
_DAYS = {key(word) for word in DAYS.split()}
DAY_ONLY = re.compile(r"^\s*\d{1,2}\s*[月/.-]\s*\d{1,2}\s*日?\s*(\([月火水木金土日]\))?$")
_HOUR = re.compile(
    r"^\s*(?P<half>午前|午後|am|pm)?\s*(?P<hour>[01]?\d|2[0-3])(?::|時)(?P<minute>[0-5]\d)?分?(?:\s*[~～〜-].*)?$"
)
_LEADING_DAY = re.compile(
    r"^\s*(?:(?P<year>20\d\d)[/.年-])?(?P<month>\d{1,2})[/.月-](?P<day>\d{1,2})日?(?!\d)\s*(?:\([月火水木金土日]\))?"
)
_HOURS = {
    key(word)
    for word in "時間 時刻 開始 開始時間 開始時刻 訪問時間 訪問時刻 面談時間 商談時間 架電時間 対応時間 time start".split()
}
_PLAIN_DAYS = {key(word) for word in "日付 日時 年月日 月日 実施日 date datetime".split()}
_KINDS = (("訪問", "visit"), ("visit", "visit"), ("来訪", "visit"), ("架電", "call"), ("通話", "call"), ("電話", "call"), ("call", "call"), ("商談", "meeting"), ("面談", "meeting"), ("打", "meeting"), ("会議", "meeting"), ("meeting", "meeting"))  # fmt: skip
# What a task's name says of its kind: one word of these in it.
_TASKS = (("訪問", "visit"), ("電話", "call"), ("架電", "call"), ("tel", "call"), ("打合", "meeting"), ("打チ合", "meeting"), ("商談", "meeting"), ("会議", "meeting"), ("面談", "meeting"), ("メール", "mail"), ("見積提出", "document"), ("資料送付", "document"))  # fmt: skip


def target_of(sheet: "Sheet", column: "Column") -> str:
    """What a column is in a log."""
    head = key(column.heading)
    if head in _TARGETS:
        return _TARGETS[head]
    found = sheet.meaning[column.index]
    for target in ("account.name", "contact.name", "contact.title", "contact.department"):
        if tuple(target.split(".")) in found:
            return target
    if any(name == "owner" for _entity, name in found):
        return "activity.owner"
    if head in headings.NEXT:
        return next((f"task.{name}" for entity, name in found if entity == "task"), "")
    return ""


def is_log(sheet: "Sheet") -> bool:
    """Whether the rows are things done: a day of it, a customer, and what was said or came of it."""
    met = any(_TARGETS.get(key(one.heading)) in {"account.name", "contact.name"} for one in sheet.columns)
    wanted = _DAYS | _PLAIN_DAYS if met else _DAYS  # 日付 beside 訪問先 is the day of the visit
    days = [
        one for one in sheet.columns
        if key(one.heading) in wanted and sheet.share(one.index, contents.is_date) >= 0.5
    ]  # fmt: skip
    if not days or sheet.only("deal", "name", "amount", "expected_close", "code"):
        return False
    found = {target_of(sheet, one) for one in sheet.columns}
    ledger = sum(
        any(name in {"address", "postal_code", "phone", "email", "birthday"} for _entity, name in meaning)
        for meaning in sheet.meaning.values()
    )
    return (
        bool(found & {"account.name", "contact.name"})
        and bool(found & {"activity.text", "activity.outcome"})
        and ledger < 2
    )


def assign(sheet: "Sheet") -> None:
    """Gives the columns of a log their targets; what nothing is said of stays for the text."""
    taken: set[str] = set()
    strong = [one for one in sheet.columns if key(one.heading) in _DAYS]
    for column in [*strong, *(one for one in sheet.columns if one not in strong)]:
        target = target_of(sheet, column)
        if key(column.heading) in _HOURS and sheet.share(column.index, is_hour) > 0.5:
            column.target = "activity.at"
            continue
        if target in taken and target != "activity.text":
            target = ""
        column.target = target
        taken.add(target)


def is_text(heading: str) -> bool:
    """Whether a heading says only that its column is the text itself."""
    return _TARGETS.get(key(heading)) == "activity.text"


def kind_of(plan: "Plan") -> str:
    """What the rows of a log are where they don't say it themselves: by the heading of the day, the sheet's name."""
    days = [one.heading for one in plan.columns if one.target == "activity.at"]
    met = [
        one.heading for one in plan.columns if one.target in {"account.name", "contact.name", "activity.text"}
    ]
    for told in (" ".join([*days, plan.table]), " ".join(met)):  # 日付 beside 訪問先
        if kind := next((kind for word, kind in _KINDS if word in told.lower()), ""):
            return kind
    return "note"


def finish(parsed: "Parsed", kind: str) -> None:
    """Completes a row of a log: its kind; what is next, as a task of the customer."""
    values = parsed.values.setdefault("activity", {})
    values.setdefault("kind", kind)
    if not values.get("at"):
        parsed.errors.append(_("活動の日付がありません。"))
    task: dict[str, Any] = parsed.values.get("task", {})
    if task.get("name") and not task.get("due_at") and values.get("at"):
        _begin_with_day(task, timezone.localtime(values["at"]).date())
    if task.get("due_at") and not task.get("name"):
        task["name"] = _("次回訪問") if kind == "visit" else _("次回の予定")
        task.setdefault("kind", kind if kind != "note" else "todo")


def _begin_with_day(task: dict[str, Any], after: datetime.date) -> None:
    """Of 「10/15 見積持参」 the day is when it is due, the rest its name; without a year the next such day after the row's own."""
    found = _LEADING_DAY.match(fold(task["name"]))
    if found is None:
        return
    year, month, day = int(found["year"] or after.year), int(found["month"]), int(found["day"])
    try:
        due = datetime.date(year, month, day)
        if not found["year"] and due < after:
            due = datetime.date(year + 1, month, day)
    except ValueError:
        return
    task["due_at"] = registry.get("task").field("due_at").clean(due.isoformat())
    if rest := task["name"][len(found[0]) :].strip(" 　、,:："):
        task["name"] = rest
    else:
        del task["name"]


def is_hour(cell: Any) -> bool:
    """10:30, 14時, 午後2時15分."""
    return isinstance(cell, str) and bool(_HOUR.match(fold(cell)))


def moment(cell: str, held: Any = None) -> Any:
    """A cell of a log's day as the field takes it. A day without its year (11月4日, 11/4) is the last such day: what was done lies
    behind us. An hour beside the day (`held`) goes to it."""
    if hour := _HOUR.match(fold(cell)):
        if not isinstance(held, datetime.datetime):
            return ""
        number = int(hour["hour"]) + (12 if hour["half"] in {"午後", "pm"} and int(hour["hour"]) < 12 else 0)
        return timezone.localtime(held).replace(hour=number % 24, minute=int(hour["minute"] or 0))
    if not DAY_ONLY.match(fold(cell)):
        return cell
    today = timezone.localdate()
    found = wareki.parse_date(cell, today.year)
    if found and found > today:
        found = wareki.parse_date(cell, today.year - 1)
    return found.isoformat() if found else cell


def kind_of_task(name: str) -> str:
    """The kind that a task's name says (訪問, 電話), "" where it says none."""
    text = fold(name)
    return next((kind for word, kind in _TASKS if fold(word) in text), "")
