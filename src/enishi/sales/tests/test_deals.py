"""C2: how deals end, who competed, who decides, what a stage calls for, what stands still, copies, the way through the stages."""

import datetime
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from enishi.access.models import Role, User
from enishi.insight.reports import engine
from enishi.insight.reports.spec import Spec
from enishi.records import history, registry, write
from enishi.records.conditions import Scope, compile_condition
from enishi.records.conditions.evaluate import matches
from enishi.records.design import operations
from enishi.records.errors import Refused
from enishi.records.models import FieldDesign
from enishi.records.testing import HTMX, changed_tables, snapshot
from enishi.sales.models import Deal, Stage
from enishi.sales.pipelines import entering
from enishi.sales.pipelines.entity import default_pipeline, make_pipeline, stages_of

pytestmark = [pytest.mark.django_db, pytest.mark.row("C2")]


@pytest.fixture
def stages() -> dict[str, Stage]:
    return {one.name: one for one in stages_of(default_pipeline().pk)}


def make(by: Any, **values: Any) -> Any:
    return write.create(registry.get("deal"), {"name": "設備更新", **values}, by=by).record


def fresh(deal: Any) -> Any:
    return Deal.objects.get(pk=deal.pk)


# --- losing and winning ---------------------------------------------------------------------------------
def test_losing_asks_on_board_and_card_and_nothing_is_stored_before_the_answer(
    as_bob: Client, bob: Any, stages: dict[str, Stage]
) -> None:
    deal = make(bob, competitor="東商、西商", stage=stages["ヒアリング"].pk)
    lost, before = stages["失注"].pk, snapshot()
    asked = as_bob.post(f"/deals/{deal.pk}/move/", {"value": lost, "ask": "1"}, headers=HTMX)
    text = asked.content.decode()
    assert asked.status_code == 200 and asked.headers["X-Asks"] == "1"
    assert 'value="価格・予算"' in text and 'value="東商"' in text and 'name="lost_to__more"' in text
    assert "/settings/design/" not in text  # the words are an admin's
    card = as_bob.post(
        f"/deals/{deal.pk}/field/stage/", {"stage": lost, "version": deal.version}, headers=HTMX
    )
    assert 'hx-target="#dialog"' in card.content.decode() and "ヒアリング" in card.content.decode()
    assert as_bob.post(f"/deals/{deal.pk}/move/", {"value": lost}, headers=HTMX).status_code == 422
    assert changed_tables(before, snapshot()) == []
    sent = {"value": lost, "lost_reason": "競合", "lost_to__more": "北商", "lost_detail": "納期で負けた"}
    assert as_bob.post(f"/deals/{deal.pk}/move/", sent, headers=HTMX).status_code == 204
    deal = fresh(deal)
    assert (deal.outcome, deal.lost_reason, deal.lost_to, deal.lost_detail) == (
        "lost",
        "競合",
        "北商",
        "納期で負けた",
    )
    assert deal.competitor == "東商、西商、北商" and deal.closed_at is not None  # who won has competed
    write.write(registry.get("deal"), deal.pk, {"stage": stages["ヒアリング"].pk}, by=bob)
    deal = fresh(deal)
    assert (deal.outcome, deal.lost_reason, deal.lost_to, deal.closed_at) == ("open", "", "", None)


def test_an_admin_is_led_to_the_reasons_and_what_he_sets_down_is_offered(
    as_alice: Client, alice: Any, bob: Any, stages: dict[str, Stage]
) -> None:
    deal = make(bob)
    text = as_alice.post(
        f"/deals/{deal.pk}/move/", {"value": stages["失注"].pk, "ask": "1"}, headers=HTMX
    ).content.decode()
    assert 'href="/settings/design/deal/fields/lost_reason/"' in text
    words = [
        {"value": "競合", "label": "競合に負けた"},
        {"label": "納期"},
        {"value": "時期", "label": "時期", "retired": True},
    ]
    sent = {"label": "失注理由", "choices": json.dumps(words), "asked__shown": "1", "asked": "1"}
    answer = as_alice.post("/settings/design/deal/fields/lost_reason/", sent, headers=HTMX)
    assert answer.status_code == 204
    found = registry.get("deal").field("lost_reason")
    assert found.offered(None) == ["競合に負けた", "納期"]  # type: ignore[attr-defined]
    assert {one.value for one in found.options if one.retired} == {"時期", "競合"}  # type: ignore[attr-defined]
    text = as_alice.post(
        f"/deals/{deal.pk}/move/", {"value": stages["失注"].pk, "ask": "1"}, headers=HTMX
    ).content.decode()
    assert 'value="納期"' in text and 'value="価格・予算"' not in text
    bad = as_alice.post(
        "/settings/design/deal/fields/lost_reason/",
        {**sent, "choices": '[{"label":"a"},{"label":"a"}]'},
        headers=HTMX,
    )
    assert bad.status_code == 422 and "2つあります" in bad.content.decode()


