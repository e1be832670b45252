"""How tasks look and behave."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from dateutil.relativedelta import relativedelta
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.records.entity import Entity, ImportHint, Preset, Section
from enishi.records.fields import AnyRecord, Choice, DateTime, LongText, Number, Option, Words, YesNo
from enishi.records.fields.dates import LATEST
from enishi.records.registry import get, register
from enishi.work import about
from enishi.work.models import Task

KINDS = (
    Option("todo", _("作業"), "grey", ("todo", "タスク")),
    Option("call", _("電話"), "accent", ("架電", "call", "tel")),
    Option("visit", _("訪問"), "accent", ("訪問予定", "visit")),
    Option("meeting", _("打ち合わせ"), "accent", ("会議", "商談", "meeting")),
    Option("mail", _("メール"), "accent", ("mail", "email")),
    Option("document", _("書類"), "grey", ("見積提出", "資料送付", "document")),
)
APPOINTMENTS = {"call", "visit", "meeting"}
LONGEST = 24 * 60  # minutes that a task may take in the calendar
STEPS = {
    "daily": relativedelta(days=1),
    "weekly": relativedelta(weeks=1),
    "biweekly": relativedelta(weeks=2),
    "monthly": relativedelta(months=1),
    "yearly": relativedelta(years=1),
}


class Due(DateTime):
    """A due time; a task without a time of day is due on the whole day and shows no time."""

    beside = ("all_day", "done_at")

    def value_text(self, record: Any) -> str:
        text = super().value_text(record)
        return text.rpartition(" ")[0] if text and record.all_day else text

    def cell(self, record: Any) -> str:
        value = self.get(record)
        if value is None:
            return ""
        late = record.done_at is None and is_late(record)
        return f'<span class="{"text-red" if late else ""}">{self.value_text(record)}</span>'


def is_late(task: Task, now: datetime.datetime | None = None) -> bool:
    """Whether the due time has passed: for whole days at their end."""
    if task.due_at is None or task.done_at:
        return False
    now = now or timezone.now()
    if task.all_day:
        return timezone.localtime(task.due_at).date() < timezone.localtime(now).date()
    return task.due_at < now


@register
class TaskEntity(Entity):
    """タスク."""

    not_in_bulk = frozenset({"done_at"})
    name = "task"
    slug = "tasks"
    code = 4
    model = Task
    label = pgettext_lazy("entities", "タスク")
    icon = "square-check"
    hint = _("やること・予定を登録します。期限が近いものは「今日」に並びます。")
    default_sort = "due_at"
    parent_fields = ("about",)
    built_in = (
        Words("name", required=True, aliases=("タスク", "件名", "やること", "内容", "次回アクション", "todo", "task", "subject", "title")),
        Choice("kind", options=KINDS, default="todo", aliases=("種類", "種別", "type")),
        AnyRecord("about"),
        Due("due_at", sortable=True, aliases=("期限", "期日", "予定日", "締切", "次回予定日", "due", "due date", "deadline")),
        YesNo("all_day", default=True, listed=False),
        Number("minutes", least=1, most=LONGEST, listed=False),
        Choice("priority", options=(
            Option("high", _("高"), "red", ("high", "至急")), Option("normal", _("普通"), "grey", ("中", "normal")),
            Option("low", _("低"), "grey", ("low",)),
        ), default="normal", aliases=("優先度", "priority")),
        Choice("repeat", options=(
            Option("daily", _("毎日")), Option("weekly", _("毎週")), Option("biweekly", _("隔週")),
            Option("monthly", _("毎月")), Option("yearly", _("毎年")),
        )),
        DateTime("remind_at"),
        LongText("note", aliases=("メモ", "備考", "note")),
        DateTime("done_at", aliases=("完了日", "done")),
    )  # fmt: skip
    columns = ("kind", "about", "due_at", "priority", "owner", "done_at")
    sections = (
        Section(_("タスク"), ("name", "kind", "about", "due_at", "all_day", "minutes", "priority", "owner", "repeat", "remind_at", "note", "done_at", "tags")),
    )  # fmt: skip
    opening_preset = "mine"
    quick_fields = ("name", "kind", "about", "due_at", "minutes", "owner", "note")
    running: ClassVar = {"field": "done_at", "op": "empty"}
    presets = (
        Preset("open", _("未完了"), {"field": "done_at", "op": "empty"}, "due_at"),
        Preset("mine", _("自分の未完了"), {"all": [
            {"field": "done_at", "op": "empty"}, {"field": "owner", "op": "is", "value": "me"},
        ]}, "due_at"),
        Preset("done", _("完了"), {"field": "done_at", "op": "not_empty"}, "-updated_at"),
    )  # fmt: skip
    uncloned = ("done_at", "due_at", "remind_at")
    imports = ImportHint(together=("about", "name", "due_at"))

    def form_words(self, given: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        if given.get("kind") in APPOINTMENTS:
            return _t("予定を登録"), {"due_at": _t("日時")}
        return "", {}

    def handed_over(self, rows: Any) -> Any:
        return rows.filter(done_at=None)

    def parents(self, record: Task) -> list[tuple[str, int]]:
        return about.places_of([record]).get(record.pk, [])

    def parents_of(self, records: Sequence[Task]) -> dict[int, list[tuple[str, int]]]:
        return about.places_of(records)

    def event_kind(self, changed: dict[str, Any]) -> str:
        return "task_done" if changed.get("done_at", (None, None))[1] else "changed"

    def created_kind(self, record: Task) -> str:
        return "task"

    def prepare(self, record: Task, changed: set[str]) -> None:
        if "due_at" in changed and record.due_at and "all_day" not in changed:
            record.all_day = timezone.localtime(record.due_at).time() == datetime.time()
        if "remind_at" in changed or "due_at" in changed:
            record.reminded_at = None

    def settle(self, records: Sequence[Task], changes: Sequence[dict[str, Any]], by: Any) -> None:
        fresh = [record for record, change in zip(records, changes, strict=True) if not change]
        moved = [
            record for record, change in zip(records, changes, strict=True)
            if change and {"about", "deleted_at", "", "done_at", "due_at", "name"} & set(change)
        ]  # fmt: skip
        places = about.tie(self.name, fresh, new=True) if fresh else set()
        if moved:
            places |= about.tie(self.name, moved, new=False)
        about.refresh(places)
        if by is not None:
            self._repeat(records, changes, by)

    def _repeat(self, records: Sequence[Task], changes: Sequence[dict[str, Any]], by: Any) -> None:
        """A repeating task that was done makes its next one, once: from its due day, past days left out."""
        from enishi.records import write

        for record, change in zip(records, changes, strict=True):
            done = change.get("done_at", (None, None))
            if not (record.repeat and record.due_at and done[0] is None and done[1]) or record.done_by_task:
                continue
            due = next_due(record.due_at, record.repeat, timezone.now())
            if due.year > LATEST.year:
                continue
            held = about.places_of([record])[record.pk][:1]  # nothing where what it was about is gone
            where = f"{held[0][0]}:{held[0][1]}" if held and about.is_alive(*held[0]) else ""
            made = write.create(get("task"), {
                "name": record.name, "kind": record.kind, "about": where, "due_at": due, "all_day": record.all_day, "minutes": record.minutes,
                "priority": record.priority, "repeat": record.repeat, "owner": record.owner_id, "note": record.note,
                "remind_at": due - (record.due_at - record.remind_at) if record.remind_at else None,
            }, by=by).record  # fmt: skip
            record.done_by_task = made.pk
            Task.objects.filter(pk=record.pk).update(done_by_task=made.pk)


def next_due(due: datetime.datetime, repeat: str, now: datetime.datetime) -> datetime.datetime:
    """The next due time after `now`, counted in local time. What is due on a month's last day stays on the last day
    (31 January → 28 February → 31 March; 29 February → 28 February → … → 29 February)."""
    step, first = STEPS[repeat], timezone.localtime(due)
    if repeat in {"monthly", "yearly"} and (first + datetime.timedelta(days=1)).day == 1:
        step = step + relativedelta(day=31)
    times = 1
    while first + step * times <= timezone.localtime(now):
        times += 1
    due_next: datetime.datetime = first + step * times
    return due_next.astimezone(datetime.UTC)
