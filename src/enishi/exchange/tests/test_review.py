"""The review queue: what is shown to whom, and what a decision does."""

from typing import Any

import pytest

from enishi.exchange.duplicates import review
from enishi.exchange.duplicates.models import DuplicatePair, DuplicateRun
from enishi.records import history, registry, write
from enishi.records.merge import merge
from enishi.records.models import MergeRule, NotSame
from enishi.records.testing import HTMX, changed_tables, queries, snapshot, toast

pytestmark = [pytest.mark.django_db, pytest.mark.row("B4")]


def pair(a: Any, b: Any, *, score: float = 0.9, sure: bool = False, cluster: int = 0) -> DuplicatePair:
    low, high = sorted((a.pk, b.pk))
    return DuplicatePair.objects.create(
        entity="account", low_id=low, high_id=high, cluster=cluster or low, score=score,
        decision="automatic" if sure else "ask",
        reasons=[{"field": "name", "weight": 9.1, "level": "exact"}, {"field": "phone", "weight": -2.0, "level": "different"}],
    )  # fmt: skip


@pytest.fixture
def six(alice: Any) -> list[Any]:
    """Two of one, three of another, and one alone."""
    names = ("甲商事", "甲商事(株)", "乙社", "乙社", "乙社㈱", "丙")
    made = [write.create(registry.get("account"), {"name": name}, by=alice).record for name in names]
    pair(made[0], made[1], score=0.99, sure=True)
    pair(made[2], made[3], score=0.95)
    pair(made[3], made[4], score=0.8, cluster=made[2].pk)
    return made


def test_clusters_come_by_score_with_their_reasons(six: list[Any], as_alice: Any, alice: Any) -> None:
    found = review.clusters(registry.get("account"), alice)
    assert [[record.pk for record in one.records] for one in found] == [
        [six[0].pk, six[1].pk], [six[2].pk, six[3].pk, six[4].pk],
    ]  # fmt: skip
    page = as_alice.get("/duplicates/?entity=account").content.decode()
    assert "未確認 2組" in page and "+9.1" in page and "-2.0" in page and "99%" in page
    asked = as_alice.get("/duplicates/?entity=account&decision=ask").content.decode()
    assert f'data-cluster="{six[2].pk}"' in asked and f'data-cluster="{six[0].pk}"' not in asked
    following = as_alice.get(f"/duplicates/?entity=account&part=next&but={six[0].pk}").content.decode()
    assert following.count("data-cluster=") == 1


def test_a_decision_merges_and_undo_opens_the_pair_again(six: list[Any], as_alice: Any) -> None:
    before = snapshot("records.Event", "records.EventSubject", "records.Operation")
    form = {"entity": "account", "ids": f"{six[0].pk},{six[1].pk}", "keep": six[0].pk, "action": "merge"}
    answer = as_alice.post("/duplicates/decide/", form, headers=HTMX)
    assert DuplicatePair.objects.filter(state="merged").count() == 1
    assert as_alice.post(toast(answer)["undo_url"], headers=HTMX).status_code == 204
    after = snapshot("records.Event", "records.EventSubject", "records.Operation")
    assert changed_tables(before, after) == ["people.Account"]  # the versions
    assert DuplicatePair.objects.filter(state="open").count() == 3


def test_what_was_like_the_merged_one_is_like_the_survivor(six: list[Any], alice: Any) -> None:
    done = merge(registry.get("account"), six[2].pk, [six[3].pk], by=alice)
    still = DuplicatePair.objects.get(state="open", cluster=six[2].pk)
    assert (still.low_id, still.high_id) == (six[2].pk, six[4].pk)
    history.undo_operation(done.operation.pk, by=alice)
    assert DuplicatePair.objects.filter(state="open", low_id=six[3].pk, high_id=six[4].pk).exists()


