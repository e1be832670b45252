"""引継ぎ: what one person looks after goes to others, at once or on a day, all together or divided.

A customer and what hangs on it (people, deals, tasks) go to the same person. Each step of some hundred records is a transaction of its
own, so that nobody waits; killed on the way, it goes on with what is left. All of it is one operation, which is undone as one.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.access.rights import log_access
from enishi.japanese.addresses import split_prefecture
from enishi.records import registry, write
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, RecordError, Refused
from enishi.records.fields import Address, FieldKind
from enishi.records.models import Handover, Notification, Operation
from enishi.records.visible import require

BATCH = 500
WEIGHED = ("account", "contact", "deal")  # what a person's load is counted in


def entities() -> list[Entity]:
    """Those whose records somebody looks after, customers before what hangs on them."""
    found = [one for one in registry.all_entities() if one.fields["owner"].editable and not one.admin_only]
    return sorted(found, key=lambda one: (bool(one.parent_fields), len(one.references), one.code))


def keeper_fields(entity: Entity) -> list[FieldKind]:
    """The fields that say who looks after a record: its owner, and what the owner of the company has drawn beside it (副担当)."""
    return [entity.fields["owner"], *(one for one in entity.own if one.kind == "user" and one.editable)]


def rows_of(entity: Entity, person: User) -> Any:
    """What a person looks after of an entity and what goes along: what is over stays his."""
    his = reduce(or_, (one.lookup()(person.pk) for one in keeper_fields(entity)))
    return entity.handed_over(entity.model._default_manager.filter(his, deleted_at=None))


def holdings(person: User) -> list[tuple[Entity, int]]:
    """How many records of each entity a person looks after."""
    counted = [(one, rows_of(one, person).count()) for one in entities()]
    return [(one, n) for one, n in counted if n]


def works(user: User) -> bool:
    """Whether somebody can look after customers: who only looks on can't."""
    return any(user.rights.reach("change", name) != "none" for name in WEIGHED)


def areas(person: User) -> list[tuple[str, int]]:
    """Prefectures of the customers that a person looks after, the most customers first; "" is unknown."""
    found: Counter[str] = Counter()
    for entity in entities():
        if (place := place_of(entity)) is None:
            continue
        rows = rows_of(entity, person)
        if (
            "account" in entity.fields and not entity.fields["account"].custom
        ):  # whoever has a company goes where it goes
            rows = rows.filter(account=None)
        for record in rows.only(place.column if not place.custom else "custom").iterator(chunk_size=2000):
            found[prefecture_of(place, record)] += 1
    return found.most_common()


def place_of(entity: Entity) -> FieldKind | None:
    """The field that says where a record is: the prefecture, or of what the owner drew the first address."""
    if "prefecture" in entity.fields:
        return entity.fields["prefecture"]
    return next((one for one in entity.own if isinstance(one, Address)), None)


def prefecture_of(place: FieldKind, record: Any) -> str:
    """The prefecture of a record, "" where nobody knows."""
    text = str(place.value_text(record) or "")
    return (
        text
        if place.name == "prefecture"
        else split_prefecture(re.sub(r"^〒?\s*[0-9-]{7,8}\s*", "", text))[0]
    )


