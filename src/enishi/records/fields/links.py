"""Connections to any number of records, built in or drawn by the owner: the value is a list of links, not a column.

A value is a tuple of (record id, role), in the links' order. What a form sends is the list as the person saw it and as he
left it (`LinkEdit`), so that two people who add different records to one list both succeed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from enishi.japanese import companies, names
from enishi.japanese.text import fold
from enishi.records import journal
from enishi.records.fields.base import FieldKind, Text, cleaned_text
from enishi.records.fields.link_edits import LinkEdit, raised, with_role
from enishi.records.models import Link
from enishi.records.prepared import fetch
from enishi.records.rows import insert_rows

if TYPE_CHECKING:
    from enishi.records.entity import Entity

Pairs = tuple[tuple[int, str], ...]
MOST = 500
_FORM = re.compile(r"[0-9,]*(;[0-9,]*)?\Z")
_PARTS = re.compile(r"[^,、，;；\n]+")
NONE_FOUND = "none"  # code of the refusal of a name that nothing has
LONGEST_NAME = 4  # parts of a name with commas in it
HELD = "_links"  # where a record holds what was loaded or put, by field


class Linked(FieldKind):
    """A connection seen from one of its two ends.

    Args:
        to: the entity at the other end.
        relation: the links' name.
        forward: whether links begin here (else they end here).
        many: whether there may be several.
        carries_up: what happens to this record shows on the other's timeline too.
        roles: what the other may be called in this connection.
        back: the field at the other end, where it isn't called like the relation.
        offers: a reference that both ends have: whoever has the same there is offered to be tied.
    """

    kind = "connection"
    design_icon = "waypoints"
    template = "components/input_links.html"
    operators: ClassVar[tuple[str, ...]] = ("is", "in", "empty", "not_empty")
    linked = True
    empty: Pairs = ()

    def __init__(
        self,
        name: str,
        label: Text = "",
        *,
        to: str,
        relation: str,
        forward: bool = True,
        many: bool = False,
        carries_up: bool = False,
        roles: Iterable[str] = (),
        back: str = "",
        offers: str = "",
        **options: Any,
    ) -> None:
        super().__init__(name, label, **options)
        self.to, self.relation, self.forward, self.many = to, relation, forward, many
        self.carries_up, self.roles = carries_up, tuple(roles)
        self.back_name = back or (f"{relation}r" if forward else relation)
        self.offers = offers
        self.old_roles: tuple[str, ...] = ()  # no longer offered; who has one keeps it

    def bind(self, entity: "Entity") -> None:
        self.entity = entity

    def follows(self) -> Iterable[tuple[str, str]]:
        """A connection that is hidden at one end is at the other too."""
        return ((self.to, self.back_name),)

    @property
    def target(self) -> "Entity":
        """The entity at the other end."""
        from enishi.records.registry import get

        return get(self.to)

    @property
    def column(self) -> str:
        return "pk"

    # --- links ------------------------------------------------------------------------------------
    @property
    def here(self) -> str:
        """The links' columns of this end: "from" or "to"."""
        return "from" if self.forward else "to"

    @property
    def there(self) -> str:
        """The links' columns of the other end."""
        return "to" if self.forward else "from"

    def links(self) -> "QuerySet[Link]":
        """All links of this connection."""
        assert self.entity is not None
        return Link.objects.filter(
            **{
                "relation": self.relation,
                f"{self.here}_entity": self.entity.name,
                f"{self.there}_entity": self.to,
            }
        )

    def _ends(self, keys: list[int]) -> Any:
        rows = self.links().filter(**{f"{self.here}_id__in": keys}).order_by("position", "pk")
        return rows.values_list(f"{self.here}_id", f"{self.there}_id", "role")

    def load(self, records: Sequence[Any]) -> None:
        """Gives records their values, in one query for all of them."""
        held: dict[int, list[tuple[int, str]]] = {record.pk: [] for record in records}
        keys = [key for key in held if key is not None]
        if len(keys) == 1:
            shape = "links", self.relation, self.here, self.entity.name if self.entity else "", self.to
            rows = fetch(shape, lambda key: self._ends([key]), keys[0])
        else:
            rows = self._ends(keys) if keys else []
        for mine, theirs, role in rows:
            held[mine].append((theirs, role))
        for record in records:
            record.__dict__.setdefault(HELD, {})[self.name] = tuple(held[record.pk])

    def get(self, record: Any) -> Pairs:
        held = record.__dict__.get(HELD)
        if held is None or self.name not in held:
            self.load([record])
        return record.__dict__[HELD][self.name]  # type: ignore[no-any-return]

    def put_on(self, record: Any) -> Pairs:
        """What was put on a record that is just being made."""
        held = record.__dict__.get(HELD)
        return held.get(self.name, ()) if held else ()

    def put(self, record: Any, value: Any) -> None:
        record.__dict__.setdefault(HELD, {})[self.name] = value

    def values(self, records: Sequence[Any]) -> list[Any]:
        fresh = [record for record in records if self.name not in record.__dict__.get(HELD, ())]
        if fresh:
            self.load(fresh)
        return [self.get(record) for record in records]

    def store(self, pairs: Sequence[tuple[Any, Pairs, Pairs]]) -> None:
        """Brings the links of (record, old, new) in line with the new values."""
        assert self.entity is not None
        rows: list[Link] = []
        for record, old, new in pairs:
            kept = dict(old)
            places = {key: place for place, (key, _role) in enumerate(old)}
            gone = set(kept) - {key for key, _role in new}
            mine = self.links().filter(**{f"{self.here}_id": record.pk})
            if gone:
                journal.delete_rows(mine.filter(**{f"{self.there}_id__in": gone}))
            for place, (key, role) in enumerate(new):
                if key not in kept:
                    rows.append(
                        Link(
                            **{
                                "relation": self.relation,
                                f"{self.here}_entity": self.entity.name,
                                f"{self.here}_id": record.pk,
                                f"{self.there}_entity": self.to,
                                f"{self.there}_id": key,
                                "role": role,
                                "position": place if self.forward else 0,
                            }
                        )
                    )
                elif kept[key] != role or (self.forward and places[key] != place):
                    journal.change_rows(
                        mine.filter(**{f"{self.there}_id": key}),
                        role=role,
                        **({"position": place} if self.forward else {}),
                    )
        # The other end may just have tied the same two.
        if journal.is_open():
            held = set(
                self.links()
                .filter(**{f"{self.here}_id__in": [record.pk for record, _old, _new in pairs]})
                .values_list("from_id", "to_id")
            )
            insert_rows(Link, [row for row in rows if (row.from_id, row.to_id) not in held])
        else:
            Link.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)

    # --- in ---------------------------------------------------------------------------------------
    def clean(self, raw: Any) -> Any:
        """Ids, (id, role) pairs or `{"id", "role"}`; text of a form ("3,5" or "3,5;3": left and seen) or names."""
        if raw is None or raw == "":
            return ()
        if isinstance(raw, LinkEdit):
            return raw
        if isinstance(raw, str):
            raw = raw.strip()
            if _FORM.match(raw):
                return self._edit(raw)
            return self._one_or_many(self.named(raw))
        if isinstance(raw, int) and not isinstance(raw, bool):
            raw = [raw]
        self.check_type(raw, list, tuple)
        return self._one_or_many([self._pair(one) for one in raw])

    def _pair(self, one: Any) -> tuple[int, str | None]:
        key, role = one, None
        if isinstance(one, dict):
            key, role = one.get("id"), one.get("role")
        elif isinstance(one, list | tuple) and len(one) == 2:
            key, role = one
        if isinstance(key, str) and key.isascii() and key.isdigit() and len(key) < 19:
            key = int(key)
        if type(key) is not int or not 0 < key < 2**63 or not (role is None or isinstance(role, str)):
            raise ValidationError(_("%(label)sの値の形式が正しくありません。") % {"label": self.label})
        return key, role if role is None else role[:100]

    def _edit(self, text: str) -> Any:
        left, _mark, seen = text.partition(";")
        keys = [int(key) for key in left.split(",") if key and len(key) < 19]
        known = {int(key) for key in seen.split(",") if key and len(key) < 19}
        if not _mark or not self.many:
            value = self._one_or_many([(key, None) for key in keys])
            if not _mark:
                return value
        added = self._one_or_many([(key, None) for key in keys if key not in known])
        return LinkEdit(added, frozenset(known - set(keys)))

    def _one_or_many(self, pairs: list[tuple[int, str | None]]) -> Any:
        made = tuple(dict(pairs).items())
        if len(made) > (MOST if self.many else 1):
            message = (
                _("%(label)sは%(most)d件までです。") % {"label": self.label, "most": MOST}
                if self.many
                else _("%(label)sはひとつだけ選んでください。") % {"label": self.label}
            )
            raise ValidationError(message)
        return made

    def named(self, text: str, look: Callable[[str], int] | None = None) -> list[tuple[int, str | None]]:
        """The records that a cell names, as lists and exports write them: 「山田商店（仕入先）、Sagawa Co., Ltd.」, each with its role behind
        it; a name may hold what stands between names.

        Args:
            look: finds the record of a name (`by_name`, or one that remembers).

        Raises:
            ValidationError: none or several are called so.
        """
        find, text = look or self.by_name, cleaned_text(text, self, 20_000)
        spans = [found.span() for found in _PARTS.finditer(text)] if self.many else [(0, len(text))]
        spans = [(start, end) for start, end in spans if text[start:end].strip()]
        made: list[tuple[int, str | None]] = []
        place = 0
        while place < len(spans):
            refused: ValidationError | None = None
            for last in range(place, min(place + LONGEST_NAME, len(spans))):
                name = text[spans[place][0] : spans[last][1]].strip()
                try:
                    made.append(with_role(name, find))
                except ValidationError as error:
                    refused = refused or error
                    continue
                place = last + 1
                refused = None
                break
            if refused is not None:
                raise refused
        return made

    def by_name(self, text: str) -> int:
        """The key of the one record of this name, or with this value in a field that tells records apart.

        Raises:
            ValidationError: none or several.
        """
        from enishi.records.limits import readable

        entity = self.target
        rows = readable(entity).filter(deleted_at=None)
        told = [one for one in entity.fields.values() if one.unique and not one.linked]
        wanted = [Q(**{entity.title_field: text}), *_told_apart_by(told, text)]
        if any(one.name == "match_key" for one in entity.model._meta.fields):  # ㈱丸山 御中 is 株式会社丸山
            spelled = names.strip_honorific(text)[0]
            wanted.append(
                Q(
                    match_key__in={companies.company_key(spelled)[:200], fold(spelled).replace(" ", "")[:200]}
                    - {""}
                )
            )
        for one_way in wanted:
            found = list(rows.filter(one_way).values_list("pk", flat=True)[:2])
            if len(found) == 1:
                return int(found[0])
            if found:
                raise ValidationError(
                    _("%(label)s「%(text)s」が複数あります。一覧から選んでください。")
                    % {"label": self.label, "text": text[:60]}
                )
        raise ValidationError(
            _("%(label)s「%(text)s」が見つかりません。先に「%(entity)s」に登録するか、名前を直してください。")
            % {"label": self.label, "text": text[:60], "entity": entity},
            code=NONE_FOUND,
        )

    def against(self, held: Any, value: Any) -> Any:
        roles = dict(held)
        if isinstance(value, LinkEdit):
            kept = [pair for pair in held if pair[0] not in value.removed]
            said = dict(value.added)
            kept = [(key, role if said.get(key) is None else said[key] or "") for key, role in kept]
            added = [(key, role or "") for key, role in value.added if key not in dict(kept)]
            if added and not self.many:
                kept = []
            return tuple(raised(kept + added, value.raised))
        made = [(key, roles.get(key, "") if role is None else role) for key, role in value]
        if not self.forward:  # which has no order of its own
            places = {key: place for place, (key, _role) in enumerate(held)}
            made.sort(key=lambda pair: places.get(pair[0], len(places)))
        return tuple(made)

    def combine(self, values: Sequence[Any]) -> Pairs:
        """All of them, each once; where there may be one only, the best record's."""
        if not self.many:
            return next((value for value in values if value), ())
        made: dict[int, str] = {}
        for key, role in (pair for value in values for pair in value):
            made[key] = made.get(key) or role
        return tuple(made.items())

    def unknown_roles(self, roles: set[str]) -> list[str]:
        """Of these the roles that the connection neither has nor, from before, still holds; it has any where none are set down."""
        unknown = sorted(roles - set(self.roles)) if self.roles else []
        if not unknown:
            return []
        held = set(self.links().filter(role__in=unknown).values_list("role", flat=True).distinct())
        return [role for role in unknown if role not in held]

    def is_empty(self, value: Any) -> bool:
        return not value

    def to_json(self, value: Any) -> Any:
        if isinstance(value, LinkEdit):
            return [list(pair) for pair in value.added]
        return [[key, role] for key, role in value]

    def from_json(self, value: Any) -> Pairs:
        return tuple((int(key), str(role)) for key, role in value or ())

    def empty_value(self) -> Any:
        return ()

    # --- out --------------------------------------------------------------------------------------
    def titles(self, values: Iterable[Any]) -> dict[int, str]:
        """Names of living records behind values, in one query."""
        keys = {key for value in values for key, _role in value}
        if not keys:
            return {}
        from enishi.records.limits import readable

        entity = self.target
        alive = readable(entity).filter(pk__in=keys, deleted_at=None)
        return entity.titles(alive.values_list("pk", flat=True))

    def labels_for(self, values: set[Any]) -> dict[Any, str]:
        names = self.titles(values)
        return {value: self._words(value, names) for value in values}

    @staticmethod
    def _words(value: Pairs, names: dict[int, str]) -> str:
        return _("、").join(
            f"{names[key]}（{role}）" if role else names[key] for key, role in value if key in names
        )

    def text(self, value: Any) -> str:
        if isinstance(value, LinkEdit):
            value = tuple((key, role or "") for key, role in value.added)
        return self._words(value, self.titles([value])) if value else ""

    def value_text(self, record: Any) -> str:
        return self.text(self.get(record))

    def input_text(self, value: Any) -> str:
        keys = ",".join(str(key) for key, _role in value or ())
        return f"{keys};{keys}" if keys else ""

    def chips(self, value: Any) -> list[tuple[int, str]]:
        """What an input shows of a value: keys and names."""
        names = self.titles([value])
        return [(key, names[key]) for key, _role in value if key in names]

    def cells(self, records: Sequence[Any]) -> list[str]:
        values = self.values(records)
        names = self.titles(values)
        return [self._cell(value, names) for value in values]

    def cell(self, record: Any) -> str:
        return self.cells([record])[0]

    def _cell(self, value: Pairs, names: dict[int, str]) -> str:
        slug = self.target.slug
        shown = [
            f'<a class="link" href="/{slug}/{key}/">{escape(names[key])}</a>'
            + (f'<span class="muted">（{escape(role)}）</span>' if role else "")
            for key, role in value
            if key in names
        ]
        return _("、").join(shown[:5]) + ("…" if len(shown) > 5 else "")

    def exported(self, keys: Sequence[int]) -> list[str]:
        """Texts for the rows of these keys, in two queries."""
        from types import SimpleNamespace

        records = [SimpleNamespace(pk=key) for key in keys]
        values = self.values(records)
        names = self.titles(values)
        return [self._words(value, names) for value in values]

    def context(self) -> dict[str, Any]:
        return {"target": self.target}

    # --- ask --------------------------------------------------------------------------------------
    def tied(self, others: Any) -> "QuerySet[Link]":
        """Links to these records (a queryset of theirs)."""
        return self.links().filter(**{f"{self.there}_id__in": others.values("pk")})

    def empty_q(self) -> Q:
        return ~Q(pk__in=self.links().values(f"{self.here}_id"))

    def leaf_q(self, op: str, value: Any, user: Any) -> Q | None:
        from enishi.records.visible import visible

        others = visible(self.target, user)
        if op in {"is", "in"}:
            others = others.filter(pk__in=[value] if op == "is" else value)
        some = Q(pk__in=self.tied(others).values(f"{self.here}_id"))
        return ~some if op == "empty" else some

    def leaf_holds(self, op: str, held: Any, value: Any) -> bool | None:
        alive = set(self.titles([held]))
        if op in {"empty", "not_empty"}:
            return (not alive) == (op == "empty")
        return bool(alive & ({value} if op == "is" else set(value)))

    def operand(self, value: Any) -> Any:
        self.check_type(value, str, int)
        return self._pair(value)[0]

    def schema(self) -> dict[str, Any]:
        one = {
            "type": "object",
            "properties": {"id": {"type": "integer"}, "role": {"type": "string", "maxLength": 100}},
            "required": ["id"],
        }
        return {"type": "array", "items": one, "maxItems": MOST if self.many else 1}


def load(entity: Any, records: Sequence[Any], names: Iterable[str]) -> None:
    """Gives records the values of these fields where they are connections: one query per connection."""
    for name in names:
        found = entity.fields.get(name)
        if found is not None and found.linked:
            found.values(records)


def _told_apart_by(fields: Iterable[FieldKind], text: str) -> Iterator[Q]:
    """Conditions on fields that tell records apart, for what somebody wrote: as each field keeps it."""
    for one in fields:
        with suppress(ValidationError, ValueError, OverflowError):
            value = one.clean(text)
            if not one.is_empty(value):
                yield one.lookup()(value)
