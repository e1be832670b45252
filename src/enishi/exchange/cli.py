"""`enishi import FILE` and `enishi undo import ID`."""

import argparse
import json
import shutil
import sys
from pathlib import Path


def import_file(argv: list[str]) -> int:
    """Brings a file in from the command line; prints what happened, with --json for scripts."""
    from django.conf import settings

    from enishi.exchange import importing, readers
    from enishi.records.attachments import safe_name

    parser = argparse.ArgumentParser(prog="enishi import")
    parser.add_argument("file")
    parser.add_argument("--entity", default="", help="account, contact, deal, task")
    parser.add_argument("--user", default="", help="mail address of the user who imports")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    source = Path(options.file)
    if not source.is_file():
        print(f"ファイル「{options.file}」が見つかりません。", file=sys.stderr)
        return 2
    user = acting_user(options.user)
    if user is None:
        return 2
    folder = Path(settings.HOME) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    import secrets

    path = folder / f"{secrets.token_hex(16)}{source.suffix.lower()[:6]}"
    shutil.copyfile(source, path)
    try:
        job = importing.begin(path, safe_name(source.name), by=user, entity=options.entity)
    except readers.Unreadable as error:
        path.unlink(missing_ok=True)
        print(str(error), file=sys.stderr)
        return 2
    importing.run(job, dry=options.dry_run)
    if job.status == "failed":
        print(job.error, file=sys.stderr)
        return 2
    figures = {
        "import": job.pk,
        "created": job.figures.get("created", {}),
        "updated": job.figures.get("updated", {}),
        "unchanged": job.figures.get("unchanged", {}),
        "refused": job.figures.get("refused", 0),
        "refused_file": job.refused_path or None,
    }
    if options.json:
        print(
            json.dumps(
                {**figures, "kept_as_text": job.figures.get("kept", {}), "dry_run": options.dry_run},
                ensure_ascii=False,
            )
        )
        return 0
    print(f"取り込み {job.pk}{'（試しのみ）' if options.dry_run else ''}: {job.file_name}")
    for word, key in (("登録", "created"), ("更新", "updated"), ("変更なし", "unchanged")):
        for name, n in figures[key].items():
            print(f"  {word} {name}: {n}")
    print(
        f"  取り込めなかった行: {figures['refused']}"
        + (f"（{job.refused_path}）" if job.refused_path else "")
    )
    for text, n in job.figures.get("kept", {}).items():
        print(f"  文字のまま残した値: {text} {n}件")
    return 0


def acting_user(mail: str):  # type: ignore[no-untyped-def]
    """The user that the command acts for: the named one, else the first admin."""
    from enishi.access.models import User

    users = User.objects.filter(is_active=True)
    user = (
        users.filter(email=mail.lower()).first()
        if mail
        else users.filter(role="admin").order_by("pk").first()
    )
    if user is None:
        print(
            "利用者がいません。先に enishi user add メールアドレス --role admin で登録してください。",
            file=sys.stderr,
        )
    return user


def undo(argv: list[str]) -> int:
    """Takes an import back."""
    from enishi.exchange.models import ImportJob
    from enishi.exchange.tasks import undo as undo_job
    from enishi.records.errors import RecordError

    parser = argparse.ArgumentParser(prog="enishi undo")
    parser.add_argument("what", choices=["import"])
    parser.add_argument("id", type=int)
    parser.add_argument("--user", default="")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    user = acting_user(options.user)
    job = ImportJob.objects.select_related("operation").filter(pk=options.id).first()
    if user is None:
        return 2
    if job is None:
        print(f"取り込み {options.id} はありません。", file=sys.stderr)
        return 2
    try:
        undone = undo_job(job, user)
    except RecordError as error:
        print(str(error), file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps({"undone": undone.records, "kept": undone.kept[:100]}, ensure_ascii=False))
    else:
        print(f"{undone.records}件を元に戻しました。")
        for text in undone.kept[:20]:
            print(f"  その後に変更されたため残しました: {text}")
    return 0
