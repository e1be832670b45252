"""An import whose worker is killed again and again (quality.md, reliability)."""

import contextlib
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Program

KILLS = int(
    os.environ.get("ENISHI_TEST_KILLS", "2")
)  # by hand: 50 (from the third on a task that killed its workers waits some minutes)
ROWS = int(os.environ.get("ENISHI_TEST_ROWS", "3000"))

pytestmark = pytest.mark.slow


def ledger(path: Path) -> Path:
    """A ledger in which each tenth row can't come in and each twentieth is the company of the row above."""
    lines = ["会社名,得意先コード,担当者名,メール,取引開始日"]
    for n in range(ROWS):
        day = "2026/13/45" if n % 10 == 9 else "令和5年4月1日"
        company = n - 1 if n % 20 == 5 else n
        lines.append(f"株式会社再開{company:05},{company:05},山田 {n:05},y{n}@example.jp,{day}")
    path.write_text("\n".join(lines), encoding="cp932")
    return path


def workers(parent: int) -> list[int]:
    """Worker processes of a program."""
    found = []
    with contextlib.suppress(OSError):
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        found = [int(one) for one in children]
    return found


@pytest.mark.row("B1")
@pytest.mark.timeout(600)
def test_an_import_survives_kill_9_and_doubles_nothing(migrated: Program, tmp_path: Path) -> None:
    draw = random.Random(7)  # noqa: S311 (moments of a test)
    migrated.start()
    assert migrated.process
    with migrated.data():
        from enishi.exchange import importing, tasks
        from enishi.exchange.models import ImportJob, RefusedRow
        from enishi.people.models import Account, Affiliation, Contact
        from enishi.records.models import Event, SearchDoc

        alice = migrated.person("alice")
        job = importing.begin(ledger(tmp_path / "台帳.csv"), "台帳.csv", by=alice)
        job.status = ImportJob.Status.QUEUED
        job.save()
        tasks.run_import.enqueue(job.pk)
        kills, end, last = 0, time.monotonic() + 500, -1
        while time.monotonic() < end:
            job.refresh_from_db()
            if job.status in {ImportJob.Status.DONE, ImportJob.Status.FAILED}:
                break
            if kills < KILLS and job.status == ImportJob.Status.RUNNING and job.done != last:
                time.sleep(draw.random() * 0.6)
                for pid in workers(migrated.process.pid)[1:]:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                kills, last = kills + 1, job.done
            time.sleep(0.05)
        assert (job.status, job.error) == (ImportJob.Status.DONE, "")
        assert kills >= min(KILLS, 2), "the import was too quick to be killed"
        good = [n for n in range(ROWS) if n % 10 != 9]
        companies = {n - 1 if n % 20 == 5 else n for n in good}
        assert Account.objects.count() == len(companies)
        assert Account.objects.values("code").distinct().count() == len(companies)
        assert Contact.objects.count() == len(good) == Affiliation.objects.count()
        assert RefusedRow.objects.filter(job=job).count() == ROWS - len(good)
        assert RefusedRow.objects.filter(job=job).values("number").distinct().count() == ROWS - len(good)
        assert job.figures["created"] == {"account": len(companies), "contact": len(good)}
        made = Event.objects.filter(operation=job.operation, version=1)
        assert made.filter(entity="account").count() == len(companies)
        assert SearchDoc.objects.count() == Account.objects.count() + Contact.objects.count()
        assert_undone(job, alice)


def assert_undone(job: Any, by: Any) -> None:
    """All of it goes again in one."""
    from enishi.people.models import Account, Contact
    from enishi.records import history

    history.undo_operation(job.operation_id, by=by)
    assert not Account.objects.filter(deleted_at=None).exists()
    assert not Contact.objects.filter(deleted_at=None).exists()