def test_the_company_may_let_deals_be_lost_without_a_reason(
    as_bob: Client, alice: Any, bob: Any, stages: dict[str, Stage]
) -> None:
    deal, lost = make(bob), stages["失注"].pk
    with pytest.raises(Refused, match="失注理由を選んで"):
        write.write(registry.get("deal"), deal.pk, {"stage": lost}, by=bob)
    operations.change_field("deal", "lost_reason", {"may_lack": "1"}, by=alice)
    asked = as_bob.post(f"/deals/{deal.pk}/move/", {"value": lost, "ask": "1"}, headers=HTMX)
    assert asked.status_code == 200 and "必須" not in asked.content.decode()  # asked for all the same
    assert as_bob.post(f"/deals/{deal.pk}/move/", {"value": lost}, headers=HTMX).status_code == 204


def test_winning_takes_amount_and_day_and_no_day_that_is_to_come(
    as_bob: Client, bob: Any, stages: dict[str, Stage]
) -> None:
    deal, won = make(bob, amount=100_000), stages["受注"].pk
    text = as_bob.post(f"/deals/{deal.pk}/move/", {"value": won, "ask": "1"}, headers=HTMX).content.decode()
    today = timezone.localdate()
    assert "おめでとう" in text and f'value="{today.isoformat()}"' in text
    late = as_bob.post(
        f"/deals/{deal.pk}/move/",
        {"value": won, "closed_at": str(today + datetime.timedelta(days=2))},
        headers=HTMX,
    )
    assert (
        late.status_code == 422
        and "今日までの日付" in late.content.decode()
        and fresh(deal).outcome == "open"
    )
    day = today - datetime.timedelta(days=3)
    sent = {"value": won, "closed_at": day.isoformat(), "amount": "12万円"}
    assert as_bob.post(f"/deals/{deal.pk}/move/", sent, headers=HTMX).status_code == 204
    deal = fresh(deal)
    assert deal.amount == 120_000 and timezone.localdate(deal.closed_at) == day
    done = history.undo_event(deal_event(deal), by=bob)
    assert done.records == 1 and fresh(deal).closed_at is None and fresh(deal).amount == 100_000
    with pytest.raises(Refused, match="受注か失注の案件にだけ"):
        write.write(registry.get("deal"), deal.pk, {"closed_at": day.isoformat()}, by=bob)
    assert (
        as_bob.post(f"/deals/{deal.pk}/move/", {"value": won}, headers=HTMX).status_code == 204
    )  # nothing is obliged


def deal_event(deal: Any) -> int:
    from enishi.records.models import Event

    return int(Event.objects.filter(entity="deal", record_id=deal.pk).latest("pk").pk)


def test_many_are_lost_with_one_answer_that_those_lost_before_do_not_get(
    as_bob: Client, bob: Any, stages: dict[str, Stage]
) -> None:
    old = make(bob, stage=stages["失注"].pk, lost_reason="時期")
    some = [make(bob, name=f"案件{n}") for n in range(2)]
    ids = ",".join(str(one.pk) for one in (old, *some))
    sent = {"ids": ids, "action": "stage", "value": str(stages["失注"].pk)}
    asked = as_bob.post("/deals/bulk/", sent, headers=HTMX)
    assert asked.headers["HX-Retarget"] == "#dialog" and 'name="asked"' in asked.content.decode()
    assert not Deal.objects.filter(outcome="lost").exclude(pk=old.pk).exists()
    answer = as_bob.post("/deals/bulk/", {**sent, "asked": "1", "lost_reason": "競合"}, headers=HTMX)
    assert answer.status_code == 204
    assert [fresh(one).lost_reason for one in (old, *some)] == ["時期", "競合", "競合"]


def test_who_may_not_write_the_reason_is_not_asked_for_it(
    bob: Any, dora: Any, stages: dict[str, Stage]
) -> None:
    deal = make(dora)
    asked = registry.get("deal")
    assert write.write(asked, deal.pk, {"stage": stages["失注"].pk}, by=dora).record.outcome == "lost"


