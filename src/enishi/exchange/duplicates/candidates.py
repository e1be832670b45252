"""Candidate pairs, by DuckDB and Splink: records that share a key are paired, and Splink weighs the pairs by the model that it
trains on this very base (u by random sampling, m by expectation maximisation, names by their frequency).

DuckDB works beside the data folder within a bound of memory; what doesn't fit goes to disk.
"""

import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa
import splink.comparison_level_library as levels
import splink.comparison_library as library
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI
from splink.internals.exceptions import EMTrainingException, SplinkException

from enishi.exchange.duplicates.features import Features

log = logging.getLogger(__name__)

MEMORY = "3GB"
THREADS = 2
LARGEST_BLOCK = 120
MOST_PAIRS = 30  # candidate pairs per record, on average; larger blocks are left out until it fits
MOST_WEIGHED = 2.0  # of these, per record, weighed one by one
TEACHES = 500  # records; fewer teach nothing, and what is given beforehand holds
LARGE = 200_000  # records from which Splink samples before it trains
UNLIKE = 300_000  # pairs drawn by chance, from which Splink learns how often strangers agree
FEW = 400_000  # so many are always weighed one by one
COUNTED = (
    "family", "family_latin", "given", "given_latin", "company", "company_latin", "mobiles", "phones", "faxes", "mails", "domain",
    "birthday", "postal", "corporate", "personal",
)  # fmt: skip
_SEVERAL = {"mobiles", "phones", "faxes", "mails"}
_COLUMNS = (*COUNTED, "kind", "unsplit", "name_latin", "city", "town", "numbers")
# What Splink compares, made of the features.
_MODEL = """
    CREATE TABLE model AS SELECT
        rid AS unique_id,
        nullif(CASE WHEN kind = 'c' THEN company ELSE coalesce(nullif(unsplit, ''), family || given) END, '') AS written,
        nullif(CASE WHEN kind = 'c' THEN company_latin ELSE name_latin END, '') AS heard,
        nullif(CASE WHEN kind = 'c' THEN '' ELSE given END, '') AS given,
        nullif(birthday, '') AS birthday,
        CASE WHEN mobiles || phones <> '' THEN string_split(trim(mobiles || ' ' || phones), ' ') END AS lines,
        nullif(mails, '') AS mail,
        nullif(city || town || numbers, '') AS place,
        nullif(postal, '') AS postal,
        nullif(corporate || personal, '') AS number
    FROM records
"""


