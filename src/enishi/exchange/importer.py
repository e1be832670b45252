"""A batch of parsed rows into records: matched with those that are there, made or changed, each pointing to what its row made
before."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.exchange.mapping import Plan
from enishi.exchange.rows import Parsed, RowReader
from enishi.japanese import names
from enishi.japanese.text import fold
from enishi.people.accounts.entity import match_key
from enishi.records import bulk, search, write
from enishi.records.conditions.compile import stored
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.models import Operation
from enishi.records.visible import permits, reached, visible

Values = dict[str, Any]
Pairs = Sequence[tuple[Parsed, Values]]
WORDS = ("created", "updated", "unchanged")
ALONE = ("account", "contact")  # entities whose rules look at nothing but the record itself
LONGEST_NOTE = 20_000


class Keys:
    """Primary keys, as bits: a million of them in 130 KB, where a set takes 60 MB."""

    def __init__(self) -> None:
        self._pages: dict[int, int] = {}

    def add(self, key: int) -> None:
        """Remembers it."""
        page, place = divmod(key, 1024)
        self._pages[page] = self._pages.get(page, 0) | 1 << place

    def __contains__(self, key: int) -> bool:
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
        self.made = {entity.name: Keys() for entity in self.entities}
        self.touched = {entity.name: Keys() for entity in self.entities}
        self._defaults = {entity.name: _defaults(entity) for entity in self.entities}
        self._ahead: dict[int, tuple[Values, bulk.Draft]] = {}  # by identity of the values
        self._mostly_new = True

    def draft_ahead(self, rows: list[Parsed]) -> None:
        """Drafts a batch as if all of it were new, before its transaction begins: on SQLite nobody else can write in one, and
        half of the work needs none. A file that mostly changes what is there is not drafted."""
        self._ahead.clear()
        if not self._mostly_new:
            return
        drafters = self._drafters()
        for row in rows:
            made: dict[str, Any] = {}
            for drafter in drafters:
                entity = drafter.entity
                values = row.values.get(entity.name)
                if values is None:
                    continue
                if entity.name in row.drafts:
                    draft = drafter.unpack(row.drafts[entity.name])
                else:
                    draft = drafter.draft(self._completed(entity, values))
                    pointing = {one.name: made[one.to] for one in entity.references if one.to in made}
                    search.draft_document(entity, draft.record, pointing)
                made[entity.name] = draft.record
                self._ahead[id(values)] = values, draft

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
        for entity in self.entities:
            pairs = [
                (row, row.values[entity.name]) for row in rows if entity.name in row.values and not row.errors
            ]
            self._refer(entity, pairs)
            keys = [self._key(entity, values) for _row, values in pairs]
            known = self._known(entity, keys)
            drafter = bulk.Drafter(entity, self.by, importing=True)
            fresh: set[Any] = set()
            for (row, values), key in zip(pairs, keys, strict=True):
                record = known.get(key) if key is not None else None
                if record is None or not self.reader.with_lines:  # there a number alone may say who it is
                    row.errors += [text for texts in drafter.draft(values).errors.values() for text in texts]
                if problem := self._not_allowed(entity, record, values):
                    row.errors.append(problem)
                if key is not None and key in known:
                    row.keys[entity.name] = known[key].pk
                    row.outcome[entity.name] = "update"
                elif key is not None and key in fresh:
                    row.outcome[entity.name] = "same"
                else:
                    row.outcome[entity.name] = "new"
                    if key is not None:
                        fresh.add(key)

    def store(self, rows: list[Parsed]) -> None:
        """Stores the good rows of a batch, in a transaction. Rules are tried while storing.

        Raises:
            Refused: by one of the rows; the transaction must be given up, and `store_checked` tells which.
        """
        stored = self._store(rows)
        for one in stored:
            one.tell(self)
        self._mostly_new = sum(len(one.made) - len(one.met) for one in stored) >= 0

    def store_checked(self, rows: list[Parsed]) -> None:
        """Checks each row by itself and stores the good ones; the bad get errors and leave nothing behind."""
        for row in rows:
            row.values = self.reader.read(row.number, row.cells).values
            row.keys.clear()
        self.check(rows)
        good = [row for row in rows if not row.errors]
        for row in good:
            row.keys.clear()
        self.store(good)

    def _store(self, rows: list[Parsed]) -> list["Stored"]:
        stored: list[Stored] = []
        for entity in self.entities:
            pairs: Pairs = [(row, row.values[entity.name]) for row in rows if entity.name in row.values]
            if entity.is_line:
                pairs = self._fresh_lines(entity, pairs, stored)
            if pairs:
                self._refer(entity, pairs)
                stored.append(self._store_entity(entity, pairs))
        return stored

    def _fresh_lines(self, entity: Entity, pairs: Pairs, stored: list["Stored"]) -> Pairs:
        """Lines of what this import has made; a sheet that is read once more doesn't double what is there."""
        above = entity.rights_of
        made = {key for one in stored if one.entity == above for key in one.made}
        held = self.made[above]
        return [
            (row, values) for row, values in pairs if (key := row.keys.get(above, 0)) in made or key in held
        ]

    def _refer(self, entity: Entity, pairs: Pairs) -> None:
        """Points each record to what its row made before."""
        references = [(one.name, one.to) for one in entity.references]
        for row, values in pairs:
            for name, to in references:
                if to in row.keys and name not in values:
                    values[name] = row.keys[to]
            if entity.name == "task" and self.plan.main != "task" and self.plan.main in row.keys:
                values["about"] = f"{self.plan.main}:{row.keys[self.plan.main]}"
            elif entity.name == "task":
                place = next((name for name in ("deal", "contact", "account") if name in row.keys), "")
                if place:
                    values["about"] = f"{place}:{row.keys[place]}"

    # --- matches --------------------------------------------------------------------------------------
    def _key(self, entity: Entity, values: Values) -> Any:
        """What tells the record from others: (the key's name, value); None is always a new one."""
        chosen = self.plan.keys.get(entity.name, "")
        if not chosen:
            return None
        if chosen != "name" and values.get(chosen):
            return chosen, values[chosen]
        if entity.name == "contact":
            return self._person_key(values)
        if chosen == "name" or entity.name in {"account", "product"}:
            return ("name", values["name"]) if values.get("name") else None
        return None

    @staticmethod
    def _person_key(values: Values) -> Any:
        """A person is known by name within his company; a private customer by name and number or birthday together."""
        full = f"{values.get('family_name', '')}{values.get('given_name', '')}" or values.get("name", "")
        name = fold(names.strip_honorific(full)[0]).replace(" ", "")[:200]
        account = values.get("account")
        told = values.get("mobile") or values.get("phone") or values.get("birthday")
        if not name or (account is None and not told):
            return None
        return "name", account, name, told if account is None else None

    def _known(self, entity: Entity, keys: list[Any]) -> dict[Any, Any]:
        """Existing records by key: one query for the batch and kind of key, the oldest record first."""
        wanted: dict[str, set[Any]] = {}
        for key in keys:
            if key is not None:
                wanted.setdefault(key[0], set()).add(key)
        known: dict[Any, Any] = {}
        chosen = self.plan.keys.get(entity.name, "")
        for name, found in wanted.items():
            rows = visible(entity, self.by).order_by("-pk")
            if entity.name == "contact" and name == "name":
                for record in rows.filter(match_key__in={key[2] for key in found}):
                    for told in (record.mobile, record.phone, record.birthday, None):
                        key = ("name", record.account_id, record.match_key, told)
                        if key in found:
                            known[key] = record
                continue
            found_by = entity.field(name)
            if name != chosen:  # known by name only where it has no number of its own
                rows = rows.filter(entity.field(chosen).empty_q())
            if entity.name == "account" and name == "name":  # which has no index; what follows from it has
                rows = rows.filter(match_key__in={match_key(key[1]) for key in found})
            else:
                values = {key[1] for key in found}
                rows = rows.filter(found_by.lookup("in")([stored(found_by, value) for value in values]))
            for record in rows:
                known[(name, found_by.get(record))] = record
        return known

    def _not_allowed(self, entity: Entity, record: Any, values: Values) -> str:
        """Why the person may not bring this row in ("" where he may): the record that it means, or the owner that it names, lies
        beyond what his role reaches."""
        if record is None and entity.name == "account" and not values.get("name"):
            return _(
                "取引先コード「%(code)s」の取引先がありません。先に登録するか、取引先の名前の列を入れてください。"
            ) % {"code": values.get("code", "")}
        owners = reached(entity, self.by, "change" if record is not None else "create")
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
        keys = [self._key(entity, values) for _row, values in pairs]
        known = self._known(entity, keys)
        fresh: dict[Any, Values] = {}
        fresh_rows: list[tuple[Values, list[Parsed]]] = []
        owners: dict[Any, list[Parsed]] = {}
        updates: dict[int, tuple[Any, Values]] = {}
        for (row, values), key in zip(pairs, keys, strict=True):
            record = known.get(key) if key is not None else None
            if self._not_allowed(entity, record, values):
                raise Refused({"": [self._not_allowed(entity, record, values)]})
            if record is not None:
                row.keys[entity.name] = record.pk
                self._change(entity, record, values, updates.setdefault(record.pk, (record, {}))[1])
            elif key is not None and key in fresh:
                for name, value in values.items():
                    fresh[key][name] = _both(fresh[key][name], value, name) if name in fresh[key] else value
                owners[key].append(row)
            else:
                fresh_rows.append((values, [row]))
                if key is not None:
                    fresh[key], owners[key] = values, fresh_rows[-1][1]
        made = self._create(entity, fresh_rows)
        changed = write.write_many(
            entity,
            [pair for pair in updates.values() if pair[1]],
            by=self.by,
            operation=self.operation,
            cleaned=True,
            check=False,
        )
        return Stored(entity.name, made, list(updates), {one.record.pk for one in changed})

    def _change(self, entity: Entity, record: Any, values: Values, changes: Values) -> None:
        """Adds to the changes of a known record what a row says. What this import made itself, a later row only completes."""
        own = record.pk in self.made[entity.name]
        for name, value in values.items():
            if own:
                found = entity.field(name)
                held = changes[name] if name in changes else found.get(record)
                if found.is_empty(held):
                    changes[name] = value
                elif (both := _both(held, value, name)) != held:
                    changes[name] = both
            elif self.plan.on_match == "update":
                changes[name] = value

    def _create(self, entity: Entity, rows: list[tuple[Values, list[Parsed]]]) -> list[int]:
        """Makes records of these values, each for the rows that say the same of it; returns their keys."""
        drafter = bulk.Drafter(entity, self.by, importing=True)
        drafts = []
        for values, owning in rows:
            drafted = self._ahead.get(id(values))
            if drafted is None or len(owning) > 1:  # several rows have added to it
                drafts.append(drafter.draft(self._completed(entity, values)))
                continue
            for one in entity.references:
                if one.name in values:
                    one.put(drafted[1].record, values[one.name])
            drafts.append(drafted[1])
        records = bulk.create_drafted(entity, drafts, by=self.by, operation=self.operation)
        for record, (_values, owning) in zip(records, rows, strict=True):
            for row in owning:
                row.keys[entity.name] = record.pk
        return [record.pk for record in records]

    def _completed(self, entity: Entity, values: Values) -> Values:
        """With what a new record has of itself."""
        made = {"owner": self.by.pk, **values}
        for name, default in self._defaults[entity.name]:
            if name not in made:
                made[name] = default()
        return made


def _defaults(entity: Entity) -> list[tuple[str, Any]]:
    return [(name, one.beginning) for name, one in entity.fields.items() if one.default is not None]


def _both(held: Any, value: Any, name: str) -> Any:
    """What stays of two rows about one record: the first row's word, but of notes every line."""
    if name != "note" or not isinstance(held, str) or not value:
        return held
    lines = held.split("\n")
    return "\n".join([*lines, *(line for line in str(value).split("\n") if line not in lines)])[:LONGEST_NOTE]


class Stored:
    """What became of a batch in one entity; told to the importer once all of the batch is stored."""

    def __init__(self, entity: str, made: list[int], met: list[int], changed: set[int]) -> None:
        self.entity, self.made, self.met, self.changed = entity, made, met, changed

    def tell(self, importer: Importer) -> None:
        """Counts each record once, however many rows speak of it, and remembers it."""
        made, touched = importer.made[self.entity], importer.touched[self.entity]
        importer.counts["created"][self.entity] += len(self.made)
        for key in self.met:
            if key not in made and key not in touched:
                importer.counts["updated" if key in self.changed else "unchanged"][self.entity] += 1
            touched.add(key)
        for key in self.made:
            made.add(key)
