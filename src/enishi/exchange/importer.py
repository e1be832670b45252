"""A batch of parsed rows into records: matched with those that are there, made or changed, each pointing to what its row made
before."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import cache, partial
from typing import Any

from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.exchange import notelines
from enishi.exchange.asking.candidates import spelled_alike
from enishi.exchange.asking.deciding import Decider, Decision
from enishi.exchange.asking.questions import Asks
from enishi.exchange.channels import Channels
from enishi.exchange.mapping import Plan
from enishi.exchange.parsed import Parsed
from enishi.exchange.rows import RowReader
from enishi.exchange.sheet import PERSON
from enishi.people.accounts.entity import know_match_keys
from enishi.records import bulk, registry, search, write
from enishi.records.checking import check_once, taken_out_of_sight
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.models import Operation
from enishi.records.visible import permits, reached, visible

Values = dict[str, Any]
Pairs = Sequence[tuple[Parsed, Values]]
WORDS = ("created", "updated", "unchanged")
ALONE = ("account", "contact")  # entities whose rules look at nothing but the record itself


class Keys:
    """Primary keys, as bits: a million of them in 130 KB, where a set takes 60 MB."""

    def __init__(self) -> None:
        self._pages: dict[int, int] = {}

    def add(self, key: int) -> None:
        """Remembers it."""
        page, place = divmod(key, 1024)
        self._pages[page] = self._pages.get(page, 0) | 1 << place

    def __contains__(self, key: object) -> bool:
        assert isinstance(key, int)
        page, place = divmod(key, 1024)
        return bool(self._pages.get(page, 0) >> place & 1)


class Importer:
    """Stores parsed rows in the order of their entities, each with references to what the row made before."""

    def __init__(self, plan: Plan, by: User, operation: Operation | None) -> None:
        self.plan, self.by, self.operation = plan, by, operation
        self.reader = RowReader(plan)
        self.entities = self.reader.entities
        self.counts: dict[str, Counter[str]] = {word: Counter() for word in WORDS}
        # What this import made, and what it met, by entity: both are told from what was there before.
        self.asked = 0
        self.made = {entity.name: Keys() for entity in self.entities}
        self.touched = {entity.name: Keys() for entity in self.entities}
        self.said = {
            entity.name: defaultdict[str, Keys](Keys) for entity in self.entities
        }  # of what it met, by field
        self.channels = Channels(by) if any(one.name == "channel" for one in self.entities) else None
        self.decider = Decider(plan, by, self.made, self.touched)
        self._defaults = {entity.name: _defaults(entity) for entity in self.entities}
        self._owned: dict[str, Values] = {
            entity.name: {} if entity.finds_owner(by) else {"owner": by.pk} for entity in self.entities
        }
        for entity in self.entities:
            for name, values in entity.imports.beside_values.items():
                self._owned.get(name, {}).update(values)
        self._ahead: dict[int, tuple[Values, bulk.Draft]] = {}  # by identity of the values
        self._mostly_new = True

    def draft_ahead(self, rows: list[Parsed]) -> None:
        """Drafts a batch as if all of it were new, before its transaction begins: on SQLite nobody else can write in one, and
        half of the work needs none. A file that mostly changes what is there is not drafted."""
        self._ahead.clear()
        if not self._mostly_new:
            return
        drafters = self._drafters()
        keys: dict[str, str] = {}
        for row in rows:
            made: dict[str, Any] = {}
            for drafter in drafters:
                entity = drafter.entity
                values = row.values.get(entity.name)
                if values is None:
                    continue
                if entity.name in row.drafts:
                    draft = drafter.unpack(row.drafts[entity.name])
                    if entity.name == "account":
                        keys[draft.record.name] = draft.record.match_key
                else:
                    draft = self._draft(drafter, values)
                    pointing = {one.name: made[one.to] for one in entity.references if one.to in made}
                    search.draft_document(entity, draft.record, pointing)
                made[entity.name] = draft.record
                self._ahead[id(values)] = values, draft
        know_match_keys(keys)

    def pack_drafts(self, rows: list[Parsed]) -> None:
        """In the process that reads ahead: drafts a batch and puts the drafts beside the values, to be sent along."""
        good = [row for row in rows if not row.errors]
        self.draft_ahead(good)
        for drafter in self._drafters():
            name = drafter.entity.name
            for row in good:
                if name in row.values:
                    row.drafts[name] = drafter.pack(self._ahead[id(row.values[name])][1])

    def _drafters(self) -> list[bulk.Drafter]:
        return [bulk.Drafter(one, self.by, importing=True) for one in self.entities if one.name in ALONE]

    def check(self, rows: list[Parsed]) -> None:
        """Rules over a whole record, and matches, without storing anything: fills outcome and errors."""
        self._tie(rows)
        for entity in self.entities:
            pairs = self._pairs(entity, rows)
            self._refer(entity, pairs)
            drafter, taken = bulk.Drafter(entity, self.by, importing=True), set[tuple[str, Any]]()
            reach = self._reach(entity)
            hidden = taken_out_of_sight(entity, [values for _row, values in pairs], self.by)
            for (row, values), decision in zip(pairs, self.decider.decide(entity, pairs), strict=True):
                # In a sheet with lines a number alone may say whom it is about.
                if decision.record is None or not self.reader.with_lines:
                    draft = drafter.draft(values)
                    if decision.what == "new":
                        check_once(entity, draft.record, draft.changed, draft.errors, taken)
                    row.errors += [text for texts in draft.errors.values() for text in texts]
                if decision.what != "ask" and (
                    problem := self._not_allowed(entity, decision.record, values, reach)
                ):
                    row.errors.append(problem)
                row.errors += [
                    text
                    for (name, value), (text,) in hidden.items()
                    if decision.what != "ask" and values.get(name) == value
                ]
                row.outcome[entity.name] = decision.what
                if decision.record is not None:
                    row.keys[entity.name] = decision.record.pk
                elif decision.what == "ask":
                    row.asks = Asks(entity.name, decision)

    def store(self, rows: list[Parsed]) -> None:
        """Stores the good rows of a batch, in a transaction. Rules are tried while storing.

        Raises:
            Refused: by one of the rows; the transaction must be given up, and `store_checked` tells which.
        """
        stored = self._store(rows)
        for one in stored:
            one.tell(self)
        self.asked += sum(row.asks is not None for row in rows)
        self._mostly_new = sum(len(one.made) - len(one.met) for one in stored) >= 0

    def store_checked(self, rows: list[Parsed]) -> None:
        """Checks each row by itself and stores the good ones; the bad get errors and leave nothing behind."""
        for row in rows:
            again = self.reader.read(row.number, row.cells)
            row.values, row.tied, row.kept = again.values, again.tied, again.kept
        self._begin(rows)
        self.check(rows)
        self._begin(rows)
        self.store([row for row in rows if not row.errors])

    @staticmethod
    def _begin(rows: list[Parsed]) -> None:
        """Forgets what was decided, but for what the rows came with."""
        for row in rows:
            row.keys, row.asks = dict(row.given), None
            row.outcome.clear()

    @staticmethod
    def _pairs(entity: Entity, rows: list[Parsed]) -> list[tuple[Parsed, Values]]:
        """The rows that say something of an entity, and of which it isn't decided yet."""
        return [
            (row, row.values[entity.name])
            for row in rows
            if entity.name in row.values
            and entity.name not in row.keys
            and not row.errors
            and row.asks is None
        ]

    def _store(self, rows: list[Parsed]) -> list["Stored"]:
        stored: list[Stored] = []
        self._tie(rows)
        for entity in self.entities:
            pairs = self._pairs(entity, rows)
            if entity.is_line:
                pairs = self._fresh_lines(entity, pairs, stored)
            if pairs:
                self._refer(entity, pairs)
                stored.append(self._store_entity(entity, pairs))
        return stored

    def _fresh_lines(
        self, entity: Entity, pairs: list[tuple[Parsed, Values]], stored: list["Stored"]
    ) -> list[tuple[Parsed, Values]]:
        """Lines of what this import has made; a sheet that is read once more doesn't double what is there."""
        above = entity.rights_of
        made = {key for one in stored if one.entity == above for key in one.made}
        held = self.made[above]
        return [
            (row, values) for row, values in pairs if (key := row.keys.get(above, 0)) in made or key in held
        ]

    def _tie(self, rows: list[Parsed]) -> None:
        """Finds the records of which rows have only another program's id; where there is none (its file has not come in yet), the
        id stays in the note and is reported."""
        if self.channels is not None:
            self.channels.prepare(rows)
        program = self.reader.program
        if program is None:
            return
        for name in ("account", "contact"):
            wanted = {row.tied[name] for row in rows if name in row.tied}
            if not wanted:
                continue
            written = {text for code in wanted for text in program.spellings(code)}
            found = visible(registry.get(name), self.by).filter(code__in=sorted(written)).order_by("-pk")
            known = dict(found.values_list("code", "pk"))
            for row in rows:
                code = row.tied.pop(name, "")
                if key := next((known[text] for text in program.spellings(code) if text in known), None):
                    row.keys[name] = row.given[name] = key
                elif code:
                    values = row.values.get(self.plan.main)
                    if values is not None:
                        self._ahead.pop(id(values), None)  # drafted without this line
                        line = f"{program.label(name)}: {code}"
                        values["note"] = _both(values.get("note", ""), line, "note").strip("\n")
                    row.kept.append(f"{program.label(name)}「{code}」")

    def _refer(self, entity: Entity, pairs: Pairs) -> None:
        """Points each record to what its row made before."""
        references = [(one.name, one.to) for one in entity.references]
        for row, values in pairs:
            for name, to in references:
                if to in row.keys and name not in values:
                    values[name] = row.keys[to]
            if entity.name == "task" and self.plan.main != "task" and self.plan.main in row.keys:
                values["about"] = f"{self.plan.main}:{row.keys[self.plan.main]}"
            elif entity.name in {"task", "activity"}:
                log = self.plan.main == "activity"
                order = ("account", "contact") if log else ("deal", "contact", "account")
                place = next((name for name in order if name in row.keys), "")
                if place:
                    values["about"] = f"{place}:{row.keys[place]}"
                if entity.name == "activity" and place == "account" and "contact" in row.keys:
                    values["met"] = [row.keys["contact"]]

    def _reach(self, entity: Entity) -> Callable[[str], frozenset[int] | None]:
        """Whose records an action reaches, asked once for a batch."""
        return cache(partial(reached, entity, self.by))

    def _not_allowed(
        self, entity: Entity, record: Any, values: Values, reach: Callable[[str], frozenset[int] | None]
    ) -> str:
        """Why the person may not bring this row in ("" where he may): the record that it means, or the owner that it names, lies
        beyond what his role reaches."""
        if record is None and entity.name == "account" and not values.get("name"):
            return _(
                "取引先コード「%(code)s」の取引先がありません。先に登録するか、取引先の名前の列を入れてください。"
            ) % {"code": values.get("code", "")}
        if record is None and entity.name == "contact" and not any(values.get(part) for part in PERSON):
            key = self.plan.keys.get("contact", "")
            return _("%(label)s「%(value)s」の連絡先がありません。先に登録するか、氏名の列を入れてください。") % {
                "label": entity.field(key).label if key else "", "value": values.get(key, ""),
            }  # fmt: skip
        owners = reach("change" if record is not None else "create")
        if owners is None:
            return ""
        if record is not None:
            if self.plan.on_match == "update" and not permits(self.by, "change", entity, record):
                return _("この行の記録を変更する権利がありません。")
        elif not entity.rights_through and values.get("owner", self.by.pk) not in owners:
            return _("この担当では登録できません。")
        return ""

    # --- an entity of the batch -----------------------------------------------------------------------
    def _store_entity(self, entity: Entity, pairs: Pairs) -> "Stored":
        decisions, reach = self.decider.decide(entity, pairs), self._reach(entity)
        taken = taken_out_of_sight(entity, [values for _row, values in pairs], self.by)
        fresh: dict[int, tuple[Values, list[Parsed]]] = {}  # by the place of the first row that says it
        updates: dict[int, tuple[Any, Values]] = {}
        for place, ((row, values), decision) in enumerate(zip(pairs, decisions, strict=True)):
            row.outcome[entity.name] = decision.what
            if decision.what == "ask":
                row.asks = Asks(entity.name, decision)
                continue
            if problem := self._not_allowed(entity, decision.record, values, reach):
                raise Refused({"": [problem]})
            if errors := {name: text for (name, value), text in taken.items() if values.get(name) == value}:
                raise Refused(errors)
            if decision.record is not None:
                row.keys[entity.name] = decision.record.pk
                changes = updates.setdefault(decision.record.pk, (decision.record, {}))[1]
                self._change(entity, decision, values, changes)
            elif decision.what == "same":
                _join(entity, fresh[decision.row][0], values, decision.spelled)
                fresh[decision.row][1].append(row)
            else:
                fresh[place] = (values, [row])
        made = self._create(entity, list(fresh.values()))
        changed = write.write_many(
            entity,
            [pair for pair in updates.values() if pair[1]],
            by=self.by,
            operation=self.operation,
            cleaned=True,
            check=False,
        )
        for (row, _values), decision in zip(pairs, decisions, strict=True):
            if row.asks is not None and decision.what == "ask":
                row.asks.settle([pair[0] for pair in pairs])
        said = {key: list(changes) for key, (_record, changes) in updates.items()}
        return Stored(entity.name, made, said, {one.record.pk for one in changed})

    def _change(self, entity: Entity, decision: Decision, values: Values, changes: Values) -> None:
        """Adds to the changes of a known record what a row says. What this import made itself, or an earlier row has said, a later
        row only completes; a record that was found by likeness keeps its own spellings."""
        record = decision.record
        own = record.pk in self.made[entity.name]
        if decision.pointed or (not own and self.plan.on_match != "update"):
            return
        said = self.said[entity.name]
        for name, value in values.items():
            if f"{entity.name}.{name}" in self.plan.for_all and not entity.field(name).is_empty(
                entity.field(name).get(record)
            ):
                continue  # what all rows are given says nothing against what is known
            if not own and not decision.spelled and name not in changes and record.pk not in said[name]:
                known = getattr(record, "note", "") if name == "note" else ""
                changes[name] = notelines.renewed(known, str(value)) if known else value
                continue
            found = entity.field(name)
            held = changes[name] if name in changes else found.get(record)
            if found.is_empty(held):
                changes[name] = value
            elif (both := _both(held, value, name)) != held:
                changes[name] = both
            elif decision.spelled and not own and not spelled_alike(entity, name, held, value):
                changes[name] = value
            elif (decision.spelled or name in KEPT) and not spelled_alike(entity, name, held, value):
                note = changes.get("note", getattr(record, "note", ""))
                changes["note"] = _both(note, _line(entity, name, value), "note")

    def _create(self, entity: Entity, rows: list[tuple[Values, list[Parsed]]]) -> list[int]:
        """Makes records of these values, each for the rows that say the same of it; returns their keys."""
        drafter = bulk.Drafter(entity, self.by, importing=True)
        entity.complete([values for values, _owning in rows])
        drafts = []
        for values, owning in rows:
            drafted = self._ahead.get(id(values))
            beside: Values = {}
            for row in owning:
                beside |= entity.begin_beside(row.values)
            if drafted is None or beside or len(owning) > 1:  # several rows have added to it
                drafts.append(self._draft(drafter, values, beside))
                continue
            for one in entity.references:
                if one.name in values:
                    one.put(drafted[1].record, values[one.name])
            drafts.append(drafted[1])
        taken: set[tuple[str, Any]] = set()
        for draft in drafts:
            check_once(entity, draft.record, draft.changed, draft.errors, taken)
        records = bulk.create_drafted(entity, drafts, by=self.by, operation=self.operation)
        for record, (_values, owning) in zip(records, rows, strict=True):
            for row in owning:
                row.keys[entity.name] = record.pk
        return [record.pk for record in records]

    def _draft(self, drafter: bulk.Drafter, values: Values, beside: Values | None = None) -> bulk.Draft:
        """A new record with what it has of itself. `beside`: what other columns of its rows say of it, which is the person's to write only
        where his role writes it; what the program itself adds stands there whoever brings the file in."""
        entity = drafter.entity
        made = {**self._owned[entity.name], **values}
        for name, value in (beside or {}).items():
            if (found := entity.fields.get(name)) is not None and not found.fixed:
                made.setdefault(name, value)
        entity.begin_of_file(made)
        for name, default in self._defaults[entity.name]:
            if name not in made:
                made[name] = default()
        fields = entity.fields
        own = {name: made.pop(name) for name in list(made) if name not in fields and name not in values}
        draft = drafter.draft(made)
        for name, value in own.items():
            registry.whole_entities()[entity.name].fields[name].put(draft.record, value)
        return draft


