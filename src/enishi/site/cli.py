"""The command `enishi`. Django is loaded only once the command is known, and each command's module only when it is called.

A command is one line of `COMMANDS`; its function takes the remaining arguments and returns the exit code. It raises `Problem`
(`enishi.kit.command`) for what the person at the terminal can put right.
"""

import importlib
import logging
import os
import sys

from enishi import __version__
from enishi.kit.command import Problem, english, say

# name, (Japanese, English), module:function
COMMANDS: list[tuple[str, tuple[str, str], str]] = [
    ("run", ("すべてを起動する", "start everything"), "enishi.site.run:run"),
    ("web", ("画面だけを起動する", "start the web part alone"), "enishi.site.run:web"),
    ("worker", ("作業係だけを起動する", "start a worker alone"), "enishi.site.run:worker"),
    ("migrate", ("データベースを最新にする", "bring the database up to date"), "enishi.site.run:migrate"),
    ("user", ("利用者を追加・一覧・停止する", "add, list and stop users"), "enishi.access.commands:user"),
    (
        "backup",
        ("バックアップを1つのファイルに取る", "write a backup into one file"),
        "enishi.site.backup:backup",
    ),
    ("restore", ("バックアップから戻す", "restore a backup"), "enishi.site.backup:restore"),
    ("verify", ("バックアップが壊れていないか確かめる", "check a backup"), "enishi.site.backup:verify"),
    (
        "demo",
        ("測定用の顧客を作る（--size N）", "make N customers for measuring"),
        "enishi.site.demo.size:command",
    ),
    ("bench", ("測定する", "run the benchmarks"), "enishi.site.bench:command"),
    ("import", ("Excel・CSVを取り込む", "import a spreadsheet"), "enishi.exchange.cli:import_file"),
    ("undo", ("取り込みを取り消す", "take an import back"), "enishi.exchange.cli:undo"),
    (
        "duplicates",
        ("重複を探す（名寄せ）", "find duplicates"),
        "enishi.exchange.duplicates.cli:duplicates",
    ),
    (
        "purchase-model",
        ("購入の一覧から次の購入を見込む", "foretell purchases from a file"),
        "enishi.site.purchase_model:command",
    ),
    (
        "token",
        ("APIのトークンを作る・一覧・止める", "make, list and end API tokens"),
        "enishi.connect.commands:token",
    ),
    ("django", ("Djangoの管理コマンドを使う", "Django's management commands"), "enishi.site.cli:django"),
]


NEEDS_BASE = ("enishi.access.", "enishi.exchange.", "enishi.connect.", "enishi.site.demo.")


def django(argv: list[str]) -> int:
    """Passes on to `manage.py`."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["enishi django", *argv])
    return 0


def _usage() -> str:
    width = max(len(name) for name, _help, _target in COMMANDS) + 2
    lines = [say("使い方: enishi コマンド [指定]", "usage: enishi COMMAND [OPTIONS]"), ""]
    lines += [f"  {name:<{width}}{say(*text)}" for name, text, _target in COMMANDS]
    lines += [
        "",
        say(
            "設定（環境変数）: ENISHI_HOME データの置き場所、ENISHI_PORT ポート、DATABASE_URL データベース、ENISHI_DEMO=0 見本なし",
            "settings (environment): ENISHI_HOME data folder, ENISHI_PORT, DATABASE_URL, ENISHI_DEMO=0 without sample",
        ),
    ]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Runs a command; what goes wrong is said in one sentence."""
    arguments = sys.argv[1:] if argv is None else argv
    name = arguments[0] if arguments else "--help"
    if name in {"-h", "--help", "help"}:
        print(_usage())
        return 0
    if name in {"-V", "--version"}:
        print(f"Enishi {__version__}")
        return 0
    targets = {known: target for known, _help, target in COMMANDS}
    if name not in targets:
        print(
            say(f"「{name}」というコマンドはありません。", f"There is no command “{name}”."), file=sys.stderr
        )
        print(_usage(), file=sys.stderr)
        return 2
    os.umask(0o077)  # everything of an installation is its owner's alone
    try:
        return _call(targets[name], arguments[1:])
    except Problem as problem:
        print(problem, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if os.environ.get("ENISHI_DEBUG") == "1":
            raise
        print(_explain(error), file=sys.stderr)
    return 2


def _call(target: str, argv: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enishi.site.settings")
    import django as framework
    from django.utils import translation

    framework.setup()
    translation.activate("en" if english() else "ja")
    if argv[:1] not in (["-h"], ["--help"]) and target.startswith(NEEDS_BASE):
        _prepare_empty()
    module, _colon, function = target.partition(":")
    code: int = getattr(importlib.import_module(module), function)(argv)
    return code


def _prepare_empty() -> None:
    """Makes the tables where there are none at all: somebody begins with a user or a file before the first start."""
    from django.db import connection

    if not connection.introspection.table_names():
        from enishi.site import start

        start.migrate()


def _explain(error: Exception) -> str:
    """One sentence for an error that nobody foresaw; its traceback goes to the log file."""
    from django.core.exceptions import ImproperlyConfigured, ValidationError

    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, ValueError) and str(error).startswith(("ENISHI_", "DATABASE_URL")):
        return str(error)
    if isinstance(error, ImproperlyConfigured):
        return say(f"設定に誤りがあります: {error}", f"Wrong settings: {error}")
    from django.db import Error as DatabaseError

    for handler in logging.getLogger().handlers:
        if getattr(handler, "baseFilename", None):
            record = logging.LogRecord("enishi", logging.ERROR, "", 0, "command failed", None, sys.exc_info())
            handler.handle(record)
    text = " ".join(str(error).split())
    if isinstance(error, DatabaseError):
        return say(f"データベースを使えません: {text}", f"The database can't be used: {text}")
    if isinstance(error, PermissionError):
        return say(
            f"ファイルを使う権限がありません: {error.filename}", f"Not allowed to use {error.filename}."
        )
    if isinstance(error, OSError):
        return say(f"ファイルの読み書きができません: {text}", f"Reading or writing failed: {text}")
    name = type(error).__name__
    return say(
        f"思わぬ問題が起きました（{name}: {text}）。くわしくはデータフォルダーの log/enishi.log にあります。",
        f"Something unforeseen happened ({name}: {text}). See log/enishi.log in the data folder.",
    )


if __name__ == "__main__":
    sys.exit(main())
