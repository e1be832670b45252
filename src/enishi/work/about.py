"""How tasks and activities hang on records, and what those records show of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from enishi.records import formulas, journal, registry
from enishi.records.entity import Entity
from enishi.records.fields.any_record import parse
from enishi.records.merge import figures
from enishi.records.models import Link, Touched
from enishi.records.rows import insert_rows
from enishi.work.models import Activity, Task

Place = tuple[str, int]
CONTACT_KINDS = ("call", "visit", "meeting", "mail")


def places_of(records: Sequence[Any]) -> dict[int, list[Place]]:
    """For each task or activity the records it shows on: what it is about first, then what that belongs to."""
    wanted: dict[str, set[int]] = {}
    for record in records:
        direct = [parse(record.about)] + [("contact", key) for key in getattr(record, "met", None) or ()]
        for found in direct:
            if found:
                wanted.setdefault(found[0], set()).add(found[1])
    above: dict[Place, list[Place]] = {}
    for name, keys in wanted.items():
        entity = registry.find(name)
        if entity is not None:
            rows = list(entity.model._default_manager.filter(pk__in=keys))
            above |= {(name, key): places for key, places in entity.parents_of(rows).items()}
    made: dict[int, list[Place]] = {}
    for record in records:
        found = parse(record.about)
        places: list[Place] = []
        if found and found in above:
            places = [found, *above[found]]
        places += [
            ("contact", key) for key in getattr(record, "met", None) or () if ("contact", key) in above
        ]
        made[record.pk] = list(dict.fromkeys(places))
    return made


def is_alive(name: str, key: int) -> bool:
    """Whether a record is there and not in the bin."""
    entity = registry.find(name)
    return entity is not None and entity.model._default_manager.filter(pk=key, deleted_at=None).exists()


def tie(name: str, records: Sequence[Any], *, new: bool) -> set[Place]:
    """Writes the links of tasks or activities; returns every place that they touch or touched."""
    keys = [record.pk for record in records]
    touched: set[Place] = set()
    alive = [record for record in records if record.deleted_at is None]
    places = places_of(alive)
    rows = [
        Link(relation="about", from_entity=name, from_id=key, to_entity=to, to_id=to_id, direct=position == 0)
        for key, found in places.items()
        for position, (to, to_id) in enumerate(found)
    ]
    if not new:
        held = Link.objects.filter(relation="about", from_entity=name, from_id__in=keys)
        old = {_ends(link): link for link in held}
        touched.update((link.to_entity, link.to_id) for link in old.values())
        wanted = {_ends(row): row.direct for row in rows}
        wrong = [link.pk for ends, link in old.items() if ends not in wanted]
        if wrong:
            journal.delete_rows(Link.objects.filter(pk__in=wrong))
        for ends, link in old.items():
            if wanted.get(ends, link.direct) != link.direct:
                journal.change_rows(Link.objects.filter(pk=link.pk), direct=wanted[ends])
        rows = [row for row in rows if _ends(row) not in old]
    insert_rows(Link, rows)
    touched.update((row.to_entity, row.to_id) for row in rows)
    return touched


def _ends(link: Link) -> tuple[int, str, int]:
    """What a link ties; one that ties the same stays."""
    return link.from_id, link.to_entity, link.to_id


def refresh(places: Iterable[Place]) -> None:
    """Brings last contact and next step of records up to date: four queries per entity, whatever their number."""
    groups: dict[str, list[int]] = {}
    for name, key in set(places):
        groups.setdefault(name, []).append(key)
    for name, keys in sorted(
        groups.items(), reverse=True
    ):  # deals before accounts, as a deal's own write goes
        entity = registry.find(name)
        if entity is None or not issubclass(entity.model, Touched):
            continue
        keys.sort()
        for start in range(0, len(keys), 500):
            with transaction.atomic():
                _refresh(entity, keys[start : start + 500])


@figures.connect
def refresh_records(entity: Any, keys: Sequence[int]) -> None:
    """After a merge, or one taken back: last contact and next step of these records."""
    refresh((entity.name, key) for key in keys)


def _refresh(entity: Entity, keys: list[int]) -> None:
    # Locked before anything is read: of two who record at the same time the second sees what the first stored.
    records: list[Any] = list(
        entity.model._default_manager.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True)
    )
    links = Link.objects.filter(relation="about", to_entity=entity.name, to_id__in=keys)
    tasks: dict[int, list[int]] = {}
    for to_id, from_id in links.filter(from_entity="task").values_list("to_id", "from_id"):
        tasks.setdefault(to_id, []).append(from_id)
    open_tasks = {
        task.pk: task
        for task in Task.objects.filter(
            pk__in={pk for found in tasks.values() for pk in found}, done_at=None, deleted_at=None
        )
    }
    contacts: dict[int, list[int]] = {}
    for to_id, from_id in links.filter(from_entity="activity").values_list("to_id", "from_id"):
        contacts.setdefault(to_id, []).append(from_id)
    times = dict(
        Activity.objects.filter(
            pk__in={pk for found in contacts.values() for pk in found},
            kind__in=CONTACT_KINDS,
            deleted_at=None,
        )
        .values_list("pk")
        .annotate(last=Max("at"))
    )
    changed = []
    for record in records:
        ahead = sorted(
            (open_tasks[pk] for pk in tasks.get(record.pk, ()) if pk in open_tasks),
            key=lambda task: (task.due_at is None, task.due_at, task.pk),
        )
        first = ahead[0] if ahead else None
        last = max((times[pk] for pk in contacts.get(record.pk, ()) if pk in times), default=None)
        now = (
            last,
            first.due_at if first else None,
            first.name if first else "",
            first.pk if first else None,
        )
        if now != (record.last_contact_at, record.next_step_at, record.next_step, record.next_task_id):
            record.last_contact_at, record.next_step_at, record.next_step, record.next_task_id = now
            changed.append(record)
    if changed:
        formulas.follow(entity, changed, ("last_contact_at", "next_step_at", "next_step", "next_task_id"))