@pytest.fixture
def dora() -> Any:
    fields = {"deal": {"lost_reason": "fixed"}}
    reach = dict.fromkeys(("see", "create", "change", "delete", "export"), "all")
    role = Role.objects.create(
        name="事務", rights={"default": reach, "entities": {}, "fields": fields, "imports": False}
    )
    return User.objects.create_user("dora@example.jp", "とても長い合言葉です", name="dora", role=role.key)


# --- competitors ----------------------------------------------------------------------------------------
def test_competitors_are_found_and_counted_one_by_one(bob: Any, as_bob: Client) -> None:
    for names, amount in (
        ("東商、西商", 10),
        ("東商", 5),
        (["西商", "Foo Co., Ltd."], 1),
        ("", 100),
        ("東商店", 7),
    ):
        make(bob, competitor=names, amount=amount)
    entity, scope = registry.get("deal"), Scope.of(bob)

    def found(op: str, value: str) -> int:
        return Deal.objects.filter(
            compile_condition(entity, {"field": "competitor", "op": op, "value": value}, scope)
        ).count()

    assert [found("has", name) for name in ("東商", "西商", "foo co., ltd.", "商")] == [2, 2, 1, 0]
    assert found("has_not", "東商") == 3
    # As lines stand that were typed before they were lines of names: with spaces, other marks and line ends between.
    typed = (
        "東 商、 西商",
        "東 商 ，\u3000西商",
        "東 商\n西商",
        "東 商;西商 ",
        "\u3000東 商 、\u3000 西商\u3000",
        "東商 西商",
    )
    for line in typed:
        Deal.objects.filter(pk=make(bob, amount=0).pk).update(competitor=line)
    spaced = Deal.objects.filter(competitor__in=typed)

    def held_by(name: str) -> list[str]:
        wanted = {"field": "competitor", "op": "has", "value": name}
        rows = spaced.filter(compile_condition(entity, wanted, scope)).order_by("pk")
        assert list(rows) == [one for one in spaced.order_by("pk") if matches(entity, wanted, one, scope)], (
            name
        )
        return [one.competitor for one in rows]

    assert held_by("東 商") == list(typed[:5]) and held_by("西商") == list(typed[:5])
    assert held_by("東\u3000商") == held_by(" 東 商\u3000") == list(typed[:5])
    assert held_by("東商 西商") == [typed[5]] and held_by("東商") == []
    spaced.delete()
    held = {
        "entity": "deal",
        "rows": [{"field": "competitor"}],
        "measures": [{"op": "count"}, {"op": "sum", "field": "amount"}],
    }
    result = engine.compute(Spec.of("deal", held), bob)
    counted = {line.keys[0]: line.total for line in result.lines}
    assert counted == {
        "東商": [2, 15],
        "西商": [2, 11],
        "Foo Co., Ltd.": [1, 1],
        "東商店": [1, 7],
        None: [1, 100],
    }
    assert result.total == [5, 123]  # each deal once
    spec = Spec.of("deal", held)
    behind = spec.dimensions[0].condition("東商")
    page = as_bob.get(f"/deals/?{urlencode({'filter': json.dumps(behind)})}")
    assert page.status_code == 200 and page.content.decode().count('data-id="') == 2


# --- people ---------------------------------------------------------------------------------------------
def test_who_decides_stands_on_both_cards_and_is_tied_with_a_role(
    as_bob: Client, alice: Any, bob: Any
) -> None:
    account = write.create(registry.get("account"), {"name": "丸山工業"}, by=bob).record
    people = [
        write.create(registry.get("contact"), {"family_name": name, "account": account.pk}, by=bob).record
        for name in ("中村", "小川")
    ]
    deal = make(bob, account=account.pk)
    page = as_bob.get(f"/deals/{deal.pk}/").content.decode()
    assert f"/deals/{deal.pk}/links/stakeholders/?who={people[0].pk}" in page  # the first tap
    role = as_bob.get(
        f"/deals/{deal.pk}/links/stakeholders/?who={people[0].pk}", headers=HTMX
    ).content.decode()
    assert 'name="role" value="決裁者"' in role
    sent = {"add": people[0].pk, "role": "決裁者"}
    assert as_bob.post(f"/deals/{deal.pk}/links/stakeholders/", sent, headers=HTMX).status_code == 204
    assert "決裁者" in as_bob.get(f"/contacts/{people[0].pk}/").content.decode()
    page = as_bob.get(f"/deals/{deal.pk}/").content.decode()
    assert "決裁者" in page and f"?who={people[0].pk}" not in page and f"?who={people[1].pk}" in page
    assert (
        as_bob.post(
            f"/deals/{deal.pk}/links/stakeholders/", {"add": people[1].pk, "role": "王"}, headers=HTMX
        ).status_code
        == 422
    )
    # The company's own roles count at both ends.
    operations.change_field("deal", "stakeholders", {"words": [{"label": "社長"}]}, by=alice)
    assert registry.get("contact").field("deal_roles").roles == ("社長",)  # type: ignore[attr-defined]
    done = as_bob.post(
        f"/contacts/{people[1].pk}/links/deal_roles/", {"add": deal.pk, "role": "社長"}, headers=HTMX
    )
    assert done.status_code == 204
    assert dict(registry.get("deal").field("stakeholders").get(fresh(deal))) == {
        people[0].pk: "決裁者",
        people[1].pk: "社長",
    }


