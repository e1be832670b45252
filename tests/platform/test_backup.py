"""Backup while writing, restore onto an empty machine, and what a broken backup is told from (F8, quality.md Reliability)."""

import contextlib
import gzip
import io
import json
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from enishi.access.models import AccessLog, User
from tests.support.program import Program

pytestmark = [pytest.mark.row("F8"), pytest.mark.slow]


def fill(program: Program, users: int = 20) -> None:
    with program.data():
        for number in range(users):
            User.objects.create_user(f"u{number}@example.jp", name=f"利用者 {number}", role="admin")
    files = program.home / "files" / "ab"
    files.mkdir(parents=True)
    (files / "ab12").write_bytes(b"%PDF-1.7 \x00\xff" * 1000)
    (files / "ab13").write_bytes(b"")


def state(program: Program) -> dict[str, Any]:
    with program.data():
        people = list(User.objects.order_by("pk").values_list("email", "name", "password"))
    files = {
        str(one.relative_to(program.home)): one.read_bytes()
        for one in sorted((program.home / "files").rglob("*"))
        if one.is_file()
    }
    return {"people": people, "files": files, "key": (program.home / "secret.key").read_text()}


@pytest.fixture
def two(django_db_blocker: Any, django_test_environment: None) -> Iterator[tuple[Program, Program]]:
    """Two machines."""
    one, other = Program.migrated(django_db_blocker), Program(django_db_blocker)
    yield one, other
    one.remove()
    other.remove()


class TestRoundTrip:
    def test_onto_an_empty_machine(self, two: tuple[Program, Program], tmp_path: Path) -> None:
        here, there = two
        fill(here)
        file = tmp_path / "bk.tar.gz"
        said = here.command("backup", str(file)).stdout
        assert "添付ファイル2個" in said
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert sorted(one.name for one in tmp_path.iterdir()) == ["bk.tar.gz"]
        assert "正常です" in there.command("verify", str(file)).stdout
        assert "戻しました" in there.command("restore", str(file)).stdout
        assert state(there) == state(here)
        assert there.start() > 0
        assert there.get("/healthz")[0] == 200
        assert [one.name for one in there.home.iterdir() if one.name.startswith(".enishi")] == []

    def test_while_others_write(self, live_enishi: Program, tmp_path: Path) -> None:
        """Every backup is of one moment: rows of one transaction are in it all or not at all."""
        stop = threading.Event()
        written = [0]

        def write() -> None:
            from django.db import transaction

            with live_enishi.data():
                while not stop.is_set():
                    with transaction.atomic():
                        for _row in range(7):
                            AccessLog.objects.create(action="test", entity="", count=written[0])
                    written[0] += 1

        # One thread at a time uses `data()`, which changes this process's settings; commands are processes of their own.
        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(3):
                file = tmp_path / f"{number}.tar.gz"
                live_enishi.command("backup", str(file))
                live_enishi.command("verify", str(file))
                assert manifest(file)["counts"]["access_accesslog"] % 7 == 0
        finally:
            stop.set()
            writer.join()
        assert written[0] > 3

    def test_refuses_to_overwrite_and_keeps_aside_what_was_there(
        self, two: tuple[Program, Program], tmp_path: Path
    ) -> None:
        here, there = two
        there.command("migrate")
        for program in two:
            fill(program, 3)
        with here.data():
            User.objects.filter(email="u0@example.jp").update(name="元の人")
        file = tmp_path / "bk.tar.gz"
        here.command("backup", str(file))
        before = state(there)
        refused = there.command("restore", str(file), check=False)
        assert refused.returncode == 2
        assert "--force" in refused.stderr
        assert state(there) == before
        there.command("restore", str(file), "--force")
        assert state(there) == state(here)
        aside = next(there.home.glob("before-restore-*"))
        names = {one.name for one in aside.iterdir()}
        assert {"files", "secret.key"} < names
        assert names & {"enishi.sqlite3", "database.dump"}
        # And once more, so that what the first restore made can be restored over.
        there.command("backup", str(tmp_path / "second.tar.gz"))
        there.command("verify", str(tmp_path / "second.tar.gz"))

    def test_refuses_while_the_program_runs(self, live_enishi: Program, tmp_path: Path) -> None:
        file = tmp_path / "bk.tar.gz"
        live_enishi.command("backup", str(file))
        done = live_enishi.command("restore", str(file), "--force", check=False)
        assert done.returncode == 2
        assert "動いています" in done.stderr
        assert live_enishi.health()[0] == 200

    def test_an_existing_file_is_not_overwritten(self, live_enishi: Program, tmp_path: Path) -> None:
        file = tmp_path / "bk.tar.gz"
        file.write_text("precious")
        assert live_enishi.command("backup", str(file), check=False).returncode == 2
        assert file.read_text() == "precious"


def manifest(file: Path) -> dict[str, Any]:
    with tarfile.open(file) as archive:
        stream = archive.extractfile("manifest.json")
        assert stream
        return json.load(stream)


