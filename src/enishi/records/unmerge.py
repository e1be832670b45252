"""Taking a merge back: every row that it touched becomes what it was.

Where nothing has happened since, that is all. A value that somebody changed meanwhile stays and is named; then places on
timelines, links of what is about the records and search texts are made anew from the values instead.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.records import formulas, journal, registry, scope, search
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.forwards import lead
from enishi.records.history import Undone
from enishi.records.journal import Effect
from enishi.records.merge import figures
from enishi.records.models import (
    Event,
    EventSubject,
    Link,
    MergedRow,
    Operation,
    Record,
    SearchDoc,
    Touched,
)
from enishi.records.rows import insert_rows
from enishi.records.storing import held_once
from enishi.records.visible import machine, require

BATCH = 500
AT_ONCE = 50  # merges that one transaction takes back
SILENT = {"version", "updated_at", "updated_by_id", "deleted_by_id", "sort_key", "match_key"}
FIGURES = {one.attname for one in Touched._meta.fields} | {
    "open_amount", "first_order_on", "last_order_on", "order_count", "lifetime_value", "channel_orders", "channel_value", "channel_last_on",
    "buy_last_on", "buy_count", "buy_every", "buy_next_on", "buy_alive", "buy_often", "buy_value", "buy_state", "buy_basis",
}  # fmt: skip
Images = dict[str, dict[int, dict[str, Any]]]


def undo(
    operation: Operation,
    undone: Undone,
    *,
    by: User,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Takes all merges of an operation back, the last first, each in a transaction (of the caller, where they are few). Killed on
    the way, it goes on when it is asked for again.

    Raises:
        NotAllowed, NotFound, Refused
    """
    every = _parts(operation)
    for place, (name, survivor) in enumerate(every, 1):
        with transaction.atomic():
            _undo_part(operation, name, survivor, by, undone)
        progress(place, len(every))


def _parts(operation: Operation) -> list[tuple[str, int]]:
    """The merges of an operation, the last first."""
    parts = MergedRow.objects.filter(operation=operation).order_by("-pk").values_list("entity", "survivor")
    return list(dict.fromkeys(parts))


def fits_at_once(operation: Operation) -> bool:
    """Whether one transaction takes an operation's merges back: all or none."""
    return len(_parts(operation)) <= AT_ONCE


def _undo_part(operation: Operation, name: str, survivor: int, by: User, undone: Undone) -> None:
    entity = registry.whole_entities().get(name)
    if entity is None:
        raise NotFound
    # Who merged them may have given them away since.
    require(by, "change", entity, *entity.model._default_manager.filter(pk=survivor))
    require(by, "delete", entity)
    further = lead(entity, [survivor]).get(survivor)
    if further is not None:
        title = entity.titles([further]).get(further, "")
        raise Refused(
            {
                "": [
                    _("このあとで「%(title)s」に統合されています。先にその統合を元に戻してください。")
                    % {"title": title}
                ]
            }
        )
    rows = MergedRow.objects.filter(operation=operation, entity=name, survivor=survivor).order_by("pk")
    effects = [
        Effect(model, list(row.keys), row.before, row.after)
        for row in rows
        if (model := journal.model_of(row.model)) is not None
    ]
    with machine(), held_once(entity):
        _Part(entity, survivor, effects, by, undone).put_back()
    rows.delete()


