"""The program as a process tree: starting, stopping, falling over, and the command line (F8)."""

import http.client
import io
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

from enishi.access.models import User
from enishi.people.models import Account, Contact
from enishi.site import cli
from tests.support.program import ENISHI, Program

pytestmark = [pytest.mark.row("F8")]
slow = pytest.mark.slow


def wait_until(condition: object, seconds: float = 20, what: str = "it") -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    os.kill(pid, number)


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@slow
class TestRun:
    def test_the_first_user_may_come_before_the_first_start(self, installation: Program) -> None:
        done = installation.command(
            "user",
            "add",
            "first@example.jp",
            "--role",
            "admin",
            "--password-stdin",
            stdin="hajime-no-kagi-2026\n",
        )
        assert done.returncode == 0 and "first@example.jp" in done.stdout

    def test_customers_for_measuring_may_come_before_the_first_start(self, installation: Program) -> None:
        nothing = installation.command("backup", str(installation.home / "b.tar.gz"), check=False)
        assert nothing.returncode == 2 and "まだデータがありません" in nothing.stderr
        installation.command("demo", "--size", "50")
        with installation.data():
            assert Account.objects.count() + Contact.objects.count() == 50

    def test_starts_stops_and_starts_again_quickly(self, installation: Program) -> None:
        first = installation.start()
        assert installation.process
        assert len(installation.processes()) == 4  # parent, granian, its process, worker
        assert installation.get("/signin/")[0] == 200
        assert "enishi user add" in installation.get("/signin/")[1]
        wait_until(lambda: "enishi user add" in installation.printed())  # said a moment after it answers
        assert installation.stop(signal.SIGINT) == 0
        assert installation.processes() == {}
        again = installation.start()
        assert installation.stop(signal.SIGTERM) == 0
        assert installation.processes() == {}
        print(f"first start {first:.2f} s, second {again:.2f} s")
        # 3 s on a quiet machine; tests share two cores with each other.
        assert again < (3.0 if "PYTEST_XDIST_WORKER" not in os.environ else 20.0)

    def test_ctrl_c_in_a_terminal_reaches_everybody_and_leaves_nobody(self, migrated: Program) -> None:
        process = subprocess.Popen(
            [*ENISHI, "run"],
            env=migrated.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(lambda: _health(migrated) == 200)
        os.killpg(process.pid, signal.SIGINT)  # as the terminal does
        assert process.wait(30) == 0
        assert migrated.processes() == {}

    @pytest.mark.parametrize("victim", ["parent", "web"])
    def test_no_orphans_when_one_is_killed(self, migrated: Program, victim: str) -> None:
        migrated.start()
        assert migrated.process
        parent = migrated.process.pid
        web, worker = children(parent)
        if victim == "parent":
            kill(parent)
            migrated.process.wait()
            wait_until(lambda: not migrated.processes(), what="everybody to end")
        else:
            before = children(web)
            kill(web)
            wait_until(
                lambda: _health(migrated) == 200 and len(children(parent)) == 2,
                what="the web part to be back",
            )
            wait_until(
                lambda: not set(before) & set(migrated.processes()), what="the old web processes to end"
            )
            assert worker in children(parent)
        migrated.stop()

    def test_a_worker_that_falls_over_is_started_again(self, migrated: Program) -> None:
        migrated.start()
        assert migrated.process
        parent = migrated.process.pid
        web, worker = children(parent)
        kill(worker)
        # Its process is gone, so it counts as dead at once, before its sign of life grows stale.
        wait_until(
            lambda: _health(migrated) == 503 or children(parent) != [web, worker], what="it to be noticed"
        )
        wait_until(lambda: _health(migrated) == 200, what="a new worker")
        assert migrated.stop() == 0

    def test_a_request_under_way_is_finished(self, migrated: Program) -> None:
        """A stop waits for what web processes are doing; here: nothing, but the answer to a slow reader."""
        migrated.start()
        with socket.create_connection(("127.0.0.1", migrated.port)) as line:
            line.sendall(b"GET /signin/ HTTP/1.1\r\nHost: localhost\r\n")
            time.sleep(0.2)
            line.sendall(b"Connection: close\r\n\r\n")
            assert line.recv(20).startswith(b"HTTP/1.1 200")
        assert migrated.stop() == 0

    def test_calls_are_counted_over_all_that_serve(self, migrated: Program) -> None:
        """With three processes of their own counts 18 would come through in a minute, here 6 (12 where a minute ends meanwhile)."""
        migrated.environment |= {"ENISHI_WEB_PROCESSES": "3", "ENISHI_API_PER_MINUTE": "6"}
        migrated.command(
            "user", "add", "a@example.jp", "--role", "admin", "--password-stdin", stdin="Kumo-no-ue-7\n"
        )
        token = migrated.command("token", "add", "--user", "a@example.jp", "--scope", "read").stdout.split()[
            -1
        ]
        migrated.start()
        answers = []
        for _call in range(36):  # each over a connection of its own, which any of the processes takes
            call = urllib.request.Request(
                f"{migrated.url}/api/v1/me",
                headers={"Authorization": f"Bearer {token}", "Connection": "close"},
            )
            try:
                answers.append(urllib.request.urlopen(call, timeout=20).status)
            except urllib.error.HTTPError as refused:
                answers.append(refused.code)
        assert set(answers) == {200, 429} and 6 <= answers.count(200) <= 12, answers

    def test_port_in_use(self, migrated: Program) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", migrated.port))
            other.listen()
            done = migrated.command("run", check=False)
        assert done.returncode == 2
        assert f"ポート{migrated.port}はほかのプログラムが使っています" in done.stderr
        assert "Traceback" not in done.stderr

    def test_first_sign_in_is_made_once_told_again_and_forgotten_when_changed(
        self, installation: Program
    ) -> None:
        installation.environment["ENISHI_DEMO"] = "1"
        installation.start()
        note = installation.home / "first-sign-in.txt"
        mail, password = note.read_text().split()
        assert mail == "demo@example.jp"
        assert re.fullmatch(r"([2-9a-hjkmnp-z]{4}-){3}[2-9a-hjkmnp-z]{4}", password)
        assert stat.S_IMODE(note.stat().st_mode) == 0o600
        wait_until(lambda: password in installation.printed(), what="the password to be told")
        with installation.data():
            user = User.objects.get(email="demo@example.jp")
            assert user.is_admin
            assert user.password.startswith("argon2$")
            assert password not in user.password
        installation.stop()
        installation.start()
        wait_until(lambda: installation.printed().count(password) == 2, what="the password to be told again")
        installation.stop()
        installation.command("user", "password", mail, "--password-stdin", stdin="jibun-no-kagi-2026\n")
        installation.start()
        wait_until(lambda: installation.printed().count("Ctrl-C") == 3, what="the third start")
        assert installation.printed().count(password) == 2
        assert not note.exists()
        installation.stop()

    def test_everything_belongs_to_its_owner_alone(self, installation: Program) -> None:
        installation.start()
        installation.stop()
        for path in [
            installation.home / "secret.key",
            *installation.home.glob("*.sqlite3"),
            *(installation.home / "log").iterdir(),
        ]:
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
        key = (installation.home / "secret.key").read_text()
        assert len(key) > 80
        assert key not in installation.printed()


def _health(program: Program) -> int:
    try:
        return program.health()[0]
    except (OSError, ValueError, http.client.HTTPException):  # killed before, or in the middle of, its answer
        return 0


@slow
class TestHealth:
    def test_says_which_part_is_ill(self, migrated: Program) -> None:
        migrated.environment |= {"ENISHI_WEB_PROCESSES": "1"}
        web = subprocess.Popen(
            [*ENISHI, "web"],
            env=migrated.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until(lambda: _health(migrated) == 503)
            assert migrated.health() == (
                503,
                {"ok": False, "web": True, "database": True, "worker": False},
            )
            worker = subprocess.Popen(
                [*ENISHI, "worker"],
                env=migrated.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            wait_until(lambda: _health(migrated) == 200)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(20) == 0
            assert migrated.health()[0] == 503
        finally:
            web.terminate()
            assert web.wait(20) == 0
        assert migrated.processes() == {}

    def test_reveals_nothing(self, live_enishi: Program) -> None:
        status, text = live_enishi.get("/healthz")
        assert status == 200
        assert text == '{"ok": true, "web": true, "database": true, "worker": true}'


class TestSqliteSettings:
    @pytest.mark.django_db
    def test_every_pragma_holds_in_the_running_kind_of_connection(self, migrated: Program) -> None:
        if migrated._database:
            pytest.skip("SQLite only")
        with migrated.data():
            from django.db import connection, transaction

            def pragma(name: str) -> object:
                with connection.cursor() as cursor:
                    cursor.execute(f"PRAGMA {name}")
                    return cursor.fetchone()[0]

            assert pragma("journal_mode") == "wal"
            assert pragma("synchronous") == 2
            assert pragma("foreign_keys") == 1
            assert pragma("cache_size") == -65536
            assert pragma("mmap_size") == 1073741824
            assert (
                pragma("temp_store") == 0
            )  # in memory SQLite sorts more slowly, and threads wait for each other
            assert pragma("journal_size_limit") == 67108864
            assert pragma("busy_timeout") == 30000
            with transaction.atomic():  # IMMEDIATE: the write lock is held before anything is written
                other = connection.copy()
                other.settings_dict["OPTIONS"] = {**other.settings_dict["OPTIONS"], "timeout": 0.1}
                with pytest.raises(Exception, match="locked"):
                    other.cursor().execute("BEGIN IMMEDIATE")
                other.close()

    def test_library_is_a_repaired_one(self) -> None:
        import sqlite3

        from enishi.site.checks import affected

        assert sqlite3.__name__ == "pysqlite3"
        assert not affected(sqlite3.sqlite_version_info)

    @pytest.mark.parametrize(
        ("version", "ill"),
        [((3, 6, 23), False), ((3, 7, 0), True), ((3, 40, 1), True), ((3, 44, 5), True), ((3, 44, 6), False), ((3, 45, 0), True),
         ((3, 50, 6), True), ((3, 50, 7), False), ((3, 51, 2), True), ((3, 51, 3), False), ((3, 53, 0), False)],
    )  # fmt: skip
    def test_which_libraries_are_warned_of(
        self, version: tuple[int, int, int], ill: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from django.db import connection

        from enishi.site import checks

        assert checks.affected(version) is ill
        if connection.vendor == "sqlite":
            monkeypatch.setattr(checks.sqlite3, "sqlite_version_info", version)
            assert bool(checks.sqlite_warning()) is ill
            assert [one.id for one in checks.sqlite_check()] == (["enishi.W001"] if ill else [])


def enishi(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str, stdin: str = ""
) -> tuple[int, str, str]:
    """Runs a command within this process: exit code, output, errors."""
    monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    monkeypatch.setattr(django, "setup", lambda: None)
    with translation.override("ja"):
        try:
            code = cli.main(list(arguments))
        except SystemExit as end:
            code = int(end.code or 0)
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return code, said.out, said.err


@pytest.mark.django_db
class TestCommandLine:
    @pytest.fixture(autouse=True)
    def japanese(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("LC_ALL", "LC_MESSAGES"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("LANG", "ja_JP.UTF-8")

    @pytest.fixture
    def taro(self) -> User:
        return User.objects.create_user("taro@example.jp", "correct-horse-77", name="山田 太郎", role="admin")

    def test_users(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        def run(*arguments: str, stdin: str = "") -> str:
            code, out, err = enishi(capsys, monkeypatch, "user", *arguments, stdin=stdin)
            assert code == 0, err
            return out

        added = run(
            "add",
            "Taro@Example.jp",
            "--role",
            "admin",
            "--name",
            "山田 太郎",
            "--password-stdin",
            stdin="correct-horse-縁\n",
        )
        assert "taro@example.jp（管理者）を追加しました" in added
        assert f"{settings.PUBLIC_URL}/welcome/" in run("add", "hanako@example.jp")
        assert run("list").splitlines() == [
            "hanako@example.jp\thanako\tmember\t利用中",
            "taro@example.jp\t山田 太郎\tadmin\t利用中",
        ]
        run("password", "taro@example.jp", "--password-stdin", stdin="another-kagi-2026\n")
        assert User.objects.get(email="taro@example.jp").check_password("another-kagi-2026")
        run("deactivate", "hanako@example.jp")
        assert "hanako@example.jp\thanako\tmember\t停止中" in run("list")

    @pytest.mark.parametrize(
        ("arguments", "stdin", "said"),
        [
            (["user", "add", "taro@example.jp"], "", "すでに登録されています"),
            (["user", "add", "not-an-address"], "", "有効なメールアドレス"),
            (["user", "add", "x@example.jp", "--password-stdin"], "short\n", "短すぎます"),
            (["user", "add", "x@example.jp", "--password-stdin"], "", "標準入力にパスワードがありません"),
            (["user", "add", "x@example.jp", "--role", "owner"], "", "という役割はありません"),
            (["user", "deactivate", "taro@example.jp"], "", "管理者がいなくなる"),
            (["user", "deactivate", "nobody@example.jp"], "", "という利用者はいません"),
            (["nonsense"], "", "「nonsense」というコマンドはありません"),
            (["verify", "/no/such/file"], "", "/no/such/file がありません"),
        ],
    )
    def test_refusals_are_one_sentence_and_exit_code_2(
        self,
        taro: User,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        arguments: list[str],
        stdin: str,
        said: str,
    ) -> None:
        before = list(User.objects.values_list("email", "password", "is_active"))
        code, _out, err = enishi(capsys, monkeypatch, *arguments, stdin=stdin)
        assert code == 2
        assert said in err
        assert list(User.objects.values_list("email", "password", "is_active")) == before

    def test_english_terminals_get_english(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LANG", "en_US.UTF-8")
        assert (
            enishi(capsys, monkeypatch, "user", "deactivate", "nobody@example.jp")[2]
            == "There is no user nobody@example.jp.\n"
        )

    def test_what_nobody_foresaw_is_one_sentence_and_the_rest_is_in_the_log(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_a: object, **_k: object) -> None:
            raise RuntimeError("a\nb")

        monkeypatch.setattr("enishi.access.commands._list", broken)
        code, _out, err = enishi(capsys, monkeypatch, "user", "list")
        assert code == 2
        assert "思わぬ問題が起きました（RuntimeError: a b）" in err
        assert "RuntimeError" in (Path(settings.LOG_FOLDER) / "enishi.log").read_text()

    def test_a_newer_database_is_refused(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('access', '9999_future', '2030-01-01')"
            )
        code, _out, err = enishi(capsys, monkeypatch, "migrate")
        assert code == 2
        assert "より新しいEnishi" in err


class TestWrongSettings:
    @pytest.mark.parametrize(
        ("variables", "said"),
        [
            ({"ENISHI_PORT": "abc"}, "ENISHI_PORT=abc: 整数で指定してください。"),
            ({"ENISHI_DEBUG": "maybe"}, "ENISHI_DEBUG=maybe"),
            ({"DATABASE_URL": "postgres://enishi@127.0.0.1:1/none"}, "データベースを使えません"),
            ({"DATABASE_URL": "nonsense://x:secret@y"}, "DATABASE_URL: postgres://"),
            ({"ENISHI_HOST": "192.0.2.1"}, "192.0.2.1 というアドレスはこの機械にありません"),
        ],
    )
    def test_are_said_in_one_sentence(self, migrated: Program, variables: dict[str, str], said: str) -> None:
        migrated.environment |= variables
        done = migrated.command("run", check=False)
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr
        assert "secret" not in done.stderr

    def test_what_only_the_worker_reckons_with_is_not_loaded_at_the_start(self) -> None:
        """A second and 80 MB in every process."""
        code = (
            "import django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns; import sys;"
            "assert not {'scipy', 'numpy', 'duckdb', 'pyarrow', 'splink', 'weasyprint'} & set(sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def test_version_and_help_do_not_load_django(self) -> None:
        code = "import sys; from enishi.site.cli import main; main(['--version']); main(['--help']); assert 'django' not in sys.modules"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.row("F1")
def test_the_office_opens_it_by_the_machines_own_address() -> None:
    from enishi.site import environment

    address = environment.office_address("0.0.0.0")  # noqa: S104 (what a person sets)
    names = environment.own_names("0.0.0.0", f"http://{address}:8000")  # noqa: S104
    assert address in names and "localhost" in names and "0.0.0.0" not in names  # noqa: S104
    assert environment.office_address("127.0.0.1") == "localhost"
    assert environment.office_address("crm.example.jp") == "crm.example.jp"
