"""`enishi import FILE` and `enishi undo import ID`."""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enishi.kit.command import Parser, Problem, say

if TYPE_CHECKING:
    from enishi.access.models import User
    from enishi.exchange.models import ImportJob


def import_file(argv: list[str]) -> int:
    """Brings a file in from the command line; prints what happened, with --json for scripts.

    Raises:
        Problem
    """
    from django.conf import settings

    from enishi.exchange import importing, mapping, readers, telling
    from enishi.exchange.roundtrip import cli as round_trip
    from enishi.exchange.roundtrip import reading
    from enishi.records import registry
    from enishi.records.attachments import safe_name

    parser = Parser(
        prog="enishi import",
        description=say("Excel・CSVのファイルを取り込みます。", "Brings a spreadsheet or csv in."),
    )
    parser.add_argument("file", help=say("xlsx、xls、ods、csv、tsv、vcf", "xlsx, xls, ods, csv, tsv, vcf"))
    parser.add_argument(
        "--entity",
        default="",
        metavar="account|contact|deal|task|…",
        help=say(
            "何の表か（省略すると見出しで判断）", "what the rows are (told from the headings otherwise)"
        ),
    )
    parser.add_argument(
        "--match",
        default="",
        choices=["exact", "careful", "loose"],
        help=say(
            "名寄せ: exact 見分け方が同じものだけ、careful 迷うものは聞く（初めの値）、loose 似ていれば更新",
            "how the same customer is known: exact, careful (asks where in doubt; default), loose",
        ),
    )
    parser.add_argument(
        "--missing",
        default="",
        choices=["refuse", "create"],
        help=say(
            "つながりの列の相手が見つからないとき: refuse その行は取り込まない（初めの値）、create 名前だけで新しく登録",
            "where a connection names what isn't there: refuse the row (default), create it by its name",
        ),
    )
    parser.add_argument(
        "--sheet",
        action="append",
        default=[],
        metavar=say("シート", "SHEET"),
        help=say(
            "取り込むシートの名前（見出しが同じシートは何度でも指定できる）",
            "the sheet to bring in (again for more sheets with the same heading)",
        ),
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar=say("項目=値", "field=value"),
        dest="for_all",
        help=say(
            "すべての行に同じ値を入れる（例: 獲得元=展示会。行に値があればその値。何度でも）",
            "the same value for all rows that have none of their own (source=Fair); may be repeated",
        ),
    )
    parser.add_argument("--user", default="", help=_user_help())
    parser.add_argument(
        "--dry-run", action="store_true", help=say("試すだけで何も残さない", "try it and keep nothing")
    )
    parser.add_argument(
        "--json", action="store_true", help=say("結果をJSONで出す", "print the result as JSON")
    )
    parser.add_argument(
        "--apply",
        action="store_true",
        help=say(
            "「Excelで直して戻す」シートの、迷いのない変更を反映する",
            "write what is beyond doubt in a sheet that was exported to be corrected",
        ),
    )
    options = parser.parse_args(argv)
    source = Path(options.file)
    if not source.is_file():
        raise Problem(f"ファイル「{options.file}」が見つかりません。", f"There is no file “{options.file}”.")
    registry.rebuild()
    user = acting_user(options.user)
    folder = Path(settings.HOME) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(16)}{source.suffix.lower()[:6]}"
    shutil.copyfile(source, path)
    try:
        if sheet := reading.recognise(path, safe_name(source.name)):
            if options.sheet or options.for_all:
                path.unlink(missing_ok=True)
                raise Problem(
                    "書き出して直した表には --sheet と --set は使えません。",
                    "A sheet that was exported to be corrected takes no --sheet and no --set.",
                )
            apply = options.apply and not options.dry_run
            round_trip.bring(path, safe_name(source.name), sheet, by=user, apply=apply, as_json=options.json)
            return 0
        job = importing.begin(path, safe_name(source.name), by=user, entity=_entity_name(options.entity))
        with _gone_where_wrong(job):
            _choose_sheets(job, options.sheet)
    except readers.Unreadable as error:
        path.unlink(missing_ok=True)
        raise Problem(str(error), str(error)) from None
    chosen: dict[str, Any] = {
        name: getattr(options, name) for name in ("match", "missing") if getattr(options, name)
    }
    if options.for_all:
        with _gone_where_wrong(job):
            chosen["for_all"] = _for_all(job, options.for_all)
    if chosen:
        job.plan = {**job.plan, **chosen}
        job.save(update_fields=["plan"])
    importing.run(job, dry=options.dry_run)
    if job.status == "failed":
        raise Problem(job.error, job.error)
    figures = {
        "import": job.pk,
        "created": job.figures.get("created", {}),
        "updated": job.figures.get("updated", {}),
        "unchanged": job.figures.get("unchanged", {}),
        "asked": job.figures.get("asked", 0),
        "refused": job.figures.get("refused", 0),
        "refused_file": job.refused_path or None,
    }
    kept = job.figures.get("kept", {})
    plan = mapping.Plan.from_json(job.plan)
    ignored, others = telling.ignored(plan), plan.others
    noted, repeated = telling.noted(plan), telling.repeated(plan)
    skipped: dict[str, int] = job.figures.get("skipped", {})
    if options.json:
        print(
            json.dumps(
                {
                    **figures,
                    "kept_as_text": kept,
                    "noted_columns": noted,
                    "ignored_columns": ignored,
                    "repeated_codes": [one.to_json() for one in repeated],
                    "skipped_rows": skipped,
                    "skipped_at": job.figures.get("skipped_at", {}),
                    "ignored_sheets": others,
                    "dry_run": options.dry_run,
                },  # fmt: skip
                ensure_ascii=False,
            ),
            flush=True,
        )
        return 0
    trial = say("（試しのみ）", " (dry run)") if options.dry_run else ""
    print(say("取り込み", "Import") + f" {job.pk}{trial}: {job.file_name}")
    for word, key in (
        (say("登録", "created"), "created"), (say("更新", "updated"), "updated"),
        (say("変更なし", "unchanged"), "unchanged"),
    ):  # fmt: skip
        for name, n in figures[key].items():
            print(f"  {word} {name}: {n}")
    where = say(f"（{job.refused_path}）", f" ({job.refused_path})") if job.refused_path else ""
    print(say("  取り込めなかった行", "  refused rows") + f": {figures['refused']}{where}")
    if figures["asked"]:
        where = "" if options.dry_run else f" {settings.PUBLIC_URL}/import/{job.pk}/asks/"
        print(
            say("  同じかどうか確かめる行", "  rows that wait for an answer") + f": {figures['asked']}{where}"
        )
    for text, n in kept.items():
        print(say(f"  文字のまま残した値: {text} {n}件", f"  kept as text: {text} ×{n}"))
    for text, n in skipped.items():
        print(say(f"  取り込まない行: {text} {n}行", f"  rows passed over: {text} ×{n}"))
    if noted:
        print(say("  備考に入れた列", "  columns that went into the note") + f": {'、'.join(noted)}")
    for one in repeated:
        print(
            say(
                f"  「{one.heading}」は同じ番号に違う名前があるため備考に入れました: {one}",
                f"  “{one.heading}” went into the note, as one code stands beside different names: {one}",
            )
        )
    if ignored:
        print(say("  取り込まなかった列", "  columns not taken in") + f": {'、'.join(ignored)}")
    if others:
        print(say("  取り込まなかったシート", "  sheets not taken in") + f": {'、'.join(others)}")
    _flush()
    return 0


