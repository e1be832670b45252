"""Entities as one person sees them.

What a role hides doesn't exist for those who have it: an entity that they may not see isn't in the registry, a hidden field
isn't in its entity, so that no list, card, filter, order, export or call can name it. A field that is only read isn't editable. What is
made of hidden fields, or of records not all of which may be seen (sums over connections), is hidden with them: its value is the
same for everybody, so it would tell each what only some may know.
While a person is served (`serving`), the registry gives entities as he sees them; what the machine does with a write once it is
let in (settling, sums, timelines) it does with whole ones (`registry.whole`).
"""

import contextlib
import copy
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

from django.db.models import QuerySet

from enishi.access.models import User
from enishi.access.rights import Rights, rights_of
from enishi.records import registry
from enishi.records.entity import Board, Entity, Section
from enishi.records.fields import FieldKind, Reference
from enishi.records.visible import sees_all, visible, within

# Made from the fields once; a limited copy makes its own.
DERIVED = ("fields", "linked", "lines", "formulas", "numbers", "references", "pointers")
# What the machine itself lives by can't be taken from anybody who sees the entity at all.
ALWAYS = frozenset({"owner", "created_at", "updated_at", "created_by", "updated_by"})
MOST_KEPT = 200


class _Serving:
    """Whom the program works for at the moment, and what he has been found to see."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.seen: dict[str, dict[int, bool]] = {}


_serving: ContextVar[_Serving | None] = ContextVar("serving", default=None)
_made: dict[tuple[int, str], dict[str, Entity]] = {}


@contextlib.contextmanager
def serving(user: User) -> Iterator[None]:
    """Around everything that is done for one person."""
    rights = rights_of(user)
    if rights.admin or user.role in User.Role.values:
        yield  # nothing is hidden from the roles that are always there
        return
    token = _serving.set(_Serving(user))
    try:
        with registry.using(_entities(rights) if rights.look else None):
            yield
    finally:
        _serving.reset(token)


def forget() -> None:
    """Makes entities anew for every role (tests take designs back)."""
    _made.clear()


def seen_by(entity: Entity, user: User) -> Entity:
    """The entity as this person sees it.

    Raises:
        NotFound: he doesn't see it at all.
    """
    from enishi.records.errors import NotFound

    rights = rights_of(user)
    if not rights.look:
        return entity.whole
    found = _entities(rights).get(entity.name)
    if found is None:
        raise NotFound
    return found


def hideable(entity: Entity) -> list[FieldKind]:
    """The fields of an entity that a role may hide."""
    board = entity.board
    kept = (
        ALWAYS | {entity.title_field, *entity.title_beside} | ({board.field, board.group} if board else set())
    )
    # What a visit or a task is about is how it is found at all.
    every = (one for one in entity.fields.values() if one.kind != "any_record")
    return [one for one in every if one.name not in kept and not one.hidden]


def _entities(rights: Rights) -> dict[str, Entity]:
    key = registry.design_number(), rights.look
    if key not in _made:
        if len(_made) > MOST_KEPT:
            _made.clear()
        _made[key] = _limited(registry.whole_entities(), rights)
    return _made[key]


def _limited(entities: Mapping[str, Entity], rights: Rights) -> dict[str, Entity]:
    def seen(name: str) -> bool:
        one = entities.get(name)
        return one is not None and (one.admin_only or rights.reach("see", one.rights_name) != "none")

    hidden = {
        name: _hidden(one, rights.fields.get(name, {}), seen) for name, one in entities.items() if seen(name)
    }
    _hide_what_follows(entities, hidden, rights)
    return {name: _copy(entities[name], _fixed(entities[name], rights), hidden) for name in hidden}


def _fixed(entity: Entity, rights: Rights) -> set[str]:
    """The fields that a role only lets be read; of a connection both ends, at whichever it says so."""
    wanted = rights.fields.get(entity.name, {})
    return {name for name, right in wanted.items() if right == "fixed"} | {
        one.name for one in entity.linked if rights.fields.get(one.to, {}).get(one.back_name) == "fixed"
    }


def _hidden(entity: Entity, wanted: Mapping[str, str], seen: Any) -> set[str]:
    """The fields that a role takes from an entity, and those that point to what isn't seen."""
    hidden = {one.name for one in hideable(entity) if wanted.get(one.name) == "hidden"}
    # What is out of use still stands in history, and results may be made of it.
    hidden |= {name for name in entity.retired if wanted.get(name) == "hidden"}
    return hidden | {
        one.name
        for one in (*entity.fields.values(), *entity.retired.values())
        if (isinstance(one, Reference) or one.linked) and not seen(one.to)  # type: ignore[attr-defined]
    }