class Candidates:
    """A working place of DuckDB's for one run; use as a context."""

    def __init__(self, folder: Path, memory: str = MEMORY) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = Path(tempfile.mkdtemp(prefix="run-", dir=folder))
        self.db = duckdb.connect(":memory:")
        self.db.execute(f"SET memory_limit = '{memory}'")
        self.db.execute(f"SET threads = {THREADS}")
        self.db.execute("SET temp_directory = '{}'".format(str(self.folder).replace("'", "''")))
        self.db.execute("SET preserve_insertion_order = false")
        columns = ", ".join(f"{name} VARCHAR" for name in _COLUMNS)
        self.db.execute(f"CREATE TABLE records (rid INTEGER, fresh BOOLEAN, {columns})")
        self.db.execute("CREATE TABLE keys (key BIGINT, rid INTEGER)")
        self.count = 0

    def __enter__(self) -> "Candidates":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.db.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- taking in ------------------------------------------------------------------------------------
    def add(self, batch: pa.RecordBatch, keys: pa.RecordBatch) -> None:
        """Records of a batch (`rid`, `fresh` and columns of features), and their keys."""
        records, held = pa.table(batch), pa.Table.from_batches([keys])
        self.db.register("batch", records)
        self.db.execute(f"INSERT INTO records SELECT rid, fresh, {', '.join(_COLUMNS)} FROM batch")
        self.db.unregister("batch")
        self.db.register("batch_keys", held)
        self.db.execute("INSERT INTO keys SELECT key, rid FROM batch_keys")
        self.db.unregister("batch_keys")
        self.count += batch.num_rows

    def common(self, least: int = 3) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
        """Values that occur often, by column, with their counts; and how many values each column has."""
        made: dict[str, dict[str, int]] = {}
        filled: dict[str, int] = {}
        for name in COUNTED:
            values = f"unnest(string_split({name}, ' '))" if name in _SEVERAL else name
            source = f"(SELECT {values} AS value FROM records WHERE {name} <> '')"
            filled[name] = self._one(f"SELECT count(*) FROM {source}")
            rows = self.db.execute(
                f"SELECT value, count(*) AS n FROM {source} WHERE value <> '' GROUP BY value HAVING n >= {least}"
            ).fetchall()
            made[name] = dict(rows)
        rows = self.db.execute(
            f"SELECT family || given AS value, count(*) AS n FROM records WHERE given <> '' GROUP BY value HAVING n >= {least}"
        ).fetchall()
        made["name"] = dict(rows)
        return made, filled

    def _one(self, sql: str) -> Any:
        return self.db.execute(sql).fetchall()[0][0]  # all is fetched: DuckDB does nothing else before

    # --- pairing --------------------------------------------------------------------------------------
    def pair(self, only_fresh: bool = False) -> int:
        """Makes the pairs of records that share a key, less those of too large blocks; returns how many."""
        self.db.execute(
            "CREATE TABLE blocks AS SELECT key, count(*) AS n FROM keys GROUP BY key HAVING n > 1"
        )
        cap = self._cap()
        touched = ""
        if only_fresh:
            self.db.execute("CREATE TABLE fresh AS SELECT rid FROM records WHERE fresh")
            touched = "AND (a.rid IN (SELECT rid FROM fresh) OR b.rid IN (SELECT rid FROM fresh))"
        self.db.execute(
            f"CREATE TABLE held AS SELECT k.key, k.rid FROM keys k JOIN blocks b USING (key) WHERE b.n <= {cap}"
        )
        self.db.execute("DROP TABLE keys")
        self.db.execute("DROP TABLE blocks")
        self.db.execute(
            "CREATE TABLE pairs AS SELECT DISTINCT a.rid AS join_key_l, b.rid AS join_key_r, '0' AS match_key "
            f"FROM held a JOIN held b ON a.key = b.key AND a.rid < b.rid {touched}"
        )
        self.db.execute("DROP TABLE held")
        return int(self._one("SELECT count(*) FROM pairs"))

    def _cap(self) -> int:
        """The largest block that is still taken, so that the pairs don't outgrow the records."""
        rows = self.db.execute(
            "SELECT n, n * (n - 1) / 2 * count(*) FROM blocks GROUP BY n ORDER BY n"
        ).fetchall()
        budget, total, cap = max(MOST_PAIRS * self.count, 2_000_000) * 2, 0.0, 2
        for size, pairs in rows:
            total += pairs
            if size > LARGEST_BLOCK or (total > budget and size > 8):
                break
            cap = size
        return cap

    # --- weighing -------------------------------------------------------------------------------------
    def weighed(self) -> tuple[Iterator[tuple[int, int, float]], dict[str, Any]]:
        """The pairs worth a closer look, in the order of their first record, with Splink's match weight; and what Splink learnt."""
        total = int(self._one("SELECT count(*) FROM pairs"))
        if not total:
            return iter(()), {"pairs": 0}
        self.db.execute(_MODEL)
        try:
            learnt = self._weigh(trained=self.count >= TEACHES)
        except (SplinkException, duckdb.Error, ValueError, ZeroDivisionError) as error:
            log.info("the trained model is of no use: %s", error)
            learnt = self._weigh(trained=False)
        return self._scored(), {**learnt, "pairs": total}

    def _weigh(self, trained: bool) -> dict[str, Any]:
        """Makes the table of the pairs with the highest match weights."""
        linker = self._linker("learnt" if trained else "given")
        learnt = self._train(linker) if trained else {}
        pairs = linker._db_api.register("pairs", table_name="candidate_pairs")
        linker.table_management.register_blocked_pairs_for_predict(pairs)
        found = linker.inference.predict(warning_mode="never")
        most = max(FEW, int(MOST_WEIGHED * self.count))
        self.db.execute(
            f"CREATE OR REPLACE TABLE scored AS SELECT unique_id_l AS a, unique_id_r AS b, match_weight AS w FROM {found.physical_name} "
            f"ORDER BY match_weight DESC LIMIT {most}"
        )
        found.drop_table_from_database_and_remove_from_cache()
        return learnt

    def _scored(self) -> Iterator[tuple[int, int, float]]:
        cursor = self.db.cursor().execute("SELECT a, b, w FROM scored ORDER BY a, b")
        while rows := cursor.fetchmany(50_000):
            yield from rows

    def _linker(self, name: str) -> Linker:
        settings = SettingsCreator(
            link_type="dedupe_only",
            comparisons=_comparisons(),
            blocking_rules_to_generate_predictions=[block_on("place")],  # unused: the pairs are ours
            probability_two_random_records_match=min(0.3 / max(self.count, 10), 0.01),
            retain_matching_columns=False,
            retain_intermediate_calculation_columns=False,
            max_iterations=10,
        )
        api = DuckDBAPI(connection=self.db)
        source = api.register("model", table_name=f"model_{name}")
        return Linker(source, settings, log_level=logging.ERROR, validate_settings=False)

    def _train(self, linker: Linker) -> dict[str, Any]:
        """Lets Splink learn from the base; what it can't learn (a column that is nearly empty) keeps its given value."""
        learnt: dict[str, Any] = {}
        try:
            linker.training.estimate_u_using_random_sampling(max_pairs=UNLIKE, seed=1, num_chunks=1)
        except (SplinkException, duckdb.Error, ZeroDivisionError) as error:
            log.info("u not learnt: %s", error)
        for column in ("written", "place", "mail"):
            try:
                linker.training.estimate_parameters_using_expectation_maximisation(
                    _training_rule(column),
                    fix_u_probabilities=True,
                    max_pairs=300_000,
                    record_sample_proportion=0.01 if self.count > LARGE else 1.0,
                )
            except (
                EMTrainingException,
                SplinkException,
                duckdb.Error,
                ZeroDivisionError,
                ValueError,
            ) as error:
                log.info("m not learnt by %s: %s", column, error)
        for one in linker._settings_obj.comparisons:
            learnt[one.output_column_name] = [
                (level.label_for_charts, _plain(level.m_probability), _plain(level.u_probability))
                for level in one.comparison_levels
                if not level.is_null_level
            ]
        return {"parameters": learnt}


