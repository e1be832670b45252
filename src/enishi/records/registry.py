"""All entities, by name and by address. Apps register theirs when Django starts; nothing else lists entities.

What the owner of the company draws is read from the database (`refresh`) and makes all entities anew; who holds one of
before keeps a whole one. Pages ask for the newest at the beginning of each request, workers at the beginning of each task.
"""

import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from enishi.records.entity import Entity

KEEP_SECONDS = 2.0
_classes: list[type["Entity"]] = []
_entities: dict[str, "Entity"] = {}
_lock = threading.Lock()


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


def get(name: str) -> "Entity":
    """The entity of this name.

    Raises:
        KeyError: there is none.
    """
    return _entities[name]


def find(name: str) -> "Entity | None":
    """The entity of this name, or None."""
    return _entities.get(name)


def by_slug(slug: str) -> "Entity":
    """The entity at this address.

    Raises:
        KeyError: there is none.
    """
    for entity in _entities.values():
        if entity.slug == slug:
            return entity
    raise KeyError(slug)


def by_code(code: int) -> "Entity | None":
    """The entity with this number in search keys."""
    return next((entity for entity in _entities.values() if entity.code == code), None)


def of(record: Any) -> "Entity":
    """The entity that a record belongs to."""
    return next(entity for entity in _entities.values() if isinstance(record, entity.model))


def all_entities() -> list["Entity"]:
    """Every entity, in the order of their numbers."""
    return sorted(_entities.values(), key=lambda entity: entity.code)
