"""Whom a row may mean: found by indexed keys, one query per kind of key for a whole batch of rows, and among the batch's own rows.

A key that many share (the number of a switchboard, the postal code of a tower, one reading for all) tells nobody from
another; it is met once and left out from then on, so that no batch ever loads more than it can compare.
"""

from collections.abc import Callable, Iterable
from typing import Any

from enishi.access.models import User
from enishi.exchange.asking.evidence import COMPARE, Get, Likeness
from enishi.japanese import companies, kana, names
from enishi.japanese.addresses import address_key
from enishi.japanese.text import fold
from enishi.people.accounts.entity import match_key
from enishi.records.entity import Entity
from enishi.records.visible import visible

Values = dict[str, Any]
COMMON = 30  # records of one key from which on it says nothing
MOST = 6000  # records that the keys of one kind may bring for a batch
Found = tuple[Likeness, Any]  # how alike, and the record (or the place of a row of the batch)


def _account_keys(values: Values) -> Iterable[tuple[str, str]]:
    name = values.get("name")
    if not name:
        return
    key = match_key(name)
    yield "match_key", key
    if "|" in key:  # a branch; the company may stand there without it
        yield "match_key", key.partition("|")[0]
    if phone := values.get("phone"):
        yield "phone", phone
    if mail := values.get("email"):
        yield "email", mail
    if number := values.get("corporate_number"):
        yield "corporate_number", number
    if code := values.get("postal_code"):
        yield "postal_code", code
    if reading := values.get("kana"):
        yield "sort_key", kana.sort_key(reading)


def _contact_keys(values: Values) -> Iterable[tuple[str, str]]:
    full = f"{values.get('family_name', '')}{values.get('given_name', '')}" or values.get("name", "")
    if not full:
        return
    yield "match_key", fold(names.strip_honorific(full)[0]).replace(" ", "")[:200]
    if mail := values.get("email"):
        yield "email", mail
    for column in ("mobile", "phone"):
        if number := values.get(column):
            yield "mobile", number
            yield "phone", number
    reading = f"{values.get('family_kana', '')} {values.get('given_kana', '')}".strip() or values.get("kana")
    if reading:
        yield "sort_key", kana.sort_key(reading)


KEYS: dict[str, Callable[[Values], Iterable[tuple[str, str]]]] = {
    "account": _account_keys,
    "contact": _contact_keys,
}


def of_values(values: Values) -> Get:
    """Reads a row's values as `evidence` asks for them."""
    return lambda name: values.get("account" if name == "account_id" else name)


def of_record(record: Any) -> Get:
    """Reads a record as `evidence` asks for it."""
    return lambda name: getattr(record, name, None)


