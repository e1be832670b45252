"""Making an installation ready: database, cache table, static files, first sign-in, sample company. All of it may be run again."""

import contextlib
import fcntl
import hashlib
import importlib
import importlib.util
import io
import os
import secrets
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from enishi import __version__
from enishi.access.models import User
from enishi.kit.command import Problem, say
from enishi.sales.models import Pipeline
from enishi.sales.pipelines.entity import default_pipeline
from enishi.site import environment

DEMO_MAIL = "demo@example.jp"
# Without 0/o, 1/l/i: it is read off one screen and typed into another.
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Only one program prepares a database, also where several hosts start at once."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [0x656E6973])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [0x656E6973])
    else:
        with (settings.HOME / "prepare.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def migrate(*, quiet: bool = True) -> bool:
    """Brings the database up to date; whether anything was to be done.

    Raises:
        Problem: where the database was written by a newer version.
    """
    with _one_at_a_time():
        executor = MigrationExecutor(connection)
        known = set(executor.loader.disk_migrations)
        ours = {app for app, _name in known}
        newer = sorted(
            key for key in executor.loader.applied_migrations if key[0] in ours and key not in known
        )
        newer = [key for key in newer if key not in executor.loader.replacements]
        if newer:
            raise Problem(
                f"データベースは、より新しいEnishiで作られています（{newer[0][0]} {newer[0][1]}）。プログラムを新しくしてください。",
                f"The database was made by a newer Enishi ({newer[0][0]} {newer[0][1]}). Update the program.",
            )
        held = executor.recorder.applied_migrations()
        # What was put together later is written down too, so that its parts may go one day.
        pending = bool(executor.migration_plan(executor.loader.graph.leaf_nodes())) or any(
            key not in held for key in executor.loader.replacements
        )
        output = io.StringIO() if quiet else None
        if pending:
            call_command("migrate", interactive=False, verbosity=0 if quiet else 1, skip_checks=True)
        if pending or settings.CACHES["default"]["LOCATION"] not in connection.introspection.table_names():
            call_command("createcachetable", stdout=output, verbosity=0)
    return pending


def _fingerprint() -> str:
    """What the static files are made of: names, sizes and times, and the version of the program."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(f"{__version__} {settings.STORAGES['staticfiles']['BACKEND']}".encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            digest.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static() -> bool:
    """Gathers scripts and styles where they have changed; whether they had."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    fingerprint = _fingerprint()
    with contextlib.suppress(OSError):
        if stamp.read_text() == fingerprint:
            return False
    call_command("collectstatic", interactive=False, verbosity=0, skip_checks=True)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(fingerprint)
    return True


def first_password() -> str:
    """16 letters in groups of four, 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _letter in range(4)) for _group in range(4))


def _note() -> Path:
    return Path(settings.HOME) / "first-sign-in.txt"


def first_pipeline() -> bool:
    """Makes the usual pipeline where there has never been one, so that the board and the form of a deal have their stages on the
    first day; whether it made one.
    """
    if Pipeline.objects.exists():
        return False
    with _one_at_a_time(), transaction.atomic():
        default_pipeline()
    return True


def first_sign_in() -> str:
    """On the first start of an empty installation makes the first admin and loads the sample company; returns the password, or ""
    where there is nothing to be made.
    """
    if not environment.flag("ENISHI_DEMO", True) or User.objects.exists():
        return ""
    password = first_password()
    with transaction.atomic():
        user = User.objects.create_user(
            DEMO_MAIL, password, name="縁 はじめ", role=User.Role.ADMIN, language="ja"
        )
        if importlib.util.find_spec("enishi.site.demo"):
            importlib.import_module("enishi.site.demo").load(user)
    _note().unlink(missing_ok=True)
    descriptor = os.open(_note(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(f"{DEMO_MAIL}\n{password}\n")
    return password


def password_to_tell() -> str:
    """The first password, if nobody has changed it yet; a note that no longer opens the door is removed."""
    try:
        mail, password = _note().read_text(encoding="utf-8").split("\n")[:2]
    except (OSError, ValueError):
        return ""
    user = User.objects.filter(email=mail, is_active=True).first()
    if user is not None and user.check_password(password):
        return password
    _note().unlink(missing_ok=True)
    return ""


def how_to_begin() -> str:
    """What to do where nobody can sign in yet, with the places of the program and its data; "" where somebody can."""
    if User.objects.filter(is_active=True).exists():
        return ""
    program = Path(sys.executable).with_name("enishi")
    command = f"ENISHI_HOME={shlex.quote(str(settings.HOME))} {shlex.quote(str(program))} user add"
    return say(
        "利用者がまだいません。別の端末で次を実行して、最初の管理者を作ってください:\n"
        f"  {command} あなたのメールアドレス --role admin --name 氏名",
        f"There is no user yet. Make the first admin from another terminal:\n  {command} YOUR-MAIL --role admin --name NAME",
    )