@contextmanager
def _gone_where_wrong(job: "ImportJob") -> Iterator[None]:
    """Of a call that was written wrongly nothing is left: neither the import nor the copy of the file."""
    try:
        yield
    except Problem:
        Path(job.path).unlink(missing_ok=True)
        job.delete()
        raise


def _choose_sheets(job: "ImportJob", names: list[str]) -> None:
    """Only these sheets; several have to have the same heading.

    Raises:
        Problem: the file has no such sheet, or they differ.
        readers.Unreadable
    """
    from enishi.exchange import importing, mapping, readers

    if not names:
        return
    known = [one.name for one in readers.open_tables(Path(job.path), job.file_name)]
    if missing := [one for one in names if one not in known]:
        raise Problem(
            f"「{missing[0]}」というシートはありません（{'、'.join(known)}）。",
            f"There is no sheet “{missing[0]}” ({', '.join(known)}).",
        )
    plan = mapping.Plan.from_json(job.plan)
    if set(names) <= {*plan.alike, plan.table}:
        importing.choose_sheets(plan, names)
        job.plan = plan.to_json()
        job.save(update_fields=["plan"])
    elif len(names) == 1:
        importing.replan(job, recognise=True, sheet=names[0])
    else:
        raise Problem(
            "見出しの違うシートは1枚ずつ取り込んでください。",
            "Sheets with different headings come in one by one.",
        )


