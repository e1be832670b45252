"""`enishi backup`, `restore`, `verify`: everything an installation is, in one file.

The file is a gzipped tar of the database (a consistent copy taken while others write), the attachments, the signing key, and as
its last part `manifest.json`: what was counted in that very copy, and the checksum of each part.
"""

import contextlib
import datetime
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.core import signing
from django.db import connection

from enishi import __version__
from enishi.kit.command import Parser, Problem, say
from enishi.site import database_copy
from enishi.site.database_copy import POSTGRESQL, SQLITE, broken
from enishi.site.process import close_databases, using_home

FORMAT = 1
MANIFEST = "manifest.json"
KEY = "secret.key"


@dataclass
class Manifest:
    """What a backup says about itself."""

    engine: str
    made_at: str
    version: str
    migrations: list[str]
    counts: dict[str, int]
    parts: dict[str, dict[str, Any]]
    key: str

    def dump(self) -> bytes:
        return json.dumps({"format": FORMAT, **self.__dict__}, ensure_ascii=False, indent=1).encode()


# --- Backup -------------------------------------------------------------------------------------------


def backup(argv: list[str]) -> int:
    """The command: writes the file beside its place first, so that a broken-off backup is never taken for one."""
    parser = Parser(
        prog="enishi backup",
        description=say("バックアップを取ります（動かしたままで構いません）。", "Writes a backup."),
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="FILE.tar.gz")
    target: Path = parser.parse_args(argv).file
    if target.exists():
        raise Problem(
            f"{target} はすでにあります。別の名前にしてください。", f"{target} exists. Choose another name."
        )
    if not target.parent.is_dir():
        raise Problem(f"フォルダー {target.parent} がありません。", f"There is no folder {target.parent}.")
    if not connection.introspection.table_names():
        raise Problem(
            f"{settings.HOME} にはまだデータがありません。ENISHI_HOME か DATABASE_URL を確認してください。",
            f"There is no data in {settings.HOME} yet. Check ENISHI_HOME or DATABASE_URL.",
        )
    with (
        using_home(settings.HOME),
        tempfile.TemporaryDirectory(prefix=".enishi-backup-", dir=target.parent) as folder,
    ):
        unfinished = Path(folder) / "unfinished"
        manifest = write(unfinished)
        unfinished.replace(target)
    rows, files = sum(manifest.counts.values()), sum(name.startswith("files/") for name in manifest.parts)
    size = target.stat().st_size / 2**20
    print(
        say(
            f"バックアップを取りました: {target}（{rows:,}行、添付ファイル{files:,}個、{size:.1f} MB）",
            f"Backup written: {target} ({rows:,} rows, {files:,} attachments, {size:.1f} MB)",
        )
    )
    return 0


def write(target: Path) -> Manifest:
    """Writes a backup to a new file (mode 0600: it holds the key and everybody's data)."""
    parts: dict[str, dict[str, Any]] = {}
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=3, format=tarfile.PAX_FORMAT) as archive:
            with database_copy.taken(target.parent) as (name, copy, counts, migrations):
                _add(archive, name, copy, parts)
            # After the database: what a row of the copy names is there, unless the bin was emptied in between.
            for path in _attachments():
                _add(archive, f"files/{path.relative_to(settings.MEDIA_ROOT).as_posix()}", path, parts)
            key = Path(settings.HOME) / KEY
            if key.exists():
                _add(archive, KEY, key, parts)
            manifest = Manifest(
                engine=connection.vendor,
                made_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                version=__version__,
                migrations=migrations,
                counts=counts,
                parts=parts,
                key=_key_proof(settings.SECRET_KEY),
            )
            data = manifest.dump()
            info = tarfile.TarInfo(MANIFEST)
            info.size, info.mode = len(data), 0o600
            archive.addfile(info, io.BytesIO(data))
        raw.flush()
        os.fsync(raw.fileno())
    return manifest


def _key_proof(key: str) -> str:
    """Tells whether a key is the same one, without telling the key."""
    return signing.Signer(key=key, salt="enishi.site.backup").signature("enishi")


def _attachments() -> Iterator[Path]:
    root = Path(settings.MEDIA_ROOT)
    if root.is_dir():
        for folder, folders, names in os.walk(root):
            folders.sort()
            yield from (
                Path(folder) / name for name in sorted(names) if not (Path(folder) / name).is_symlink()
            )