def test_told_apart_is_kept_and_taken_back_by_its_toast(six: list[Any], as_alice: Any, alice: Any) -> None:
    form = {"entity": "account", "ids": f"{six[0].pk},{six[1].pk}", "action": "apart"}
    answer = as_alice.post("/duplicates/decide/", form, headers=HTMX)
    assert NotSame.objects.count() == 1 and review.counts(registry.get("account"))["not_same"] == 1
    as_alice.post(toast(answer)["undo_url"], headers=HTMX)
    assert NotSame.objects.count() == 0 and review.counts(registry.get("account"))["open"] == 2


def test_a_viewer_sees_and_decides_nothing(six: list[Any], as_carol: Any) -> None:
    page = as_carol.get("/duplicates/?entity=account").content.decode()
    assert "甲商事" in page and "duplicates/decide" not in page and "重複を探す</button>" not in page
    before = snapshot()
    form = {"entity": "account", "ids": f"{six[0].pk},{six[1].pk}"}
    for action in ("merge", "apart"):
        assert as_carol.post("/duplicates/decide/", {**form, "action": action}).status_code == 403
    assert as_carol.post("/duplicates/start/", form).status_code == 403
    assert as_carol.post("/duplicates/rule/", {**form, "automatic": "1"}).status_code == 403
    assert changed_tables(before, snapshot()) == []


def test_only_an_admin_switches_merging_by_itself_on(six: list[Any], as_alice: Any, as_bob: Any) -> None:
    entity = registry.get("account")
    assert as_bob.post("/duplicates/rule/", {"entity": "account", "automatic": "1"}).status_code == 403
    assert not review.is_automatic(entity) and review.after_run(entity) == (None, 0, 0)
    as_alice.post("/duplicates/rule/", {"entity": "account", "automatic": "1"})
    assert MergeRule.objects.get().automatic
    before = snapshot("records.Event", "records.EventSubject", "records.Operation")
    operation, gone, left = review.after_run(entity)
    assert operation is not None and (gone, left) == (1, 0)
    assert entity.model._default_manager.filter(deleted_at=None).count() == 5
    history.undo_operation(operation.pk, by=operation.user)
    after = snapshot("records.Event", "records.EventSubject", "records.Operation")
    assert changed_tables(before, after) == ["people.Account"]


def test_a_run_is_begun_once_and_shown_with_a_number(alice: Any, as_alice: Any) -> None:
    for _time in range(2):
        assert as_alice.post("/duplicates/start/", {"entity": "account"}).status_code == 302
    run = DuplicateRun.objects.get()
    DuplicateRun.objects.filter(pk=run.pk).update(status="running", done=40, total=80)
    assert "50%" in as_alice.get("/duplicates/?entity=account&part=run").content.decode()


def test_the_queue_costs_as_many_queries_for_four_clusters_as_for_one(alice: Any, as_alice: Any) -> None:
    made = [write.create(registry.get("account"), {"name": f"客{n}"}, by=alice).record for n in range(8)]
    pair(made[0], made[1])
    one = len(queries(as_alice, "/duplicates/?entity=account"))
    for n in (2, 4, 6):
        pair(made[n], made[n + 1])
    four = len(queries(as_alice, "/duplicates/?entity=account"))
    assert four <= one + 3 * 2  # each cluster's history alone


def test_who_reaches_only_his_own_sees_no_sums_and_begins_no_run(six: list[Any], alice: Any) -> None:
    from django.test import Client

    from enishi.access.models import Role, User

    own = dict.fromkeys(("see", "create", "change", "delete", "export"), "own")
    role = Role.objects.create(
        name="外回り", rights={"default": own, "entities": {}, "fields": {}, "imports": False}
    )
    user = User.objects.create_user("own@example.jp", "とても長い合言葉です", name="外", role=role.key)
    client = Client()
    client.force_login(user)
    page = client.get("/duplicates/?entity=account").content.decode()
    assert "甲商事" not in page and "未確認" not in page
    assert client.post("/duplicates/start/", {"entity": "account"}).status_code == 403
    form = {"entity": "account", "ids": f"{six[0].pk},{six[1].pk}", "action": "merge"}
    assert client.post("/duplicates/decide/", form).status_code == 404
