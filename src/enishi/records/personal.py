"""What is held about one person: given out as one file, made anonymous, and not kept longer than its time.

The law on the protection of personal information (個人情報保護法) gives a person the right to see what is held (Art. 33) and to have
it no longer used (Art. 35), and asks to erase without delay what is no longer needed (Art. 22). What other laws ask to be kept
(deals and amounts: seven years by tax law, 法人税法施行規則 Art. 59) stays, without the person's name.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import AccessLog, User
from enishi.access.rights import log_access
from enishi.kit.hooks import Hook
from enishi.records import registry, scope, search, timeline, write
from enishi.records.entity import Entity
from enishi.records.errors import NotFound
from enishi.records.fields import FieldKind
from enishi.records.forwards import lead, merged_into
from enishi.records.models import (
    Attachment,
    Event,
    EventSubject,
    FieldDesign,
    Link,
    MergedRow,
    Operation,
)
from enishi.records.visible import one, require

# Kinds whose values tell who somebody is or what was said of him. Choices, yes/no and numbers stay for the figures.
TELLING = frozenset(
    {"text", "long_text", "kana", "telephone", "email", "address", "postal_code", "url", "date", "date_time", "free_choice", "auto_number"}
)  # fmt: skip
STAYS = frozenset({"owner", "account", "honorific"})
YEARS = (1, 2, 3, 5, 7, 10)
MOST = 500
forgotten = Hook(
    "forgotten"
)  # entity, keys: somebody was made anonymous; upper floors forget what they keep of him
SEARCHES = (
    "search",
    "api-read",
    "export",
    "read",
)  # lines of the access log that hold what somebody looked for


def holds_people(entity: Entity) -> bool:
    """Whether records of an entity may be persons: of those that the owner drew, where he says so."""
    return entity.about_people or entity.name in {"account", "contact"}


def is_person(entity: Entity, record: Any) -> bool:
    """Whether a record is about a person: contacts, sole traders and households, and what the owner drew for persons."""
    if entity.name == "account":
        return str(record.kind) in {"sole", "household"}
    return holds_people(entity)


# --- one file ---------------------------------------------------------------------------------------
def held(entity: Entity, record_id: int, *, by: User) -> dict[str, Any]:
    """Everything that is held about a person: his record, what hangs on it, what happened, who looked.

    Raises:
        NotAllowed, NotFound
    """
    require(by, "admin")
    record = one(entity, by, record_id)
    keys = {
        record.pk,
        *merged_into(entity, record.pk),
    }  # what was held of him under another key is of him too
    events = (
        Event.objects.filter(entity=entity.name, record_id__in=keys).select_related("actor").order_by("pk")
    )
    files = _files(entity, record).filter(deleted_at=None).order_by("pk")
    reads = (
        AccessLog.objects.filter(entity=entity.name, record_id__in=keys).select_related("user").order_by("pk")
    )
    return {
        "made_at": timezone.localtime().isoformat(timespec="seconds"),
        "kind": str(entity),
        "title": entity.title(record),
        "fields": _values(entity, record),
        "connected": [
            {"kind": str(other), "title": other.title(row), "fields": _values(other, row)}
            for other, row in {
                (other.name, row.pk): (other, row)
                for other, row in (*connected(entity, record), *_noted(entity, record))
            }.values()
        ],
        "history": [
            {
                "at": event.at.isoformat(timespec="seconds"), "what": timeline.kind_label(event.kind), "by": str(event.actor or ""),
                "changes": [{"field": name, "from": old, "to": new} for name, old, new in timeline.change_lines(entity, event)],
            }
            for event in events
        ],
        "files": [{"name": file.name, "bytes": file.size, "sha256": file.sha256} for file in files],
        "seen_by": [{"at": row.at.isoformat(timespec="seconds"), "by": str(row.user or ""), "how": row.action} for row in reads],
    }  # fmt: skip


def as_file(entity: Entity, record_id: int, *, by: User) -> bytes:
    """`held` as one zip: JSON for programs, HTML for people, and the files. The log keeps that it was made.

    Raises:
        NotAllowed, NotFound
    """
    data = held(entity, record_id, by=by)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("personal-data.json", json.dumps(data, ensure_ascii=False, indent=2))
        archive.writestr("personal-data.html", render_to_string("records/personal_file.html", {"data": data}))
        for file in _files(entity, one(entity, by, record_id)).filter(deleted_at=None):
            path = Path(settings.MEDIA_ROOT) / file.path
            if path.is_file():
                archive.write(path, f"files/{file.pk}-{file.name}")
    log_access(by, "personal-data", entity.name, 1, record_id=record_id)
    return made.getvalue()


def _values(entity: Entity, record: Any) -> list[dict[str, str]]:
    """All of them: also of fields that the company hides or no longer uses."""
    made = [
        {"label": str(found.label), "value": text}
        for found in entity.fields.values()
        if (text := found.value_text(record))
    ]
    return made + [{"label": one.label, "value": str(value)} for one, value in _unused(entity, record)]


def _unused(entity: Entity, record: Any) -> list[tuple[FieldDesign, Any]]:
    """Values of own fields that are out of use: they would come back with the field."""
    held = getattr(record, "custom", None) or {}
    designs = FieldDesign.objects.filter(entity=entity.name).exclude(retired_at=None)
    return [(one, held[one.key]) for one in designs if held.get(one.key) not in (None, "", [])]


def _whose(entity: Entity, record: Any) -> list[tuple[Entity, Any]]:
    """The record with others of the very same person (`Entity.same_person`): the lead he was, what he is called in a channel."""
    made = [(entity, record)]
    for other in registry.all_entities():
        named = [
            found for found in other.references if found.name in other.same_person and found.to == entity.name
        ]
        if named:
            # Where a contact stands before the account, it is he: of a sole trader's account only what names nobody else is his own.
            wanted = reduce(
                or_,
                (
                    Q(
                        **{found.column: record.pk},
                        **{other.field(name).column: None for name in _before(other, found.name)},
                    )
                    for found in named
                ),
            )
            made += [(other, row) for row in other.model._default_manager.filter(wanted).order_by("pk")]
    return made


def _before(entity: Entity, name: str) -> tuple[str, ...]:
    """The references that tell better whose record it is."""
    return entity.same_person[: entity.same_person.index(name)]


def _noted(entity: Entity, record: Any) -> list[tuple[Entity, Any]]:
    """Tasks and activities about this person alone, those in the bin too."""
    made: list[tuple[Entity, Any]] = []
    for each, row in _whose(entity, record):
        for name in ("task", "activity"):
            other = registry.find(name)
            if other is not None:
                every: Any = other.model._default_manager
                rows = every.filter(about=f"{each.name}:{row.pk}").order_by("pk")
                made += [(other, noted) for noted in rows]
    return made


def _files(entity: Entity, record: Any) -> QuerySet[Attachment]:
    """The files on all of these."""
    keys: dict[str, set[int]] = {}
    for each, row in (*_whose(entity, record), *_noted(entity, record)):
        keys.setdefault(each.name, set()).add(row.pk)
    wanted = (Q(entity=name, record_id__in=some) for name, some in keys.items())
    return Attachment.objects.filter(reduce(or_, wanted))


def connected(entity: Entity, record: Any) -> list[tuple[Entity, Any]]:
    """What points to a record: by a reference, by "about", by a connection the owner drew; each once."""
    made: dict[tuple[str, int], tuple[Entity, Any]] = {}
    keys: dict[str, set[int]] = {}
    for link in Link.objects.filter(to_entity=entity.name, to_id=record.pk).exclude(relation="tag"):
        keys.setdefault(link.from_entity, set()).add(link.from_id)
    for link in Link.objects.filter(from_entity=entity.name, from_id=record.pk).exclude(relation="tag"):
        keys.setdefault(link.to_entity, set()).add(link.to_id)
    for other in registry.all_entities():
        rows = other.model._default_manager.filter(deleted_at=None)
        wanted = Q(pk__in=keys.get(other.name, set()))
        for found in other.references:
            if found.to == entity.name and not found.custom:
                wanted |= Q(**{found.column: record.pk})
        for row in rows.filter(wanted).order_by("pk"):
            made[other.name, row.pk] = other, row
    return list(made.values())


# --- anonymous --------------------------------------------------------------------------------------
@dataclass
class Plan:
    """What anonymising would take away, and what stays and why."""

    goes: list[tuple[str, str]] = field(default_factory=list)  # what, its value
    stays: list[tuple[str, str]] = field(default_factory=list)  # what, why


def telling(entity: Entity) -> list[FieldKind]:
    """The fields of a record that tell who somebody is."""
    return [
        found
        for found in entity.fields.values()
        if (found.kind in TELLING or found.name == entity.title_field)
        and (found.editable or found.name == entity.title_field)
        and found.name not in STAYS
        and not found.linked
        and not found.computed
        # When something was due or done tells nobody.
        and not (found.kind in {"date", "date_time"} and not found.custom and found.name != "birthday")
    ]


def plan(entity: Entity, record_id: int, *, by: User) -> Plan:
    """The dry run.

    Raises:
        NotAllowed, NotFound: also where the record is about no person.
    """
    require(by, "admin")
    record = one(entity, by, record_id)
    if not is_person(entity, record):
        raise NotFound
    made = Plan()
    for found in telling(entity):
        text = found.value_text(record)
        if text:
            made.goes.append((found.label, text))
    made.goes += [
        (found.label, str(value)) for found, value in _unused(entity, record) if found.kind in TELLING
    ]
    files = _files(entity, record)
    made.goes += [(_("ファイル"), file.name) for file in files[:50]]
    same = _whose(entity, record)[1:]
    made.goes += [
        (f"{other}: {other.title(row)}", _("同じ人の記録なので、名前・連絡先・メモ")) for other, row in same
    ]
    own = {(other.name, row.pk) for other, row in same}
    changes = Event.objects.filter(entity=entity.name, record_id=record.pk).count()
    made.goes.append((_("変更履歴の中の値"), _("%(n)d件") % {"n": changes}))
    for other, row in connected(entity, record)[:MOST]:
        what = f"{other}: {other.title(row)}"
        if (other.name, row.pk) in own:
            continue
        if other.name in {"task", "activity"} and _only_about(other, row, entity, record):
            made.goes.append((what, _("本文とメモ")))
        elif other.name in {"task", "activity"}:
            made.stays.append((what, _("ほかの記録についての内容でもあるため。必要なら手で直してください。")))
        elif other.name == "deal":
            made.stays.append(
                (what, _("取引の記録は法令で7年間の保存が必要なため（法人税法施行規則59条）。"))
            )
        elif other.rights_through:
            made.stays.append((what, _("いつどこに所属していたかだけが、名前なしで残ります。")))
        else:
            made.stays.append(
                (what, _("別の記録なので、中身は変わらず、この人とのつながりだけが名前なしで残ります。"))
            )
    made.stays.append(
        (
            _("閲覧と書き出しの記録"),
            _("誰が見たかを後から確かめるため。この人の氏名・電話・メールをそのまま検索した言葉は消します。"),
        )
    )
    made.stays.append((_("これまでのバックアップと、取り込みに使った元のファイルや取り込めなかった行"), _("この画面からは変えられません。保存期間が過ぎたら消してください。")))  # fmt: skip
    return made


def _only_about(other: Entity, row: Any, entity: Entity, record: Any) -> bool:
    """Whether a task or activity is about this person alone."""
    return str(getattr(row, "about", "")) == f"{entity.name}:{record.pk}"


def nameless(record: Any) -> str:
    """What an anonymous record is called."""
    return _("匿名 %(n)d") % {"n": record.pk}


def anonymise(entity: Entity, record_id: int, *, by: User) -> None:
    """Takes away what tells who somebody is, from his record, its history, its files, and what was noted about him alone. Connections and
    figures stay. It can't be undone.

    Raises:
        NotAllowed, NotFound, Refused
    """
    plan(entity, record_id, by=by)  # asks for the right and for a person
    with registry.whole(), transaction.atomic():
        record = entity.model._default_manager.select_for_update().get(pk=record_id)
        names = [found.name for found in telling(entity)]
        operation = Operation.objects.create(kind="anonymise", user=by, summary=_("%(entity)sを匿名化") % {"entity": entity})  # fmt: skip
        whose = _whose(entity, record)
        for other, row in whose:
            # What it was before others were merged into it is kept for the way back, which is closed now.
            MergedRow.objects.filter(entity=other.name, survivor=row.pk).delete()
            _forget_in_log(other, row)
        for file in _files(entity, record):
            _erase(file)
        for other, row in (*_noted(entity, record), *whose[1:], whose[0]):
            _empty(other, row, by, operation)
        for other, row in whose[1:]:
            _forget_in_references(other, row.pk)
        for other, row in whose:
            forgotten.send(entity=other, keys=[row.pk, *merged_into(other, row.pk)])
        for other, row in whose:
            for old in other.model._default_manager.filter(pk__in=merged_into(other, row.pk)):
                _forget_in_log(other, old)
                _empty(other, old, by, operation)
                _forget_in_references(other, old.pk)
                _forget_names(other, old.pk)
        for other, row in connected(entity, record):  # their words in the search hold his name
            search.index(other, [row])
        _forget_in_references(entity, record.pk)
        event = Event.objects.create(
            kind="anonymised", entity=entity.name, record_id=record.pk, actor=by, data={"fields": names}
        )
        scope.place(entity, [(record, event)])
        # The operation's changes tell nothing any more; taking it back would bring back nothing.
        operation.undone_at = timezone.now()
        operation.save(update_fields=["undone_at"])
        log_access(by, "anonymise", entity.name, 1, record_id=record.pk)


def _empty(entity: Entity, record: Any, by: User, operation: Operation) -> None:
    """Empties a record's telling fields and forgets their earlier values."""
    values: dict[str, Any] = {}
    parts = {"family_name", "given_name", "family_kana", "given_kana"}
    for found in telling(entity):
        if found.name == entity.title_field:
            values[found.name] = nameless(record)
        elif not (found.required or found.filled) or found.name in parts:
            values[found.name] = found.empty_value()
    if "family_name" in entity.fields:
        values |= {"family_name": nameless(record), "given_name": ""}
    if entity.name == "activity":
        values = {"text": _("（匿名化されました）")}
    record.refresh_from_db()
    unused = [found.key for found, _value in _unused(entity, record) if found.kind in TELLING]
    if unused:
        record.custom = {name: value for name, value in record.custom.items() if name not in unused}
        entity.model._default_manager.filter(pk=record.pk).update(custom=record.custom)
    write.write_many(
        entity, [(record, values)], by=by, operation=operation, cleaned=True, internal=True, check=False
    )
    forget = {*values, *parts, *unused}
    events = list(Event.objects.filter(entity=entity.name, record_id=record.pk))
    _forget(events, lambda _event: forget)


