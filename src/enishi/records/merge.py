"""Merging: several records of one entity become one, and nothing that hung on them is lost.

The survivor gets the chosen values, what pointed to the others points to it, the others leave lists and search and their keys lead
to it (`records.forwards`). All of it is one transaction and one operation; every row that it touches is kept as it was
(`records.journal`), so that taking it back (`records.unmerge`) gives back exactly what was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.kit.hooks import Hook
from enishi.records import journal, registry
from enishi.records.checking import (
    Changes,
    Errors,
    apply,
    check_lengths,
    check_references,
    check_unique,
    clean_values,
    held_values,
    merge_errors,
    prepare,
    shown_fields,
)
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import FieldKind
from enishi.records.forwards import pairs_of
from enishi.records.limits import seen_by
from enishi.records.models import (
    Attachment,
    Event,
    EventSubject,
    Forward,
    IdempotencyKey,
    Link,
    MergedRow,
    NotSame,
    Operation,
    SavedView,
)
from enishi.records.proposals import Proposal, left_out_lines, note_field, propose
from enishi.records.rows import insert_rows
from enishi.records.storing import quietly, set_merged, store_changes
from enishi.records.visible import machine, require, visible

MOST, BATCH = 50, 500
merged = Hook("merged")  # upper floors move what they keep by entity and key: entity, keep, gone (keys)
figures = Hook("figures")  # … and compute sums of records anew: entity, keys


@dataclass
class Merged:
    """What a merge made."""

    record: Any
    operation: Operation
    event: Event
    gone: list[int]


def merge(
    entity: Entity,
    keep_id: int,
    other_ids: Sequence[int],
    values: Mapping[str, Any] | None = None,
    *,
    by: User,
    picks: Mapping[str, int] | None = None,
    versions: Mapping[int, int] | None = None,
    keep_unchosen: bool = True,
    operation: Operation | None = None,
) -> Merged:
    """Merges records into the one that stays.

    Args:
        values: raw values by field name that somebody wrote himself.
        picks: by field name the record whose value is taken. What is in neither is as `propose` has it.
        versions: the versions that the person saw; a record that has gone on since is refused.
        keep_unchosen: telephone numbers and mail addresses that no field holds any more go into the note.

    Raises:
        NotAllowed, NotFound, Refused
    """
    asked, entity = seen_by(entity, by), entity.whole
    gone_ids = [key for key in dict.fromkeys(other_ids) if key != keep_id]
    if entity.is_line:
        raise Refused({"": [_("明細だけを統合することはできません。")]})
    if not 1 <= len(gone_ids) < MOST:
        raise Refused({"": [_("統合する記録を2件以上選んでください。")]})
    require(by, "change", entity)
    require(by, "delete", entity)
    cleaned, errors = clean_values(asked, values or {})
    with registry.whole(), transaction.atomic():
        records = _locked(entity, [keep_id, *gone_ids], by, versions or {})
        check_references(entity, cleaned, by, errors)
        proposal = propose(entity, records, keep_id=keep_id)
        wanted = _wanted(proposal, asked, cleaned, picks or {}, keep_unchosen=keep_unchosen)
        operation = operation or Operation.objects.create(
            kind="merge", user=by, summary=_summary(entity, proposal)
        )
        with journal.keeping() as kept, machine():
            event = _merge(proposal, wanted, by, operation, errors)
        _keep(entity, keep_id, operation, kept)
        record = entity.model._default_manager.get(pk=keep_id)
    return Merged(record, operation, event, gone_ids)


def _summary(entity: Entity, proposal: Proposal) -> str:
    names = "、".join(entity.title(record) for record in proposal.others)
    text = _("%(entity)s「%(title)s」に%(names)sを統合") % {
        "entity": entity, "title": entity.title(proposal.keep), "names": names,
    }  # fmt: skip
    return text[:300]


def _locked(entity: Entity, keys: Sequence[int], by: User, versions: Mapping[int, int]) -> list[Any]:
    """The records, locked in the order of their keys, if the person may do all of it with each."""
    rows = visible(entity, by).select_for_update(of=("self",))
    records = list(rows.filter(pk__in=[key for key in keys if 0 < key < 2**63]).order_by("pk"))
    if len(records) != len(keys):
        raise NotFound
    require(by, "change", entity, *records)
    require(by, "delete", entity, *(record for record in records if record.pk != keys[0]))
    for record in records:
        if entity.locked(record, {"deleted_at"}):  # an invoice that was issued stands as it is
            text = _("「%(title)s」は変更できないため、統合できません。")
            raise Refused({"": [text % {"title": entity.title(record)}]})
        if versions.get(record.pk, record.version) != record.version:
            text = _(
                "「%(title)s」は、この画面を開いたあとで変更されました。今の内容をもう一度確かめてください。"
            )
            raise Refused({"": [text % {"title": entity.title(record)}]})
    return records


def _wanted(
    proposal: Proposal,
    asked: Entity,
    cleaned: Mapping[str, Any],
    picks: Mapping[str, int],
    *,
    keep_unchosen: bool,
) -> dict[str, Any]:
    """The survivor's values; what the person doesn't see or may not write is as proposed."""
    made = {name: choice.value for name, choice in proposal.choices.items()}
    for name, record_id in picks.items():
        choice, found = proposal.choices.get(name), asked.fields.get(name)
        value = next((one for one in choice.values if one.record_id == record_id), None) if choice else None
        if value is None or found is None or not (found.editable or found.linked):
            raise Refused({name: [_("選んだ値がありません。画面を開き直してください。")]})
        made[name] = value.value
    entity = proposal.entity
    for name, value in cleaned.items():
        made[name] = entity.fields[name].against(entity.fields[name].get(proposal.keep), value)
    note = note_field(entity)
    if keep_unchosen and note is not None and (lines := left_out_lines(proposal, made)):
        made[note.name] = note.combine([made.get(note.name, ""), lines])
    return made


def _merge(
    proposal: Proposal, wanted: dict[str, Any], by: User, operation: Operation, errors: Errors
) -> Event:
    entity, keep = proposal.entity, proposal.keep
    gone = [record.pk for record in proposal.others]
    before = {found.name: found.get(keep) for found in (*entity.linked, *entity.lines)}
    with quietly():
        _take_lines(proposal, wanted, by)
        pointing = _pointing(entity, gone)
        _move_links(entity, keep.pk, gone, {one.name: wanted[one.name] for one in entity.linked})
        _move_subjects(entity, keep.pk, gone)
        journal.change_rows(
            Attachment.objects.filter(entity=entity.name, record_id__in=gone), record_id=keep.pk
        )
        journal.change_rows(
            IdempotencyKey.objects.filter(entity=entity.name, record_id__in=gone), record_id=keep.pk
        )
        moved: dict[str, int] = {}
        for other, found, keys in pointing:
            moved[other.name] = moved.get(other.name, 0) + _lead(
                other, found, keys, entity, gone, keep.pk, by, operation
            )
        set_merged(entity, proposal.others, keep.pk, by, operation)
        record = entity.model._default_manager.get(pk=keep.pk)
        entity.unite(record, wanted, by)
        record = entity.model._default_manager.select_for_update(of=("self",)).get(pk=keep.pk)
        changes = _changes(entity, record, wanted, before, errors)
        if errors:
            raise Refused(errors)
        event = store_changes(entity, [(record, changes)], by, operation)[0]
        _move_saved_views(entity, gone, keep.pk)
        _forward(entity, keep.pk, gone, operation)
        merged.send(entity=entity, keep=keep.pk, gone=gone)
        figures.send(entity=entity, keys=[keep.pk])
    titles = [{"id": one.pk, "title": entity.title(one)} for one in proposal.others]
    event.data = {**event.data, "merged": titles, "moved": {name: n for name, n in moved.items() if n}}
    event.save(update_fields=["data"])
    return event


def _changes(
    entity: Entity, record: Any, wanted: Mapping[str, Any], ties: Mapping[str, Any], errors: Errors
) -> Changes:
    """Puts the values on the survivor, checked as any write is; connections have been moved already."""
    plain = {name: value for name, value in wanted.items() if not entity.fields[name].linked}
    before = held_values(entity, record, [*plain, *shown_fields(entity)])
    changes = apply(entity, record, plain)
    for lines in entity.lines:
        lines.put(record, now := wanted.get(lines.name, ties[lines.name]))
        if now != ties[lines.name]:
            changes[lines.name] = (ties[lines.name], now)
    prepare(entity, record, changes, before)
    merge_errors(errors, entity.check(record, set(changes)))
    check_lengths(entity, record, errors)
    check_unique(entity, record, changes, errors)
    for linked in entity.linked:
        linked.load([record])
        now = linked.get(record)
        if now != ties[linked.name]:
            changes[linked.name] = (ties[linked.name], now)
    return changes


# --- what hangs on them -------------------------------------------------------------------------------
def _pointing(entity: Entity, gone: Sequence[int]) -> list[tuple[Entity, FieldKind, list[int]]]:
    """Records whose fields name the merged ones, in the bin too; what is made for others (affiliations) before those."""
    made = []
    for other in reversed(registry.all_entities()):
        for found in other.fields.values():
            if other.is_line and other.rights_of == entity.name and found.name == other.rights_through:
                continue  # lines are what a record says itself (`_take_lines`)
            asked = None if found.linked else found.naming(entity.name, gone)
            if asked is not None:
                keys = list(
                    other.model._default_manager.filter(asked).order_by("pk").values_list("pk", flat=True)
                )
                if keys:
                    made.append((other, found, keys))
    return made


def _lead(
    other: Entity, found: FieldKind, keys: Sequence[int], entity: Entity, gone: Sequence[int], keep: int, by: User,
    operation: Operation,
) -> int:  # fmt: skip
    """Leads one field of other records to the survivor; returns how many records that are."""
    count, wrong = 0, set(gone)
    for start in range(0, len(keys), BATCH):
        rows = other.model._default_manager.select_for_update(of=("self",)).order_by("pk")
        done: list[tuple[Any, Changes]] = []
        for row in rows.filter(pk__in=keys[start : start + BATCH]):
            old = found.get(row)
            new = found.led(old, entity.name, wrong, keep)
            if new != old:
                found.put(row, new)
                done.append((row, {found.name: (old, new)}))
        store_changes(other, done, by, operation)
        count += len(done)
    return count


def _take_lines(proposal: Proposal, wanted: Mapping[str, Any], by: User) -> None:
    """The survivor has the lines of one of the records; what the others have goes into the bin with them."""
    keep, gone = proposal.keep.pk, [record.pk for record in proposal.others]
    for lines in proposal.entity.lines:
        rows, up = lines.target.model._default_manager.filter(deleted_at=None), lines.up
        said = proposal.choices[lines.name].values
        source = next((one.record_id for one in said if one.value == wanted[lines.name]), keep)
        if source != keep:
            mine = list(rows.filter(**{up: keep}).values_list("pk", flat=True))
            journal.change_rows(rows.filter(**{up: source}), **{up: keep})
            journal.change_rows(rows.filter(pk__in=mine), **{up: source})
        journal.change_rows(
            rows.filter(**{f"{up}__in": gone}), deleted_at=timezone.now(), deleted_by_id=by.pk
        )


def _move_links(entity: Entity, keep: int, gone: Sequence[int], ties: Mapping[str, Any]) -> None:
    """Connections go along, each other record once; of those that may be only one the chosen stays."""
    for linked in entity.linked:
        if not linked.many:
            mine = linked.links().filter(**{f"{linked.here}_id__in": [keep, *gone]})
            wanted = {key for key, _role in ties[linked.name]}
            journal.delete_rows(mine.exclude(**{f"{linked.there}_id__in": wanted}))
    for here, there in (("from", "to"), ("to", "from")):
        every = Link.objects.filter(**{f"{here}_entity": entity.name}).exclude(relation="tag")
        if here == "from":  # what a task is about is a value of its own
            every = every.exclude(relation="about")
        names = ("relation", f"{there}_entity", f"{there}_id")
        held = {tuple(row) for row in every.filter(**{f"{here}_id": keep}).values_list(*names)}
        to_move, to_drop = [], []
        rows = every.filter(**{f"{here}_id__in": gone}).order_by("-direct", "pk")
        for pk, *tie in rows.values_list("pk", *names):
            itself = tie[1] == entity.name and tie[2] in {keep, *gone} and tie[0] != "about"
            if tuple(tie) in held or itself:
                to_drop.append(pk)
            else:
                held.add(tuple(tie))
                to_move.append(pk)
        for start in range(0, len(to_drop), BATCH):
            journal.delete_rows(Link.objects.filter(pk__in=to_drop[start : start + BATCH]))
        for start in range(0, len(to_move), BATCH):
            journal.change_rows(
                Link.objects.filter(pk__in=to_move[start : start + BATCH]), **{f"{here}_id": keep}
            )


def _move_subjects(entity: Entity, keep: int, gone: Sequence[int]) -> None:
    """All timelines become one, each event once."""
    rows = EventSubject.objects.filter(entity=entity.name, record_id__in=gone).order_by("pk")
    held = set(
        EventSubject.objects.filter(entity=entity.name, record_id=keep).values_list("event_id", flat=True)
    )
    to_move: list[int] = []
    to_drop: list[int] = []
    for pk, event_id in rows.values_list("pk", "event_id"):
        (to_drop if event_id in held else to_move).append(pk)
        held.add(event_id)
    for start in range(0, len(to_drop), BATCH):
        journal.delete_rows(EventSubject.objects.filter(pk__in=to_drop[start : start + BATCH]))
    for start in range(0, len(to_move), BATCH):
        journal.change_rows(
            EventSubject.objects.filter(pk__in=to_move[start : start + BATCH]), record_id=keep
        )


def _move_saved_views(entity: Entity, gone: Sequence[int], keep: int) -> None:
    """Conditions that name a merged record name the survivor."""
    for view in SavedView.objects.all():
        other = registry.find(view.entity)
        if other is None or not view.state.get("filter"):
            continue
        state = {**view.state, "filter": _led_tree(other, view.state["filter"], entity, set(gone), keep)}
        if state != view.state:
            journal.change_rows(SavedView.objects.filter(pk=view.pk), state=state)


def _led_tree(other: Entity | None, tree: Any, entity: Entity, gone: set[int], keep: int) -> Any:
    if isinstance(tree, list):
        return [_led_tree(other, one, entity, gone, keep) for one in tree]
    if not isinstance(tree, dict) or other is None:
        return tree
    for word in ("of", "has"):
        if isinstance(inner := tree.get(word), dict):
            found = other.fields.get(str(inner.get("field", "")))
            target = registry.find(str(inner.get("entity", ""))) or (
                getattr(found, "target", None) if found else None
            )
            return {
                **tree,
                word: {**inner, "where": _led_tree(target, inner.get("where"), entity, gone, keep)},
            }
    found = other.fields.get(str(tree.get("field", "")))
    if found is None or "op" not in tree:
        return {word: _led_tree(other, inner, entity, gone, keep) for word, inner in tree.items()}
    if getattr(found, "to", "") != entity.name:
        return tree
    value = tree.get("value")
    if isinstance(value, list):
        led = [keep if str(one) in map(str, gone) else one for one in value]
        return {**tree, "value": list(dict.fromkeys(led))}
    return (
        {**tree, "value": str(keep) if isinstance(value, str) else keep}
        if str(value) in map(str, gone)
        else tree
    )


def _forward(entity: Entity, keep: int, gone: Sequence[int], operation: Operation) -> None:
    """Old keys lead to the survivor, those that led to the merged ones too; who was told apart from one of them still is."""
    journal.change_rows(Forward.objects.filter(entity=entity.name, new_id__in=gone), new_id=keep)
    insert_rows(
        Forward, [Forward(entity=entity.name, old_id=key, new_id=keep, operation=operation) for key in gone]
    )
    every = [keep, *gone]
    rows = NotSame.objects.filter(entity=entity.name)
    told = rows.filter(low_id__in=gone) | rows.filter(high_id__in=gone)
    held = set(rows.values_list("low_id", "high_id").filter(low_id=keep)) | set(
        rows.values_list("low_id", "high_id").filter(high_id=keep)
    )
    for row in told.order_by("pk"):
        ends = {keep if key in every else key for key in (row.low_id, row.high_id)}
        pair = pairs_of(list(ends))[0] if len(ends) == 2 else None
        if pair is None or pair in held:
            journal.delete_rows(NotSame.objects.filter(pk=row.pk))
        else:
            held.add(pair)
            journal.change_rows(NotSame.objects.filter(pk=row.pk), low_id=pair[0], high_id=pair[1])


# --- kept for the way back ----------------------------------------------------------------------------
def _keep(entity: Entity, survivor: int, operation: Operation, kept: journal.Journal) -> None:
    """Stores what the merge did to every row but those of its own events, which stay."""
    news = {key for key, before in kept.held.get(Event, {}).items() if before is None}
    subjects = {key for key, before in kept.held.get(EventSubject, {}).items() if before is None}
    own = set(EventSubject.objects.filter(pk__in=subjects, event_id__in=news).values_list("pk", flat=True))
    rows = []
    for effect in kept.effects():
        keys = effect.keys
        if effect.before is None and effect.model is Event:
            continue
        if effect.before is None and effect.model is EventSubject:
            keys = [key for key in keys if key not in own]
        for start in range(0, len(keys), BATCH):
            rows.append(
                MergedRow(
                    operation=operation, entity=entity.name, survivor=survivor, model=journal.label(effect.model),
                    keys=keys[start : start + BATCH], before=effect.before, after=effect.after,
                )
            )  # fmt: skip
    MergedRow.objects.bulk_create(rows, batch_size=BATCH)
