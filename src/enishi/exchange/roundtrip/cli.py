"""`enishi import FILE` where the file is a sheet that came back."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enishi.kit.command import Problem, say

if TYPE_CHECKING:
    from enishi.access.models import User
    from enishi.exchange.models import ImportJob, SentSheet


def bring(path: Path, name: str, sheet: "SentSheet", *, by: "User", apply: bool, as_json: bool) -> None:
    """Compares the sheet and says how many rows are of which kind; with `apply`, what is beyond doubt is written: changes of the
    sheet that nobody contradicts, and new rows that nothing resembles. Questions and missing rows stay for the page.

    Raises:
        Problem
    """
    from enishi.exchange.roundtrip import operations
    from enishi.records.errors import RecordError

    try:
        job = operations.run(operations.take_in(path, name, sheet, by=by))
        held = dict(job.figures.get("round_trip", {}))
        if job.status != "failed" and apply and operations.waiting(job):
            operations.ready_to_apply(job)
            job = operations.run(job)
    except RecordError as error:
        raise Problem(str(error), str(error)) from None
    if job.status == "failed":
        raise Problem(job.error, job.error)
    told = _told(job, held, applied=apply)
    if as_json:
        print(json.dumps({"import": job.pk, "round_trip": told}, ensure_ascii=False), flush=True)
        return
    print(say("戻ってきたシート", "A sheet that came back") + f" {job.pk}: {job.file_name}")
    for key, words in (
        ("unchanged", say("変更なし", "unchanged")), ("changed_there", say("シートで変更", "changed in the sheet")),
        ("changed_here", say("Enishiで変更", "changed here")), ("both", say("両方で変更", "changed in both")),
        ("asked", say("  うち、確かめるもの", "  of these to be asked")), ("new", say("新しい行", "new")),
        ("gone", say("シートにない", "missing in the sheet")), ("no_longer_here", say("もうない記録", "no longer here")),
        ("bad", say("読めないセルのある行", "rows with cells that can't be read")),
    ):  # fmt: skip
        print(f"  {words}: {told[key]}")
    for word, count in (told["applied"] or {}).items():
        print(say("  反映", "  applied") + f" {word}: {count}")
    if not apply:
        print(
            say(
                f"まだ何も書き込んでいません。画面（/import/{job.pk}/）で確かめるか、--apply を付けてください。",
                f"Nothing is written yet: decide on the page (/import/{job.pk}/) or use --apply.",
            )
        )
    print(end="", flush=True)


def _told(job: "ImportJob", held: dict[str, Any], *, applied: bool) -> dict[str, Any]:
    """The counts as they were compared, and what was written."""
    from enishi.exchange.models import ReturnedRow

    asked = held.get("ask", 0)
    done = {
        **{what: sum(job.figures.get(what, {}).values()) for what in ("updated", "created", "deleted")},
        "refused": ReturnedRow.objects.filter(job=job, state=ReturnedRow.State.REFUSED).count(),
    }
    return {
        "entity": job.entity, "rows": held.get("rows", 0), "unchanged": held.get("unchanged", 0),
        "changed_there": held.get("changed", 0), "changed_here": held.get("here", 0), "both": held.get("both", 0) + asked,
        "asked": asked, "new": held.get("new", 0), "gone": held.get("gone", 0), "no_longer_here": held.get("lost", 0),
        "bad": held.get("bad", 0), "applied": done if applied else None,
    }  # fmt: skip
