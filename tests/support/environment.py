"""Where a test run lives: a data folder per process, the database that was asked for, artefacts in test-artifacts/."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest

from tests.support import postgres

ROOT = Path(__file__).resolve().parent.parent.parent
ARTIFACTS = ROOT / "test-artifacts"
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


def missing(what: str) -> None:
    """Skips where a part of the machine is missing; on CI that is a failure."""
    if IN_CI:
        pytest.fail(f"{what} is missing on CI")
    pytest.skip(f"{what} is missing")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=["sqlite", "postgresql"], default="sqlite", help="what the tests run on"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Before Django reads its settings (pytest-django does so last of all)."""
    home = tempfile.mkdtemp(prefix="enishi-test-")
    os.environ["ENISHI_HOME"] = home
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    if not hasattr(config, "workerinput"):
        shared = tempfile.mkdtemp(prefix="enishi-shared-")
        os.environ["ENISHI_TEST_SHARED"] = shared  # what the processes of one run make once for all of them
        config.add_cleanup(lambda: shutil.rmtree(shared, ignore_errors=True))
    (Path(home) / "static").mkdir()  # WhiteNoise warns without
    ARTIFACTS.mkdir(exist_ok=True)
    if config.getoption("--database") == "postgresql":
        _use_postgresql(config)
    django.setup()
    from django.conf import settings

    settings.READ_LOG_SECONDS = 0  # a thread of its own would write beside the transaction of a test


def _use_postgresql(config: pytest.Config) -> None:
    if "ENISHI_TEST_DATABASE_URL" not in os.environ:  # the processes of one run share a server
        if postgres.binaries() is None:
            pytest.exit("PostgreSQL is not installed", returncode=3)
        cluster = postgres.Cluster()
        config.add_cleanup(cluster.stop)
        os.environ["ENISHI_TEST_DATABASE_URL"] = cluster.start()
        config.add_cleanup(lambda: os.environ.pop("ENISHI_TEST_DATABASE_URL"))
    os.environ["DATABASE_URL"] = os.environ["ENISHI_TEST_DATABASE_URL"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What touches no database is the same on every one, so that it runs on SQLite alone."""
    if config.getoption("--database") != "postgresql":
        return
    kept = [item for item in items if _touches_a_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _touches_a_database(item)])
    items[:] = kept


def _touches_a_database(item: pytest.Item) -> bool:
    """Whether a test is marked so, or has a fixture of ours that opens the door to one; never where it is marked `once`: it asks who
    may come in or how pages look, and the database only answers. Of what goes through a browser only what is marked
    `each_database`: what pages show and take is asked of every database without one too."""
    if item.get_closest_marker("once") is not None:
        return False
    if item.get_closest_marker("browser") is not None and item.get_closest_marker("each_database") is None:
        return False
    if item.get_closest_marker("django_db") is not None:
        return True
    found = getattr(item, "_fixtureinfo", None)
    ours = (
        each[-1]
        for each in (found.name2fixturedefs.values() if found else ())
        if not each[-1].func.__module__.startswith("pytest_django")
    )
    return any({"db", "transactional_db", "django_db_blocker"} & set(one.argnames) for one in ours)


def pytest_report_header(config: pytest.Config) -> str:
    """Which database, said at the top."""
    return f"enishi: tests on {config.getoption('--database')}"


@pytest.fixture(autouse=True)
def _entities_as_built() -> Iterator[None]:
    """What a test draws is drawn for it alone."""
    from enishi.access import reads, rights
    from enishi.records import limits, registry, visible
    from enishi.work.daysoff import days

    yield
    for held in (reads, rights, limits, registry, visible, days):
        held.forget()


@pytest.fixture(autouse=True)
def _plain_settings(settings: object) -> None:
    """Static files by their plain names (nothing is collected in tests), and cheap passwords (argon2 takes 50 ms each)."""
    settings.STORAGES = {  # type: ignore[attr-defined]
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


@pytest.fixture
def shared(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A database that several connections really share: SQLite's tests otherwise run in memory, where it locks tables, and
    where threads on one connection break its cache of statements for all later tests."""
    from django.db import connections

    held, before = connections.settings["default"], connections["default"]
    if before.vendor != "sqlite":
        yield
        return
    before.ensure_connection()
    path = tmp_path / "shared.sqlite3"
    with before.Database.connect(path) as target:
        before.connection.backup(target)
    target.close()
    connections.settings["default"] = {**held, "NAME": str(path), "TEST": dict(held["TEST"])}
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = held
        connections["default"] = before
