"""What the runs found, for those who decide: clusters of open pairs that the person may see, the surest first; what was decided.

A decision is kept with the pair (`DuplicatePair.state`) and follows merges, their undoing, and "not the same", wherever these are made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.exchange.duplicates.models import DuplicatePair, DuplicateRun
from enishi.records import journal
from enishi.records.entity import Entity
from enishi.records.errors import RecordError
from enishi.records.forwards import pairs_of, told_apart, told_not_same
from enishi.records.merge import merge, merged
from enishi.records.models import MergeRule, Operation
from enishi.records.proposals import propose
from enishi.records.visible import visible

LARGEST = 8  # records of a cluster that are shown beside each other
SCANNED = 400


@dataclass
class Cluster:
    """Records that hang together by open pairs."""

    key: int
    records: list[Any]
    pairs: list[DuplicatePair]

    @property
    def score(self) -> float:
        """The surest pair's probability."""
        return max(one.score for one in self.pairs)

    @property
    def sure(self) -> bool:
        """Whether every pair would be merged automatically."""
        return all(one.decision == DuplicatePair.Decision.AUTOMATIC for one in self.pairs)

    @property
    def percent(self) -> int:
        """The score in words of people; never quite 100."""
        return min(99, round(self.score * 100))


def counts(entity: Entity) -> dict[str, int]:
    """How many clusters are open, in all and by decision, and how many pairs were decided."""
    rows = DuplicatePair.objects.filter(entity=entity.name)
    still = rows.filter(state=DuplicatePair.State.OPEN)
    asked = still.filter(decision=DuplicatePair.Decision.ASK).values("cluster").distinct().count()
    every = still.values("cluster").distinct().count()
    return {
        "open": every,
        "ask": asked,
        "automatic": every - asked,
        "merged": rows.filter(state=DuplicatePair.State.MERGED).count(),
        "not_same": rows.filter(state=DuplicatePair.State.NOT_SAME).count(),
    }


def clusters(
    entity: Entity, user: User, *, decision: str = "", but: Sequence[int] = (), limit: int = 5
) -> list[Cluster]:
    """The next clusters, the surest first, with the records that the person sees; at least two of each.

    Args:
        decision: "automatic" (all of its pairs are) or "ask".
        but: clusters that are on the screen already, or put off.
    """
    rows = DuplicatePair.objects.filter(entity=entity.name, state=DuplicatePair.State.OPEN)
    asking = rows.filter(decision=DuplicatePair.Decision.ASK).values("cluster")
    if decision == "ask":
        rows = rows.filter(cluster__in=asking)
    elif decision == "automatic":
        rows = rows.exclude(cluster__in=asking)
    if but:
        rows = rows.exclude(cluster__in=list(but))
    best = rows.values("cluster").annotate(best=Max("score")).order_by("-best", "cluster")
    keys = list(best.values_list("cluster", flat=True)[:SCANNED])
    made: list[Cluster] = []
    for start in range(0, len(keys), limit * 4):
        made += _loaded(entity, user, keys[start : start + limit * 4])
        if len(made) >= limit:
            break
    return made[:limit]


def cluster(entity: Entity, user: User, key: int) -> Cluster | None:
    """One cluster, if there is anything left to decide that the person sees."""
    return next(iter(_loaded(entity, user, [key])), None)


def _loaded(entity: Entity, user: User, keys: Sequence[int]) -> list[Cluster]:
    rows = DuplicatePair.objects.filter(entity=entity.name, state=DuplicatePair.State.OPEN, cluster__in=keys)
    held: dict[int, list[DuplicatePair]] = {}
    for row in rows.order_by("-score", "pk"):
        held.setdefault(row.cluster, []).append(row)
    wanted = {key for pairs in held.values() for row in pairs for key in (row.low_id, row.high_id)}
    seen = {
        row.pk: row for row in visible(entity, user).filter(pk__in=wanted).select_related(*entity.pointers)
    }
    apart = told_not_same(entity, list(seen))
    made = []
    for key in keys:
        pairs = [
            row
            for row in held.get(key, ())
            if row.low_id in seen and row.high_id in seen and (row.low_id, row.high_id) not in apart
        ]
        # The surest first, as far as they fit on a screen.
        members: dict[int, None] = {}
        for row in pairs:
            if len(members | {row.low_id: None, row.high_id: None}) <= LARGEST:
                members |= {row.low_id: None, row.high_id: None}
        shown = [row for row in pairs if row.low_id in members and row.high_id in members]
        if shown:
            made.append(Cluster(key, [seen[one] for one in sorted(members)], shown))
    return made


