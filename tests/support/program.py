"""The real program as a process tree: `enishi run` with granian and worker, on a free port, with its own data folder and database.

    def test_something(live_enishi):
        with live_enishi.data():            # this process's Django works on the program's database
            user = live_enishi.person("alice")
        live_enishi.get("/healthz")

One program serves the tests of a module; what one test stores, the next one sees.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import mail, people
from tests.support.environment import ARTIFACTS

ENISHI = [sys.executable, "-m", "enishi"]


class Program:
    """One installation: its folder, its database, and the process tree while it runs."""

    def __init__(self, blocker: Any, *, sample: bool = False, make: bool = True) -> None:
        self._blocker = blocker
        self.home = Path(tempfile.mkdtemp(prefix="enishi-live-"))
        self.port = mail.free_port()
        self.url = f"http://localhost:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.mails, self._controller = mail.start()
        self.output = ""
        self._database = ""
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("ENISHI_", "DATABASE_URL", "DJANGO_", "PYTEST"))
            },
            "ENISHI_HOME": str(self.home),
            "ENISHI_PORT": str(self.port),
            "ENISHI_URL": self.url,
            "ENISHI_API_PER_MINUTE": "1000000",
            "ENISHI_DEMO": "1" if sample else "0",
            "ENISHI_SMTP_HOST": "127.0.0.1",
            "ENISHI_SMTP_PORT": str(self.mails.port),
            "ENISHI_WEB_PROCESSES": "1",
            "ENISHI_STATIC": str(_shared() / "static"),
            "LANG": "ja_JP.UTF-8",
            "PYTHONUNBUFFERED": "1",
        }
        base = os.environ.get("ENISHI_TEST_DATABASE_URL")
        if base:
            self._database = self.home.name.replace("-", "_").lower()
            self.environment["DATABASE_URL"] = f"{base.rpartition('/')[0]}/{self._database}"
            if make:
                _on_server(base, f'CREATE DATABASE "{self._database}"')

    def command(
        self, *arguments: str, stdin: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Runs `enishi …` on this installation."""
        done = subprocess.run(
            [*ENISHI, *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.home,
            timeout=120,
        )
        assert not check or done.returncode == 0, f"enishi {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done

    @classmethod
    def migrated(cls, blocker: Any) -> "Program":
        """An installation whose database is up to date and empty: a copy of one that is made once per test run."""
        shared = _shared()
        base = os.environ.get("ENISHI_TEST_DATABASE_URL")
        with (shared / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (shared / "template").exists():
                model = cls(blocker)
                model.command("migrate")
                if base:
                    _on_server(base, f'ALTER DATABASE "{model._database}" RENAME TO enishi_template')
                else:
                    shutil.copy(model.home / "enishi.sqlite3", shared / "template.sqlite3")
                (shared / "template").touch()
                model.remove()
            program = cls(blocker, make=False)
            if base:
                _on_server(base, f'CREATE DATABASE "{program._database}" TEMPLATE enishi_template')
            else:
                shutil.copy(shared / "template.sqlite3", program.home / "enishi.sqlite3")
        return program

    def start(self, seconds: float = 180) -> float:
        """Starts it and waits until all is well; the seconds that took."""
        began = time.monotonic()
        log = (self.home / "output.txt").open("ab")
        self.process = subprocess.Popen(
            [*ENISHI, "run"], env=self.environment, stdout=log, stderr=subprocess.STDOUT, cwd=self.home
        )
        log.close()
        while time.monotonic() - began < seconds:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError, ValueError):
                if self.health()[0] == 200:
                    return time.monotonic() - began
            time.sleep(0.02)
        text = self.printed()
        self.stop()
        raise AssertionError(f"enishi run did not get ready: {text}")

    def printed(self) -> str:
        """What it has printed so far."""
        path = self.home / "output.txt"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self, number: int = signal.SIGTERM, seconds: float = 30) -> int:
        """Ends it; its exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self.process = None
        return code

    def remove(self) -> None:
        """Ends it and takes everything away; its log is kept where a test failed."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.stop()
        self._controller.stop()
        log = self.home / "log" / "enishi.log"
        if log.exists():
            shutil.copy(log, ARTIFACTS / f"{self.home.name}.log")
        if self._database:
            _on_server(
                os.environ["ENISHI_TEST_DATABASE_URL"],
                f'DROP DATABASE IF EXISTS "{self._database}" WITH (FORCE)',
            )
        shutil.rmtree(self.home, ignore_errors=True)

    def get(self, path: str, timeout: float = 10) -> tuple[int, str]:
        """Status and text of an address, without sign-in."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def health(self) -> tuple[int, dict[str, Any]]:
        """What /healthz says."""
        status, text = self.get("/healthz")
        return status, json.loads(text)

    def processes(self) -> dict[int, str]:
        """Everything that runs on this data folder: pid and command."""
        found = {}
        mark = f"ENISHI_HOME={self.home}\0".encode()
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError):
                    if mark in (folder / "environ").read_bytes() and "Z" not in _state(folder):
                        found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        return found

    @contextlib.contextmanager
    def data(self) -> Iterator["Program"]:
        """Django in this process works on the program's database, with every write stored at once."""
        from django.db import connections
        from django.test.utils import override_settings

        from enishi.site.settings import PASSWORD_HASHERS

        held = connections.settings["default"]
        before = connections["default"]
        own = self._settings(held)
        connections.settings["default"] = own
        connections["default"] = connections.create_connection("default")
        its = {
            "SECRET_KEY": self.key(),
            "MEDIA_ROOT": self.home / "files",
            "PUBLIC_URL": self.url,
            "PASSWORD_HASHERS": PASSWORD_HASHERS,
        }
        try:
            with self._blocker.unblock(), override_settings(**its):
                yield self
        finally:
            connections["default"].close()
            connections.settings["default"] = held
            connections["default"] = before

    def key(self) -> str:
        """Its signing key, made if the program hasn't yet."""
        from enishi.site.environment import secret_key

        os.environ.pop("ENISHI_SECRET_KEY", None)
        return secret_key(self.home)

    def _settings(self, held: dict[str, Any]) -> dict[str, Any]:
        own = {**held, "TEST": dict(held["TEST"]), "OPTIONS": dict(held["OPTIONS"])}
        own["NAME"] = self._database or str(self.home / "enishi.sqlite3")
        return own

    def person(self, name: str) -> Any:
        """alice, bob or carol; inside `data()`."""
        return people.make(name)

    def session(self, user: Any) -> str:
        """The session cookie of somebody who has just signed in; inside `data()`."""
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        assert session.session_key
        return session.session_key


def _shared() -> Path:
    return Path(os.environ["ENISHI_TEST_SHARED"])


def _state(folder: Path) -> str:
    return re.sub(r".*\) ", "", (folder / "stat").read_text())[:1]


def _on_server(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as held:
        held.execute(statement)  # type: ignore[call-overload]


@pytest.fixture
def installation(django_db_blocker: Any, django_test_environment: None) -> Iterator[Program]:
    """An installation of this test's own, without even a database."""
    program = Program(django_db_blocker)
    yield program
    program.remove()


@pytest.fixture
def migrated(django_db_blocker: Any, django_test_environment: None) -> Iterator[Program]:
    """An installation of this test's own with an empty database, not started."""
    program = Program.migrated(django_db_blocker)
    yield program
    program.remove()


@pytest.fixture(scope="module")
def live_enishi(django_db_blocker: Any, django_test_environment: None) -> Iterator[Program]:
    """The running program, with alice, bob and carol; one per test module."""
    program = Program.migrated(django_db_blocker)
    try:
        with program.data():
            for name in people.PEOPLE:
                program.person(name)
        program.start()
        yield program
    finally:
        program.remove()
