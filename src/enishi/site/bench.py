"""`enishi bench`: daily work measured as ratios to floors taken in the same run.

Two floors. "bare page": the same middleware, session and sign-in, one hand-written query, 50 rows of 8 columns through a
plain template. "bare SQL": all statements of the page once more through the driver alone. Each size is measured in a process and a data
folder of its own, so that nothing is warm that should not be.
"""

import argparse
import datetime
import itertools
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZES = (10_000, 100_000)
ROUNDS = 25
Figure = dict[str, Any]


def command(argv: list[str]) -> int:
    """Measures and prints a table; with --write also into docs/performance.md."""
    parser = argparse.ArgumentParser(prog="enishi bench")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of customers, by comma")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--write", default="", help="a Markdown file for the table")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.measure:
        print("\nRESULT" + json.dumps(measure(int(options.sizes))))
        return 0
    sizes = [int(one) for one in options.sizes.split(",")]
    found: dict[tuple[str, int], dict[str, Figure]] = {}
    for database in ["sqlite", "postgresql"] if options.database == "both" else [options.database]:
        for size in sizes:
            found[database, size] = in_own_process(database, size)
    table = as_markdown(found)
    print(table)
    if options.write:
        Path(options.write).write_text(table, encoding="utf-8")
    return 0


def in_own_process(database: str, size: int) -> dict[str, Figure]:
    """Makes the customers in a fresh installation and measures there."""
    print(f"— {database}, {size:,}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="enishi-bench-") as folder:
        environment = {**os.environ, "ENISHI_HOME": folder, "ENISHI_DEMO": "0"}
        environment.pop("DATABASE_URL", None)
        cluster = None
        if database == "postgresql":
            from tests.support.postgres import Cluster

            cluster = Cluster()
            environment["DATABASE_URL"] = cluster.start()
        try:
            program = [sys.executable, "-m", "enishi"]
            subprocess.run([*program, "migrate"], env=environment, check=True, capture_output=True)
            began = time.perf_counter()
            subprocess.run(
                [*program, "demo", "--size", str(size)], env=environment, check=True, stdout=sys.stderr
            )
            made = time.perf_counter() - began
            done = subprocess.run(
                [*program, "bench", "--measure", "--sizes", str(size)],
                env=environment,
                check=False,
                capture_output=True,
                text=True,
            )
            if done.returncode:
                raise RuntimeError(done.stderr[-3000:])
            figures: dict[str, Figure] = json.loads(done.stdout.rpartition("RESULT")[2])
            figures["customers made per second"] = {"rate": size / made}
            return figures
        finally:
            if cluster is not None:
                cluster.stop()


# --- measuring --------------------------------------------------------------------------------------
def timed(work: Callable[[], Any], rounds: int = ROUNDS) -> Figure:
    """Median and 95th percentile in milliseconds, after two calls that don't count."""
    work()
    work()
    times = []
    for _round in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return {"median": statistics.median(times), "p95": times[max(0, math.ceil(len(times) * 0.95) - 1)]}


def measure(size: int) -> dict[str, Figure]:
    """All rows at this size, on the database of this process."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    from enishi.access.models import User
    from enishi.people.models import Account
    from enishi.records import registry
    from enishi.sales.pipelines.entity import default_pipeline

    settings.ROOT_URLCONF = "enishi.site.bench_floor"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.LOGGING_CONFIG = None
    setup_test_environment(debug=False)
    user = User.objects.order_by("pk").first()
    assert user is not None
    registry.rebuild()
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)

    def get(path: str) -> Callable[[], None]:
        def work() -> None:
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)

        return work

    def statements(path: str) -> Callable[[], None]:
        """What the page asks of the database, through the driver alone."""
        asked: list[tuple[str, Any]] = []

        def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
            asked.append((sql, parameters))
            return execute(sql, parameters, many, context)

        with connection.execute_wrapper(note):
            get(path)()

        def work() -> None:
            with connection.cursor() as cursor:
                for text, parameters in asked:
                    cursor.execute(text, parameters)
                    cursor.fetchall()

        return work

    own = f'{{"field":"{_own_key()}","op":"between","value":["100","110"]}}'
    deep = _deep_cursor(client)
    busiest = _thousand_events(user)
    default_pipeline()
    figures: dict[str, Figure] = {"bare page": timed(get("/bare/"))}
    pages = [
        ("list sorted by name", "/accounts/?sort=sort_key"),
        ("list, last contact first", "/accounts/"),
        (
            "list filtered on a built-in field",
            '/accounts/?sort=sort_key&filter={"field":"status","op":"is","value":"dormant"}',
        ),
        ("list filtered on an own field", f"/accounts/?sort=sort_key&filter={own}"),
        ("list, deep page", f"/accounts/?sort=sort_key&after={deep}"),
        ("search, two characters", "/search/?q=丸山"),
        ("list searched, two characters", "/accounts/?q=丸山"),
        ("card with 1,000 events", f"/accounts/{busiest}/"),
        ("board", "/deals/board/"),
        ("today", "/today/"),
        *_own_pages(),
    ]
    for name, path in pages:
        figures[name] = {**timed(get(path)), "sql": timed(statements(path))["median"]}
    figures |= _typed(get)
    figures |= _writes(client, Account)
    figures["requests/s, 4 at once"] = _concurrent(user)
    figures |= _streams(user, min(size, 100_000))
    return figures


def _own_pages() -> list[tuple[str, str]]:
    """Lists of an entity that the owner drew, with as many records as there are customers: name and address."""
    from urllib.parse import quote

    from django.utils import timezone

    from enishi.records import registry
    from enishi.site.demo.own import LABEL, SLUG

    entity = next(one for one in registry.all_entities() if str(one.label) == LABEL)
    keys = {one.label: one for one in entity.own}
    due, number, tie = keys["次回点検"], keys["台数"], entity.linked[0]
    first, last = timezone.localdate(), timezone.localdate() + datetime.timedelta(days=3)
    columns = ",".join(keys[label].name for label in ("型番", "状態", "台数", "次回点検", "価格", "設置場所"))
    head = f"/{SLUG}/?columns={columns}"
    soon = json.dumps({"field": due.name, "op": "between", "value": [first.isoformat(), last.isoformat()]})
    across = json.dumps({"has": {"field": f"{tie.relation}r", "where": json.loads(soon)}})
    linked = json.dumps(
        {"has": {"field": tie.name, "where": {"field": "status", "op": "is", "value": "dormant"}}}
    )
    return [
        ("own entity, list", head),
        ("own entity, sorted by an own field", f"{head}&sort={number.name}"),
        ("own entity, filtered on an own field", f"{head}&sort={due.name}&filter={quote(soon)}"),
        ("own entity, filtered on a connection", f"{head}&filter={quote(linked)}"),
        ("accounts by what is connected", f"/accounts/?sort=sort_key&filter={quote(across)}"),
    ]


def _own_key() -> str:
    from enishi.records.models import FieldDesign

    own = FieldDesign.objects.order_by("pk").first()
    assert own is not None
    return own.key


def _deep_cursor(client: Any) -> str:
    """The cursor of a page in the middle of the list."""
    from enishi.people.models import Account
    from enishi.records.lists import _SortKey, _write_cursor

    rows = Account.objects.filter(deleted_at=None, sort_key__gt="ミ").order_by("sort_key", "pk")
    return _write_cursor(
        "v", _SortKey("sort_key"), rows.first() or Account.objects.order_by("sort_key").last()
    )


def _thousand_events(user: Any) -> int:
    """An account of which a thousand things are told."""
    from django.utils import timezone

    from enishi.people.models import Account
    from enishi.records.models import Event, EventSubject

    key = Account.objects.order_by("pk").values_list("pk", flat=True)[0]
    now = timezone.now()
    events = [
        Event(
            at=now - datetime.timedelta(hours=n),
            kind="changed",
            entity="account",
            record_id=key,
            version=n + 20,
            actor=user,
            data={"changes": {"note": ["", str(n)]}},
        )
        for n in range(1000)
    ]
    Event.objects.bulk_create(events)
    EventSubject.objects.bulk_create(
        [EventSubject(event=one, entity="account", record_id=key, at=one.at, kind=one.kind) for one in events]
    )
    return int(key)


def _typed(get: Callable[[str], Callable[[], None]]) -> dict[str, Figure]:
    """Who it may be already, asked while somebody types: names, readings, numbers and addresses of customers who are there and of
    such as aren't, from the beginning of a name that many share on."""
    from urllib.parse import urlencode

    from enishi.people.models import Account, Contact

    asked: list[tuple[str, dict[str, str]]] = []
    for model, entity, names in (
        (Account, "accounts", ("name", "kana", "phone", "email")),
        (Contact, "contacts", ("family_name", "given_name", "mobile", "email")),
    ):
        last = model.objects.order_by("-pk").values_list("pk", flat=True)[0]
        for part in range(12):
            row = (
                model.objects.filter(pk__gte=last * part // 12, deleted_at=None)
                .order_by("pk")
                .values(*names)[0]
            )
            told = {name: str(text) for name, text in row.items() if text}
            asked.append((entity, told))
            first = next(iter(told))
            asked += [(entity, {name: text}) for name, text in told.items() if name != "given_name"]
            asked.append((entity, {first: told[first][: len(told[first]) * 2 // 3] or told[first]}))
    asked += [
        ("accounts", {"name": name}) for name in ("山本", "株式会社丸山", "青葉工業", "東京商事", "さくら")
    ]
    asked += [("accounts", {"phone": text}) for text in ("03-1234", "0312345678", "090-1234-5678")]
    turns = itertools.cycle([f"/{entity}/similar/?{urlencode(told)}" for entity, told in asked])
    return {"likely the same, while typed": timed(lambda: get(next(turns))(), len(asked))}


def _writes(client: Any, account: Any) -> dict[str, Figure]:
    """Saving one field and making a record, each against the same write without what we add."""
    from django.db import transaction
    from django.utils import timezone

    key = account.objects.order_by("-pk").values_list("pk", flat=True)[0]
    count = iter(range(10**9))

    def save() -> None:
        answer = client.post(
            f"/accounts/{key}/field/note/", {"note": f"メモ {next(count)}"}, headers={"HX-Request": "true"}
        )
        assert answer.status_code == 200, answer.status_code

    def bare_save() -> None:
        with transaction.atomic():
            account.objects.filter(pk=key).update(note=f"x{next(count)}", updated_at=timezone.now())

    def create() -> None:
        n = next(count)
        client.get("/accounts/similar/", {"name": f"新規{n}商事", "phone": f"03-5555-{n % 10000:04}"})
        answer = client.post(
            "/accounts/new/",
            {"name": f"新規{n}商事", "phone": f"03-5555-{n % 10000:04}", "idempotency_key": f"bench{n}"},
        )
        assert answer.status_code == 302, answer.status_code

    def bare_create() -> None:
        n = next(count)
        for answer in (
            client.get("/bare/find/", {"name": f"新規{n}商事"}),
            client.post("/bare/create/", {"name": f"新規{n}商事"}),
        ):
            assert answer.status_code == 200

    return {
        "save one field": {**timed(save), "sql": timed(bare_save)["median"]},
        "create with duplicate check": {**timed(create), "page": timed(bare_create)["median"]},
    }


def _concurrent(user: Any) -> Figure:
    """Requests per second of four threads: the list against the bare page."""
    from django.db import connections
    from django.test import Client

    def rate(path: str) -> float:
        done: list[int] = []

        def work() -> None:
            client = Client(SERVER_NAME="localhost")
            client.force_login(user)
            client.get(path)
            end, count = time.perf_counter() + 4, 0
            while time.perf_counter() < end:
                client.get(path)
                count += 1
            done.append(count)
            connections.close_all()

        threads = [threading.Thread(target=work) for _thread in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        return sum(done) / 4

    ours, bare = rate("/accounts/?sort=sort_key"), rate("/bare/")
    return {"rate": ours, "bare_rate": bare}


def _streams(user: Any, rows: int) -> dict[str, Figure]:
    """Import and export in rows per second, and the memory that they take at most."""
    import resource

    from enishi.exchange import exporting, importing
    from enishi.records import registry
    from enishi.records.visible import visible

    folder = Path(tempfile.mkdtemp(prefix="enishi-bench-"))
    source = folder / "ledger.csv"
    with source.open("w", encoding="utf-8") as stream:
        stream.write("会社名,フリガナ,電話,郵便番号,住所,業種,備考\n")
        for n in range(rows):
            stream.write(
                f"株式会社取込{n:06},トリコミ,03-{n // 10000 + 1000}-{n % 10000:04},100-0005,東京都千代田区丸の内1-{n % 50},製造,紹介\n"
            )
    job = importing.begin(source, source.name, by=user)
    began = time.perf_counter()
    importing.run(job)
    imported = time.perf_counter() - began
    assert job.status == "done", job.error
    entity = registry.get("account")
    columns = exporting.columns_of(entity, [entity.field(name) for name in entity.columns])
    figures: dict[str, Figure] = {"import, rows/s": {"rate": rows / imported}}
    for name, path in (("export xlsx, rows/s", folder / "a.xlsx"), ("export csv, rows/s", folder / "a.csv")):
        some = visible(entity, user).filter(pk__gte=_last_keys(entity, rows))
        began = time.perf_counter()
        values = exporting.value_rows(entity, some, columns)
        count = (
            exporting.write_xlsx(path, values)
            if path.suffix == ".xlsx"
            else exporting.write_csv(path, values, "utf-8-sig")
        )
        figures[name] = {"rate": count / (time.perf_counter() - began)}
    figures["most memory, MB"] = {"rate": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    return figures


def _last_keys(entity: Any, rows: int) -> int:
    keys = entity.model._default_manager.order_by("-pk").values_list("pk", flat=True)[:rows]
    return int(min(keys))


# --- the table ----------------------------------------------------------------------------------------
def as_markdown(found: dict[tuple[str, int], dict[str, Figure]]) -> str:
    """One table per database: median / p95 in ms, ratios to the floors, the exponent of growth."""
    lines = [
        "# Measurements",
        "",
        f"{datetime.date.today():%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}.",
        "",
    ]  # noqa: DTZ011
    lines += [
        "`make bench` writes this table. Times are medians / 95th percentiles in milliseconds; ×page and ×SQL are ratios to the floors",
        "of the same run (see `src/enishi/site/bench.py`); growth is the exponent between the smallest and the largest size.",
        "",
    ]
    for database in dict.fromkeys(key[0] for key in found):
        sizes = [size for name, size in found if name == database]
        lines += [
            f"## {database}",
            "",
            "| work | " + " | ".join(f"{size:,}" for size in sizes) + " | growth |",
            "| --- |" + " ---: |" * (len(sizes) + 1),
        ]
        for name in found[database, sizes[0]]:
            cells = [cell(found[database, size][name], found[database, size]["bare page"]) for size in sizes]
            lines.append(f"| {name} | " + " | ".join(cells) + f" | {growth(found, database, sizes, name)} |")
        lines.append("")
    return "\n".join(lines)


def cell(figure: Figure, page: Figure) -> str:
    """One measurement."""
    if "rate" in figure:
        text = f"{figure['rate']:,.0f}"
        return text + (
            f" (bare {figure['bare_rate']:,.0f}, {figure['rate'] / figure['bare_rate']:.2f} ×)"
            if "bare_rate" in figure
            else ""
        )
    floor = figure.get("page", page["median"])
    text = f"{figure['median']:.1f} / {figure['p95']:.1f}, {figure['median'] / floor:.1f} ×page"
    return text + (f", {figure['median'] / figure['sql']:.1f} ×SQL" if figure.get("sql", 0) > 0.05 else "")


def growth(
    found: dict[tuple[str, int], dict[str, Figure]], database: str, sizes: list[int], name: str
) -> str:
    """log(time ratio) / log(size ratio)."""
    first, last = found[database, sizes[0]][name], found[database, sizes[-1]][name]
    if len(sizes) < 2 or "median" not in first:
        return ""
    return f"{math.log(last['median'] / first['median']) / math.log(sizes[-1] / sizes[0]):.2f}"