def _forget(events: Iterable[Event], names: Any) -> None:
    """Takes values and the names behind keys out of what happened; that it happened stays."""
    changed = []
    for event in events:
        data, hit = event.data, False
        for name in names(event):
            if name in data.get("changes", {}):
                data["changes"][name], hit = [None, None], True
            if name in data.get("labels", {}):
                data["labels"][name], hit = ["—", "—"], True
        for name in {"name", "title"} & set(data):  # of a file; of what was deleted
            data[name], hit = "—", True
        if hit:
            changed.append(event)
    Event.objects.bulk_update(changed, ["data"], batch_size=500)


def _forget_names(entity: Entity, key: int) -> None:
    """A merged record's names in the events of the merge."""
    told = Q(entity=entity.name, record_id=key) | Q(subjects__entity=entity.name, subjects__record_id=key)
    survivors = lead(entity, [key])
    told |= Q(entity=entity.name, record_id__in=survivors.values())
    changed = []
    for event in Event.objects.filter(told, kind="merged").distinct():
        event.data = {name: value for name, value in event.data.items() if name not in {"title", "merged"}}
        changed.append(event)
    Event.objects.bulk_update(changed, ["data"], batch_size=500)
    Operation.objects.filter(events__in=changed).update(summary=_("統合"))


def _forget_in_references(entity: Entity, key: int) -> None:
    """Other records' histories kept the person's name beside the key when a reference changed."""
    for other in registry.all_entities():
        pointing: list[Any] = [*other.references, *other.linked]
        for found in pointing:
            if found.to != entity.name:
                continue
            mine = EventSubject.objects.filter(entity=entity.name, record_id=key, event=OuterRef("pk"))
            direct = Q(**{f"data__changes__{found.name}__0": key}) | Q(
                **{f"data__changes__{found.name}__1": key}
            )
            rows = Event.objects.filter(entity=other.name).filter(direct | Q(Exists(mine)))
            _forget_labels(rows, found.name)


