"""`enishi run`: everything in one go. This process prepares the installation, starts web and worker as children, starts a child that
fell over again, and ends with all of them.

The children are forked, not started anew: the program is loaded once, which is most of the time a start takes.
"""

import contextlib
import http.client
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

from django.conf import settings

from enishi.kit.command import Problem, say
from enishi.site import start
from enishi.site.process import close_databases, die_with_parent, refuse_used_port, use_pool, using_home

logger = logging.getLogger("enishi.run")

# How long children may take to finish what they are doing.
GRACE_SECONDS = 20.0
# A child that keeps falling over is started again ever more slowly.
FIRST_PAUSE, LONGEST_PAUSE, STEADY_SECONDS = 0.5, 30.0, 60.0


@dataclass
class Child:
    """A part of the program in a process of its own."""

    name: str
    serve: Callable[[], None]
    pid: int = 0
    began: float = 0.0
    pause: float = FIRST_PAUSE
    start_at: float = field(default_factory=time.monotonic)


class Supervisor:
    """Keeps its children running until it is told to stop."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.stopping = False
        self.impatient = False

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.impatient = self.stopping  # the second Ctrl-C waits for nothing
        self.stopping = True

    def run(self, on_ready: Callable[[], None]) -> int:
        """Runs until a signal; 0 when all children are gone."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        told = False
        try:
            while not self.stopping:
                for child in self.children:
                    if not child.pid and time.monotonic() >= child.start_at:
                        self._fork(child)
                self._reap()
                if not told and is_ready():
                    told = True
                    try:
                        on_ready()
                    except Exception:  # what is only said must not end what runs
                        logger.exception("telling the address failed")
                time.sleep(0.05 if not told else 0.25)
        finally:
            self._end()
        return 0

    def _fork(self, child: Child) -> None:
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        child.pid = os.fork()
        child.began = time.monotonic()
        if child.pid == 0:
            self._be(child, parent)

    def _be(self, child: Child, parent: int) -> NoReturn:
        code = 1
        try:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            # A group of its own: Ctrl-C reaches the parent only, which tells the children once.
            os.setpgid(0, 0)
            die_with_parent(parent)
            child.serve()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            logger.exception("%s fell over", child.name)
        finally:
            logging.shutdown()
            os._exit(code)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for child in self.children:
                if child.pid == pid:
                    self._ended(child, status)

    def _ended(self, child: Child, status: int) -> None:
        lived = time.monotonic() - child.began
        _kill_group(child.pid)  # granian's processes, should their parent have been killed
        child.pid = 0
        if self.stopping:
            return
        child.pause = FIRST_PAUSE if lived > STEADY_SECONDS else min(child.pause * 2, LONGEST_PAUSE)
        child.start_at = time.monotonic() + child.pause
        logger.error(
            "%s ended (%d) after %.0f s; starting it again in %.1f s", child.name, status, lived, child.pause
        )

    def _end(self) -> None:
        for child in self.children:
            _signal(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while (
            any(child.pid for child in self.children) and time.monotonic() < deadline and not self.impatient
        ):
            self._reap()
            time.sleep(0.02)
        for child in self.children:
            if child.pid:
                logger.warning(
                    "%s didn't end by itself; what it was doing will be taken up at the next start",
                    child.name,
                )
                _kill_group(child.pid)
                os.waitpid(child.pid, 0)
                child.pid = 0


def _signal(pid: int, number: int) -> None:
    if pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def is_ready() -> bool:
    """Whether the web part answers that all is well."""
    host = "127.0.0.1" if settings.HOST in {"0.0.0.0", "localhost"} else settings.HOST.strip("[]")  # noqa: S104 (compared)
    connection = http.client.HTTPConnection("::1" if host == "::" else host, settings.PORT, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost", "X-Forwarded-Proto": "https"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _web() -> None:
    from enishi.site import web

    use_pool()
    web.serve()


def _worker() -> None:
    from enishi.site import worker

    use_pool()
    worker.serve()


def _tell() -> None:
    """The address and the sign-in, where everybody looks for them: at the end of what the start prints."""
    address = settings.PUBLIC_URL
    password = (
        start.password_to_tell()
    )  # looked up while the children already work: it takes a moment, on purpose
    lines = ["", say(f"Enishi（縁）が動いています:  {address}", f"Enishi is running:  {address}")]
    if "localhost" not in address and not settings.BEHIND_TLS:
        lines.append(
            say(
                "  事務所の電話やほかの機械でも、このアドレスで開けます。",
                "  Telephones and other machines in the office open it under this address.",
            )
        )
    if password:
        lines += [
            say(f"  メールアドレス  {start.DEMO_MAIL}", f"  mail address  {start.DEMO_MAIL}"),
            say(f"  パスワード      {password}", f"  password      {password}"),
            say(
                "  （サインインしたら「自分の設定」でパスワードを変えてください）",
                "  (change it under your own settings)",
            ),
        ]
    hint = start.how_to_begin()
    if hint:
        lines.append(hint)
    lines += [say("止めるには Ctrl-C を押してください。", "Press Ctrl-C to stop."), ""]
    print("\n".join(lines), flush=True)
    close_databases()  # a child that is started again must not inherit a connection


def prepare() -> None:
    """Everything before the first child."""
    if start.migrate():
        print(say("データベースを準備しました。", "The database is ready."), flush=True)
    if start.collect_static():
        print(say("画面のファイルを準備しました。", "Scripts and styles are ready."), flush=True)
    start.first_pipeline()
    start.first_sign_in()


def run(argv: list[str]) -> int:
    """The command."""
    from enishi.kit.command import Parser
    from enishi.site.checks import sqlite_warning

    Parser(
        prog="enishi run",
        description=say("画面と作業係をまとめて動かします。", "Runs web and worker together."),
    ).parse_args(argv)
    refuse_used_port(settings.HOST, settings.PORT)
    with using_home(settings.HOME):
        prepare()
        warning = sqlite_warning()
        if warning:
            print(warning, file=sys.stderr, flush=True)
        from enishi.site.wsgi import application  # noqa: F401 (loaded once, before the fork)

        close_databases()
        return Supervisor([Child("web", _web), Child("worker", _worker)]).run(_tell)


def web(argv: list[str]) -> int:
    """`enishi web`: the web part alone, for hosts behind a load balancer; `enishi migrate` prepares the database."""
    from enishi.kit.command import Parser
    from enishi.site import web as part

    Parser(prog="enishi web").parse_args(argv)
    refuse_used_port(settings.HOST, settings.PORT)
    with using_home(settings.HOME):
        start.collect_static()
        _refuse_unprepared()
        use_pool()
        part.serve()
    return 0


def worker(argv: list[str]) -> int:
    """`enishi worker`: a worker alone."""
    from enishi.kit.command import Parser
    from enishi.site import worker as part

    Parser(prog="enishi worker").parse_args(argv)
    with using_home(settings.HOME):
        _refuse_unprepared()
        use_pool()
        part.serve()
    return 0


def _refuse_unprepared() -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Problem(
            "データベースの準備ができていません。先に enishi migrate を実行してください。",
            "The database isn't prepared. Run enishi migrate first.",
        )


def migrate(argv: list[str]) -> int:
    """`enishi migrate`."""
    from enishi.kit.command import Parser

    Parser(prog="enishi migrate").parse_args(argv)
    done = start.migrate(quiet=False)
    start.first_pipeline()
    print(
        say("データベースを新しくしました。", "Migrated.")
        if done
        else say("データベースは最新です。", "Nothing to migrate.")
    )
    return 0