# --- decided elsewhere ----------------------------------------------------------------------------------
@merged.connect
def follow_merge(entity: Entity, keep: int, gone: Sequence[int]) -> None:
    """Pairs among merged records are decided; what else was like one of them is like the survivor."""
    every = {keep, *gone}
    rows = DuplicatePair.objects.filter(entity=entity.name)
    known = set(rows.filter(Q(low_id=keep) | Q(high_id=keep)).values_list("low_id", "high_id"))
    decided, doubles = [], []
    for row in rows.filter(Q(low_id__in=gone) | Q(high_id__in=gone)).order_by("-score", "pk"):
        if row.low_id in every and row.high_id in every:
            decided.append(row.pk)
            continue
        other = row.high_id if row.low_id in every else row.low_id
        pair = pairs_of([keep, other])[0]
        if pair in known:
            doubles.append(row.pk)
        else:
            known.add(pair)
            journal.change_rows(rows.filter(pk=row.pk), low_id=pair[0], high_id=pair[1])
    still = {"state": DuplicatePair.State.MERGED}
    if decided:
        journal.change_rows(DuplicatePair.objects.filter(pk__in=decided), **still)
    if doubles:
        journal.delete_rows(DuplicatePair.objects.filter(pk__in=doubles))


@told_apart.connect
def follow_not_same(entity: Entity, pairs: Sequence[tuple[int, int]], apart: bool) -> None:
    """Who was told apart isn't asked for any more; taken back, he is again."""
    state, before = DuplicatePair.State.NOT_SAME, DuplicatePair.State.OPEN
    if not apart:
        state, before = before, state
    for low, high in pairs:
        rows = DuplicatePair.objects.filter(entity=entity.name, low_id=low, high_id=high, state=before)
        rows.update(state=state)


# --- by itself ------------------------------------------------------------------------------------------
def is_automatic(entity: Entity) -> bool:
    """Whether what is surely the same is merged after a run."""
    return MergeRule.objects.filter(entity=entity.name, automatic=True).exists()


def merge_sure(
    entity: Entity, *, by: User, progress: Callable[[int], None] = lambda done: None
) -> tuple[Operation | None, int, int]:
    """Merges every cluster all of whose pairs are sure, as one operation that is taken back as one. What somebody has changed since the
    search began was judged by what it no longer is: it waits for the next one.

    Returns:
        the operation (None: there was nothing to do), how many records went, and how many clusters were left because a rule refused.
    """
    operation: Operation | None = None
    gone = left = 0
    passed: list[int] = []
    last = DuplicateRun.objects.filter(entity=entity.name, status=DuplicateRun.Status.DONE).first()
    while found := clusters(entity, by, decision="automatic", but=passed, limit=50):
        for one in found:
            passed.append(one.key)
            if last and last.began_at and any(row.updated_at >= last.began_at for row in one.records):
                continue
            if operation is None:
                summary = _("%(entity)sの重複を自動で統合") % {"entity": entity}
                operation = Operation.objects.create(kind="merge", user=by, summary=summary)
            keys = [record.pk for record in one.records]
            keep = propose(entity.whole, one.records).keep.pk
            try:
                merge(
                    entity, keep, [key for key in keys if key != keep], by=by, operation=operation,
                    versions={row.pk: row.version for row in one.records},
                )  # fmt: skip
            except RecordError:
                left += 1
                continue
            gone += len(keys) - 1
            progress(gone)
    if operation is not None and not gone:
        operation.delete()
        return None, 0, left
    if operation is not None:
        operation.figures = {"merged": gone, "left": left}
        operation.save(update_fields=["figures"])
    return operation, gone, left


def after_run(entity: Entity) -> tuple[Operation | None, int, int]:
    """What the worker does when a run has ended: merges what is sure, in the name of the admin who switched that on, as long as he
    is one."""
    rule = MergeRule.objects.filter(entity=entity.name, automatic=True).select_related("by").first()
    if rule is None or rule.by is None or not rule.by.is_active or not rule.by.is_admin:
        return None, 0, 0
    return merge_sure(entity, by=rule.by)