def plan(
    person: User,
    *,
    how: str,
    to: Iterable[User],
    areas: dict[str, int] | None = None,
    names: Iterable[str] = (),
    on: Any = None,
    by: User,
) -> Handover:
    """Keeps a handover to be done (by the worker: today, or on its day).

    Args:
        how: "one" (the first of `to`), "load" (who has least gets next), "area" (by prefecture, the rest to the first).
        names: entities that go along; none are all.

    Raises:
        NotAllowed, Refused
    """
    require(by, "admin")
    receivers = [one for one in to if one.is_active and works(one)]
    if how not in {"one", "load", "area"}:
        raise Refused({"how": [_("分け方を選んでください。")]})
    if not receivers:
        raise Refused({"to": [_("引き継ぐ人を選んでください。")]})
    if how == "one" and len(receivers) > 1:
        raise Refused({"to": [_("1人に渡すときは、引き継ぐ人をひとりだけ選んでください。")]})
    if person in receivers:
        raise Refused({"to": [_("引き継ぐ人に、渡す本人は選べません。")]})
    if on is not None and on < timezone.localdate():
        raise Refused({"on": [_("今日か、これからの日付にしてください。")]})
    keys = [one.pk for one in receivers]
    wanted = [name for name in names if registry.find(name) in entities()]
    made = Handover.objects.create(
        person=person, by=by, on=on or timezone.localdate(),
        plan={"how": how, "to": keys, "areas": {place: key for place, key in (areas or {}).items() if key in keys}, "entities": wanted},
    )  # fmt: skip
    log_access(
        by, "handover", "user", 1, f"{person.email} → {', '.join(one.email for one in receivers)} ({how})"
    )
    return made


def run(handover: Handover) -> Handover:
    """Does it, or goes on with what is left of it."""
    with transaction.atomic():
        held = Handover.objects.select_for_update(of=("self",)).get(pk=handover.pk)
        if held.status not in {Handover.Status.WAITING, Handover.Status.RUNNING} or held.person is None:
            return held
        if problem := _problem(held):
            _fail(held, problem)
            return held
        if held.operation is None:
            what = _("%(name)sさんの引継ぎ") % {"name": held.person}
            held.operation = Operation.objects.create(kind="bulk", user=held.by, summary=what[:300])
        held.status = Handover.Status.RUNNING
        held.save(update_fields=["status", "operation"])
    share = _Shares(held)
    try:
        for entity in entities():
            if held.plan["entities"] and entity.name not in held.plan["entities"]:
                continue
            last = 0
            while (last := _step(held, entity, share, last)) > 0:
                pass
    except RecordError as error:  # said, and what has gone over can be taken back
        held.refresh_from_db()
        _fail(held, str(error)[:1000])
        return held
    held.status, held.done_at = Handover.Status.DONE, timezone.now()
    held.save(update_fields=["status", "done_at"])
    return held


def _problem(held: Handover) -> str:
    """Why it can't be done on its day (`Handover.Problem`); "" where it can."""
    people = User.objects.in_bulk(held.plan["to"])
    if not all(key in people and people[key].is_active and works(people[key]) for key in held.plan["to"]):
        return Handover.Problem.RECEIVER.value
    if held.by is None or not held.by.is_active or not held.by.is_admin:
        return Handover.Problem.PLANNER.value
    return ""


def _fail(held: Handover, problem: str) -> None:
    """Ends it, and tells those who can plan it anew. `problem`: one of `Handover.Problem`, or what a rule has against it."""
    held.status, held.done_at = Handover.Status.FAILED, timezone.now()
    held.figures = {**held.figures, "problem": problem}
    held.save(update_fields=["status", "done_at", "figures"])
    told = []
    for admin in User.objects.filter(is_active=True, role="admin"):
        with translation.override(admin.language):
            text = _("%(name)sさんの引継ぎができませんでした。") % {"name": held.person}
            told.append(
                Notification(
                    user=admin,
                    text=f"{text}{held.problem}"[:300],
                    url=reverse("handover"),
                    key=f"handover-{held.pk}",
                )
            )
    Notification.objects.bulk_create(told, ignore_conflicts=True)


