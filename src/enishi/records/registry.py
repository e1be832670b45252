"""All entities, by name and by address. Apps register theirs when Django starts; nothing else lists entities.

What the owner of the company draws is read from the database (`refresh`) and makes all entities anew; who holds one of
before keeps a whole one. Pages ask for the newest at the beginning of each request, workers at the beginning of each task.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from enishi.records.entity import Entity

KEEP_SECONDS = 2.0
_classes: list[type["Entity"]] = []
_entities: dict[str, "Entity"] = {}
_lock = threading.Lock()
# The entities as the person sees them who is served at the moment; None: whole ones.
_seen: ContextVar["dict[str, Entity] | None"] = ContextVar("seen", default=None)


class _State:
    number = 0  # of the design that the entities are made of
    looked = float("-inf")
    designed = False  # whether anything but the built-in entities was read


def register(entity_class: type["Entity"]) -> type["Entity"]:
    """Class decorator: makes the entity known.

    Raises:
        ValueError: name, address or code are taken.
    """
    entity = entity_class()
    for other in _entities.values():
        if entity.name == other.name or entity.slug == other.slug or entity.code == other.code:
            raise ValueError(f"{entity.name} and {other.name} share a name, an address or a code")
    _classes.append(entity_class)
    _entities[entity.name] = entity
    return entity_class


def refresh(at_least: int = 0, *, now: bool = False) -> int:
    """Reads the design anew where it has changed; returns its number.

    Args:
        at_least: the number that the person has already seen: an older one won't do, however fresh.
        now: whether to look at once (else what was looked at within two seconds will do).
    """
    moment = time.monotonic()
    if not now and at_least <= _State.number and moment - _State.looked < KEEP_SECONDS:
        return _State.number
    number = _stored_number()
    _State.looked = moment
    if number != _State.number:
        _make(number)
    return number


def rebuild() -> None:
    """Makes all entities anew from the rows as they are now, whatever their number."""
    _make(_stored_number())
    _State.looked = time.monotonic()


def _stored_number() -> int:
    from enishi.records.models import DesignRound

    return DesignRound.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def _make(number: int) -> None:
    from enishi.records.design.loading import snapshot

    global _entities
    with _lock:
        _entities = snapshot(_classes)
        _State.number, _State.designed = number, True


def forget() -> None:
    """Back to the built-in entities alone, until the next look (tests take designs back)."""
    global _entities
    if _State.designed:
        _entities = {one.name: one() for one in _classes}
    _State.number, _State.looked, _State.designed = 0, float("-inf"), False


def design_number() -> int:
    """The number of the design that the entities are made of."""
    return _State.number


@contextlib.contextmanager
def using(entities: "dict[str, Entity] | None") -> Iterator[None]:
    """All below sees these entities; whole ones with None."""
    token = _seen.set(entities)
    try:
        yield
    finally:
        _seen.reset(token)


def whole() -> contextlib.AbstractContextManager[None]:
    """Around what the program itself does, whoever is served."""
    return using(None)


def whole_entities() -> "dict[str, Entity]":
    """Every entity by name, whoever is served."""
    return _entities


def _now() -> "dict[str, Entity]":
    return _entities if (seen := _seen.get()) is None else seen


class Unseen(KeyError):
    """An entity that there is, but not for the person who is served."""


def get(name: str) -> "Entity":
    """The entity of this name.

    Raises:
        KeyError: there is none.
        Unseen: the person who is served doesn't see it.
    """
    try:
        return _now()[name]
    except KeyError:
        if name in _entities:
            raise Unseen(name) from None
        raise


def find(name: str) -> "Entity | None":
    """The entity of this name, or None."""
    return _now().get(name)


def by_slug(slug: str) -> "Entity":
    """The entity at this address.

    Raises:
        KeyError: there is none.
    """
    for entity in _now().values():
        if entity.slug == slug:
            return entity
    raise KeyError(slug)


def by_code(code: int) -> "Entity | None":
    """The entity with this number in search keys."""
    return next((entity for entity in _now().values() if entity.code == code), None)


def of(record: Any) -> "Entity":
    """The entity that a record belongs to."""
    return next(entity for entity in _now().values() if isinstance(record, entity.model))


def all_entities() -> list["Entity"]:
    """Every entity, in the order of their numbers."""
    return sorted(_now().values(), key=lambda entity: entity.code)