# --- what a stage calls for -----------------------------------------------------------------------------
def test_a_stage_calls_for_fields_in_its_own_pipeline_and_the_dialog_takes_them(
    as_alice: Client, as_bob: Client, alice: Any, bob: Any, stages: dict[str, Stage]
) -> None:
    other = make_pipeline(
        "保守", (("受付", 10, "open", 7), ("提案", 50, "open", 7), ("契約", 100, "won", 0)), 1
    )
    own = operations.add_field("deal", "text", "決裁ルート", {}, by=alice).key
    offer = stages["提案・見積"]
    page = as_alice.get(f"/stages/{offer.pk}/entering/", headers=HTMX).content.decode()
    assert "決裁ルート" in page and 'value="expected_close"' in page and 'value="name"' not in page
    answer = as_alice.post(f"/stages/{offer.pk}/entering/", {"field": [own, "expected_close"]}, headers=HTMX)
    assert answer.status_code == 204
    assert registry.get("deal").field(own).required_from == f"s{offer.pk}"  # the field designer's own rule
    assert "決裁ルート" in as_alice.get(f"/pipelines/{offer.pipeline_id}/").content.decode()
    deal = make(bob, stage=stages["引き合い"].pk)
    asked = as_bob.post(
        f"/deals/{deal.pk}/move/", {"value": stages["クロージング"].pk, "ask": "1"}, headers=HTMX
    )
    text = asked.content.decode()
    assert "決裁ルート" in text and "受注予定日" in text and f'name="{own}"' in text
    with pytest.raises(Refused, match="決裁ルートを入力"):
        write.write(registry.get("deal"), deal.pk, {"stage": offer.pk}, by=bob)
    sent = {"value": offer.pk, own: "部長→社長", "expected_close": "2027-03-31"}
    assert as_bob.post(f"/deals/{deal.pk}/move/", sent, headers=HTMX).status_code == 204
    elsewhere = make(bob, pipeline=other.pk)
    proposal = stages_of(other.pk)[1]
    assert write.write(registry.get("deal"), elsewhere.pk, {"stage": proposal.pk}, by=bob).changes
    # Another pipeline's rule stands beside it; resting deals are asked for nothing.
    entering.call_for(proposal, {own}, by=alice)
    assert set(registry.get("deal").field(own).required_from.split(",")) == {
        f"s{offer.pk}",
        f"s{proposal.pk}",
    }
    resting = make(bob)
    assert write.write(registry.get("deal"), resting.pk, {"stage": stages["保留"].pk}, by=bob).changes
    before = snapshot()
    assert as_bob.post(f"/stages/{offer.pk}/entering/", {"field": []}, headers=HTMX).status_code == 403
    assert changed_tables(before, snapshot()) == []
    entering.call_for(offer, set(), by=alice)
    assert registry.get("deal").field(own).required_from == f"s{proposal.pk}"


def test_a_rule_by_place_goes_on_in_every_pipeline(alice: Any, bob: Any, stages: dict[str, Stage]) -> None:
    """As it was kept before rules named their stages."""
    FieldDesign.objects.create(entity="deal", name="amount", kind="", options={"required_from": "3"})
    operations.change_field("deal", "note", {"help": "x"}, by=alice)
    registry.rebuild()
    deal = make(bob)
    with pytest.raises(Refused, match="金額を入力"):
        write.write(registry.get("deal"), deal.pk, {"stage": stages["提案・見積"].pk}, by=bob)
    entering.call_for(stages["提案・見積"], set(), by=alice)
    assert write.write(registry.get("deal"), deal.pk, {"stage": stages["提案・見積"].pk}, by=bob).changes


