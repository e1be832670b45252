"""What is too much for a page is taken back by the worker, and the page says how far it is."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from enishi.records import history, registry, tasks, unmerge
from enishi.records.merge import merge
from enishi.records.models import Operation
from enishi.records.pages import histories
from enishi.records.testing import HTMX
from enishi.records.tests.test_merge import fresh, make

pytestmark = [pytest.mark.django_db, pytest.mark.row("B4")]


def test_many_merges_are_taken_back_by_the_worker_and_the_page_says_how_far(
    alice: Any, bob: Any, as_alice: Client, as_bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unmerge, "AT_ONCE", 2)
    operation = Operation.objects.create(kind="merge", user=bob, summary="自動で統合")
    account = registry.get("account")
    pairs = [[make("account", bob, name=f"社{n} {m}") for m in (1, 2)] for n in range(3)]
    for keep, other in pairs:
        merge(account, keep.pk, [other.pk], by=bob, operation=operation)
    queued: list[tuple[int, int]] = []
    work = tasks.undo_operation.func
    monkeypatch.setattr(histories, "tasks", SimpleNamespace(undo_operation=SimpleNamespace(enqueue=lambda *told: queued.append(told))))  # fmt: skip
    address = f"/undo/operation/{operation.pk}/"
    answer = as_bob.post(address, headers=HTMX)
    assert (
        answer.status_code == 204 and "順に" in json.loads(answer.headers["HX-Trigger"])["toast"]["message"]
    )
    assert fresh(pairs[0][1]).deleted_at is not None  # the page waits for none of it
    assert as_bob.post(address).headers["Location"] == "/settings/#operations"
    assert as_alice.post(address).headers["Location"] == f"/settings/changes/?operation={operation.pk}"
    assert queued == [(operation.pk, bob.pk)]  # once, however often it is asked
    assert "元に戻しています" in as_bob.get("/settings/").text
    assert as_bob.get(f"{address}state/").status_code == 200
    Operation.objects.filter(pk=operation.pk).update(user=alice)
    assert as_bob.get(f"{address}state/").status_code == 404
    # What can't be taken back now is said, and may be asked for again.
    (later,) = [make("account", alice, name="あとの会社")]
    after = merge(account, later.pk, [pairs[2][0].pk], by=alice).operation
    work(*queued[0])
    page = as_alice.get(f"/settings/changes/?operation={operation.pk}").text
    assert "先にその統合を元に戻してください" in page and "every 2s" not in page
    history.undo_operation(after.pk, by=alice)
    as_alice.post(address)
    assert len(queued) == 2
    seen: list[str] = []
    real = history.tell_undoing

    def tell(key: int, done: int, total: int, **more: Any) -> None:
        real(key, done, total, **more)
        seen.append(as_alice.get(f"{address}state/").text)

    monkeypatch.setattr(tasks, "TELL_SECONDS", 0.0)
    monkeypatch.setattr(history, "tell_undoing", tell)
    work(*queued[1])
    assert len(seen) == 3 and "1 / 3" in seen[0] and "every 2s" in seen[0]
    assert all(fresh(one).deleted_at is None for pair in pairs for one in pair)
    shown = as_alice.get(f"{address}state/").text
    assert "元に戻しました" in shown and "every 2s" not in shown
    # A worker that died leaves no page waiting for ever.
    Operation.objects.filter(pk=operation.pk).update(
        undone_at=None, figures={"undoing": {"done": 1, "total": 3, "at": 0.0, "error": ""}}
    )
    assert "<button" in as_alice.get(f"{address}state/").text
