"""The whole search over rows from anywhere: normalise, pair, weigh, decide, gather.

Nothing here knows a file or a database. Rows come as `(id, Raw)`; what comes out are pairs by place in that sequence.
"""

import math
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from enishi.exchange.duplicates import blocking, clustering, comparing, deciding, features, weighing
from enishi.exchange.duplicates.candidates import Candidates, columns
from enishi.exchange.duplicates.features import Features, Raw

BATCH = 10_000
WORKERS = 2
ALONE = 12_000  # rows up to which one process is faster than two
SAMPLE, ENOUGH = 20_000, 100  # pairs looked at to learn from, and repeats among them that teach something


@dataclass(frozen=True)
class Pair:
    """Two rows that are one, by their places; `direct` is false where they are one only by a third."""

    low: int
    high: int
    score: float
    decision: str
    weights: dict[str, float]
    levels: dict[str, str]
    cluster: int


@dataclass
class Found:
    """What a search found."""

    pairs: list[Pair] = field(default_factory=list)
    records: int = 0
    candidates: int = 0
    weighed: int = 0
    figures: dict[str, Any] = field(default_factory=dict)


Progress = Callable[[int, int], None]


class Search:
    """One search; `rows` are taken in once and in order."""

    def __init__(self, folder: Path, progress: Progress | None = None) -> None:
        self.folder, self.progress = folder, progress or (lambda _done, _total: None)
        self.packed: list[pa.Array] = []
        self.known = weighing.Frequencies(0)
        self.forbidden: set[tuple[int, int]] = set()  # pairs of keys of which somebody said that they are two
        self.ids: list[int] | None = None  # the key at each place; without them places are keys
        self.fresh: list[int] = []

    def run(self, rows: Iterable[tuple[Raw, bool]], total: int = 0) -> Found:
        """Searches. Each row says whether it is fresh; where not all are, only pairs with a fresh one are looked at."""
        with Candidates(self.folder) as store:
            stale = self._take_in(store, rows, total)
            count = store.count
            common, filled = store.common()
            self.known = weighing.Frequencies(count, common, filled)
            pairs = store.pair(only_fresh=stale)
            self._tell(count, total, 0.5)
            scored, learnt = store.weighed()
            self._tell(count, total, 0.7)
            edges, looked = self._judge(scored, count, total)
        found = Found(records=count, candidates=pairs, weighed=looked, figures=learnt)
        found.pairs = self._gather(edges)
        self._tell(count, total, 1.0)
        return found

    def _refused(self, low: int, high: int) -> bool:
        if not self.forbidden:
            return False
        a, b = (low, high) if self.ids is None else (self.ids[low], self.ids[high])
        return ((a, b) if a < b else (b, a)) in self.forbidden

    @property
    def fresh_ids(self) -> set[int]:
        """Keys of the fresh rows."""
        return set(self.fresh if self.ids is None else [self.ids[place] for place in self.fresh])

    def _tell(self, count: int, total: int, part: float) -> None:
        total = max(total, count, 1)
        self.progress(int(total * part), total)

    # --- normalising ----------------------------------------------------------------------------------
    def _take_in(self, store: Candidates, rows: Iterable[tuple[Raw, bool]], total: int) -> bool:
        """Normalises all rows into the store; says whether some of them are not fresh."""
        stale = False
        batches = _batches(rows)
        first = list(islice(batches, 2))
        if sum(map(len, first)) < ALONE:
            made: Iterator[tuple[pa.RecordBatch, pa.RecordBatch, pa.Array]] = map(
                _prepare, _numbered(iter(first))
            )
            stale = self._store(store, made, total)
        else:
            context = multiprocessing.get_context("fork")
            with ProcessPoolExecutor(WORKERS, mp_context=context) as pool:
                stale = self._store(store, _ahead(pool, _numbered(_chained(first, batches))), total)
        return stale

    def _store(self, store: Candidates, made: Iterator[Any], total: int) -> bool:
        stale = False
        for batch, keys, packed in made:
            places = [
                place
                for place, new in zip(batch["rid"].to_pylist(), batch["fresh"].to_pylist(), strict=True)
                if new
            ]
            stale = stale or len(places) < batch.num_rows
            self.fresh += places
            store.add(batch, keys)
            self.packed.append(packed)
            self._tell(store.count, total, 0.45 * store.count / max(total, store.count))
        return stale

    # --- judging --------------------------------------------------------------------------------------
    def features(self, place: int) -> Features:
        """The features of a row."""
        return features.unpack(self.packed[place // BATCH][place % BATCH].as_py())

    def _judge(
        self, scored: Iterator[tuple[int, int, float]], count: int, total: int
    ) -> tuple[list[clustering.Edge], int]:
        global _search
        _search = self
        edges: list[clustering.Edge] = []
        looked = 0
        scored, sample = _peek(scored, SAMPLE)
        self.known.family = self._relatives(sample)
        chunks = _chunked(((a, b) for a, b, _weight in scored), 20_000)
        first = list(islice(chunks, 2))
        if sum(map(len, first)) < 25_000:
            results: Iterator[list[clustering.Edge]] = map(_judge_chunk, first)
            for made in results:
                edges += made
            return edges, sum(map(len, first))
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(WORKERS, mp_context=context) as pool:
            waiting = []
            for chunk in _chained(first, chunks):
                looked += len(chunk)
                waiting.append(pool.submit(_judge_chunk, chunk))
                if len(waiting) > 4:
                    edges += waiting.pop(0).result()
                    self._tell(count, total, min(0.95, 0.7 + 0.25 * looked / max(3 * count, 1)))
            for one in waiting:
                edges += one.result()
        return edges, looked

    def _relatives(self, sample: list[tuple[int, int, float]]) -> float:
        """How common relatives are beside repeats (bits), learnt where names are Western: by pairs at one address under one
        family name whose given names and birthdays are both others. 0 for Japanese names, whatever the base looks like."""
        relatives = repeats = 0
        for low, high, _weight in sample:
            a, b = self.features(low), self.features(high)
            if (
                not (a.given + b.given).isascii()
                or not a.given
                or not b.given
                or a.kind != "p"
                or b.kind != "p"
            ):
                if a.kind == "p" and b.kind == "p" and (a.given or b.given):
                    return 0.0
                continue
            found = comparing.levels(a, b)
            if found.get("family") != "same" or found.get("address") not in {"same", "variant"}:
                continue
            if found.get("given") == "same":
                repeats += 1
            elif found["given"] == "different" and found.get("birthday", "different") == "different":
                relatives += 1
        if repeats < ENOUGH:
            return 0.0
        return max(min(math.log2((relatives + 0.5) / repeats), 0.0), -8.0)

    def pair(self, low: int, high: int) -> tuple[comparing.Levels, weighing.Weighed, str]:
        """Levels, weights and decision of two rows."""
        return judge(self.features(low), self.features(high), self.known)

    def _gather(self, edges: list[clustering.Edge]) -> list[Pair]:
        """The clusters' pairs; those that are one only through others are asked about."""

        def apart(x: int, y: int) -> bool:
            if self._refused(x, y):
                return True
            a, b = self.features(x), self.features(y)
            return deciding.contradict(a, b, comparing.levels(a, b))

        edges = [edge for edge in edges if not self._refused(edge.low, edge.high)]
        held = {(edge.low, edge.high): edge for edge in edges}
        made = []
        for members in clustering.clusters(edges, apart):
            for place, low in enumerate(members):
                for high in members[place + 1 :]:
                    found, weighed, decision = self.pair(low, high)
                    edge = held.get((low, high))
                    score = edge.score if edge else max(weighed.score, deciding.ASK_FROM)
                    made.append(
                        Pair(low, high, score, decision or deciding.ASK, weighed.weights, found, members[0])
                    )
        return made


def judge(
    a: Features, b: Features, known: weighing.Frequencies
) -> tuple[comparing.Levels, weighing.Weighed, str]:
    """Levels, weights and decision of two records."""
    found = comparing.levels(a, b)
    weighed = weighing.weigh(a, b, found, known)
    return found, weighed, deciding.decide(a, b, found, weighed)


_search: Search | None = None  # of this process and the processes it forks


def _judge_chunk(pairs: list[tuple[int, int]]) -> list[clustering.Edge]:
    assert _search is not None
    made, last, ours = [], -1, None
    for low, high in pairs:
        if low != last or ours is None:
            last, ours = low, _search.features(low)
        theirs = _search.features(high)
        if ours.kind != theirs.kind:
            continue
        _found, weighed, decision = judge(ours, theirs, _search.known)
        if decision:
            made.append(clustering.Edge(low, high, weighed.score, decision))
    return made


def _prepare(numbered: tuple[int, list[tuple[Raw, bool]]]) -> tuple[pa.RecordBatch, pa.RecordBatch, pa.Array]:
    """Normalises a batch: columns for DuckDB, keys, the features packed."""
    start, rows = numbered
    made = [features.normalise(raw) for raw, _fresh in rows]
    names = columns()
    numbers = list(range(start, start + len(rows)))
    fresh = [one for _raw, one in rows]
    batch = pa.RecordBatch.from_arrays(
        [pa.array(numbers, pa.int32()), pa.array(fresh), *(pa.array([getattr(one, name) for one in made], pa.string()) for name in names)],
        ["rid", "fresh", *names],
    )  # fmt: skip
    keys, owners = [], []
    for number, one in zip(numbers, made, strict=True):
        found = blocking.keys(one)
        keys += found
        owners += [number] * len(found)
    key_batch = pa.RecordBatch.from_arrays(
        [pa.array(keys, pa.int64()), pa.array(owners, pa.int32())], ["key", "rid"]
    )
    return batch, key_batch, pa.array([features.pack(one) for one in made], pa.large_string())


def _peek(rows: Iterator[Any], size: int) -> tuple[Iterator[Any], list[Any]]:
    """The first rows, and all of them once more."""
    head = list(islice(rows, size))
    return _chained(head, rows), head


def _batches(rows: Iterable[tuple[Raw, bool]]) -> Iterator[list[tuple[Raw, bool]]]:
    return _chunked(rows, BATCH)


def _chunked(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _numbered(batches: Iterator[list[Any]]) -> Iterator[tuple[int, list[Any]]]:
    start = 0
    for batch in batches:
        yield start, batch
        start += len(batch)


def _chained(first: list[Any], rest: Iterator[Any]) -> Iterator[Any]:
    yield from first
    yield from rest


def _ahead(pool: ProcessPoolExecutor, work: Iterator[Any]) -> Iterator[Any]:
    """Results in order, with a few batches under way and no more read than that."""
    waiting = []
    for one in work:
        waiting.append(pool.submit(_prepare, one))
        if len(waiting) > WORKERS + 1:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def same_seed() -> bool:
    """Whether hashes of texts agree between this process and its forks (they do: a fork keeps the seed)."""
    return os.name == "posix"