# Of these a firm and a person may have several, of which a field holds one: sites of works, days of contracts.
KEPT = frozenset("phone fax mobile email postal_code prefecture address building started_on".split())


def _defaults(entity: Entity) -> list[tuple[str, Any]]:
    """What new records begin with, by field; what doesn't hang on the moment is cleaned once."""
    return [
        (name, one.beginning if callable(one.default) else partial(deepcopy, one.beginning()))
        for name, one in entity.fields.items()
        if one.default is not None
    ]


def _join(entity: Entity, held: Values, values: Values, spelled: bool) -> None:
    """What a later row of the batch says of the same: it completes the earlier one. Another number, mail, address or day, and where the two were
    found to be one by likeness whatever differs, goes into the note: nothing of a file is lost."""
    for name, value in list(values.items()):
        if name not in held:
            held[name] = value
        elif (both := _both(held[name], value, name)) != held[name]:
            held[name] = both
        elif (spelled or name in KEPT) and not spelled_alike(entity, name, held[name], value):
            held["note"] = _both(held.get("note", ""), _line(entity, name, value), "note")


def _line(entity: Entity, name: str, value: Any) -> str:
    found = entity.field(name)
    return "" if name == "note" or "note" not in entity.fields else f"{found.label}: {found.text(value)}"


def _both(held: Any, value: Any, name: str) -> Any:
    """What stays of two rows about one record: the first row's word, but of notes what each says."""
    if name != "note" or not isinstance(held, str) or not value:
        return held
    return notelines.joined(held, str(value))


class Stored:
    """What became of a batch in one entity; told to the importer once all of the batch is stored."""

    def __init__(self, entity: str, made: list[int], met: dict[int, list[str]], changed: set[int]) -> None:
        """`met`: the known records of which rows spoke, and of which of their fields."""
        self.entity, self.made, self.met, self.changed = entity, made, met, changed

    def tell(self, importer: Importer) -> None:
        """Counts each record once, however many rows speak of it, and remembers it."""
        made, touched = importer.made[self.entity], importer.touched[self.entity]
        said = importer.said[self.entity]
        importer.counts["created"][self.entity] += len(self.made)
        for key in self.met:
            if key not in made and key not in touched:
                importer.counts["updated" if key in self.changed else "unchanged"][self.entity] += 1
            touched.add(key)
        for key, names in self.met.items():
            for name in names if key not in made else ():
                said[name].add(key)
        for key in self.made:
            made.add(key)