def _for_all(job: "ImportJob", words: list[str]) -> dict[str, str]:
    """What `--set` gives all rows, by target.

    Raises:
        Problem: it names no field, or a value that the field doesn't take.
    """
    from enishi.exchange import forall, mapping

    plan = mapping.Plan.from_json(job.plan)
    try:
        plan.for_all = forall.named(plan, words)
    except LookupError as error:
        raise Problem(
            f"--set {error.args[0]}: すべての行に入れられる項目ではありません。「項目=値」の形で書いてください。",
            f"--set {error.args[0]}: no field that all rows may have. Write field=value.",
        ) from None
    for target, texts in forall.errors(plan).items():
        raise Problem(*[f"--set {target}: {'、'.join(texts)}"] * 2)
    return plan.for_all


def _entity_name(word: str) -> str:
    """The entity's name, given by name or by address.

    Raises:
        Problem: there is none.
    """
    from enishi.records import registry

    if not word or registry.find(word):
        return word
    try:
        return registry.by_slug(word).name
    except KeyError:
        known = ", ".join(one.slug for one in registry.all_entities() if one.in_navigation)
        raise Problem(
            f"「{word}」という台帳はありません（{known}）。", f"There is no “{word}” ({known})."
        ) from None


def _flush() -> None:
    """Says all now: a reader that has gone away (`| head`) is told to `site.cli.main`, not to Python as it ends."""
    print(end="", flush=True)


def _user_help() -> str:
    return say(
        "操作する人のメールアドレス（省略すると最初の管理者）",
        "mail address of the person who acts (otherwise the first admin)",
    )


def acting_user(mail: str) -> "User":
    """The user that the command acts for: the named one, else the first admin.

    Raises:
        Problem: there is none.
    """
    from enishi.access.models import User

    users = User.objects.filter(is_active=True)
    user = (
        users.filter(email=mail.lower()).first()
        if mail
        else users.filter(role="admin").order_by("pk").first()
    )
    if user is None and mail:
        raise Problem(f"利用者「{mail}」はいません。", f"There is no user “{mail}”.")
    if user is None:
        raise Problem(
            "利用者がいません。先に enishi user add メールアドレス --role admin で登録してください。",
            "There is no admin yet. Add one with: enishi user add ADDRESS --role admin",
        )
    return user


def undo(argv: list[str]) -> int:
    """Takes an import back.

    Raises:
        Problem
    """
    from enishi.exchange.models import ImportJob
    from enishi.exchange.tasks import undo as undo_job
    from enishi.records import registry
    from enishi.records.errors import RecordError

    parser = Parser(prog="enishi undo", description=say("取り込みを取り消します。", "Takes an import back."))
    parser.add_argument("what", choices=["import"])
    parser.add_argument("id", type=int, help=say("取り込みの番号", "number of the import"))
    parser.add_argument("--user", default="", help=_user_help())
    parser.add_argument(
        "--json", action="store_true", help=say("結果をJSONで出す", "print the result as JSON")
    )
    options = parser.parse_args(argv)
    registry.rebuild()
    user = acting_user(options.user)
    job = ImportJob.objects.select_related("operation").filter(pk=options.id).first()
    if job is None:
        raise Problem(f"取り込み {options.id} はありません。", f"There is no import {options.id}.")
    try:
        undone = undo_job(job, user)
    except RecordError as error:
        raise Problem(str(error), str(error)) from None
    if options.json:
        figures = {"undone": undone.records, "records": undone.by_entity, "kept": undone.kept[:100]}
        print(json.dumps(figures, ensure_ascii=False))
    else:
        print(say(f"{undone.records}件を元に戻しました。", f"{undone.records} records are as they were."))
        for name, n in undone.by_entity.items():
            print(f"  {name}: {n}")
        for text in undone.kept[:20]:
            print(
                say(
                    f"  その後に変更されたため残しました: {text}",
                    f"  kept, since it was changed later: {text}",
                )
            )
    _flush()
    return 0