def rewritten(file: Path, target: Path, change: Any) -> Path:
    """The backup with its members changed by a function of name and bytes; None leaves one out."""
    with tarfile.open(file) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            stream = old.extractfile(member)
            assert stream
            for name, data in change(member.name, stream.read()):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                new.addfile(info, io.BytesIO(data))
    return target


@pytest.fixture(scope="module")
def backup(live_enishi: Program, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good backup with one attachment."""
    (live_enishi.home / "files").mkdir(exist_ok=True)
    (live_enishi.home / "files" / "x1").write_bytes(b"attached")
    file = tmp_path_factory.mktemp("backup") / "good.tar.gz"
    live_enishi.command("backup", str(file))
    return file


class TestBroken:
    def refused(self, live_enishi: Program, file: Path) -> str:
        from django.test.utils import override_settings

        from enishi.kit.command import Problem
        from enishi.site import backup as module

        with override_settings(), pytest.raises(Problem) as caught, module.unpacked(file):
            pass
        return str(caught.value)

    def test_cut_off(self, live_enishi: Program, backup: Path, tmp_path: Path) -> None:
        data = backup.read_bytes()
        for share in (0.01, 0.5, 0.95):
            file = tmp_path / f"{share}.tar.gz"
            file.write_bytes(data[: int(len(data) * share)])
            assert "壊れています" in self.refused(live_enishi, file)

    def test_turned_bits(self, live_enishi: Program, backup: Path, tmp_path: Path) -> None:
        data = bytearray(backup.read_bytes())
        data[len(data) // 2] ^= 0x10
        file = tmp_path / "bit.tar.gz"
        file.write_bytes(data)
        try:
            gzip.decompress(bytes(data))
        except Exception as error:
            assert error  # noqa: PT017 (only says that the bit mattered)
        assert "壊れています" in self.refused(live_enishi, file)

    def test_part_missing_changed_or_added(self, live_enishi: Program, backup: Path, tmp_path: Path) -> None:
        without = rewritten(
            backup, tmp_path / "1.tar.gz", lambda name, data: [] if name == "files/x1" else [(name, data)]
        )
        changed = rewritten(
            backup,
            tmp_path / "2.tar.gz",
            lambda name, data: [(name, data + b"!" if name == "files/x1" else data)],
        )
        added = rewritten(
            backup,
            tmp_path / "3.tar.gz",
            lambda name, data: [(name, data), *([("files/x2", b"")] if name == "files/x1" else [])],
        )
        headless = rewritten(
            backup,
            tmp_path / "4.tar.gz",
            lambda name, data: [] if name == "manifest.json" else [(name, data)],
        )
        for file in (without, changed, added, headless):
            assert "壊れています" in self.refused(live_enishi, file)

    @pytest.mark.parametrize(
        "name", ["../evil", "/etc/evil", "files/../../evil", "evil", "files", "database.sqlite3/x"]
    )
    def test_names_that_lead_elsewhere(
        self, live_enishi: Program, backup: Path, tmp_path: Path, name: str
    ) -> None:
        file = rewritten(
            backup,
            tmp_path / "slip.tar.gz",
            lambda held, data: [(name, b"x"), (held, data)] if held == "files/x1" else [(held, data)],
        )
        assert "壊れています" in self.refused(live_enishi, file)
        assert not (tmp_path.parent / "evil").exists()

    def test_links_are_refused(self, live_enishi: Program, backup: Path, tmp_path: Path) -> None:
        file = tmp_path / "link.tar.gz"
        with tarfile.open(file, "w:gz") as archive:
            info = tarfile.TarInfo("files/x")
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(info)
        assert "壊れています" in self.refused(live_enishi, file)

    def test_rows_missing_in_the_database(self, live_enishi: Program, backup: Path, tmp_path: Path) -> None:
        if live_enishi._database:
            pytest.skip("SQLite only")
        import hashlib

        def damage(name: str, data: bytes) -> list[tuple[str, bytes]]:
            if name == "database.sqlite3":
                path = tmp_path / "x.sqlite3"
                path.write_bytes(data)
                with contextlib.closing(sqlite3.connect(path)) as held:
                    held.execute("DELETE FROM access_user WHERE id = (SELECT max(id) FROM access_user)")
                    held.commit()
                self.damaged = path.read_bytes()
                return [(name, self.damaged)]
            if name == "manifest.json":  # somebody who repairs the checksum is still found out by the count
                told = json.loads(data)
                told["parts"]["database.sqlite3"] = {
                    "size": len(self.damaged),
                    "sha256": hashlib.sha256(self.damaged).hexdigest(),
                }
                return [(name, json.dumps(told).encode())]
            return [(name, data)]

        assert "access_user" in self.refused(live_enishi, rewritten(backup, tmp_path / "rows.tar.gz", damage))

    def test_not_a_backup_at_all(self, live_enishi: Program, tmp_path: Path) -> None:
        file = tmp_path / "x.tar.gz"
        file.write_text("hello")
        assert "壊れています" in self.refused(live_enishi, file)
        assert "がありません" in self.refused(live_enishi, tmp_path / "none.tar.gz")