def _hide_what_follows(entities: Mapping[str, Entity], hidden: dict[str, set[str]], rights: Rights) -> None:
    """Adds the fields that tell of what the person doesn't see, and those that are made of these, until nothing more follows."""

    def tells(one: FieldKind) -> bool:
        for name, field in one.follows():
            other = entities.get(name)
            if other is None or name not in hidden or field in hidden[name]:
                return True
            if not field and not other.admin_only and rights.reach("see", other.rights_name) != "all":
                return True
        return False

    more = True
    while more:
        more = False
        for name, names in hidden.items():
            every = (*entities[name].fields.values(), *entities[name].retired.values())
            found = {one.name for one in every if one.name not in names and tells(one)}
            more = more or bool(found)
            names |= found


def _copy(entity: Entity, fixed: set[str], hidden_of: Mapping[str, set[str]]) -> Entity:
    hidden = hidden_of[entity.name]
    connections = tuple(
        one
        for one in entity.connections
        if one.entity in hidden_of and one.field not in hidden_of[one.entity]
    )
    if not hidden and not fixed and len(connections) == len(entity.connections):
        return entity
    made = copy.copy(entity)
    for name in DERIVED:
        made.__dict__.pop(name, None)
    made.built_in = tuple(_kept(entity.built_in, hidden, fixed, made))
    made.__dict__["common"] = list(_kept(entity.common, hidden, fixed, made))
    made.own = list(_kept(entity.own, hidden, fixed, made))
    made.retired = {name: one for name, one in entity.retired.items() if name not in hidden}
    known = set(made.fields)

    def left(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name in known)

    made.columns, made.quick_fields = left(entity.columns), left(entity.quick_fields)
    made.search_fields = left(entity.search_fields)
    made.sections = tuple(
        Section(one.label, names, one.folded) for one in entity.sections if (names := left(one.fields))
    )
    for name in ("status_field", "subtitle_field", "call_field", "mail_field", "calendar_field"):
        if getattr(entity, name) and getattr(entity, name) not in known:
            setattr(made, name, "")
    made.connections = connections  # type: ignore[misc]
    made.presets = tuple(
        one
        for one in entity.presets
        if _names(one.condition) <= known and one.sort.lstrip("-") in {*known, ""}
    )
    if entity.board is not None:
        made.board = Board(
            entity.board.field,
            entity.board.amount if entity.board.amount in known else "",
            entity.board.group,
            left(entity.board.whom),
        )
    if entity.default_sort.lstrip("-") not in {*known, "sort_key"}:
        made.default_sort = "-updated_at"  # type: ignore[misc]
    return made


def _kept(
    fields: Iterable[FieldKind], hidden: set[str], fixed: set[str], entity: Entity
) -> Iterator[FieldKind]:
    for one in fields:
        if one.name in hidden:
            continue
        if one.name in fixed:
            one = one.copy()
            one.bind(entity)
            one.editable, one.fixed = False, True
        yield one


def _names(tree: Any) -> set[str]:
    """The entity's own fields that a condition compares."""
    if isinstance(tree, list):
        return set().union(*map(_names, tree))
    if not isinstance(tree, dict):
        return set()
    found = {tree["field"]} if isinstance(tree.get("field"), str) and "op" in tree else set()
    return found.union(*(_names(tree[word]) for word in ("all", "any", "not") if word in tree))


# --- names of what is pointed to ----------------------------------------------------------------------
def unseen(entity: Entity | None, keys: Iterable[int]) -> set[int]:
    """Of these records, those whose names the person being served may not read; asks once for all that aren't known yet."""
    held = _serving.get()
    keys = set(keys)
    if held is None or not keys:
        return set()
    if entity is None:
        return keys
    if sees_all(entity, held.user):
        return set()
    known = held.seen.setdefault(entity.name, {})
    fresh = [key for key in keys if key not in known]
    if fresh:
        found = set(visible(entity, held.user).filter(pk__in=fresh).values_list("pk", flat=True))
        known.update({key: key in found for key in fresh})
    return {key for key in keys if not known[key]}


def readable(entity: Entity) -> QuerySet[Any]:
    """The records of an entity, in the bin too, whose names the person being served may read."""
    held = _serving.get()
    rows = entity.model._default_manager.all()
    return rows if held is None else within(entity, held.user, rows)


def names_all(entity: Entity | None) -> bool:
    """Whether the person being served may read the name of every record of an entity."""
    held = _serving.get()
    return held is None or (entity is not None and sees_all(entity, held.user))
