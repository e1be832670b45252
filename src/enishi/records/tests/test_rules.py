"""A10: what must be there from which stage on, what is asked only where another field says so, and what lacks what."""

import json
from typing import Any

import pytest
from django.test import Client

from enishi.records import registry, rules, write
from enishi.records.design import operations
from enishi.records.errors import Refused
from enishi.records.testing import HTMX, changed_tables, snapshot
from enishi.sales.pipelines.entity import default_pipeline, stages_of

pytestmark = [pytest.mark.django_db, pytest.mark.row("A10")]


def test_a_deal_needs_its_amount_from_a_stage_on(alice: Any, bob: Any, as_bob: Client) -> None:
    stages = stages_of(default_pipeline().pk)
    entity = registry.get("deal")
    wanted = next(value for value, name in rules.stages(entity) if name == str(stages[2]))
    operations.change_field("deal", "amount", {"required_from": wanted}, by=alice)
    entity = registry.get("deal")
    made = write.create(entity, {"name": "設備更新", "stage": stages[0].pk}, by=bob).record
    write.write(entity, made.pk, {"stage": stages[1].pk}, by=bob)
    before = snapshot()
    answer = as_bob.post(f"/deals/{made.pk}/move/", {"value": stages[2].pk}, headers=HTMX)
    assert (
        answer.status_code == 422 and 'name="amount"' in answer.content.decode()
    )  # asked for where it is missing
    assert changed_tables(before, snapshot()) == []
    assert (
        as_bob.post(
            f"/deals/{made.pk}/move/", {"value": stages[2].pk, "amount": "50万円"}, headers=HTMX
        ).status_code
        == 204
    )
    with pytest.raises(Refused, match="金額を入力"):
        write.write(entity, made.pk, {"amount": ""}, by=bob)
    # One that was lost is asked for nothing; an older one can be corrected elsewhere.
    lost = next(one for one in stages if one.outcome == "lost")
    other = write.create(entity, {"name": "流れた話", "stage": stages[0].pk}, by=bob).record
    write.write(entity, other.pk, {"stage": lost.pk, "lost_reason": "競合"}, by=bob)
    type(made)._default_manager.filter(pk=made.pk).update(amount=None)
    assert write.write(entity, made.pk, {"name": "設備更新（改）"}, by=bob).changes


@pytest.fixture
def machine(alice: Any) -> dict[str, str]:
    """A lease's end is asked only of what is leased."""
    name = operations.add_entity("機械", slug="machines", by=alice).name
    made = {"entity": name}
    made["kind"] = operations.add_field(
        name, "choice", "持ち方", {"choices": [{"label": "購入"}, {"label": "リース"}]}, by=alice
    ).key
    made["end"] = operations.add_field(
        name, "date", "リース終了日", {"required": "1", "visible_if": [f"{made['kind']}=o2"]}, by=alice
    ).key
    return made


def test_a_field_is_asked_only_where_another_says_so(
    machine: dict[str, str], bob: Any, as_bob: Client
) -> None:
    entity = registry.get(machine["entity"])
    bought = write.create(entity, {"name": "旋盤", machine["kind"]: "購入"}, by=bob).record
    with pytest.raises(Refused, match="リース終了日を入力"):
        write.create(entity, {"name": "フライス盤", machine["kind"]: "リース"}, by=bob)
    with pytest.raises(Refused, match="リース終了日を入力"):
        write.write(entity, bought.pk, {machine["kind"]: "リース"}, by=bob)
    leased = write.create(
        entity, {"name": "フライス盤", machine["kind"]: "リース", machine["end"]: "2027-03-31"}, by=bob
    ).record
    assert f'data-fact="{machine["end"]}"' in as_bob.get(f"/machines/{leased.pk}/").content.decode()
    assert f'data-fact="{machine["end"]}"' not in as_bob.get(f"/machines/{bought.pk}/").content.decode()
    form = as_bob.get("/machines/new/").content.decode()
    assert f'data-visible-if="{machine["kind"]}"' in form and 'data-visible-values="o2"' in form


def test_a_file_comes_in_though_a_rule_asks_for_more(
    machine: dict[str, str], bob: Any, tmp_path: Any
) -> None:
    from enishi.exchange import importing

    path = tmp_path / "x.csv"
    path.write_text("名前,持ち方\nフライス盤,リース\n", encoding="utf-8")
    job = importing.begin(path, "x.csv", by=bob, entity=machine["entity"])
    importing.run(job)
    assert job.figures["created"] == {machine["entity"]: 1}


