"""All entities, by name and by address. Apps register theirs when Django starts; nothing else lists entities."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from enishi.records.entity import Entity

_entities: dict[str, "Entity"] = {}


def register(entity_class: type["Entity"]) -> type["Entity"]:
    """Class decorator: makes the entity known.

    Raises:
        ValueError: name, address or code are taken.
    """
    entity = entity_class()
    for other in _entities.values():
        if entity.name == other.name or entity.slug == other.slug or entity.code == other.code:
            raise ValueError(f"{entity.name} and {other.name} share a name, an address or a code")
    _entities[entity.name] = entity
    return entity_class


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