def _step(held: Handover, entity: Entity, share: "_Shares", last: int) -> int:
    """The next records of an entity behind a key; returns the last one's key, 0 where none are left."""
    with transaction.atomic():
        assert held.person is not None and held.by is not None
        rows = rows_of(entity, held.person).filter(pk__gt=last).order_by("pk")
        records = list(rows.select_for_update(of=("self",))[:BATCH])
        if not records:
            return 0
        share.weigh(entity, records)
        fields, pairs = keeper_fields(entity), []
        for record in records:
            receiver = share.of(entity, record)
            pairs.append(
                (record, {one.name: receiver for one in fields if one.get(record) == held.person.pk})
            )
        write.write_many(entity, pairs, by=held.by, operation=held.operation, cleaned=True, check=False)
        held.figures = {**held.figures, entity.name: held.figures.get(entity.name, 0) + len(records)}
        held.save(update_fields=["figures"])
    return int(records[-1].pk)


class _Shares:
    """Who gets what: what belongs to a customer follows the customer."""

    def __init__(self, held: Handover) -> None:
        self.how, self.to, self.places = held.plan["how"], held.plan["to"], held.plan["areas"]
        self.person = held.person
        self.load = Counter(dict.fromkeys(self.to, 0))
        self.weights: Counter[int] = Counter()
        self.apart: dict[str, Counter[int]] = {}
        if self.how == "load":
            for name in WEIGHED:
                entity = registry.find(name)
                if entity is not None:
                    rows = entity.handed_over(
                        entity.model._default_manager.filter(deleted_at=None, owner__in=self.to)
                    )
                    self.load.update(rows.values_list("owner", flat=True))

    def weigh(self, entity: Entity, records: list[Any]) -> None:
        """How much comes along with each customer of this step: what hangs on it goes to the same person."""
        self.weights = Counter()
        if self.how != "load" or self.person is None:
            return
        for name in WEIGHED:
            other = registry.find(name)
            column = (
                next((one.column for one in other.references if one.to == entity.name), "") if other else ""
            )
            if other is not None and column and other.name != entity.name:
                keys = rows_of(other, self.person).filter(**{f"{column}__in": [one.pk for one in records]})
                self.weights.update(keys.values_list(column, flat=True))

    def of(self, entity: Entity, record: Any) -> int:
        """The key of the person who gets a record."""
        if self.how == "one":
            return int(self.to[0])
        above = self._above(entity, record)
        if above is not None and above.owner_id in self.to:
            return int(above.owner_id)
        if self.how == "area":
            mine = place_of(entity)
            place = (prefecture_of(mine, record) if mine is not None else "") or getattr(
                above, "prefecture", ""
            )
            return int(self.places.get(place, self.to[0]))
        weighs = (entity.name in WEIGHED) + self.weights[record.pk]
        # What is no load of customers (vehicles, leads) is divided evenly by itself.
        load = self.load if weighs else self.apart.setdefault(entity.name, Counter(dict.fromkeys(self.to, 0)))
        chosen = min(self.to, key=lambda key: (load[key], self.to.index(key)))
        load[chosen] += weighs or 1
        return int(chosen)

    @staticmethod
    def _above(entity: Entity, record: Any) -> Any:
        """The first record that this one belongs to."""
        for name, key in entity.parents(record):
            other = registry.find(name)
            found = other.model._default_manager.filter(pk=key, deleted_at=None).first() if other else None
            if found is not None:
                return found
        return None


def cancel(handover: Handover, *, by: User) -> None:
    """Takes back one that has not begun.

    Raises:
        NotAllowed, NotFound
    """
    require(by, "admin")
    if not Handover.objects.filter(pk=handover.pk, status=Handover.Status.WAITING).update(
        status=Handover.Status.CANCELLED
    ):
        raise NotFound


def undo(
    handover: Handover, *, by: User, progress: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Gives everything back to whom it belonged; what somebody changed since stays.

    Raises:
        NotAllowed, Refused
    """
    from enishi.records import history

    require(by, "admin")
    if handover.operation is None:
        raise Refused({"": [_("元に戻すものがありません。")]})
    if handover.operation.undone_at is None:  # else somebody took it back in the history of all
        history.undo_operation(handover.operation.pk, by=by, progress=progress)
    handover.status = Handover.Status.UNDONE
    handover.save(update_fields=["status"])
