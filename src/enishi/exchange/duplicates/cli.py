"""`enishi duplicates`: the pairs of a file or of an entity that are likely one."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from enishi.kit.command import Parser, Problem, say

HEAD = ("id_a", "id_b", "outside_a", "outside_b", "score", "decision")


def duplicates(argv: list[str]) -> int:
    """Searches a file or an entity and writes the pairs.

    Raises:
        Problem
    """
    parser = Parser(
        prog="enishi duplicates",
        description=say("重複している相手を探します。", "Finds customers that stand there more than once."),
    )
    parser.add_argument(
        "--entity",
        default="",
        metavar="account|contact|…",
        help=say("調べる台帳（--fileでは行が何か）", "the ledger to search; with --file, what its rows are"),
    )
    parser.add_argument(
        "--file",
        default="",
        help=say(
            "登録せずに調べるファイル（1列目が番号）",
            "a file to search without storing it; its first column is the id",
        ),
    )
    parser.add_argument(
        "--pairs", required=True, metavar="OUT.csv", help=say("組を書き出すCSV", "csv for the pairs")
    )
    parser.add_argument(
        "--user", default="", help=say("操作する人のメールアドレス", "mail address of the person who acts")
    )
    parser.add_argument(
        "--json", action="store_true", help=say("結果をJSONで出す", "print the result as JSON")
    )
    options = parser.parse_args(argv)
    if not options.file and not options.entity:
        raise Problem("--entity か --file を指定してください。", "Give --entity or --file.")
    figures = _of_file(options) if options.file else _of_entity(options)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False), flush=True)
        return 0
    print(
        say(
            f"{figures['records']}件を調べ、{figures['pairs']}組を見つけました（自動 {figures['automatic']}、確認 {figures['ask']}）。",
            f"{figures['records']} records, {figures['pairs']} pairs ({figures['automatic']} automatic, {figures['ask']} to ask).",
        ),
        flush=True,
    )
    return 0


def _write(path: Path, rows: Iterable[tuple[object, ...]]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(HEAD)
            writer.writerows(rows)
    except OSError as error:
        raise Problem(f"「{path}」に書けません。", f"Can't write “{path}”: {error.strerror}.") from None


def _of_file(options: object) -> dict[str, int]:
    from django.conf import settings

    from enishi.exchange import readers
    from enishi.exchange.duplicates.engine import Search
    from enishi.exchange.duplicates.files import LooseFile

    source, target = Path(options.file), Path(options.pairs)  # type: ignore[attr-defined]
    if not source.is_file():
        raise Problem(f"ファイル「{source}」が見つかりません。", f"There is no file “{source}”.")
    try:
        loose = LooseFile(source, options.entity)  # type: ignore[attr-defined]
        found = Search(Path(settings.HOME) / "duplicates").run(loose.rows())
    except readers.Unreadable as error:
        raise Problem(str(error), str(error)) from None
    ids = loose.ids
    _write(
        target,
        (
            (ids[one.low], ids[one.high], ids[one.low], ids[one.high], f"{one.score:.6f}", one.decision)
            for one in found.pairs
        ),
    )
    automatic = sum(one.decision == "automatic" for one in found.pairs)
    return {
        "records": found.records,
        "pairs": len(found.pairs),
        "automatic": automatic,
        "ask": len(found.pairs) - automatic,
    }


def _of_entity(options: object) -> dict[str, int]:
    from enishi.exchange.cli import _entity_name, acting_user
    from enishi.exchange.duplicates import operations
    from enishi.records import registry

    registry.rebuild()
    user = acting_user(options.user)  # type: ignore[attr-defined]
    name = _entity_name(options.entity)  # type: ignore[attr-defined]
    run = operations.search_now(registry.get(name), user)
    if run.status == run.Status.FAILED:
        raise Problem(run.error, run.error)
    rows = list(operations.pair_rows(name))
    _write(Path(options.pairs), rows)  # type: ignore[attr-defined]
    automatic = sum(row[5] == "automatic" for row in rows)
    return {
        "run": run.pk,
        "records": run.total,
        "pairs": len(rows),
        "automatic": automatic,
        "ask": len(rows) - automatic,
    }
