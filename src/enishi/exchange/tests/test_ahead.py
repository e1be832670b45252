"""The process that reads a large file ahead."""

import contextlib
import csv
import io
import pickle
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from enishi.access.models import User
from enishi.exchange import ahead, importing
from enishi.exchange.mapping import Plan
from enishi.exchange.models import ImportJob
from enishi.people.models import Account, Contact
from enishi.records import bulk
from enishi.records.models import Event, SearchDoc

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]
ACCOUNT = (
    "name",
    "kana",
    "sort_key",
    "match_key",
    "phone",
    "postal_code",
    "prefecture",
    "address",
    "note",
    "owner__email",
)
CONTACT = ("family_name", "given_name", "sort_key", "match_key", "mobile", "title", "account__name", "note", "owner__email")  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """1,200 rows: companies with their people, some of a company that another row has named, some that can't come in."""
    path = tmp_path / "台帳.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["会社名", "フリガナ", "氏名", "役職", "携帯", "電話", "住所", "備考"])
        for n in range(1200):
            rows.writerow([
                f"㈱北斗{n // 2:04}製作所" if n % 5 else f"北斗{n:04}商店", "ﾎｸﾄｾｲｻｸｼｮ", f"髙橋 太郎{n}", "部長",
                f"090{n:08}", "たぶん03" if n % 300 == 7 else f"03-1234-{n:04}",
                f"〒100-0005 東京都千代田区丸の内1-{n}", f"紹介{n % 3}",
            ])  # fmt: skip
    return path


def run(path: Path, user: User) -> dict[str, Any]:
    """What the import makes, in terms that don't differ from run to run; taken back again."""
    with transaction.atomic():
        job = importing.run(importing.begin(path, path.name, by=user))
        assert job.status == ImportJob.Status.DONE, job.error
        made = {
            "figures": job.figures,
            "accounts": sorted(map(repr, Account.objects.values_list(*ACCOUNT))),
            "contacts": sorted(map(repr, Contact.objects.values_list(*CONTACT))),
            "found by": sorted(SearchDoc.objects.values_list("title", "text")),
            "events": Event.objects.count(),
        }
        transaction.set_rollback(True)
    return made


@contextlib.contextmanager
def sent(job: ImportJob, plan: Plan, size: int, **_more: Any) -> Iterator[Iterator[ahead.Batch]]:
    """Batches as they come from the other process, which cannot see the database of these tests (tests/reliability has it)."""
    stream = io.BytesIO()
    assert job.user is not None
    ahead.send(job, plan, size, job.user, stream)
    stream.seek(0)
    yield iter(partial(pickle.load, stream), None)


def test_what_the_other_process_drafts_is_what_this_one_makes(
    alice: User, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 200)
    monkeypatch.setattr(ahead, "LARGE", 10**9)
    here = run(ledger, alice)
    monkeypatch.setattr(ahead, "waiting", lambda _pipe: 10**9)  # as if the other side were always busy
    monkeypatch.setattr(ahead, "batches", sent)
    drafted: list[int] = []
    monkeypatch.setattr(bulk.Drafter, "unpack", spy(bulk.Drafter.unpack, drafted))
    assert run(ledger, alice) == here
    assert here["figures"]["created"]["contact"] > 1000
    assert len(drafted) > 1700  # on SQLite every fourth row is left to the side that stores


def spy(method: Any, calls: list[int]) -> Any:
    """The method, counted."""

    def counted(*values: Any) -> Any:
        calls.append(1)
        return method(*values)

    return counted
