"""Days on which something is due: marked in the designer, shown on 今日 and as a view of the list."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from enishi.access.models import Role
from enishi.access.rights import RECORD_ACTIONS
from enishi.records import dues, registry, write
from enishi.records.conditions import Scope, compile_condition
from enishi.records.design import operations
from enishi.records.models import FieldDesign

pytestmark = [pytest.mark.django_db, pytest.mark.row("C7")]


def ahead(days: int) -> str:
    return (timezone.localdate() + datetime.timedelta(days=days)).isoformat()


def titles(user: Any) -> list[str]:
    return [one.title for one in dues.nearest(user, timezone.localdate())[0]]


def test_a_contract_that_ends_is_told_of_before_it_does(
    alice: Any, as_alice: Client, bob: Any, as_bob: Client
) -> None:
    name = operations.add_entity("契約書", slug="contracts", icon="file", by=alice).name
    answer = as_alice.post(
        f"/settings/design/{name}/fields/new/", {"kind": "date", "label": "終了日", "due_days": "60"}
    )
    assert answer.status_code == 302, answer.content.decode()
    row = FieldDesign.objects.get(entity=name)
    assert (
        'value="60" selected' in as_alice.get(f"/settings/design/{name}/fields/{row.key}/").content.decode()
    )
    entity = registry.get(name)
    made = {
        title: write.create(entity, {"name": title, row.key: ahead(days), "owner": bob.pk}, by=alice).record
        for title, days in (("近い", 47), ("遠い", 61), ("過ぎた", -3), ("古い", -31), ("今日まで", 0))
    }
    write.create(entity, {"name": "他人", row.key: ahead(5), "owner": alice.pk}, by=alice)
    assert titles(bob) == ["過ぎた", "今日まで", "近い"]
    page = as_bob.get("/today/").content.decode()
    assert (
        "あと47日・終了日" in page
        and "3日過ぎています・終了日" in page
        and f"about={name}:{made['近い'].pk}" in page
    )
    listed = as_bob.get(f"/contracts/?preset=due_{row.key}").content.decode()
    assert "終了日が近い" in listed and "近い</a>" in listed and "遠い</a>" not in listed
    # What has a next step is in hand; what is in the bin is gone.
    write.create(
        registry.get("task"),
        {"name": "更新の相談", "about": f"{name}:{made['近い'].pk}", "due_at": ahead(3)},
        by=bob,
    )
    write.delete(entity, [made["今日まで"].pk], by=alice)
    assert titles(bob) == ["過ぎた"]
    # No longer marked: nowhere any more, nothing else lost.
    operations.change_field(name, row.key, {"due_days": ""}, by=alice)
    assert titles(bob) == [] and not registry.get(name).preset(f"due_{row.key}")
    bad = as_alice.post(f"/settings/design/{name}/fields/{row.key}/", {"label": "終了日", "due_days": "9999"})
    assert bad.status_code == 422 and "1から1000までの日数" in bad.content.decode()


def test_a_built_in_day_can_be_marked_and_a_hidden_one_tells_nothing(alice: Any, bob: Any) -> None:
    account = write.create(registry.get("account"), {"name": "得意先"}, by=alice).record
    operations.change_field("order", "delivery_on", {"due_days": "7"}, by=alice)
    values = {"account": account.pk, "delivery_on": ahead(6), "owner": bob.pk, "name": "急ぎ"}
    write.create(registry.get("order"), values, by=alice)
    assert [one.rpartition(" ")[2] for one in titles(bob)] == ["急ぎ"]  # behind its number
    # What is over is neither told nor in the list that the rest is shown in.
    entity, field = registry.get("order"), registry.get("order").fields["delivery_on"]
    done = write.create(entity, values | {"name": "納品済み"}, by=alice).record
    write.write(entity, done.pk, {"status": "delivered"}, by=alice, internal=True)
    assert [one.rpartition(" ")[2] for one in titles(bob)] == ["急ぎ"]
    wanted = compile_condition(entity, dues.condition(entity, field, timezone.localdate()), Scope.of(bob))
    assert [one.name for one in entity.model._default_manager.filter(wanted)] == ["急ぎ"]
    # What the program keeps can't be marked.
    operations.change_field("account", "last_contact_at", {"due_days": "7"}, by=alice)
    assert not FieldDesign.objects.get(entity="account").options.get("due_days")
    role = Role.objects.create(name="納期なし", rights={
        "default": dict.fromkeys(RECORD_ACTIONS, "all"), "entities": {}, "fields": {"order": {"delivery_on": "hidden"}},
    })  # fmt: skip
    bob.role = role.key
    bob.save()
    from enishi.records.limits import serving

    with serving(bob):
        assert titles(bob) == []