def test_beginnings_are_of_their_kind(alice: Any, bob: Any) -> None:
    operations.change_field("account", "employees", {"default": "12"}, by=alice)
    operations.add_field("account", "text", "締日", {"default": "月末"}, by=alice)
    made = write.create(registry.get("account"), {"name": "東和商事"}, by=bob).record
    assert type(made)._default_manager.get(pk=made.pk).employees == 12
    assert "月末" in made.custom.values()
    with pytest.raises(Refused, match="数として読めません"):
        operations.add_field("account", "number", "台数", {"default": "たくさん"}, by=alice)


def test_who_lacks_what_is_counted_and_leads_to_them(alice: Any, bob: Any, as_bob: Client) -> None:
    for name in ("phone", "address"):
        operations.change_field("account", name, {"wanted": "1"}, by=alice)
    entity = registry.get("account")
    firms = [
        write.create(
            entity,
            {
                "name": f"会社{n}",
                "phone": "03-1234-5678" if n else "",
                "address": "千代田区1" if n > 2 else "",
            },
            by=bob,
        ).record
        for n in range(4)
    ]
    held = rules.figures(entity, bob)
    assert (held["total"], held["score"]) == (4, 50)
    assert {one["field"].name: one["missing"] for one in held["lines"]} == {"phone": 1, "address": 3}
    page = as_bob.get("/accounts/quality/").content.decode()
    assert "未入力 3件" in page and "50%" in page
    listed = as_bob.get(
        "/accounts/", {"filter": json.dumps({"field": "address", "op": "empty"})}
    ).content.decode()
    assert [f'data-id="{one.pk}"' in listed for one in firms] == [True, True, True, False]
    assert "未入力 2項目" in as_bob.get(f"/accounts/{firms[0].pk}/").content.decode()
    assert "未入力" not in as_bob.get(f"/accounts/{firms[3].pk}/?part=head").content.decode()


def test_of_an_empty_company_nothing_is_reckoned(as_bob: Client) -> None:
    page = as_bob.get("/contacts/quality/").content.decode()
    assert "100%" not in page and "連絡先はまだありません" in page


def test_the_designer_keeps_rules_as_they_were_chosen(machine: dict[str, str], as_alice: Client) -> None:
    address = f"/settings/design/{machine['entity']}/fields/{machine['end']}/"
    page = as_alice.get(address).content.decode()
    assert f'value="{machine["kind"]}=o2" checked' in page
    sent = {
        "label": "リース満了日",
        "required": "1",
        "rules__shown": "1",
        "wanted": "1",
        "visible_if": [f"{machine['kind']}=o1", f"{machine['kind']}=o2"],
    }
    assert as_alice.post(address, sent).status_code == 302
    found = registry.get(machine["entity"]).fields[machine["end"]]
    assert (
        found.label == "リース満了日" and found.wanted and found.visible_if == (machine["kind"], ("o1", "o2"))
    )
    # A form without the sheet of rules leaves them as they are.
    assert as_alice.post(address, {"label": "リース満了", "required": "1"}).status_code == 302
    found = registry.get(machine["entity"]).fields[machine["end"]]
    assert (found.label, found.wanted, found.visible_if) == (
        "リース満了",
        True,
        (machine["kind"], ("o1", "o2")),
    )


def test_what_is_missing_is_told_together_with_what_is_wrong(alice: Any, bob: Any) -> None:
    stages = stages_of(default_pipeline().pk)
    wanted = next(value for value, name in rules.stages(registry.get("deal")) if name == str(stages[1]))
    operations.change_field("deal", "expected_close", {"required_from": wanted}, by=alice)
    entity = registry.get("deal")
    with pytest.raises(Refused) as refused:
        write.create(entity, {"name": "件", "stage": stages[1].pk, "amount": "たくさん"}, by=bob)
    assert set(refused.value.errors) == {"amount", "expected_close"}
    made = write.create(entity, {"name": "件", "stage": stages[0].pk}, by=bob).record
    with pytest.raises(Refused) as refused:
        write.write(entity, made.pk, {"stage": stages[1].pk, "amount": "たくさん"}, by=bob)
    assert set(refused.value.errors) == {"amount", "expected_close"}


def test_a_refused_address_is_shown_as_it_was_typed(bob: Any) -> None:
    with pytest.raises(Refused) as refused:
        write.create(registry.get("account"), {"name": "x", "website": "javascript:alert(1)"}, by=bob)
    assert "「javascript:alert(1)」" in refused.value.errors["website"][0]