class _Part:
    """One merge on its way back."""

    def __init__(
        self, entity: Entity, survivor: int, effects: list[Effect], by: User, undone: Undone
    ) -> None:
        self.entity, self.survivor, self.effects = entity, survivor, effects
        self.by, self.undone = by, undone
        self.operation = undone.operation
        self.entities: dict[str, list[Entity]] = {}  # by table: drawn entities share one
        for one in registry.all_entities():
            self.entities.setdefault(journal.label(one.model), []).append(one)
        self.now: Images = {}
        self.moved_on = False
        self.records: dict[tuple[str, int], Any] = {}  # those whose values changed, by entity and key

    def put_back(self) -> None:
        """Rows that were made go, those that changed are put back, those that went come again."""
        self._look()
        for one in self.effects:
            if one.before is None:
                self._take_away(one)
        for one in self.effects:
            if one.before is not None and one.after is not None and one.model is not SearchDoc:
                self._change_back(one)
        for one in self.effects:
            if one.after is None and one.model is not SearchDoc:
                self._bring_back(one)
        self._tell()
        if self.moved_on:
            self._arrange()
        self._search_texts()
        for entity in self._touched_entities():
            figures.send(entity=entity, keys=self._keys_of(entity))
            formulas.refresh(entity, self._keys_of(entity))

    # --- what has happened since ----------------------------------------------------------------------
    def _look(self) -> None:
        """Reads the rows as they are; whether anybody changed one of them since the merge."""
        wanted: dict[type[Any], list[int]] = {}
        for one in self.effects:
            wanted.setdefault(one.model, []).extend(one.keys)
        for model, keys in wanted.items():
            if issubclass(model, Record):
                list(
                    model._base_manager.select_for_update(of=("self",))
                    .filter(pk__in=keys)
                    .order_by("pk")
                    .values("pk")
                )
            self.now[journal.label(model)] = journal.images(model, keys)
        for one in self.effects:
            held = self.now[journal.label(one.model)]
            for key in one.keys:
                row = held.get(key)
                if one.model is SearchDoc:
                    continue
                if (row is None) != (one.after is None):
                    self.moved_on = True
                elif row is not None and one.after:
                    own = {name for name in one.after if name not in FIGURES and name != "custom"}
                    self.moved_on |= any(row.get(name) != one.after[name] for name in own)

    # --- rows -----------------------------------------------------------------------------------------
    def _take_away(self, one: Effect) -> None:
        keys = [key for key in one.keys if key in self.now[journal.label(one.model)]]
        for entity in self.entities.get(
            journal.label(one.model), ()
        ):  # a record that the merge made (an affiliation)
            mine = list(entity.model._default_manager.filter(pk__in=keys).values_list("pk", flat=True))
            search.forget(entity, mine)
            EventSubject.objects.filter(event__entity=entity.name, event__record_id__in=mine).delete()
            Event.objects.filter(entity=entity.name, record_id__in=mine).delete()
            Link.objects.filter(from_entity=entity.name, from_id__in=mine).delete()
        if one.model is not SearchDoc:
            one.model._base_manager.filter(pk__in=keys).delete()

    def _change_back(self, one: Effect) -> None:
        assert one.before is not None and one.after is not None
        held = self.now[journal.label(one.model)]
        same = [
            key
            for key in one.keys
            if key in held and all(held[key].get(n) == v for n, v in one.after.items() if n != "version")
        ]
        is_record = issubclass(one.model, Record)
        before = journal.values(
            one.model, {n: v for n, v in one.before.items() if not (is_record and n == "version")}
        )
        if is_record and "version" in one.before:
            before["version"] = F("version") + 1
        for start in range(0, len(same), BATCH):
            one.model._base_manager.filter(pk__in=same[start : start + BATCH]).update(**before)
        done = set(same)
        for key in one.keys:
            if key in held and key not in done:
                self._change_what_is_left(one, key, held[key])
        if is_record and "version" in one.before:
            self._remember(one.model, [key for key in one.keys if key in held])

    def _change_what_is_left(self, one: Effect, key: int, row: dict[str, Any]) -> None:
        """A row that somebody changed since: what he changed stays and is named, the rest is put back."""
        assert one.before is not None and one.after is not None
        values: dict[str, Any] = {}
        for name, old in one.before.items():
            if name == "custom":
                values[name] = self._own_values(one, key, row)
            elif name in {"updated_at", "updated_by_id"} or name in FIGURES:
                continue
            elif row.get(name) == one.after.get(name):
                if name != "version" or not issubclass(one.model, Record):
                    values[name] = old
            elif row.get(name) != old:
                self._kept(one.model, key, name)
        made = journal.values(one.model, values)
        if issubclass(one.model, Record) and "version" in one.before:
            made["version"] = F("version") + 1
        if made:
            one.model._base_manager.filter(pk=key).update(**made)

    def _own_values(self, one: Effect, key: int, row: dict[str, Any]) -> dict[str, Any]:
        assert one.before is not None and one.after is not None
        before, after, made = one.before["custom"], one.after["custom"], dict(row["custom"])
        computed = {found.name for entity in self._owners(one.model, [key]) for found in entity.formulas}
        for name in {*before, *after}:
            if before.get(name) == after.get(name) or name in computed:
                continue
            if made.get(name) != after.get(name):
                self._kept(one.model, key, name)
            elif name in before:
                made[name] = before[name]
            else:
                made.pop(name, None)
        return made

    def _bring_back(self, one: Effect) -> None:
        assert one.before is not None
        for key in one.keys:
            if key in self.now[journal.label(one.model)] or self._stands_again(one):
                continue
            instance = one.model(**journal.values(one.model, one.before))
            instance.save_base(raw=True, force_insert=True)

    def _stands_again(self, one: Effect) -> bool:
        """Whether what was taken away is there again under another key."""
        assert one.before is not None
        for names in _unique(one.model):
            if one.model._base_manager.filter(**{name: one.before[name] for name in names}).exists():
                return True
        return False

    # --- what follows ---------------------------------------------------------------------------------
    def _owners(self, model: type[Any], keys: Iterable[int]) -> list[Entity]:
        """The entities whose records these are."""
        found = self.entities.get(journal.label(model), [])
        if len(found) < 2:
            return found
        return [one for one in found if one.model._default_manager.filter(pk__in=list(keys)).exists()]

    def _remember(self, model: type[Any], keys: list[int]) -> None:
        for entity in self._owners(model, keys):
            for row in entity.model._default_manager.filter(pk__in=keys):
                self.records[entity.name, row.pk] = row

    def _kept(self, model: type[Any], key: int, column: str) -> None:
        self.moved_on = True
        if column in SILENT:
            return
        for entity in self._owners(model, [key]):
            found = next(
                (
                    one
                    for one in entity.fields.values()
                    if not one.linked and (one.column == column or one.name == column)
                ),
                None,
            )
            row = entity.model._default_manager.filter(pk=key).first()
            if found is not None and row is not None and found.editable:
                text = f"{entity.title(row)}: {found.label}"
                if text not in self.undone.kept:
                    self.undone.kept.append(text)

    def _tell(self) -> None:
        """Each record's history tells that its values are what they were; a number that another has got since is left out."""
        events, pairs = [], []
        before = self._values_before()
        for (name, key), row in self.records.items():
            entity = registry.get(name)
            self._free_numbers(entity, row)
            changes = {}
            for field_name, found in entity.fields.items():
                if found.linked or found.computed:
                    continue
                old = before.get((name, key, field_name), found)
                now = found.to_json(found.get(row))
                if old is not found and old != now:
                    changes[field_name] = [old, now]
            event = Event(
                kind="unmerged", entity=name, record_id=key, version=row.version, actor=self.by, operation=self.operation,
                data={"changes": changes} if changes else {},
            )  # fmt: skip
            events.append(event)
            pairs.append((entity, row, event))
        insert_rows(Event, events)
        for entity, row, event in pairs:
            scope.place(entity, [(row, event)], alone=True)
        gone = {
            key
            for one in self.effects
            if one.model is self.entity.model._meta.concrete_model
            and one.before
            and "deleted_at" in one.before
            for key in one.keys
        }
        self.undone.records += len(gone)

    def _values_before(self) -> dict[tuple[str, int, str], Any]:
        """What fields held until now, as JSON, for those that the merge had changed."""
        made: dict[tuple[str, int, str], Any] = {}
        for name, key in self.records:
            entity = registry.get(name)
            held = self.now[journal.label(entity.model)].get(key)
            if held is None:
                continue
            was = entity.model(**journal.values(entity.model, held))
            for field_name, found in entity.fields.items():
                if not (found.linked or found.computed):
                    made[name, key, field_name] = found.to_json(found.get(was))
        return made

    def _free_numbers(self, entity: Entity, row: Any) -> None:
        """A value that must be unique and that another record has got since is left out, and named."""
        if row.deleted_at is not None:
            return
        for found in entity.fields.values():
            if not found.unique or found.linked or found.is_empty(found.get(row)):
                continue
            if found.rivals(row, found.get(row)).exists():
                self._kept(entity.model, row.pk, found.column if not found.custom else found.name)
                found.put(row, found.empty_value())
                row.save(update_fields=["custom" if found.custom else found.name])

    def _arrange(self) -> None:
        """Links and places on timelines anew, from the values as they are now."""
        for entity in self._touched_entities():
            rows = list(entity.model._default_manager.filter(pk__in=self._keys_of(entity)))
            entity.settle(rows, [{"": None}] * len(rows), None)
            scope.replace(entity, *rows)
            search.index(entity, [row for row in rows if row.deleted_at is None])

    def _touched_entities(self) -> list[Entity]:
        names = {name for name, _key in self.records}
        return [one for one in registry.all_entities() if one.name in names]

    def _keys_of(self, entity: Entity) -> list[int]:
        return sorted(key for name, key in self.records if name == entity.name)

    def _search_texts(self) -> None:
        """Search texts as they were, where they still are as the merge left them."""
        back: dict[int, tuple[str, str] | None] = {}
        for one in self.effects:
            if one.model is not SearchDoc:
                continue
            for key in one.keys:
                row = self.now[journal.label(SearchDoc)].get(key)
                before = self._text(one, key, row)
                if before is not _LEFT:
                    back[key] = before
        if back and not self.moved_on:
            search.put_back(back)
        elif back:
            alive = [key for key, text in back.items() if text is not None]
            fresh = set(SearchDoc.objects.filter(pk__in=alive).values_list("pk", flat=True))
            search.put_back({key: text for key, text in back.items() if key not in fresh})

    @staticmethod
    def _text(one: Effect, key: int, row: dict[str, Any] | None) -> Any:
        if one.before is None:
            return None
        if one.after is None:
            return (one.before["title"], one.before["text"]) if row is None else _LEFT
        if row is None or any(row[name] != value for name, value in one.after.items()):
            return _LEFT
        was = {**row, **one.before}
        return was["title"], was["text"]


_LEFT = object()


def _unique(model: type[Any]) -> list[tuple[str, ...]]:
    """The sets of columns of a table that must be unique."""
    names = {one.name: one.attname for one in model._meta.concrete_fields}
    found = [
        tuple(names[name] for name in one.fields)
        for one in model._meta.constraints
        if getattr(one, "fields", ())
    ]
    if model is EventSubject:
        found.append(("event_id", "entity", "record_id"))
    return found
