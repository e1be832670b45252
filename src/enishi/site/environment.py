"""Typed reading of settings from the environment, and of the key file that an installation makes."""

import contextlib
import os
import secrets
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url


def text(name: str, default: str = "") -> str:
    """The variable's text, or the default where it is missing or empty."""
    return os.environ.get(name, "") or default


def flag(name: str, default: bool = False) -> bool:
    """1/true/yes/on are true, 0/false/no/off false; anything else is refused.

    Raises:
        ValueError: naming the variable and its text.
    """
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ValueError(f"{name}={value}: 1 か 0 で指定してください。")


def number(name: str, default: int) -> int:
    """A whole number.

    Raises:
        ValueError: naming the variable and its text.
    """
    value = text(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"{name}={value}: 整数で指定してください。") from None


def items(name: str, default: list[str]) -> list[str]:
    """A comma-separated list."""
    value = text(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else default


def database(default: str) -> dict[str, Any]:
    """What `DATABASE_URL` says, in Django's form.

    Raises:
        ValueError: for an address that isn't one of SQLite or PostgreSQL; its text is not repeated, it may hold a password.
    """
    url = text("DATABASE_URL", default)
    if url.partition(":")[0] in {"sqlite", "postgres", "postgresql"}:
        try:
            return dict(dj_database_url.parse(url, conn_max_age=None))
        except ValueError:
            pass
    raise ValueError(
        "DATABASE_URL: postgres://利用者:パスワード@ホスト:5432/データベース名 の形で指定してください。"
    )


def home() -> Path:
    """The data folder, `ENISHI_HOME` (default ./var), made where it is missing; only its owner may enter it."""
    path = Path(text("ENISHI_HOME", "var")).resolve()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def secret_key(folder: Path) -> str:
    """The signing key: `ENISHI_SECRET_KEY`, or the installation's own key file (mode 0600), made at first use."""
    given = text("ENISHI_SECRET_KEY")
    if given:
        return given
    path = folder / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as stream:
        key = secrets.token_urlsafe(64)
        stream.write(key)
    return key


def office_address(host: str) -> str:
    """Under which address telephones in the office reach this machine; localhost where it listens to itself alone."""
    if host not in {"0.0.0.0", "::", "[::]"}:  # noqa: S104 (compared)
        return "localhost" if host in {"127.0.0.1", "::1", "[::1]"} else host
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.connect(("192.0.2.1", 9))  # sends nothing: only asks which address would be used (RFC 5737)
        return str(held.getsockname()[0])
    return "localhost"


def own_names(host: str, public_url: str) -> list[str]:
    """The names under which this installation answers: its own loopback, its public one, and, where it listens to the
    office, the machine's name and addresses there."""
    names = ["localhost", "127.0.0.1", "[::1]", urlsplit(public_url).hostname or ""]
    if host not in {"127.0.0.1", "localhost", "::1", "[::1]"}:
        machine = socket.gethostname()
        names += [host, machine, f"{machine}.local", machine.split(".")[0]]
        with contextlib.suppress(OSError):  # a machine without a name in its own hosts file
            names += socket.gethostbyname_ex(machine)[2]
        names.append(office_address(host))
    return [name for name in dict.fromkeys(names) if name and name not in {"0.0.0.0", "::"}]  # noqa: S104 (compared)
