"""The one way out: every read starts here. And who may do what with which record."""

import contextlib
import time
from collections.abc import Hashable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, Model, QuerySet
from django.db.models.lookups import In

from enishi.access.models import User
from enishi.access.rights import may, rights_of
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.errors import Moved, NotAllowed, NotFound
from enishi.records.models import Forward
from enishi.records.prepared import first

# What follows from a write that was let in (sums, next steps, affiliations) is the program's own doing.
_machine: ContextVar[bool] = ContextVar("machine", default=False)


@contextlib.contextmanager
def machine() -> Iterator[None]:
    """Around what the program does by itself: it sees and may do everything, whoever it is that is served."""
    token = _machine.set(True)
    try:
        with registry.whole():
            yield
    finally:
        _machine.reset(token)


def visible(entity: Entity, user: User, action: str = "see") -> QuerySet[Any]:
    """The living records of an entity that this person may see (or change, delete, export)."""
    return within(entity, user, entity.model._default_manager.filter(deleted_at=None), action)


def in_bin(entity: Entity, user: User, action: str = "see") -> QuerySet[Any]:
    """Deleted records that still rest in the bin; merged ones don't, they come back with their merge."""
    led = Forward.objects.filter(entity=entity.name).values("old_id")
    rows = entity.model._default_manager.filter(deleted_at__isnull=False).exclude(pk__in=led)
    return within(entity, user, rows, action)


def within(entity: Entity, user: User, rows: QuerySet[Any], action: str = "see") -> QuerySet[Any]:
    """Of these records, those that an action of the person reaches."""
    owners = reached(entity, user, action)
    if owners is None:
        return rows
    if not owners:
        return rows.none()
    path = f"{entity.rights_through}__owner_id" if entity.rights_through else "owner_id"
    if len(owners) == 1:
        return rows.filter(**{path: next(iter(owners))})
    if holds_many(entity, owners):
        return rows.filter(In(F(path) + 0, sorted(owners)))
    return rows.filter(**{f"{path}__in": sorted(owners)})


MANY, KEEP_SECONDS = 5000, 60.0
_many: dict[tuple[type[Model], frozenset[int]], tuple[float, bool]] = {}


def holds_many(entity: Entity, owners: frozenset[int]) -> bool:
    """Whether a team has so many records that a list should walk its order and skip the others, instead of gathering and sorting all of
    the team's; SQLite has to be told (PostgreSQL's statistics say so). Kept for a minute."""
    if connection.vendor != "sqlite":
        return False
    now, key = time.monotonic(), (entity.model, owners)
    held = _many.get(key)
    if held is None or now - held[0] > KEEP_SECONDS:
        rows = entity.model._default_manager.filter(owner_id__in=owners, deleted_at=None)
        held = (now, len(rows.order_by().values_list("pk")[: MANY + 1]) > MANY)
        if len(_many) > 500:
            _many.clear()
        _many[key] = held
    return held[1]


def forget() -> None:
    """Counts anew (tests take their rows back)."""
    _many.clear()


def reached(entity: Entity, user: User, action: str) -> frozenset[int] | None:
    """Whose records of an entity an action reaches; None: everybody's."""
    if _machine.get():
        return None
    rights = rights_of(user)
    if entity.admin_only:  # settings: everybody works by them, admins make them
        return None if user.is_active and (action == "see" or rights.admin) else frozenset()
    return rights.owners(action, entity.rights_name)


def exports_all(entity: Entity, user: User) -> bool:
    """Whether a person may take out all that he sees of an entity (settings are everybody's)."""
    seen, exported = reached(entity, user, "see"), reached(entity, user, "export")
    return entity.admin_only or exported is None or (seen is not None and seen <= exported)


def sees_all(entity: Entity, user: User) -> bool:
    """Whether every record of an entity may be seen."""
    return reached(entity, user, "see") is None


def shape(entity: Entity, user: User, *more: Hashable) -> Hashable:
    """What decides the SQL of a query over `visible` (see `prepared`): the entity as it is now and as the person sees it, and whose
    records those are. Whatever else decides it is given."""
    owners = reached(entity, user, "see")
    many = owners is not None and len(owners) > 1 and holds_many(entity, owners)
    return entity.model, registry.design_number(), rights_of(user).look, owners, many, *more


def one(entity: Entity, user: User, record_id: int, *, deleted: bool = False) -> Any:
    """A single record, with what its references point to.

    Raises:
        NotFound: there is none that this person may see (the same answer for both, so that keys tell nothing);
            Moved: it was merged into one that he may see.
    """
    record = None
    if 0 < record_id < 2**63:
        rows = in_bin if deleted else visible
        record = first(
            shape(entity, user, "one", deleted),
            lambda key: rows(entity, user).filter(pk=key).select_related(*entity.pointers),
            record_id,
        )
    if record is None and not deleted:
        raise not_found(entity, user, record_id)
    if record is None:
        raise NotFound
    return record


def not_found(entity: Entity, user: User, record_id: int) -> NotFound:
    """What to raise for a record that isn't there: it may have been merged into one that the person sees."""
    from enishi.records.forwards import lead

    led = lead(entity, [record_id]).get(record_id) if 0 < record_id < 2**63 else None
    if led is not None and visible(entity, user).filter(pk=led).exists():
        return Moved(record_id, led, entity.url(led))
    return NotFound()


def permits(user: User, action: str, entity: Entity, record: Any) -> bool:
    """Whether an action of the person reaches this record."""
    owners = reached(entity, user, action)
    if owners is None:
        return True
    if entity.rights_through:
        record = getattr(record, entity.rights_through)
    return record is not None and record.owner_id in owners


def require(user: User, action: str, entity: Entity | None = None, *records: Any) -> None:
    """Refuses what the person's role does not allow, at all or with one of these records.

    Args:
        action: see, create, change, delete, export, import, admin.

    Raises:
        NotAllowed
    """
    if entity is None or action in {"import", "admin"}:
        allowed = may(user, action)
    else:
        owners = reached(entity, user, action)
        allowed = owners is None or (
            bool(owners) and all(permits(user, action, entity, one) for one in records)
        )
    if not allowed:
        raise NotAllowed


@dataclass(frozen=True)
class May:
    """What a person may do in an entity, or with one record of it: which buttons a page shows."""

    create: bool
    change: bool
    delete: bool
    export: bool
    imports: bool


def allowed(user: User, entity: Entity, record: Any = None) -> May:
    """What the person may do with a record; without one, in the entity at all."""

    def reaches(action: str) -> bool:
        if record is not None:
            return permits(user, action, entity, record)
        owners = reached(entity, user, action)
        return owners is None or bool(owners)

    create = entity if record is None else None
    return May(
        create=create is not None and reaches("create"),
        change=reaches("change"),
        delete=reaches("delete"),
        export=reaches("export"),
        imports=may(user, "import") and record is None and reaches("create"),
    )
