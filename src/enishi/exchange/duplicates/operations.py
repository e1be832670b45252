"""Searching the whole base: starting, running, storing what was found. What is done with it stands in `review`.

A first run looks at everything; later ones compare only what changed since with everything. What a person called "not the same"
is never proposed again.
"""

import datetime
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.exchange.duplicates.bases import Base, searchable
from enishi.exchange.duplicates.models import DuplicatePair, DuplicateRun
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.models import NotSame
from enishi.records.visible import machine, require

if TYPE_CHECKING:
    from enishi.exchange.duplicates.engine import Found

ENGINE = 3  # raised when the engine judges otherwise: the next run then looks at everything again
BEAT = 3.0
BATCH = 1000
MARGIN = datetime.timedelta(minutes=30)  # longer than anything takes that is stored in one piece
_UNDER_WAY = (DuplicateRun.Status.QUEUED, DuplicateRun.Status.RUNNING)


# --- running ------------------------------------------------------------------------------------------
def start(entity: Entity, by: User) -> DuplicateRun:
    """Queues a search of the whole entity; one that is under way already is returned instead.

    Raises:
        NotAllowed, Refused: the entity has nothing by which records could be compared.
    """
    run_ = _begin(entity, by)
    if run_.status == DuplicateRun.Status.QUEUED:
        from enishi.exchange.duplicates.tasks import search_duplicates

        with transaction.atomic():
            # Of two who start it at once one queues it.
            if DuplicateRun.objects.filter(pk=run_.pk, figures={}).update(figures={"queued": True}):
                run_.figures = {"queued": True}
                search_duplicates.enqueue(run_.pk)
    return run_


def _begin(entity: Entity, by: User) -> DuplicateRun:
    require(by, "change", entity)
    if not searchable(entity):
        raise Refused(
            {
                "": [
                    _(
                        "「%(entity)s」には、名前のほかに電話・メール・住所などの項目がないため、重複を探せません。"
                    )
                    % {"entity": entity}
                ]
            }
        )
    under_way = DuplicateRun.objects.filter(entity=entity.name, status__in=_UNDER_WAY)
    try:
        with transaction.atomic():
            return under_way.first() or DuplicateRun.objects.create(entity=entity.name, user=by)
    except IntegrityError:  # somebody else started it at the same moment
        return under_way.get()


def search_now(entity: Entity, by: User) -> DuplicateRun:
    """Searches at once, in this process.

    Raises:
        NotAllowed, Refused
    """
    return run(_begin(entity, by))


def run(run_: DuplicateRun) -> DuplicateRun:
    """Runs a search to its end; one that was broken off begins anew. What goes wrong ends it with its reason.

    Raises:
        whatever the search raised, after the run has been marked as failed.
    """
    entity = registry.find(run_.entity)
    if entity is None or run_.status not in _UNDER_WAY:
        return run_
    began = timezone.now()
    since = _since(entity)
    run_.status, run_.began_at, run_.beat_at, run_.done = DuplicateRun.Status.RUNNING, began, began, 0
    run_.save(update_fields=["status", "began_at", "beat_at", "done"])
    try:
        with machine():
            _run(run_, registry.get(run_.entity), since, began)
    except Exception:
        run_.status, run_.ended_at = DuplicateRun.Status.FAILED, timezone.now()
        run_.error = _(
            "重複を探している途中で問題が起きました。くわしくは管理者が記録（enishi.log）を見てください。"
        )
        run_.save(update_fields=["status", "ended_at", "error"])
        raise
    return run_


def _since(entity: Entity) -> datetime.datetime | None:
    """When the entity was searched last, by the same engine over the same fields."""
    last = DuplicateRun.objects.filter(entity=entity.name, status=DuplicateRun.Status.DONE).first()
    if last is None or last.began_at is None or last.figures.get("engine") != _stamp(entity):
        return None
    # What a long import had stamped before the search began and stored after it had read is looked at too.
    return last.began_at - MARGIN


def _stamp(entity: Entity) -> str:
    from enishi.exchange.duplicates.bases import roles

    return f"{ENGINE} " + " ".join(f"{name}:{role}" for name, role in roles(entity).items())


def _run(
    run_: DuplicateRun, entity: Entity, since: datetime.datetime | None, began: datetime.datetime
) -> None:
    # Splink and DuckDB take seconds and 100 MB to load: only the process that searches pays for them.
    from enishi.exchange.duplicates.engine import Search

    base = Base(entity, since)
    run_.total = base.count()
    run_.save(update_fields=["total"])
    said = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said > BEAT:
            said = time.monotonic()
            DuplicateRun.objects.filter(pk=run_.pk).update(done=min(done, total), beat_at=timezone.now())

    search = Search(Path(settings.HOME) / "duplicates", progress)
    search.forbidden = set(NotSame.objects.filter(entity=entity.name).values_list("low_id", "high_id"))
    search.ids = base.ids
    found = search.run(base.rows(), run_.total)
    fresh = None if since is None else search.fresh_ids
    _store(run_, entity, base.ids, found, fresh)
    run_.done = run_.total = found.records
    run_.status, run_.ended_at = DuplicateRun.Status.DONE, timezone.now()
    automatic = sum(one.decision == "automatic" for one in found.pairs)
    run_.figures = {
        "engine": _stamp(entity), "records": found.records, "compared": found.weighed, "found": len(found.pairs), "automatic": automatic,
        "fresh": found.records if fresh is None else len(fresh), "seconds": round((run_.ended_at - began).total_seconds(), 1),
    }  # fmt: skip
    run_.save(update_fields=["done", "total", "status", "ended_at", "figures"])