def _add(archive: tarfile.TarFile, name: str, path: Path, parts: dict[str, dict[str, Any]]) -> None:
    try:
        stream = path.open("rb")
    except FileNotFoundError:  # erased since it was listed
        return
    with stream:
        size = os.fstat(stream.fileno()).st_size
        digest = hashlib.sha256()
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
        stream.seek(0)
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(path.stat().st_mtime)
        archive.addfile(info, stream)
    parts[name] = {"size": size, "sha256": digest.hexdigest()}


# --- Verify -------------------------------------------------------------------------------------------


def verify(argv: list[str]) -> int:
    """The command: unpacks the backup into a passing folder, checks every part and counts the rows anew."""
    parser = Parser(prog="enishi verify", description=say("バックアップを確かめます。", "Checks a backup."))
    parser.add_argument("file", metavar="FILE", type=Path)
    path: Path = parser.parse_args(argv).file
    with unpacked(path) as (_folder, manifest):
        rows, files = sum(manifest.counts.values()), sum(name.startswith("files/") for name in manifest.parts)
    print(
        say(
            f"このバックアップは正常です: {manifest.made_at}、{rows:,}行、添付ファイル{files:,}個",
            f"The backup is good: {manifest.made_at}, {rows:,} rows, {files:,} attachments",
        )
    )
    return 0


@contextlib.contextmanager
def unpacked(path: Path, *, within: Path | None = None) -> Iterator[tuple[Path, Manifest]]:
    """The checked contents of a backup in a folder that goes away afterwards.

    Raises:
        Problem: where it isn't a backup, or not whole.
    """
    if not path.is_file():
        raise Problem(f"{path} がありません。", f"There is no {path}.")
    with tempfile.TemporaryDirectory(prefix=".enishi-unpacked-", dir=within) as name:
        folder = Path(name)
        try:
            found = _unpack(path, folder)
        except (tarfile.TarError, EOFError, OSError) as error:
            if (
                isinstance(error, OSError)
                and error.errno is not None
                and not isinstance(error, tarfile.TarError)
            ):
                raise  # a full disk is no fault of the backup
            raise broken(str(error)) from None
        manifest = _read_manifest(folder)
        _compare(manifest, found)
        _check_database(manifest, folder)
        yield folder, manifest


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name in {MANIFEST, KEY, SQLITE, POSTGRESQL} or (
        len(parts) > 1
        and parts[0] == "files"
        and not any(part in {"..", ".", "/"} or "\x00" in part for part in parts)
    )