# --- what stands still ----------------------------------------------------------------------------------
def test_deals_that_stand_still_are_marked_and_found_by_the_index(
    as_bob: Client, bob: Any, stages: dict[str, Stage]
) -> None:
    still, busy = make(bob, name="止まった話"), make(bob, name="動く話")
    resting = make(bob, name="終わった話", stage=stages["失注"].pk, lost_reason="競合")
    ago = timezone.now() - datetime.timedelta(days=18, hours=1)
    Deal.objects.filter(pk__in=[still.pk, resting.pk]).update(stage_changed_at=ago)
    page = as_bob.get("/deals/?preset=stale").content.decode()
    assert "止まった話" in page and "滞留 18日" in page and "動く話" not in page and "終わった話" not in page
    assert "滞留 18日" in as_bob.get(f"/deals/{still.pk}/").content.decode()
    assert "滞留" not in as_bob.get(f"/deals/{busy.pk}/").content.decode().split('id="card-left"')[0]
    wanted = compile_condition(
        registry.get("deal"), {"field": "stale", "op": "is", "value": True}, Scope.of(bob)
    )
    rows = Deal.objects.filter(wanted, deleted_at=None).values_list("pk")
    some = list(stages.values())
    Deal.objects.bulk_create(
        Deal(
            name=f"動く話{n}",
            pipeline_id=busy.pipeline_id,
            stage=some[n % len(some)],
            outcome=some[n % len(some)].outcome,
        )
        for n in range(4000)
    )
    if connection.vendor == "postgresql":  # which reads so few rows whole until it knows them
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE sales_deal")
    assert "deal_stage" in rows.explain()


# --- copies ---------------------------------------------------------------------------------------------
def test_a_copy_has_what_the_deal_is_and_not_how_it_went(
    as_bob: Client, as_carol: Client, bob: Any, stages: dict[str, Stage]
) -> None:
    account = write.create(registry.get("account"), {"name": "丸山工業"}, by=bob).record
    who = write.create(registry.get("contact"), {"family_name": "中村", "account": account.pk}, by=bob).record
    lines = [{"text": "ポンプ", "quantity": 2, "unit_price": 1000}]
    deal = make(
        bob, account=account.pk, contact=who.pk, code="A-1", lines=lines, stage=stages["失注"].pk, lost_reason="競合", competitor="東商",
        stakeholders=[{"id": who.pk, "role": "決裁者"}], tags=["VIP"],
    )  # fmt: skip
    page = as_bob.get(f"/deals/{deal.pk}/clone/")
    inputs = {one["name"]: one["text"] for one in (*page.context["quick"], *page.context["rest"])}
    assert inputs["name"] == "設備更新のコピー" and inputs["code"] == "" and inputs["lost_reason"] == ""
    sent = {name: text for name, text in inputs.items() if text} | {"copy_of": page.context["copy_of"]}
    assert as_bob.post("/deals/new/", sent).status_code == 302
    made = Deal.objects.latest("pk")
    assert (made.account_id, made.contact_id, made.tags, made.amount) == (account.pk, who.pk, ["VIP"], 2000)
    assert (made.outcome, made.lost_reason, made.competitor, made.code) == ("open", "", "", "")
    assert dict(registry.get("deal").field("stakeholders").get(made)) == {who.pk: "決裁者"}
    assert f"/deals/{deal.pk}/clone/" in as_bob.get(f"/deals/{deal.pk}/").content.decode()
    assert as_carol.get(f"/deals/{deal.pk}/clone/").status_code == 403  # a viewer makes nothing
    assert as_bob.get("/activities/1/clone/").status_code == 404


# --- the way --------------------------------------------------------------------------------------------
def test_the_card_tells_the_way_through_the_stages(
    as_bob: Client, bob: Any, stages: dict[str, Stage]
) -> None:
    from enishi.records.models import Event
    from enishi.sales.deals.steps import stays

    deal = make(bob)
    for name in ("提案・見積", "ヒアリング"):
        write.write(registry.get("deal"), deal.pk, {"stage": stages[name].pk}, by=bob)
    start = timezone.now() - datetime.timedelta(days=20)
    Deal.objects.filter(pk=deal.pk).update(created_at=start)
    moves = Event.objects.filter(entity="deal", record_id=deal.pk, kind="stage").order_by("pk")
    for event, days in zip(moves, (15, 3), strict=True):
        Event.objects.filter(pk=event.pk).update(at=timezone.now() - datetime.timedelta(days=days))
    way = [(one.name, one.days, one.back) for one in stays(fresh(deal))]
    assert way == [("引き合い", 5, False), ("提案・見積", 12, False), ("ヒアリング", 3, True)]
    page = as_bob.get(f"/deals/{deal.pk}/").content.decode()
    assert "ステージの履歴" in page and "戻り" in page and "12日" in page


