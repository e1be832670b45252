"""Putting back: a value, a record, everything an operation did."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.records import registry, write
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import FieldKind
from enishi.records.models import Event, Operation
from enishi.records.timeline import told
from enishi.records.visible import one, require, sees_all, within

BATCH = 500
AT_ONCE = 3000  # events that one transaction takes back


def _check_seen(entity: Entity, record_id: int, by: User) -> None:
    """Raises NotFound unless the person sees the record, alive or in the bin."""
    if (
        not sees_all(entity, by)
        and not within(entity, by, entity.model._default_manager.filter(pk=record_id)).exists()
    ):
        raise NotFound


@dataclass
class Undone:
    """What an undo did: how many records it put back, and which values it left because others changed them since."""

    operation: Operation
    records: int = 0
    by_entity: dict[str, int] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    seen: int = 0  # events gone through by this process


def undo_event(event_id: int, *, by: User) -> Undone:
    """Takes one change, deletion or creation back.

    Raises:
        NotAllowed, NotFound, Refused
    """
    event = Event.objects.select_related("operation").filter(pk=event_id).first()
    entity = registry.find(event.entity) if event else None
    if event is None or entity is None:
        raise NotFound
    _check_seen(entity, event.record_id, by)
    require(by, "change", entity)
    if event.kind in {"merged", "unmerged"} or (event.operation and event.operation.kind == "merge"):
        raise Refused(
            {
                "": [
                    _(
                        "統合は、全体を一度に元に戻します。「最近のまとめての操作」か変更履歴から戻してください。"
                    )
                ]
            }
        )
    if event.operation and event.operation.figures.get("whole"):  # its changes make no sense alone
        return undo_operation(event.operation.pk, by=by)
    with transaction.atomic():
        operation = Operation.objects.create(kind="undo", user=by, summary=_("変更を元に戻しました"))
        undone = Undone(operation=operation)
        _undo_batch(entity, [event], by, operation, undone)
        if not undone.records and undone.kept:
            raise Refused(
                {
                    "": [
                        _("その後に変更されているため、元に戻せません: %(names)s")
                        % {"names": _("、").join(undone.kept)}
                    ]
                }
            )
        if not undone.records:
            raise Refused({"": [_("この操作はすでに元に戻されています。")]})
        return undone


def is_large(operation: Operation) -> bool:
    """Whether taking an operation back takes longer than a page waits."""
    from enishi.records import unmerge

    if operation.kind == "merge" and not unmerge.fits_at_once(operation):
        return True
    return operation.events.count() > AT_ONCE


def begin_undoing(operation: Operation, *, by: User) -> bool:
    """Notes that the worker is to take an operation back; False where it is at it already.

    Raises:
        NotAllowed, NotFound, Refused
    """
    held = _locked(operation.pk)
    require(by, "import" if held.kind == "import" else "change")
    if held.undoing and not held.undoing["error"]:
        return False
    tell_undoing(held.pk, 0, 0)
    return True


def tell_undoing(operation_id: int, done: int, total: int, *, error: str = "") -> None:
    """Keeps for the pages how far the worker is, or why it could not go on."""
    told = {"done": done, "total": total, "at": timezone.now().timestamp(), "error": error}
    with transaction.atomic():
        held = Operation.objects.select_for_update(of=("self",)).filter(pk=operation_id).first()
        if held is not None:
            held.figures = {**held.figures, "undoing": told}
            held.save(update_fields=["figures"])


def undo_operation(
    operation_id: int, *, by: User, progress: Callable[[int, int], None] = lambda done, total: None
) -> Undone:
    """Takes everything back that one operation did: created records go to the bin, changed values become exactly
    what they were. A value that somebody changed since stays and is reported.

    What a person does by hand is taken back in one transaction, all or nothing. A large import is taken back in steps,
    because one transaction of minutes would keep everybody else from writing; killed on the way, it goes on when it is
    asked for again.

    Raises:
        NotAllowed, NotFound, Refused
    """
    from enishi.records import unmerge  # merges have their own way back: row by row

    with transaction.atomic():
        operation = _locked(operation_id)
        require(by, "import" if operation.kind == "import" else "change")
        reverse = operation.undone_by_operation
        if reverse is None:
            what = _("「%(what)s」を元に戻しました") % {"what": operation.summary or operation.pk}
            reverse = Operation.objects.create(kind="undo", user=by, summary=what[:300])
            operation.undone_by_operation = reverse
            operation.save(update_fields=["undone_by_operation"])
        undone = Undone(operation=reverse)
        if operation.kind == "merge" and unmerge.fits_at_once(operation):
            unmerge.undo(operation, undone, by=by, progress=progress)
            _finish(operation, undone)
            return undone
        total = operation.events.count()
        if total <= AT_ONCE and operation.kind != "merge":
            while _step(operation, by, undone):
                progress(undone.seen, total)
            if undone.kept and operation.figures.get("all_or_none"):  # half of a step makes no sense
                what = _("このあとで変わったものがあるため、元に戻せません: %(names)s")
                raise Refused({"": [what % {"names": _("、").join(undone.kept[:5])}]})
            _finish(operation, undone)
            return undone
    if operation.kind == "merge":
        unmerge.undo(operation, undone, by=by, progress=progress)
        with transaction.atomic():
            _finish(operation, undone)
        return undone
    while True:
        with transaction.atomic():
            operation = _locked(operation_id)
            undone.operation = operation.undone_by_operation or reverse
            if not _step(operation, by, undone):
                _finish(operation, undone)
                return undone
        progress(undone.seen, total)


def _locked(operation_id: int) -> Operation:
    operation = (
        Operation.objects.select_for_update(of=("self",))
        .select_related("undone_by_operation")
        .filter(pk=operation_id)
        .first()
    )
    if operation is None:
        raise NotFound
    if operation.undone_at is not None:
        raise Refused({"": [_("この操作はすでに元に戻されています。")]})
    return operation


def _step(operation: Operation, by: User, undone: Undone) -> bool:
    """Takes the next events back, from the newest; how far it came is kept with the reverse operation."""
    reverse = undone.operation
    held = reverse.figures or {}
    rows = Event.objects.filter(operation=operation).order_by("-pk")
    if "before" in held:
        rows = rows.filter(pk__lt=held["before"])
        undone.records, undone.kept = held["records"], held["kept"]
    page = list(rows[:BATCH])
    if not page:
        return False
    run: list[Event] = []
    for event in page:  # in runs of one entity and one kind of work
        if run and (run[0].entity, _work(run[0])) != (event.entity, _work(event)):
            _undo_batch(registry.get(run[0].entity), run, by, reverse, undone)
            run = []
        run.append(event)
    _undo_batch(registry.get(run[0].entity), run, by, reverse, undone)
    undone.seen += len(page)
    reverse.figures = {"before": page[-1].pk, "records": undone.records, "kept": undone.kept[:1000]}
    reverse.save(update_fields=["figures"])
    return True


def _finish(operation: Operation, undone: Undone) -> None:
    if operation.kind != "merge":  # which counts what it takes apart
        undone.by_entity = records_of(undone.operation)
        undone.records = sum(undone.by_entity.values())
    operation.undone_at = timezone.now()
    operation.figures = {
        name: value for name, value in (operation.figures or {}).items() if name != "undoing"
    }
    operation.save(update_fields=["undone_at", "figures"])
    undone.operation.figures = {
        "records": undone.records,
        "by_entity": undone.by_entity,
        "kept": undone.kept[:100],
    }
    undone.operation.save(update_fields=["figures"])


def records_of(operation: Operation) -> dict[str, int]:
    """How many records an operation touched, by entity: each once, however often it was changed. What has no list of its own (an
    affiliation, a line) goes with the record that it hangs on and is counted only where nothing else is."""
    rows = operation.events.order_by().values("entity").annotate(n=Count("record_id", distinct=True))
    counted = {row["entity"]: row["n"] for row in rows}
    listed = {
        name: n for name, n in counted.items() if (found := registry.find(name)) and found.in_navigation
    }
    return listed or counted


def _work(event: Event) -> str:
    if event.version == 1:
        return "created"
    return event.kind if event.kind in {"deleted", "restored"} else "changed"


def _undo_batch(entity: Entity, events: list[Event], by: User, operation: Operation, undone: Undone) -> None:
    keys = [event.record_id for event in events]
    rows = {row.pk: row for row in entity.model._default_manager.select_for_update().filter(pk__in=keys)}
    work = _work(events[0])
    # Before a word is said of any: who did it may have given them away since.
    require(by, "change" if work == "changed" else "delete", entity, *rows.values())
    if work == "created":
        alive = [key for key in keys if key in rows and rows[key].deleted_at is None]
        alive = _unlocked(entity, [rows[key] for key in alive], undone)
        if alive:
            write.delete(entity, alive, by=by, operation=operation)
        undone.records += len(alive)
    elif work == "deleted":
        gone = [key for key in keys if key in rows and rows[key].deleted_at is not None]
        if gone:
            write.restore(entity, gone, by=by, operation=operation)
        undone.records += len(gone)
    elif work == "restored":
        alive = [key for key in keys if key in rows and rows[key].deleted_at is None]
        if alive:
            write.delete(entity, alive, by=by, operation=operation)
        undone.records += len(alive)
    else:
        # A record may have been changed several times in one operation: newest first, one write each.
        pairs: list[tuple[Any, dict[str, Any]]] = []
        seen: set[int] = set()
        erased = _erased(entity, events)
        for event in events:
            if event.record_id in seen:
                undone.records += len(_put_back(entity, pairs, by, operation))
                pairs, seen = [], set()
            row = rows.get(event.record_id)
            if row is None:
                continue
            values = _old_values(entity, row, event, undone, erased)
            if values:
                pairs.append((row, values))
                seen.add(event.record_id)
        undone.records += len(_put_back(entity, pairs, by, operation))


def _unlocked(entity: Entity, records: list[Any], undone: Undone) -> list[int]:
    """Keys of those that may still go; what is closed stays and is named."""
    kept = [record for record in records if entity.locked(record, {"deleted_at"})]
    undone.kept += [entity.title(record) for record in kept]
    return [record.pk for record in records if record not in kept]


def _put_back(
    entity: Entity, pairs: list[tuple[Any, dict[str, Any]]], by: User, operation: Operation
) -> list[Any]:
    if not pairs:
        return []
    return write.write_many(
        entity, pairs, by=by, operation=operation, cleaned=True, internal=True, check=False
    )


def _erased(entity: Entity, events: list[Event]) -> set[tuple[str, str]]:
    """What the old values point to and is gone for good: (field, key)."""
    gone: set[tuple[str, str]] = set()
    for found in entity.references:
        keys = {
            pair[0] for event in events if (pair := event.data.get("changes", {}).get(found.name)) and pair[0]
        }
        if keys:
            left = keys - set(
                found.target.model._default_manager.filter(pk__in=keys).values_list("pk", flat=True)
            )
            gone |= {(found.name, str(key)) for key in left}
    return gone


def _taken(row: Any, found: FieldKind, old: Any) -> bool:
    """Whether another record uses this unique value by now."""
    if not found.unique or found.is_empty(old):
        return False
    return found.rivals(row, old).exists()


def _old_values(
    entity: Entity, row: Any, event: Event, undone: Undone, erased: set[tuple[str, str]]
) -> dict[str, Any]:
    values = {}
    for name, (old, new) in event.data.get("changes", {}).items():
        try:
            found = entity.field(name)
        except KeyError:
            continue
        if found.fixed:  # his role only lets him read it
            continue
        now = found.to_json(found.get(row))
        if now == old:
            continue
        if (
            now == new
            and not entity.locked_back(row, name, found.from_json(old))
            and (name, str(old)) not in erased
            and not _taken(row, found, found.from_json(old))
        ):
            values[name] = found.from_json(old)
        else:
            undone.kept.append(f"{entity.title(row)}: {found.label}")
    return values


# --- moments ----------------------------------------------------------------------------------------
def values_at(entity: Entity, record: Any, version: int) -> dict[str, Any]:
    """What was different at a version: the JSON values of then, by field, of all that has changed since.

    The history is walked back from now; what nobody changed since is as it is.
    """
    later = Event.objects.filter(entity=entity.name, record_id=record.pk, version__gt=version).order_by(
        "-version"
    )
    held: dict[str, Any] = {}
    for event in later:
        for name, (old, _new) in event.data.get("changes", {}).items():
            held[name] = old
    return {
        name: value
        for name, value in held.items()
        if name in entity.fields and entity.fields[name].to_json(entity.fields[name].get(record)) != value
    }


def compare(entity: Entity, record: Any, first: int, last: int) -> list[dict[str, Any]]:
    """What differs between two versions of a record: per field its words at either, without names that aren't for who is served."""
    events = Event.objects.filter(
        entity=entity.name, record_id=record.pk, version__gt=first, version__lte=last
    ).order_by("version")
    held: dict[str, list[Any]] = {}
    words: dict[str, list[str]] = {}
    for event in events:
        labels = event.data.get("labels", {})
        for name, (old, new) in event.data.get("changes", {}).items():
            found = entity.fields.get(name) or entity.retired.get(name)
            if found is None:
                continue
            shown = told(found, (old, new), labels.get(name))
            if name in held:
                held[name][1], words[name][1] = new, shown[1]
            else:
                held[name], words[name] = [old, new], list(shown)
    return [
        {
            "name": name, "label": (entity.fields.get(name) or entity.retired[name]).label, "from": words[name][0], "to": words[name][1],
            "editable": name in entity.fields and entity.fields[name].editable,
        }
        for name, (old, new) in held.items()
        if old != new
    ]  # fmt: skip


def revert(entity: Entity, record_id: int, version: int, names: list[str], *, by: User) -> write.Written:
    """Puts values back to what they were at a version: the named ones, or all that may be written.

    Raises:
        NotAllowed, NotFound, Refused
    """
    require(by, "change", entity)
    record = one(entity, by, record_id)
    held = values_at(entity, record, version)
    values = {
        name: entity.fields[name].from_json(value)
        for name, value in held.items()
        if entity.fields[name].editable and (not names or name in names)
    }
    return write.write(entity, record_id, values, by=by)
