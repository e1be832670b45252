"""How daily reports and comments on them look and behave."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.access.models import User
from enishi.access.names import user_names
from enishi.japanese.calendar import format_date
from enishi.records.entity import Entity, ImportHint, Preset, Section
from enishi.records.fields import Date, LongText, Moment, Person, Reference, Words
from enishi.records.models import Notification
from enishi.records.registry import get, register
from enishi.work.daily.models import DailyComment, DailyReport


@register
class DailyReportEntity(Entity):
    """日報."""

    name, slug, code, model = "daily_report", "daily-reports", 62, DailyReport
    icon = "notebook-pen"
    clonable = False
    label = pgettext_lazy("entities", "日報")
    hint = _("1日1件の報告です。「日報」の画面で、その日の記録から下書きができます。")
    default_sort = "-day"
    built_in = (
        Words("name", editable=False),
        Date("day", required=True, sortable=True, default=timezone.localdate, aliases=("日付", "報告日")),
        Person("owner", aliases=("担当", "氏名", "報告者")),
        LongText("done", aliases=("今日したこと", "業務内容", "報告")),
        LongText("result", aliases=("成果", "気づき", "所感")),
        LongText("plan", aliases=("次の予定", "明日の予定", "翌日の予定")),
        Moment("submitted_at", editable=False),
    )
    columns = ("owner", "day", "submitted_at", "done", "result")
    sections = (Section(_("日報"), ("day", "owner", "done", "result", "plan", "submitted_at", "tags")),)
    quick_fields = ("day", "done", "result", "plan")
    search_fields = ("done", "result", "plan")
    presets = (
        Preset("mine", _("自分の日報"), {"field": "owner", "op": "is", "value": "me"}),
        Preset("today", _("今日の日報"), {"field": "day", "op": "today"}),
        Preset("submitted", _("提出済み"), {"field": "submitted_at", "op": "not_empty"}),
    )
    imports = ImportHint(together=("owner", "day"), note="done")

    def handed_over(self, rows: Any) -> Any:
        return rows.none()  # who wrote them wrote them

    def prepare(self, record: DailyReport, changed: set[str]) -> None:
        if not record.pk or {"day", "owner"} & changed:
            who = user_names().get(record.owner_id or 0, "")
            record.name = f"{format_date(record.day)} {who}".strip()[:200]

    def check(self, record: DailyReport, changed: set[str]) -> dict[str, list[str]]:
        if record.pk and not {"day", "owner"} & changed:
            return {}
        if record.day > timezone.localdate() + datetime.timedelta(days=1):
            return {"day": [_t("先の日付の日報は書けません。今日までの日付にしてください。")]}
        return {}

    def once(self, record: DailyReport) -> dict[str, Any]:
        return {"owner_id": record.owner_id, "day": record.day}

    def twice(self, record: DailyReport | None = None) -> str:
        return _t("この日の日報はもうあります。一覧から開いて書き足してください。")


@register
class DailyCommentEntity(Entity):
    """日報へのコメント."""

    name, slug, code, model = "daily_comment", "daily-comments", 63, DailyComment
    icon = "message-square"
    rights_through, rights_of = "report", "daily_report"
    label = pgettext_lazy("entities", "日報へのコメント")
    title_field = "text"
    default_sort = "-created_at"
    in_navigation = False
    in_search = False
    has_timeline = False  # it shows on the report's
    built_in = (
        Reference("report", to="daily_report", required=True, carries_up=True),
        LongText("text", required=True),
    )
    columns = ("report", "owner", "created_at")
    sections = (Section(_("コメント"), ("report", "text", "owner")),)
    quick_fields = ("report", "text")

    def title(self, record: DailyComment) -> str:
        return str(record)

    def handed_over(self, rows: Any) -> Any:
        return rows.none()

    def settle(self, records: Sequence[DailyComment], changes: Sequence[dict[str, Any]], by: Any) -> None:
        """Tells the writer, and whoever commented before, each in his language."""
        url = get("daily_report").url
        for record, change in zip(records, changes, strict=True):
            if change:
                continue
            others = DailyComment.objects.filter(report=record.report_id, deleted_at=None)
            told = {record.report.owner_id, *others.values_list("owner_id", flat=True)}
            words = {
                "who": user_names().get(record.owner_id or 0, ""),
                "name": record.report.name,
                "text": str(record),
            }
            made = []
            for reader in User.objects.filter(
                pk__in=[key for key in told if key is not None and key != record.owner_id]
            ):
                with translation.override(reader.language):
                    text = _t("%(who)sさんが日報「%(name)s」にコメントしました: %(text)s") % words
                made.append(
                    Notification(
                        user=reader, text=text[:300], url=url(record.report_id), key=f"daily{record.pk}"
                    )
                )
            Notification.objects.bulk_create(made, ignore_conflicts=True)