def _plain(value: Any) -> float | None:
    return round(float(value), 6) if isinstance(value, int | float) else None


def _training_rule(column: str) -> Any:
    return block_on(column)


def _comparisons() -> list[Any]:
    """Splink's comparisons over the normalised columns, with their values for a base that teaches nothing."""

    def compared(name: str, near: list[Any], m: list[float], u: list[float], frequent: bool = False) -> Any:
        exact: Any = levels.ExactMatchLevel(name)
        if frequent:
            exact = exact.configure(tf_adjustment_column=name)
        steps = [levels.NullLevel(name), exact, *near, levels.ElseLevel()]
        for step, chance_m, chance_u in zip(steps[1:], m, u, strict=True):
            step.configure(m_probability=chance_m, u_probability=chance_u)
        return library.CustomComparison(output_column_name=name, comparison_levels=steps)

    shared = levels.CustomLevel("len(list_intersect(lines_l, lines_r)) > 0", "a line is shared")
    shared.configure(m_probability=0.8, u_probability=1e-5)
    no_lines = levels.CustomLevel("lines_l IS NULL OR lines_r IS NULL", "null")
    no_lines.configure(is_null_level=True)
    other = levels.ElseLevel().configure(m_probability=0.2, u_probability=0.99999)
    return [
        compared(
            "written",
            [levels.JaroWinklerLevel("written", 0.85)],
            [0.8, 0.12, 0.08],
            [1e-4, 2e-3, 0.9979],
            True,
        ),
        compared(
            "heard", [levels.JaroWinklerLevel("heard", 0.92)], [0.8, 0.12, 0.08], [1e-4, 2e-3, 0.9979], True
        ),
        compared(
            "given", [levels.JaroWinklerLevel("given", 0.9)], [0.85, 0.07, 0.08], [0.005, 0.01, 0.985], True
        ),
        compared(
            "birthday",
            [levels.DamerauLevenshteinLevel("birthday", 1)],
            [0.9, 0.07, 0.03],
            [5e-5, 1.5e-3, 0.99845],
        ),
        library.CustomComparison(output_column_name="lines", comparison_levels=[no_lines, shared, other]),
        compared("mail", [levels.JaroWinklerLevel("mail", 0.95)], [0.8, 0.08, 0.12], [1e-6, 1e-4, 0.9999]),
        compared(
            "place", [levels.JaroWinklerLevel("place", 0.92)], [0.7, 0.2, 0.1], [1e-5, 1e-3, 0.99899], True
        ),
        compared(
            "postal",
            [levels.DamerauLevenshteinLevel("postal", 1)],
            [0.8, 0.1, 0.1],
            [5e-4, 2e-3, 0.9975],
            True,
        ),
        compared(
            "number", [levels.DamerauLevenshteinLevel("number", 1)], [0.9, 0.07, 0.03], [1e-7, 1e-6, 0.999999]
        ),
    ]


def columns() -> tuple[str, ...]:
    """The features that `Candidates.add` takes."""
    assert set(_COLUMNS) <= set(Features._fields)
    return _COLUMNS
