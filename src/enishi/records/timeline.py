"""What happened to a record, newest first, ready to be shown."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from enishi.access.models import User
from enishi.access.names import user_names
from enishi.records import registry
from enishi.records.attachments import concealed
from enishi.records.entity import Entity
from enishi.records.fields import AnyRecord, FieldKind, Linked, Reference
from enishi.records.fields.any_record import parse
from enishi.records.limits import unseen
from enishi.records.models import Attachment, Event, EventSubject
from enishi.records.prepared import fetch, fetch_keys, first
from enishi.records.visible import sees_all, shape, within

# kind: (label, icon, tone, group)
KINDS: dict[str, tuple[Any, str, str, str]] = {
    "created": (_("登録"), "plus", "grey", "history"),
    "changed": (_("項目の変更"), "pencil", "grey", "history"),
    "anonymised": (_("匿名化"), "user", "grey", "history"),
    "deleted": (_("削除"), "trash-2", "red", "history"),
    "merged": (_("統合"), "merge", "accent", "history"),
    "unmerged": (_("統合を元に戻す"), "undo-2", "grey", "history"),
    "restored": (_("ごみ箱から復元"), "undo-2", "grey", "history"),
    "stage": (_("ステージ変更"), "arrow-left-right", "green", "deals"),
    "note": (_("メモ"), "sticky-note", "grey", "talk"),
    "call": (_("電話"), "phone", "accent", "talk"),
    "visit": (_("訪問"), "map-pin", "accent", "talk"),
    "meeting": (_("打ち合わせ"), "users", "accent", "talk"),
    "mail": (_("メール"), "mail", "accent", "talk"),
    "task": (_("タスク登録"), "square-check", "grey", "tasks"),
    "task_done": (_("タスク完了"), "check", "green", "tasks"),
    "status": (_("書類の状態"), "file-text", "green", "deals"),
    "payment": (_("入金"), "japanese-yen", "green", "deals"),
    "file": (_("ファイル"), "paperclip", "grey", "files"),
}
GROUPS = (
    ("", _("すべて")),
    ("talk", _("やりとり")),
    ("tasks", _("タスク")),
    ("deals", _("案件")),
    ("files", _("ファイル")),
    ("history", _("変更履歴")),
)
PAGE = 25
FEW, MOST_READ = 5, 20  # shown at once where a role leaves most out; pages that are read for them


def kind_label(kind: str) -> str:
    """The word for a kind of event."""
    return str(KINDS[kind][0]) if kind in KINDS else kind


@dataclass
class Item:
    """One line of a timeline."""

    event: Event
    label: str
    icon: str
    tone: str
    actor: str
    lines: list[tuple[str, str, str]] = field(default_factory=list)  # field, old, new
    source: Any = None  # the activity, task … the event is about, where it is another record
    source_entity: Entity | None = None
    source_title: str = ""
    source_url: str = ""
    attachment: Attachment | None = None
    undoable: bool = False
    note: str = ""


@dataclass
class Page:
    """A page of a timeline, the cursor of the next one ("" at the end), and the newest event where the page begins with it."""

    items: list[Item]
    following: str
    newest: int | None


def items(
    entity: Entity, record_id: int, user: User, *, group: str = "", before: str = ""
) -> tuple[list[Item], str]:
    """`page`'s lines and cursor.

    Raises:
        ValueError: the cursor is not one of ours.
    """
    found = page(entity, record_id, user, group=group, before=before)
    return found.items, found.following


def _concealed(events: Iterable[Event]) -> set[int]:
    """The files of these events that hang on fields which the person being served doesn't see."""
    keys: dict[str, set[int]] = {}
    for event in events:
        if "file" in event.data:
            keys.setdefault(event.entity, set()).add(event.record_id)
    seen = ((registry.find(name), some) for name, some in keys.items())
    return set().union(*(concealed(other, some) for other, some in seen if other is not None))


def page(entity: Entity, record_id: int, user: User, *, group: str = "", before: str = "") -> Page:
    """A page of a record's timeline, newest first. What happened to other records that the person may not see is left out.

    Raises:
        ValueError: the cursor is not one of ours.
    """
    behind: tuple[Any, ...] = ()
    if before:
        at, _bar, key = before.rpartition("_")
        try:
            moment, last = datetime.datetime.fromisoformat(at).astimezone(datetime.UTC), int(key)
        except OverflowError:
            raise ValueError(before) from None
        if not 0 <= last < 2**63:
            raise ValueError(before)
        behind = moment, last
    items: list[Item] = []
    newest = None
    for reading in range(MOST_READ):
        rows = fetch(("timeline", group), partial(_page, group), entity.name, record_id, *behind)
        if not reading and not group and not before:
            newest = rows[0].event_id if rows else 0
        more = rows[PAGE - 1] if len(rows) > PAGE else None
        items += _dress(entity, record_id, [row.event for row in rows[:PAGE]], user)
        if more is None or len(items) >= FEW:
            break
        behind = (
            more.at,
            more.event_id,
        )  # of these the person sees next to none: what he may see stands further back
    following = f"{more.at.isoformat()}_{more.event_id}" if more else ""
    return Page(items, following, newest)


