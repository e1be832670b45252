"""What becomes of each row of a batch: a new record, a change of a known one, the same as an earlier row, or a question."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat

from enishi.access.models import User
from enishi.exchange import programs
from enishi.exchange.asking.candidates import Candidates, Found, of_record, of_values
from enishi.exchange.asking.evidence import COMPARE, STRICTNESS, Get, Likeness, in_different_cities, office_of
from enishi.exchange.mapping import Plan
from enishi.exchange.parsed import Parsed
from enishi.japanese import names
from enishi.japanese.text import fold
from enishi.people.accounts.entity import match_key
from enishi.records import forwards
from enishi.records.conditions.compile import stored
from enishi.records.entity import Entity
from enishi.records.fields import FieldKind
from enishi.records.visible import visible

Values = dict[str, Any]
Pairs = Sequence[tuple[Parsed, Values]]
CLEAR = 10  # points by which one record must be likelier than the next to be taken without asking
AGAINST = -60  # points that no agreement outweighs: another day of birth, another 法人番号
TELLING = ("address", "postal_code", "phone", "fax", "email", "website", "corporate_number", "code")
MOST_SHOWN = 5  # candidates of a question


@dataclass
class Decision:
    """What becomes of a row in one entity."""

    what: str  # new, update (a record), same (as an earlier row of the batch), ask
    record: Any = None
    row: int = -1
    pointed: bool = (
        False  # another program's id of somebody beside what the row is about: nothing of him changes
    )
    spelled: bool = False  # found by likeness: the record's own spellings stay
    key: Any = None
    candidates: list[Found] = field(default_factory=list)  # records, or places of rows in the batch


class Decider:
    """Decides batch by batch, for one import."""

    def __init__(
        self, plan: Plan, by: User, made: Mapping[str, Container[int]], met: Mapping[str, Container[int]]
    ) -> None:
        """`made` and `met`: by entity, the records that the import itself has made, and those that rows before spoke of."""
        self.plan, self.by, self.made, self.met = plan, by, made, met
        self.limits = STRICTNESS.get(plan.match)
        self._candidates: dict[str, Candidates] = {}

    def decide(self, entity: Entity, pairs: Pairs) -> list[Decision]:
        """One decision per row, in their order. Exact keys come first and cost one query per kind; only what they leave open is
        compared."""
        keys = [self._key(entity, row, values) for row, values in pairs]
        known = self._known(entity, keys)
        looks = self._looks(entity)
        fresh: dict[Any, int] = {}  # place of the first row of each key
        doubts: dict[int, Found] = {}  # by place: somebody of the very key who seems to be another
        if looks is not None:
            doubts = self._doubts(entity, pairs, keys, known) | self._doubts_among(entity, pairs, keys, known)
            looks.load(self._open(pairs, keys, known, doubts), self._accounts(entity, pairs))
        made: list[Decision] = []
        for place, ((row, values), key) in enumerate(zip(pairs, keys, strict=True)):
            if entity.name in row.answers:
                decision = self._answered(entity, row)
            elif key is not None and key in known and place not in doubts:
                pointed = bool(self.plan.profile) and entity.name != self.plan.main and key[0] == "code"
                decision = Decision("update", known[key], pointed=pointed)
            elif key is not None and key in fresh and place not in doubts:
                decision = Decision("same", row=fresh[key])
            elif looks is not None:
                decision = self._by_likeness(looks, values, doubts.get(place))
            else:
                decision = Decision("new")
            made.append(decision)
            if decision.what == "new" and looks is not None:
                looks.add(place, values)
            if key is not None and decision.what in {"new", "same"}:
                fresh.setdefault(key, place if decision.what == "new" else decision.row)
        return made

    @staticmethod
    def _open(pairs: Pairs, keys: list[Any], known: dict[Any, Any], doubts: dict[int, Found]) -> list[Values]:
        """The rows that exact keys don't settle; of several with one key the first."""
        wanted, seen = [], set()
        for place, ((_row, values), key) in enumerate(zip(pairs, keys, strict=True)):
            if place not in doubts:
                if key is not None and (key in known or key in seen):
                    continue
                seen.add(key)
            wanted.append(values)
        return wanted

    def _doubts(
        self, entity: Entity, pairs: Pairs, keys: list[Any], known: dict[Any, Any]
    ) -> dict[int, Found]:
        """Rows with the very key of a record that seems to be somebody else. Of what a file of deals, visits or people itself says of
        one name nothing is doubted: it is one customer, wherever its offices are. A ledger of customers has one in each row."""
        made: dict[int, Found] = {}
        certain: set[int] = set()
        each = self._one_each(entity)
        for place, ((row, values), key) in enumerate(zip(pairs, keys, strict=True)):
            record = known.get(key) if key is not None else None
            if record is None or entity.name in row.answers:
                continue
            if not each and (record.pk in self.made[entity.name] or record.pk in self.met[entity.name]):
                continue
            if (doubt := self._doubt(entity, key, values, of_record(record))) is not None:
                made[place] = doubt, record
            else:
                certain.add(record.pk)
        return {place: found for place, found in made.items() if each or found[1].pk not in certain}

    def _doubts_among(
        self, entity: Entity, pairs: Pairs, keys: list[Any], known: dict[Any, Any]
    ) -> dict[int, Found]:
        """Rows of a ledger of customers that have the very key of an earlier row of the batch and seem to be somebody else."""
        made: dict[int, Found] = {}
        firsts: dict[Any, int] = {}
        for place, ((row, values), key) in enumerate(zip(pairs, keys, strict=True)):
            if not self._one_each(entity) or key is None or key in known or entity.name in row.answers:
                continue
            first = firsts.setdefault(key, place)
            if first == place:
                continue
            if (doubt := self._doubt(entity, key, values, of_values(pairs[first][1]))) is not None:
                made[place] = doubt, first
        return made

    def _one_each(self, entity: Entity) -> bool:
        """Whether each row of the file is a customer of its own."""
        return entity.name == "account" and self.plan.main == "account"

    def _answered(self, entity: Entity, row: Parsed) -> Decision:
        """What a person said of this row."""
        wanted = row.answers[entity.name]
        record = visible(entity, self.by).filter(pk=wanted).first() if wanted else None
        return Decision("update", record, spelled=True) if record is not None else Decision("new")

    def _by_likeness(self, looks: Candidates, values: Values, doubt: Found | None) -> Decision:
        assert self.limits is not None
        found = sorted([*looks.records(values), *looks.rows(values)], key=lambda one: -one[0].score)
        found = [one for one in found if one[0].score >= self.limits.likely]
        if not found:
            if doubt is None or any(points <= AGAINST for _word, points in doubt[0].reasons):
                return Decision("new")
            return Decision("ask", candidates=[doubt])
        best, target = found[0]
        certain = (
            (best.score >= self.limits.certain and not best.doubtful)
            or self._only_written_otherwise(best, values)
            or self._adopts(best, target, values)
        )
        alone = len(found) == 1 or best.score - found[1][0].score >= CLEAR
        if not (certain and alone):
            return Decision("ask", candidates=found[:MOST_SHOWN])
        if isinstance(target, int):
            return Decision("same", row=target, spelled=True)
        return Decision("update", target, spelled=True)

    def _only_written_otherwise(self, best: Likeness, values: Values) -> bool:
        """㈱青空工業 is 株式会社青空工業 as surely as if it stood there to the letter, where a row of deals, sales or visits tells nothing
        else of the firm. Ledgers of firms and people tell more, and what differs there is asked about."""
        alone = self.plan.main not in COMPARE and not any(values.get(name) for name in TELLING)
        return alone and not best.doubtful and best.reasons == [("name_written", 60)]

    def _adopts(self, best: Likeness, target: Any, values: Values) -> bool:
        """Whether a record that was only known by its name gets another program's number for it."""
        same = best.reasons[:1] in ([("name", 70)], [("name", 50)])
        agrees = all(points > 0 for _word, points in best.reasons)
        return bool(self.plan.profile and values.get("code") and same and agrees) and not (
            isinstance(target, int) or target.code
        )

    def _doubt(self, entity: Entity, key: Any, values: Values, theirs: Get) -> Likeness | None:
        """Whether somebody with the very key may be another after all: a company of the same name elsewhere with another
        number, a son with his father's name and telephone, another name at a mail address, a number of another program that
        somebody already has here."""
        assert self.limits is not None
        if entity.name == "contact" and key[0] in {"email", "name"}:
            born, their_birth = values.get("birthday"), theirs("birthday")
            if key[0] == "name" and not (born and their_birth and born != their_birth):
                return None
            found = COMPARE[entity.name](of_values(values), theirs)
            named = values.get("name") or values.get("family_name")
            return found if named and (found.doubtful or found.score < self.limits.likely) else None
        if key[0] == "name" and entity.name == "account":
            in_other_cities = in_different_cities(of_values(values), theirs)
            if not in_other_cities and not any(
                (mine := values.get(name)) and (held := theirs(name)) and mine != held
                for name in ("address", "phone", "website", "email", "corporate_number")
            ):
                return None
            found = COMPARE[entity.name](of_values(values), theirs)
            # In a ledger of customers, a row with a telephone in another city, or another one and another host, and nothing beside its name
            # and site that agrees: a second firm of the name, or an office. Another line in the same city may be the same firm's.
            agrees = any(points > 0 for word, points in found.reasons if word not in {"name", "host"})
            other = in_other_cities or dict(found.reasons).keys() >= {"phone_differs", "host_differs"}
            elsewhere = self._one_each(entity) and other and not agrees
            return found if elsewhere or found.score < self.limits.likely else None
        if key[0] == "code" and self.plan.profile and (values.get("name") or values.get("family_name")):
            found = COMPARE[entity.name](of_values(values), theirs)
            return None if found.score or _same_letters(values, theirs) else found
        return None

    def _looks(self, entity: Entity) -> Candidates | None:
        if self.limits is None or entity.name not in COMPARE:
            return None
        if not self.plan.keys.get(entity.name):
            return None  # the person wants all of them as new ones
        if entity.name not in self._candidates:
            self._candidates[entity.name] = Candidates(entity, self.by)
        return self._candidates[entity.name]

    @staticmethod
    def _accounts(entity: Entity, pairs: Pairs) -> set[int]:
        """Companies of the rows' people that stood there before this batch."""
        if entity.name != "contact":
            return set()
        return {
            values["account"] for row, values in pairs
            if values.get("account") is not None and row.outcome.get("account") != "new"
        }  # fmt: skip

    # --- exact keys -----------------------------------------------------------------------------------
    def _key(self, entity: Entity, row: Parsed, values: Values) -> Any:
        """What tells the record from others: (the key's name, value); None is always a new one."""
        chosen = self.plan.keys.get(entity.name, "")
        if entity.imports.together and not chosen:
            return self._together(entity, row, values)
        if not chosen:
            return self._purchase_key(values) if entity.name == "order" else None
        if within := entity.imports.within:
            named = row.values.get(entity.field(within).to, {}).get("name")  # type: ignore[attr-defined]
            return (chosen, values[chosen], values.get(within) or named) if values.get(chosen) else None
        if chosen == "corporate_number" and values.get(chosen):
            return chosen, values[chosen], _branch(values.get("name"))
        if chosen != "name" and values.get(chosen):
            return chosen, values[chosen]
        if entity.name == "contact":
            return self._person_key(values)
        if chosen == "name" or entity.name in {"account", "product"}:
            return ("name", values["name"]) if values.get("name") else None
        return None

    @staticmethod
    def _purchase_key(values: Values) -> Any:
        """Purchases without numbers are one per day of a channel's customer; a second line of that day belongs to it."""
        customer, day = values.get("channel_customer"), values.get("date")
        return ("channel_customer", customer, day) if customer and day else None

    @staticmethod
    def _together(entity: Entity, row: Parsed, values: Values) -> Any:
        """A task is known by what it is about, its name and its day together; one about nobody by its note too, for a list may
        say 電話 several times a day."""
        about, *names = entity.imports.together
        told = [values.get(name) or None for name in names]
        if not any(told) or (about not in values and len(row.values) > 1):
            return None  # or about somebody who isn't there yet
        note = "" if values.get(about) else values.get(entity.imports.note, "")
        return ("together", values.get(about, ""), *told, note)

    @staticmethod
    def _person_key(values: Values) -> Any:
        """A person is known by name within his company; a private customer by name and number or birthday together, or where a row has
        neither, by name and house."""
        full = f"{values.get('family_name', '')}{values.get('given_name', '')}" or values.get("name", "")
        name = fold(names.strip_honorific(full)[0]).replace(" ", "")[:200]
        account = values.get("account")
        told = values.get("mobile") or values.get("phone") or values.get("birthday") or _house(values)
        if not name or (account is None and not told):
            return None
        return "name", account, name, told if account is None else None

    @staticmethod
    def _at_companies(rows: QuerySet[Any], found: set[Any]) -> Iterable[Any]:
        """People by name within their companies, gone through by the companies' index: of a common name there are thousands."""
        tied = [key for key in found if key[1] is not None]
        if not tied:
            return ()
        plain = rows.alias(plain_key=Concat("match_key", Value("")))
        at_companies: QuerySet[Any] = plain.filter(
            account_id__in={key[1] for key in tied}, plain_key__in={key[2] for key in tied}
        )
        return at_companies

    @staticmethod
    def _private(rows: QuerySet[Any], found: set[Any]) -> Iterable[Any]:
        alone = {key[2] for key in found if key[1] is None}
        return rows.filter(match_key__in=alone, account_id=None) if alone else ()

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
                for record in [*self._at_companies(rows, found), *self._private(rows, found)]:
                    for told in (record.mobile, record.phone, record.birthday, _house(vars(record)), None):
                        key = ("name", record.account_id, record.match_key, told)
                        if key in found:
                            known[key] = record
                continue
            if name == "together":
                known |= _known_together(entity, rows, found)
                continue
            if name == "channel_customer":
                rows = rows.filter(number="", channel_customer__in={key[1] for key in found})
                days = rows.filter(date__in={key[2] for key in found})
                known |= {(name, one.channel_customer_id, one.date): one for one in days}
                continue
            found_by = entity.field(name)
            if name != chosen:  # known by name only where it has no number of its own
                rows = rows.filter(entity.field(chosen).empty_q())
            if entity.name == "account" and name == "name":  # which has no index; what follows from it has
                rows = rows.filter(match_key__in={match_key(key[1]) for key in found})
            else:
                values = {text for key in found for text in self._spellings(name, key[1])}
                rows = rows.filter(found_by.lookup("in")([stored(found_by, value) for value in values]))
            if name == chosen and name != "name":
                known |= self._known_once(entity, found_by, found)
            within = entity.field(entity.imports.within) if entity.imports.within and name == chosen else None
            # Those that bear a number as it is written now come last and stand.
            for record in sorted(
                rows, key=lambda one: self._spelled(name, found_by.get(one)) == found_by.get(one)
            ):
                for beside in self._beside(name, within, record):
                    known[(name, self._spelled(name, found_by.get(record)), *beside)] = record
        return known

    def _spelled(self, name: str, value: Any) -> Any:
        """A number as the file has it, whichever way it stands here."""
        return programs.whole_id(value) if value and self._are_ids(name) else value

    def _spellings(self, name: str, value: Any) -> list[Any]:
        """The ways in which a number of the file may stand here."""
        return programs.spellings(value) if value and self._are_ids(name) else [value]

    def _are_ids(self, name: str) -> bool:
        return name == "code" and self.plan.profile.startswith("salesforce")

    def _known_once(self, entity: Entity, found_by: FieldKind, keys: set[Any]) -> dict[Any, Any]:
        """Records that had these numbers before they were merged, as what they became."""
        rows = entity.model._default_manager.filter(
            found_by.lookup("in")(
                [stored(found_by, text) for key in keys for text in self._spellings(found_by.name, key[1])]
            ),
            deleted_at__isnull=False,
        )
        became = forwards.survivors(entity, rows, self.by)
        within = entity.field(entity.imports.within) if entity.imports.within else None
        return {
            (found_by.name, self._spelled(found_by.name, found_by.get(row)), *beside): became[row.pk]
            for row in entity.model._default_manager.filter(pk__in=became)
            for beside in self._beside(found_by.name, within, row)
        }

    @staticmethod
    def _beside(name: str, within: FieldKind | None, record: Any) -> tuple[tuple[Any, ...], ...]:
        """What beside its value is part of a record's key: what it lies within, and of a 法人番号, which all offices of a company have,
        the office (a row without a name means any)."""
        if name == "corporate_number":
            return (_branch(record.name),), (None,)
        return ((within.get(record),),) if within is not None else ((),)