class Candidates:
    """Looks for whom the rows of one entity mean; lives as long as an import and learns which keys are common."""

    def __init__(self, entity: Entity, by: User) -> None:
        self.entity, self.by = entity, by
        self.compare = COMPARE[entity.name]
        self.keys = KEYS[entity.name]
        self._common: set[tuple[str, str]] = set()
        self._records: dict[int, Any] = {}
        self._by_key: dict[tuple[str, str], list[int]] = {}
        self._rows: dict[tuple[str, str], list[int]] = {}
        self._values: dict[int, Values] = {}

    def load(self, rows: Iterable[Values], accounts: Iterable[int] = ()) -> None:
        """Asks the database for all these rows at once.

        Args:
            accounts: for people, the companies at which to look for the same family name too.
        """
        self._by_key, self._rows, self._values = {}, {}, {}
        wanted: dict[str, set[str]] = {}
        families = set()
        for values in rows:
            for kind, key in self.keys(values):
                if (kind, key) not in self._common:
                    wanted.setdefault(kind, set()).add(key)
            if self.entity.name == "contact" and (family := _family(values)):
                families.add(family)
        for kind, keys in wanted.items():
            self._find(kind, keys)
        if accounts and families:
            found = visible(self.entity, self.by).filter(account_id__in=accounts, family_name__in=families)
            for pk, account in found.values_list("pk", "account_id")[:MOST]:
                self._by_key.setdefault(("account", str(account)), []).append(pk)
        self._fetch({pk for keys in self._by_key.values() for pk in keys})

    def _find(self, kind: str, keys: set[str]) -> None:
        rows = visible(self.entity, self.by).filter(**{f"{kind}__in": sorted(keys)})
        pairs = list(rows.order_by().values_list("pk", kind)[:MOST])
        held: dict[str, list[int]] = {}
        for pk, key in pairs:
            held.setdefault(key, []).append(pk)
        for key, found in held.items():
            if len(found) > COMMON:
                self._common.add((kind, key))
            else:
                self._by_key[kind, key] = found
        rest = keys - {key for key, found in held.items() if len(found) > COMMON}
        if len(pairs) == MOST and len(rest) < len(keys):  # common ones hid others
            self._find(kind, rest)

    def _fetch(self, keys: set[int]) -> None:
        self._records = {}
        if keys:
            # Not by the people's own reach: the keys above were found within it.
            self._records = self.entity.model._default_manager.in_bulk(sorted(keys))

    def add(self, place: int, values: Values) -> None:
        """A row of the batch that will be a record; later rows are compared with it too."""
        self._values[place] = values
        for pair in self._near(values):
            self._rows.setdefault(pair, []).append(place)

    def _near(self, values: Values) -> Iterable[tuple[str, str]]:
        """Keys among the rows of a batch: addresses can be compared as they are meant, not as they are written."""
        for pair in self.keys(values):
            if pair[0] != "postal_code":
                yield pair
        if address := values.get("address"):
            yield "address", address_key(address)[-60:]
        if self.entity.name == "contact" and (account := values.get("account")) is not None:
            yield "account", f"{account}|{_family(values)}"

    def records(self, values: Values) -> list[Found]:
        """Records that the row may mean, the likeliest first."""
        keys = dict.fromkeys(pk for pair in self.keys(values) for pk in self._by_key.get(pair, ()))
        if values.get("account") is not None and self.entity.name == "contact":
            family = _family(values)
            for pk in self._by_key.get(("account", str(values["account"])), ()):
                if pk in self._records and self._records[pk].family_name == family:
                    keys.setdefault(pk)
        mine = of_values(values)
        found = [
            (likeness, self._records[pk])
            for pk in keys
            if pk in self._records
            and (likeness := self.compare(mine, of_record(self._records[pk]))).score > 0
        ]
        return sorted(found, key=lambda one: (-one[0].score, one[1].pk))

    def rows(self, values: Values) -> list[Found]:
        """Earlier rows of the batch that may be the same, the likeliest first; each by its place."""
        places: dict[int, None] = {}
        for pair in self._near(values):
            held = self._rows.get(pair, ())
            if held and len(held) <= COMMON:
                places.update(dict.fromkeys(held))
        if not places:
            return []
        mine = of_values(values)
        found = [
            (likeness, place)
            for place in places
            if (likeness := self.compare(mine, of_values(self._values[place]))).score > 0
        ]
        return sorted(found, key=lambda one: (-one[0].score, one[1]))


def _family(values: Values) -> str:
    family = values.get("family_name")
    return str(family) if family else names.split_person(values.get("name", "")).family


def spelled_alike(entity: Entity, name: str, held: Any, value: Any) -> bool:
    """Whether two values of a field say the same in two spellings: the one that is there stays."""
    if not isinstance(held, str) or not isinstance(value, str):
        return bool(held == value)
    if entity.name == "account" and name == "name":
        return companies.company_key(held) == companies.company_key(value)
    if name in {"address", "building"}:
        return address_key(held) == address_key(value)
    return fold(held).replace(" ", "") == fold(value).replace(" ", "")