def _page(group: str, entity: Any, key: Any, moment: Any = None, last: Any = None) -> Any:
    rows = EventSubject.objects.filter(entity=entity, record_id=key)
    if group:
        rows = rows.filter(kind__in=[kind for kind, entry in KINDS.items() if entry[3] == group])
    if moment is not None:
        rows = rows.filter(at__lte=moment).filter(Q(at__lt=moment) | Q(event_id__lt=last))
    return rows.order_by("-at", "-event_id").select_related("event")[: PAGE + 1]


def stamp(entity: Entity, record: Any, newest: int | None = None) -> str:
    """Changes whenever something new happened to the record; `newest`: its last event, where that is known."""
    if newest is None:
        last = first("last event", _last_event, entity.name, record.pk)
        newest = last[0] if last else 0
    return f"{record.version}.{newest}"


def _last_event(entity: Any, key: Any) -> Any:
    rows = EventSubject.objects.filter(entity=entity, record_id=key)
    return rows.order_by("-at", "-event_id").values_list("event_id")[:1]


def _dress(entity: Entity, record_id: int, events: list[Event], user: User) -> list[Item]:
    """Loads what the events are about: one query per entity, whatever the number of events."""
    wanted: dict[str, set[int]] = {}
    for event in events:
        if (event.entity, event.record_id) != (entity.name, record_id):
            wanted.setdefault(event.entity, set()).add(event.record_id)
    loaded: dict[tuple[str, int], Any] = {}
    for name, keys in wanted.items():
        other = registry.find(name)
        if other is not None:
            asked = shape(other, user, "timeline")
            for row in fetch_keys(asked, partial(_sources, other, user), sorted(keys)):
                loaded[name, row.pk] = row
    files = Attachment.objects.in_bulk([event.data["file"] for event in events if "file" in event.data])
    hidden = _concealed(events) if files else set()
    names = user_names()
    made = []
    for event in events:
        if event.data.get("file", 0) in hidden:
            continue
        label, icon, tone, _group = KINDS.get(event.kind, (event.kind, "circle", "grey", ""))
        other = registry.find(event.entity)
        source = loaded.get((event.entity, event.record_id))
        elsewhere = (event.entity, event.record_id) != (entity.name, record_id)
        if elsewhere and source is None and (other is None or not sees_all(other, user)):
            continue
        item = Item(event, str(label), icon, tone, names.get(event.actor_id or 0, ""))
        item.attachment = files.get(event.data.get("file", 0))
        if source is not None and other is not None:
            item.source, item.source_entity = source, other
            item.source_title, item.source_url = other.title(source), other.url(source.pk)
        if other is not None:
            item.lines = change_lines(other, event)
            item.note = other.event_words(event)
        item.undoable = bool(event.data.get("changes")) and event.kind in {"changed", "stage", "task_done"}
        made.append(item)
    return made


def _sources(other: Entity, user: User, keys: list[int]) -> Any:
    rows = within(other, user, other.model._default_manager.filter(pk__in=keys))
    return rows.select_related(*other.pointers)


def change_lines(
    entity: Entity, event: Event, *, names: Callable[[str], bool] = lambda _entity: True
) -> list[tuple[str, str, str]]:
    """(field, old, new) in words for each value the event changed; names are those of that time, of records that the person may see.

    Args:
        names: of which entities (by name) a record's name may be told at all.
    """
    lines = []
    labels = event.data.get("labels", {})
    for name, (old, new) in event.data.get("changes", {}).items():
        found = entity.fields.get(name) or entity.retired.get(name)
        if found is None:
            continue
        words = told(found, (old, new), labels.get(name), names)
        lines.append((found.label, words[0], words[1]))
    return lines


def told(
    found: FieldKind,
    pair: tuple[Any, Any],
    labels: list[str] | None,
    names: Callable[[str], bool] = lambda _entity: True,
) -> list[str]:
    """A stored old and new value in words; `labels` are the names of the records that they pointed to at that time."""
    if labels is None:
        return [found.text(found.from_json(value)) for value in pair]
    return [
        _t("（権限なし）") if _untold(found, value, names) else word
        for word, value in zip(labels, pair, strict=True)
    ]


def _untold(found: FieldKind, value: Any, names: Callable[[str], bool]) -> bool:
    """Whether a stored value points to a record whose name isn't for the person who reads it."""
    pairs: list[tuple[str, int]] = []
    if isinstance(found, Linked):
        pairs = [(found.to, int(key)) for key, _role in value or ()]
    elif isinstance(found, Reference):
        pairs = [(found.to, value)] if value else []
    elif isinstance(found, AnyRecord):
        pair = parse(value) if isinstance(value, str) else None
        pairs = [pair] if pair else []
    return any(not names(name) or unseen(registry.find(name), [key]) for name, key in pairs)