def _store(
    run_: DuplicateRun, entity: Entity, ids: list[int], found: "Found", fresh: set[int] | None
) -> None:
    """Puts the found pairs beside those that a person has answered, takes away open ones that no longer hold, and numbers the
    clusters anew."""
    made: dict[tuple[int, int], Any] = {}
    for one in found.pairs:
        low, high = sorted((ids[one.low], ids[one.high]))
        made[low, high] = one
    alive = set(ids)
    with transaction.atomic():
        held = {
            (low, high): (key, state)
            for key, low, high, state in _pairs(entity).values_list("pk", "low_id", "high_id", "state")
        }
        gone = [
            key for (low, high), (key, state) in held.items()
            if state == DuplicatePair.State.OPEN
            and (low not in alive or high not in alive or ((low, high) not in made and (fresh is None or low in fresh or high in fresh)))
        ]  # fmt: skip
        for start_ in range(0, len(gone), BATCH):
            DuplicatePair.objects.filter(pk__in=gone[start_ : start_ + BATCH]).delete()
        _save(run_, entity, made, held)
        _number(entity)


def _pairs(entity: Entity) -> Any:
    return DuplicatePair.objects.filter(entity=entity.name)


def _save(
    run_: DuplicateRun,
    entity: Entity,
    made: dict[tuple[int, int], Any],
    held: dict[tuple[int, int], tuple[int, str]],
) -> None:
    new, changed = [], []
    for (low, high), one in made.items():
        values = {
            "score": one.score, "decision": one.decision, "run": run_, "cluster": low,
            "reasons": [{"field": name, "weight": round(one.weights[name], 1), "level": level} for name, level in one.levels.items()],
        }  # fmt: skip
        if (low, high) not in held:
            new.append(DuplicatePair(entity=entity.name, low_id=low, high_id=high, **values))
            continue
        key, state = held[low, high]
        if state == DuplicatePair.State.NOT_SAME:
            continue
        # Merged and here again: the merge was undone.
        changed.append(
            DuplicatePair(
                pk=key, entity=entity.name, low_id=low, high_id=high, state=DuplicatePair.State.OPEN, **values
            )
        )
    DuplicatePair.objects.bulk_create(new, batch_size=BATCH)
    DuplicatePair.objects.bulk_update(
        changed, ["score", "decision", "run", "cluster", "reasons", "state"], batch_size=200
    )


def _number(entity: Entity) -> None:
    """Gives what hangs together its smallest key as cluster."""
    rows = list(
        _pairs(entity)
        .filter(state=DuplicatePair.State.OPEN)
        .values_list("pk", "low_id", "high_id", "cluster")
    )
    above: dict[int, int] = {}

    def top(one: int) -> int:
        while above.setdefault(one, one) != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    for _key, low, high, _cluster in rows:
        a, b = top(low), top(high)
        above[max(a, b)] = min(a, b)
    wrong: dict[int, list[int]] = {}
    for key, low, _high, cluster in rows:
        if top(low) != cluster:
            wrong.setdefault(top(low), []).append(key)
    for cluster, keys in wrong.items():
        DuplicatePair.objects.filter(pk__in=keys).update(cluster=cluster)


# --- reading ------------------------------------------------------------------------------------------
def pair_rows(name: str) -> Iterator[tuple[object, ...]]:
    """The open pairs as they are written to a file: both keys, both outside keys, score, decision."""
    entity = registry.get(name)
    model: Any = entity.model
    columns = {one.name for one in model._meta.concrete_fields}
    rows = list(
        _pairs(entity).filter(state=DuplicatePair.State.OPEN).order_by("cluster", "low_id", "high_id")
        .values_list("low_id", "high_id", "score", "decision")
    )  # fmt: skip
    codes: dict[int, str] = {}
    # Of what the owner drew, the first field that tells records apart (会員番号).
    own = next((one for one in entity.own if one.unique and not one.linked), None)
    outside: Any = "code" if "code" in columns else own.expression() if own is not None else None
    if outside is not None:
        keys = sorted({key for row in rows for key in row[:2]})
        for start_ in range(0, len(keys), BATCH):
            some = model._default_manager.filter(pk__in=keys[start_ : start_ + BATCH])
            codes.update((key, str(text or "")) for key, text in some.values_list("pk", outside))
    for low, high, score, decision in rows:
        yield low, high, codes.get(low, ""), codes.get(high, ""), f"{score:.6f}", decision