# --- other ways in ----------------------------------------------------------------------------------------
def test_a_file_may_say_why_and_when_or_nothing(alice: Any, tmp_path: Any) -> None:
    from enishi.exchange import importing

    path = tmp_path / "deals.csv"
    path.write_text(
        "案件名,取引先,ステージ,失注理由,失注先,競合,決着日\nA機,丸山,失注,価格,東商,西商、東商,2025/10/3\nB機,丸山,失注,,,,\n",
        encoding="utf-8",
    )
    job = importing.begin(path, "deals.csv", by=alice, entity="deal")
    importing.run(job)
    first, second = Deal.objects.order_by("name")
    assert (first.lost_reason, first.lost_to, first.competitor) == ("価格", "東商", "西商、東商")
    assert timezone.localdate(first.closed_at) == datetime.date(2025, 10, 3)
    assert second.outcome == "lost" and second.lost_reason == "" and second.closed_at is not None


def test_every_kind_that_may_be_copied_opens_its_form_and_makes_one(as_alice: Client, alice: Any) -> None:
    account = write.create(registry.get("account"), {"name": "丸山", "code": "K1"}, by=alice).record
    own = operations.add_entity("車両", slug="cars", by=alice).name
    made = {
        "account": account,
        "contact": write.create(registry.get("contact"), {"family_name": "中村", "account": account.pk}, by=alice).record,
        "lead": write.create(registry.get("lead"), {"family_name": "小川", "status": "disqualified", "reason": "予算なし"}, by=alice).record,
        "task": write.create(registry.get("task"), {"name": "電話", "about": f"account:{account.pk}", "due_at": timezone.now()}, by=alice).record,
        "product": write.create(registry.get("product"), {"name": "ポンプ"}, by=alice).record,
        "quote": write.create(registry.get("quote"), {"name": "見積", "account": account.pk, "lines": [{"text": "ポンプ", "unit_price": 10}]}, by=alice).record,
        own: write.create(registry.get(own), {"name": "一号車"}, by=alice).record,
    }  # fmt: skip
    for name, record in made.items():
        entity = registry.get(name)
        page = as_alice.get(f"{entity.url(record.pk)}clone/")
        assert page.status_code == 200, name
        inputs = {one["name"]: one["text"] for one in (*page.context["quick"], *page.context["rest"])}
        sent = {key: text for key, text in inputs.items() if text} | {"copy_of": str(record.pk)}
        before = entity.model._default_manager.count()
        answer = as_alice.post(f"{entity.list_url}new/", sent)
        assert answer.status_code == 302 and entity.model._default_manager.count() == before + 1, (
            name,
            answer.context and answer.context.get("general"),
        )
    assert registry.get("lead").model._default_manager.latest("pk").status == "new"
    assert registry.get("account").model._default_manager.latest("pk").code == ""


def test_losing_a_deal_says_what_is_still_to_do_of_it(
    as_bob: Client, alice: Any, bob: Any, stages: dict[str, Stage]
) -> None:
    made = write.create(registry.get("deal"), {"name": "包装機"}, by=bob).record
    open_one, done_one = (
        write.create(registry.get("task"), {"name": name, "about": f"deal:{made.pk}"}, by=bob).record for name in ("見積の催促", "下見")
    )  # fmt: skip
    write.write(registry.get("task"), done_one.pk, {"done_at": timezone.now()}, by=bob)
    write.create(registry.get("task"), {"name": "ほかの件"}, by=bob)

    def told(stage: str, **more: Any) -> dict[str, Any]:
        answer = as_bob.post(f"/deals/{made.pk}/move/", {"value": stages[stage].pk, **more}, headers=HTMX)
        return dict(json.loads(answer.headers["HX-Trigger"])["toast"])

    lost = told("失注", lost_reason="価格")
    assert lost["link"] == "未完了のタスク 1件"
    page = as_bob.get(lost["link_url"]).content.decode()
    assert "見積の催促" in page and "下見" not in page and "ほかの件" not in page
    assert "link" not in told("受注", amount="1000")
    write.write(registry.get("task"), open_one.pk, {"done_at": timezone.now()}, by=bob)
    assert "link" not in told("失注", lost_reason="価格")