def _house(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Where somebody lives, down to the house and the flat; None where no number is said."""
    where = fold(f"{values.get('prefecture') or ''}{values.get('address') or ''}").replace(" ", "")
    within = fold(str(values.get("building") or "")).replace(" ", "")
    return (where, within) if any(letter.isdecimal() for letter in where) else None


def _branch(name: str | None) -> str | None:
    """The office in a company's name; None where no name is given."""
    return office_of(name) if name else None


def _same_letters(values: Values, theirs: Get) -> bool:
    """優 葛西 is 葛西 優: other programs write names as they like."""
    mine = values.get("name") or f"{values.get('family_name', '')}{values.get('given_name', '')}"
    held = theirs("name") or ""
    return sorted(fold(mine).replace(" ", "")) == sorted(fold(held).replace(" ", ""))


def _known_together(entity: Entity, rows: Any, keys: set[Any]) -> dict[Any, Any]:
    """Records by the fields that only together tell them: found by what they are about, those about nobody by their time."""
    about, *names = entity.imports.together
    places, loose = {key[1] for key in keys if key[1]}, [key for key in keys if not key[1]]
    times = {key[len(names) + 1] for key in loose} - {None}
    timeless = {key[2] for key in loose if key[len(names) + 1] is None} - {None}
    free = Q(**{f"{names[-1]}__in": times}) | Q(**{f"{names[-1]}__isnull": True, f"{names[0]}__in": timeless})
    known: dict[Any, Any] = {}
    for found in (rows.filter(**{f"{about}__in": places}), rows.filter(free, **{about: ""})):
        for record in found:
            place = getattr(record, about)
            note = "" if place else getattr(record, entity.imports.note)
            known["together", place, *(getattr(record, name) or None for name in names), note] = record
    return known
