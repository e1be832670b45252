"""A8: two moments of a record compared, a value or a record put back, and who changed what on a day."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from enishi.records import history, registry, write
from enishi.records.design import operations
from enishi.records.models import Operation
from enishi.records.testing import changed_tables, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.row("A8")]


@pytest.fixture
def firm(bob: Any, alice: Any) -> Any:
    """Four versions: made, rank A, note and rank B, owner."""
    made = write.create(registry.get("account"), {"name": "東和商事", "note": "はじめ"}, by=bob).record
    for values, by in (
        ({"rank": "A"}, bob),
        ({"rank": "B", "note": "あとで"}, alice),
        ({"owner": alice.pk}, alice),
    ):
        write.write(registry.get("account"), made.pk, values, by=by)
    return made


def now(firm: Any) -> Any:
    return registry.get("account").model._default_manager.get(pk=firm.pk)


def test_two_moments_are_compared(firm: Any, as_carol: Client) -> None:
    lines = {
        one["label"]: (one["from"], one["to"])
        for one in history.compare(registry.get("account"), now(firm), 1, 4)
    }
    assert lines == {"ランク": ("", "B"), "備考": ("はじめ", "あとで"), "担当": ("馬場 勉", "青木 有栖")}
    assert [one["label"] for one in history.compare(registry.get("account"), now(firm), 3, 4)] == ["担当"]
    page = as_carol.get(f"/accounts/{firm.pk}/history/?from=4&to=1").content.decode()
    assert "はじめ" in page and "左の値に戻す" not in page  # who only looks is offered nothing


def test_a_value_and_a_record_are_put_back_to_a_moment(firm: Any, as_bob: Client, bob: Any) -> None:
    assert as_bob.post(f"/accounts/{firm.pk}/revert/", {"version": "2", "field": "rank"}).status_code == 302
    held = now(firm)
    assert (held.rank, held.note) == ("A", "あとで")
    assert as_bob.post(f"/accounts/{firm.pk}/revert/", {"version": "1"}).status_code == 302
    held = now(firm)
    assert (held.rank, held.note, held.owner_id, held.version) == ("", "はじめ", bob.pk, 6)
    # Putting back is a change like others: it stands in the history and is itself put back.
    assert as_bob.post(f"/accounts/{firm.pk}/revert/", {"version": "4"}).status_code == 302
    assert (now(firm).rank, now(firm).note) == ("B", "あとで")


def test_connections_are_put_back_too(firm: Any, alice: Any, bob: Any) -> None:
    name = operations.add_entity("仕入先", by=alice).name
    tie = operations.add_connection(
        name, "account", label="取引先", back_label="仕入先", many=True, by=alice
    ).key
    entity = registry.get(name)
    made = write.create(entity, {"name": "丸山", tie: [firm.pk]}, by=bob).record
    write.write(entity, made.pk, {tie: []}, by=bob)
    history.revert(entity, made.pk, 1, [], by=bob)
    assert entity.field(tie).get(entity.model._default_manager.get(pk=made.pk)) == ((firm.pk, ""),)


def test_who_may_not_write_puts_nothing_back(firm: Any, as_carol: Client, as_bob: Client) -> None:
    before = snapshot()
    assert as_carol.post(f"/accounts/{firm.pk}/revert/", {"version": "1"}).status_code == 403
    assert as_bob.post(f"/accounts/{firm.pk}/revert/", {"version": "x"}).status_code == 422
    assert as_bob.post("/accounts/999/revert/", {"version": "1"}).status_code == 404
    assert changed_tables(before, snapshot()) == []


def test_a_day_tells_who_changed_what(firm: Any, as_alice: Client, as_bob: Client, alice: Any) -> None:
    operation = Operation.objects.create(kind="bulk", user=alice, summary="取引先のランクをまとめて変更")
    write.write_many(registry.get("account"), [(now(firm), {"rank": "C"})], by=alice, operation=operation)
    page = as_alice.get("/settings/changes/").content.decode()
    assert "東和商事" in page and "はじめ" in page and page.count("取引先のランクをまとめて変更") == 1
    assert "青木 有栖" in page and "馬場 勉" in page
    only = as_alice.get(f"/settings/changes/?user={alice.pk}&entity=account").content.decode()
    assert "あとで" in only and "まとめて変更" not in only
    yesterday = (timezone.localdate() - datetime.timedelta(days=1)).isoformat()
    assert "この日の変更はありません" in as_alice.get(f"/settings/changes/?day={yesterday}").content.decode()
    assert as_alice.get("/settings/changes/?day=x&user=x&entity=x&before=x").status_code == 200
    assert as_bob.get("/settings/changes/").status_code == 403
