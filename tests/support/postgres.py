"""A PostgreSQL cluster for one test run: in a temporary folder, on a unix socket, without waiting for the disk."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path


def binaries() -> Path | None:
    """The folder of the newest installed server, or None."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(path.parts[-2]) if path.parts[-2].isdigit() else 0)
    program = shutil.which("initdb")
    return Path(program).parent if program else None


class Cluster:
    """Started and thrown away by the test run. PostgreSQL refuses to run as root, so root hands it to somebody else."""

    def __init__(self) -> None:
        found = binaries()
        assert found is not None
        self.programs = found
        self.folder = Path(tempfile.mkdtemp(prefix="enishi-pg-"))
        self.user = self._owner()
        if self.user:
            shutil.chown(self.folder, self.user)

    def _owner(self) -> str:
        if os.geteuid() != 0:
            return ""
        for name in ("postgres", "nobody"):
            try:
                pwd.getpwnam(name)
            except KeyError:
                continue
            return name
        raise RuntimeError("no user to run PostgreSQL as")

    def _call(self, *command: str) -> None:
        done = subprocess.run(
            command,
            user=self.user or None,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
            extra_groups=[] if self.user else None,
        )
        if done.returncode:
            log = self.folder / "log"
            raise RuntimeError(
                f"{command[0]}: {done.stderr or done.stdout} {log.read_text() if log.exists() else ''}"
            )

    def start(self) -> str:
        """Starts it; returns its address for DATABASE_URL."""
        data = str(self.folder / "data")
        self._call(
            str(self.programs / "initdb"), "-D", data, "-U", "enishi", "--auth=trust", "--encoding=UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        options = (
            f"-k {self.folder} -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off "
            "-c max_connections=200 -c shared_buffers=256MB -c wal_level=minimal -c max_wal_senders=0 -c jit=off"
        )
        self._call(
            str(self.programs / "pg_ctl"),
            "-D",
            data,
            "-l",
            str(self.folder / "log"),
            "-w",
            "-t",
            "60",
            "-o",
            options,
            "start",
        )
        return f"postgres://enishi@{str(self.folder).replace('/', '%2F')}:5432/postgres"

    def stop(self) -> None:
        """Ends it and removes everything."""
        try:
            self._call(
                str(self.programs / "pg_ctl"),
                "-D",
                str(self.folder / "data"),
                "-m",
                "immediate",
                "-w",
                "stop",
            )
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
