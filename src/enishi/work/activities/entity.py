"""How activities look and behave: calls, visits, meetings, notes and mails written by hand."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.records import journal, registry
from enishi.records.entity import Entity, ImportHint, Preset, Section
from enishi.records.fields import AnyRecord, Choice, DateTime, FieldKind, LongText, Number, Option, Reference
from enishi.records.fields.any_record import titles
from enishi.records.models import Link
from enishi.records.registry import register
from enishi.work import about
from enishi.work.models import Activity

KINDS = (
    Option("note", _("メモ"), "grey", ("note", "memo")),
    Option("call", _("電話"), "accent", ("架電", "受電", "call")),
    Option("visit", _("訪問"), "accent", ("visit", "来訪", "来店")),
    Option("meeting", _("打ち合わせ"), "accent", ("商談", "会議", "meeting")),
    Option("mail", _("メール"), "accent", ("mail", "email")),
)
OUTCOMES = (
    Option("success", _("成功"), "green", ("成果あり", "success")),
    Option("ongoing", _("継続"), "accent", ("次回あり", "ongoing")),
    Option("declined", _("見送り"), "grey", ("失敗", "declined")),
    Option("absent", _("不在"), "amber", ("留守", "absent")),
)


class People(FieldKind):
    """会った人: contacts who were there, as a list of keys."""

    kind = "contacts"
    template = "components/input_contacts.html"
    operators = ("empty", "not_empty")
    empty: list[int] = []
    lists = "contact"

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "integer", "minimum": 1}, "maxItems": 50}

    def clean(self, raw: Any) -> list[int]:
        if raw is None or raw == "":
            return []
        self.check_type(raw, list, str)
        parts = raw if isinstance(raw, list) else raw.split(",")
        try:
            keys = sorted({int(part) for part in parts if str(part).strip()})
        except (ValueError, TypeError):
            raise ValidationError(
                _t("会った人の選び方が正しくありません。一覧から選んでください。")
            ) from None
        # Whether the person sees them is asked where he ties them (`checking.check_references`): who was there before may be out of his sight.
        entity = registry.whole_entities()["contact"]
        if (
            len(keys) > 50
            or any(not 0 < key < 2**63 for key in keys)
            or entity.model._default_manager.filter(pk__in=keys, deleted_at=None).count() != len(keys)
        ):
            raise ValidationError(_t("選んだ会った人が見つかりません。選び直してください。"))
        return keys

    def empty_value(self) -> Any:
        return []

    def naming(self, name: str, keys: Sequence[int]) -> Q | None:
        if name != "contact":
            return None
        tied = Link.objects.filter(relation="about", from_entity="activity", to_entity=name, to_id__in=keys)
        return Q(pk__in=tied.values("from_id"))

    def led(self, value: Any, name: str, keys: Iterable[int], to: int) -> Any:
        return sorted({to if key in keys else key for key in value or ()}) if name == "contact" else value

    def text(self, value: Any) -> str:
        if not value:
            return ""
        known = titles({f"contact:{key}" for key in value})
        return _t("、").join(known[one] for key in value if (one := f"contact:{key}") in known)

    def input_text(self, value: Any) -> str:
        return ",".join(map(str, value or []))


@register
class ActivityEntity(Entity):
    """活動."""

    name = "activity"
    slug = "activities"
    code = 5
    model = Activity
    label = pgettext_lazy("entities", "活動")
    icon = "history"
    clonable = False
    hint = _("電話・訪問・打ち合わせの記録です。取引先や案件の画面、または「＋記録」から登録します。")
    title_field = "text"
    default_sort = "-at"
    parent_fields = ("about", "met")
    built_in = (
        Choice("kind", options=KINDS, required=True, default="note", aliases=("種類", "活動種別", "type")),
        AnyRecord("about"),
        DateTime(
            "at", sortable=True, default=timezone.now, aliases=("日時", "活動日", "訪問日", "日付", "date")
        ),
        LongText("text", aliases=("内容", "メモ", "活動内容", "報告", "text")),
        Choice("outcome", options=OUTCOMES, aliases=("結果", "outcome")),
        Number("minutes", least=0, most=100_000, unit=pgettext_lazy("unit", "分")),
        People("met", listed=False),
        Reference("next_task", to="task", editable=False),
    )
    columns = ("kind", "about", "at", "outcome", "owner")
    sections = (
        Section(_("活動"), ("kind", "about", "at", "text", "outcome", "met", "minutes", "owner", "tags")),
    )
    quick_fields = ("kind", "at", "text", "outcome")
    search_fields = ()
    presets = (
        Preset("mine", _("自分の活動"), {"field": "owner", "op": "is", "value": "me"}),
        Preset("visits", _("訪問"), {"field": "kind", "op": "is", "value": "visit"}),
        Preset("month", _("今月"), {"field": "at", "op": "this_month"}),
    )
    imports = ImportHint(together=("about", "text", "at"), note="text")

    def handed_over(self, rows: Any) -> Any:
        return rows.filter(at__gt=timezone.now())  # who made a visit made it

    def title(self, record: Activity) -> str:
        return str(record)

    def search_text(self, record: Activity) -> str:
        return record.text[:1000]

    def parents(self, record: Activity) -> list[tuple[str, int]]:
        return about.places_of([record]).get(record.pk, [])

    def parents_of(self, records: Sequence[Activity]) -> dict[int, list[tuple[str, int]]]:
        return about.places_of(records)

    def created_kind(self, record: Activity) -> str:
        return record.kind

    def event_time(self, record: Activity) -> Any:
        return record.at

    def settle(self, records: Sequence[Activity], changes: Sequence[dict[str, Any]], by: Any) -> None:
        fresh = [record for record, change in zip(records, changes, strict=True) if not change]
        moved = [
            record for record, change in zip(records, changes, strict=True)
            if change and {"about", "met", "deleted_at", "", "at", "kind"} & set(change)
        ]  # fmt: skip
        places = about.tie(self.name, fresh, new=True) if fresh else set()
        if moved:
            places |= about.tie(self.name, moved, new=False)
            self._move_events(moved)
        about.refresh(places)

    @staticmethod
    def _move_events(records: Sequence[Activity]) -> None:
        """The event of a visit stands at the visit's time and kind, also after these were corrected."""
        from enishi.records.models import Event, EventSubject

        for record in records:
            first = Event.objects.filter(entity="activity", record_id=record.pk, version=1).first()
            if first is not None and (first.at, first.kind) != (record.at, record.kind):
                places = EventSubject.objects.filter(event=first)
                journal.touching(Event, [first.pk])
                Event.objects.filter(pk=first.pk).update(at=record.at, kind=record.kind)
                journal.change_rows(places, at=record.at, kind=record.kind)