def _forget_labels(rows: QuerySet[Event], name: str) -> None:
    changed = []
    for event in rows.iterator(chunk_size=500):
        if name in event.data.get("labels", {}):
            event.data["labels"][name] = ["—", "—"]
            changed.append(event)
    Event.objects.bulk_update(changed, ["data"], batch_size=500)


def _erase(file: Attachment) -> None:
    path = Path(settings.MEDIA_ROOT) / file.path
    # Who opened it stays; what it was called is mostly after whom it is about.
    opened = AccessLog.objects.filter(action="file", entity=file.entity, record_id=file.record_id)
    opened.update(detail=_("（匿名化されました）"))
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    file.delete()


def _forget_in_log(entity: Entity, record: Any) -> None:
    """The words by which somebody looked for him, as they were typed or asked over the API: his whole name, his numbers and addresses, with
    and without what stands between. A single word of three letters and less is everybody's."""
    title = entity.title(record)
    told = {
        found.value_text(record) for found in telling(entity) if found.kind in {"telephone", "email", "kana"}
    }
    whole = {one for one in {title, *told} if len(one) > 3 or len(one.split()) > 1}
    words = {mark.join(one.split()) for one in whole for mark in (" ", "\u3000", "")}
    words |= {one.replace("-", "") for one in words}
    # What is left of "- -", or of two Latin letters, would be in everybody's lines; 森 茜 would not.
    bare = {one: one.replace(" ", "").replace("\u3000", "") for one in words}
    words = {
        one
        for one in words
        if len(bare[one]) > 2 or (len(bare[one]) == 2 and not re.search(r"[\x00-\x7f]", bare[one]))
    }
    spelled = Q()
    for word in words:
        escaped = json.dumps(word)[1:-1]  # as programs write what they ask for: \\u6843
        for text in (word, quote(word), quote_plus(word), escaped, quote(escaped)):
            spelled |= Q(detail__icontains=text)
    if words:
        searched = AccessLog.objects.filter(spelled, action__in=SEARCHES)
        searched.update(detail=_("（匿名化されました）"))