def _unpack(path: Path, folder: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    with tarfile.open(path, "r|gz") as archive:
        for member in archive:
            if not member.isreg() or not _is_ours(member.name) or member.name in found:
                raise broken(member.name)
            stream = archive.extractfile(member)
            assert stream is not None
            place = folder / member.name
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            found[member.name] = _write(stream, place)
    return found


def _write(stream: IO[bytes], place: Path) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return {"size": size, "sha256": digest.hexdigest()}


def _read_manifest(folder: Path) -> Manifest:
    try:
        data = json.loads((folder / MANIFEST).read_bytes())
        form = data.pop("format")
        manifest = Manifest(**data)
    except FileNotFoundError:
        raise broken(
            say("目録がありません。途中で切れているようです", "no manifest, it seems cut off")
        ) from None
    except (ValueError, TypeError, KeyError):
        raise broken(MANIFEST) from None
    if form != FORMAT:
        raise Problem(
            "より新しいEnishiのバックアップです。プログラムを新しくしてください。",
            "Made by a newer Enishi. Update the program.",
        )
    return manifest


def _compare(manifest: Manifest, found: dict[str, dict[str, Any]]) -> None:
    there = {name: state for name, state in found.items() if name != MANIFEST}
    for name in sorted(set(manifest.parts) | set(there)):
        if manifest.parts.get(name) != there.get(name):
            raise broken(name)


def _check_database(manifest: Manifest, folder: Path) -> None:
    if manifest.engine == "sqlite":
        try:
            with contextlib.closing(sqlite3.connect(f"file:{folder / SQLITE}?mode=ro", uri=True)) as held:
                answer = held.execute("PRAGMA integrity_check").fetchone()[0]
                counts = database_copy.sqlite_counts(held)
        except sqlite3.DatabaseError as error:
            raise broken(str(error)) from None
        if answer != "ok":
            raise broken(answer)
    else:
        counts = database_copy.dump_counts(folder / POSTGRESQL)
    wrong = [table for table, n in manifest.counts.items() if counts.get(table, 0) != n]
    if wrong:
        raise broken(", ".join(wrong))


# --- Restore ------------------------------------------------------------------------------------------


def restore(argv: list[str]) -> int:
    """The command: checks the backup first; what was here before is kept aside, not erased."""
    parser = Parser(
        prog="enishi restore", description=say("バックアップから戻します。", "Restores a backup.")
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument(
        "--force", action="store_true", help=say("今あるデータを脇へ置いて戻す", "put aside what is here")
    )
    given = parser.parse_args(argv)
    home = Path(settings.HOME)
    with using_home(home, alone=True):
        if not given.force and not _is_empty():
            raise Problem(
                f"{home} にはすでにデータがあります。上書きしてよければ --force を付けてください（今のデータは脇に残します）。",
                f"{home} holds data already. Use --force to replace it (what is here is kept aside).",
            )
        with unpacked(given.file, within=home) as (folder, manifest):
            if manifest.engine != connection.vendor:
                raise Problem(
                    f"このバックアップは{manifest.engine}のものです。DATABASE_URLを同じ種類のデータベースにしてください。",
                    f"This is a backup of {manifest.engine}; let DATABASE_URL name a database of that kind.",
                )
            aside = _put_aside(home) if given.force else None
            _put_in_place(folder, manifest, home)
    key = home / KEY
    # A key given by the environment isn't in the backup: sessions and links then only go on with the same one.
    present = os.environ.get("ENISHI_SECRET_KEY") or (key.read_text().strip() if key.exists() else "")
    print(
        say(
            f"{manifest.made_at} のバックアップから戻しました。",
            f"Restored the backup of {manifest.made_at}.",
        )
    )
    if _key_proof(present) != manifest.key:
        print(
            say(
                "注意: 署名鍵（ENISHI_SECRET_KEY）が元のものと違います。全員がサインインし直す必要があります。",
                "Note: the key (ENISHI_SECRET_KEY) differs; everybody has to sign in again.",
            )
        )
    if aside:
        print(say(f"前のデータは {aside} に残してあります。", f"What was here before is kept in {aside}."))
    print(say("enishi run で起動できます。", "Start it with enishi run."))
    return 0


def _is_empty() -> bool:
    """Whether nothing would be lost: no user, no attachment."""
    if any(True for _path in _attachments()):
        return False
    if connection.vendor == "sqlite" and not Path(settings.DATABASES["default"]["NAME"]).exists():
        return True
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if "access_user" not in tables:
            return not tables
        cursor.execute("SELECT count(*) FROM access_user")
        return bool(cursor.fetchone()[0] == 0)


def _put_aside(home: Path) -> Path:
    aside = home / f"before-restore-{datetime.datetime.now():%Y%m%d-%H%M%S}"
    aside.mkdir(mode=0o700)
    if connection.vendor == "sqlite":
        close_databases()
        name = Path(settings.DATABASES["default"]["NAME"])
        for path in (name, name.with_name(f"{name.name}-wal"), name.with_name(f"{name.name}-shm")):
            if path.exists():
                path.rename(aside / path.name)
    else:
        database_copy.run(
            "pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={aside / POSTGRESQL}"
        )
    for path in (Path(settings.MEDIA_ROOT), home / KEY, home / "first-sign-in.txt"):
        if path.exists():
            shutil.move(path, aside / path.name)
    return aside


def _put_in_place(folder: Path, manifest: Manifest, home: Path) -> None:
    close_databases()
    if manifest.engine == "sqlite":
        name = Path(settings.DATABASES["default"]["NAME"])
        for extra in (name.with_name(f"{name.name}-wal"), name.with_name(f"{name.name}-shm")):
            extra.unlink(missing_ok=True)
        (folder / SQLITE).replace(name)
    else:
        # Every table goes, so that nothing of another version is left between; in one transaction with the filling.
        tables = ", ".join(connection.ops.quote_name(name) for name in connection.introspection.table_names())
        clear = f"DROP TABLE IF EXISTS {tables} CASCADE" if tables else "SELECT 1"
        close_databases()
        script = folder / "restore.sql"
        database_copy.run(
            "pg_restore",
            "--clean",
            "--if-exists",
            "--no-owner",
            "--no-acl",
            f"--file={script}",
            str(folder / POSTGRESQL),
        )
        database_copy.run(
            "psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
            f"--command={clear}", f"--file={script}",
        )  # fmt: skip
    media = Path(settings.MEDIA_ROOT)
    if (folder / "files").is_dir():
        if media.is_dir():  # empty folders at most, or a restore without --force would have been refused
            shutil.rmtree(media)
        shutil.move(folder / "files", media)
    if (folder / KEY).exists():
        (folder / KEY).replace(home / KEY)
