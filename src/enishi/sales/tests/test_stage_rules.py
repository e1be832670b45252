"""What a stage calls for, by every way a deal is moved: by board, card, list, API; of a stage that isn't there; by whom may not fill it."""

import datetime
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from enishi.access.models import Role, User
from enishi.connect.tests.test_api import Caller
from enishi.records import registry, write
from enishi.records.design import operations
from enishi.records.errors import Refused
from enishi.records.models import FieldDesign
from enishi.records.testing import HTMX, changed_tables, queries, snapshot, toast
from enishi.sales.models import Deal, Stage
from enishi.sales.pipelines import entering
from enishi.sales.pipelines.entity import default_pipeline, make_pipeline, stages_of

pytestmark = [pytest.mark.django_db, pytest.mark.row("C2"), pytest.mark.row("A10")]


@pytest.fixture
def stages() -> dict[str, Stage]:
    return {one.name: one for one in stages_of(default_pipeline().pk)}


def make(by: Any, **values: Any) -> Any:
    return write.create(registry.get("deal"), {"name": "設備更新", **values}, by=by).record


def call_for(stage: Stage, *names: str, by: Any) -> None:
    entering.call_for(stage, names, by=by)


def ways(deal: Any, client: Client, api: Caller) -> Any:
    """Every way to move a deal, as (name, what tries it and gives the answer and what it says)."""

    def page(address: str, **sent: Any) -> Any:
        def move(value: Any) -> tuple[int, str]:
            answer = client.post(address, sent | {name: str(value) for name, held in sent.items() if held is None}, headers=HTMX)  # fmt: skip
            told = toast(answer)["message"] if "HX-Trigger" in answer.headers else ""
            return answer.status_code, answer.content.decode() + told

        return move

    def call(method: str, address: str, shape: Any) -> Any:
        def move(value: Any) -> tuple[int, str]:
            answer = api(method, address, shape(value))
            return answer.status_code, json.dumps(answer.json(), ensure_ascii=False)

        return move

    key = deal.pk
    return {
        "board": page(f"/deals/{key}/move/", value=None),
        "board, asking first": page(f"/deals/{key}/move/", value=None, ask="1"),
        "card": page(f"/deals/{key}/field/stage/", stage=None, version=str(deal.version)),
        "list": page("/deals/bulk/", ids=str(key), action="stage", value=None),
        "call": call("patch", f"deals/{key}", lambda value: {"version": deal.version, "fields": {"stage": value}}),
        "calls": call("post", "deals/bulk", lambda value: {"items": [{"action": "change", "id": key, "version": deal.version, "fields": {"stage": value}}]}),
        "new": call("post", "deals", lambda value: {"fields": {"name": "新規", "stage": value}}),
    }  # fmt: skip


def test_a_stage_that_is_not_there_is_refused_in_words_by_every_way(
    as_bob: Client, alice: Any, bob: Any, stages: dict[str, Stage]
) -> None:
    call_for(stages["ヒアリング"], "amount", "expected_close", by=alice)
    deal, api, before = make(bob), Caller(bob), None
    gone = stages["アプローチ"]
    write.delete(registry.get("stage"), [gone.pk], by=alice)
    for name, move in ways(deal, as_bob, api).items():
        before = snapshot()
        for value in (999_999, gone.pk):
            status, said = move(value)
            assert status == 422 and "見つかりません" in said, (name, value, status, said[:300])
        assert [one for one in changed_tables(before, snapshot()) if one.startswith("sales_")] == [], name


@pytest.fixture
def dora() -> Any:
    """Who sees a deal's amount and may not write it, and doesn't see when it is expected."""
    fields = {"deal": {"amount": "fixed", "expected_close": "hidden"}}
    reach = dict.fromkeys(("see", "create", "change", "delete", "export"), "all")
    role = Role.objects.create(name="事務", rights={"default": reach, "entities": {}, "fields": fields, "imports": False})  # fmt: skip
    return User.objects.create_user("dora@example.jp", "とても長い合言葉です", name="dora", role=role.key)


def test_who_may_not_fill_what_a_stage_calls_for_moves_what_is_filled_and_is_told_of_what_is_not(
    alice: Any, dora: Any, stages: dict[str, Stage]
) -> None:
    client, api, offer = Client(), Caller(dora), stages["提案・見積"]
    client.force_login(dora)
    call_for(offer, "amount", by=alice)
    deal = make(alice)
    for name, move in ways(deal, client, api).items():
        before = snapshot()
        status, said = move(offer.pk)
        assert status == 422 and "「金額」が必要ですが、空です" in said and "依頼してください" in said, (name, status, said[:300])  # fmt: skip
        assert 'name="amount"' not in said, name  # what he can't fill isn't asked of him
        assert [one for one in changed_tables(before, snapshot()) if one.startswith("sales_")] == [], name
    call_for(offer, "amount", "expected_close", by=alice)
    write.write(registry.get("deal"), deal.pk, {"amount": 500}, by=alice)
    status, said = ways(deal, client, api)["board"](offer.pk)
    assert (
        status == 422 and "見られない項目" in said and "受注予定日" not in said
    )  # nor named what he doesn't see
    write.write(registry.get("deal"), deal.pk, {"expected_close": "2027-03-31"}, by=alice)
    for name in ("board", "list", "card", "call"):
        write.write(registry.get("deal"), deal.pk, {"stage": stages["引き合い"].pk}, by=alice)
        fresh = Deal.objects.get(pk=deal.pk)
        assert ways(fresh, client, api)[name](offer.pk)[0] in {200, 204}, name
        assert Deal.objects.get(pk=deal.pk).stage_id == offer.pk, name
    # A field that the company has taken out of sight is asked of nobody.
    other = make(alice, expected_close="2027-03-31")
    operations.retire_field("deal", "amount", by=alice)
    assert write.write(registry.get("deal"), other.pk, {"stage": offer.pk}, by=dora).changes


def test_what_a_stage_in_the_bin_called_for_the_next_one_does_and_all_pages_stand(
    as_alice: Client, alice: Any, bob: Any, stages: dict[str, Stage]
) -> None:
    hearing, offer = stages["ヒアリング"], stages["提案・見積"]
    other = make_pipeline(
        "保守", (("受付", 10, "open", 7), ("契約", 100, "won", 0), ("失注", 0, "lost", 0)), 1
    )
    signed = stages_of(other.pk)[1]
    call_for(hearing, "amount", by=alice)
    call_for(signed, "amount", by=alice)
    write.delete(registry.get("stage"), [hearing.pk, signed.pk], by=alice)
    deal, elsewhere = make(bob), make(bob, pipeline=other.pk)
    with pytest.raises(Refused, match="金額を入力"):
        write.write(registry.get("deal"), deal.pk, {"stage": offer.pk}, by=bob)
    assert write.write(registry.get("deal"), deal.pk, {"stage": stages["アプローチ"].pk}, by=bob).changes
    assert write.write(registry.get("deal"), elsewhere.pk, {"stage": stages_of(other.pk)[1].pk, "lost_reason": "競合"}, by=bob).changes  # fmt: skip
    page = as_alice.get(f"/stages/{offer.pk}/entering/", headers=HTMX).content.decode()
    assert 'value="amount" checked' in page
    assert "金額" in as_alice.get(f"/pipelines/{offer.pipeline_id}/").content.decode()
    form = as_alice.get("/settings/design/deal/fields/amount/", headers=HTMX).content.decode()
    assert f'value="s{offer.pk}" selected' in form and as_alice.get(f"/pipelines/{other.pk}/").status_code == 200  # fmt: skip
    write.restore(registry.get("stage"), [hearing.pk], by=alice)
    with pytest.raises(Refused, match="金額を入力"):
        write.write(registry.get("deal"), deal.pk, {"stage": hearing.pk}, by=bob)


def test_the_field_s_form_shows_a_rule_by_place_as_the_stages_it_means_and_keeps_it(
    as_alice: Client, bob: Any, stages: dict[str, Stage]
) -> None:
    """Digits are a rule as it was kept before rules named their stages."""
    other = make_pipeline("保守", (("受付", 10, "open", 7), ("契約", 100, "won", 0)), 1)
    FieldDesign.objects.create(entity="deal", name="amount", kind="", options={"required_from": "1"})
    registry.rebuild()
    form = as_alice.get("/settings/design/deal/fields/amount/", headers=HTMX)
    chosen = [stages["アプローチ"].pk, stages_of(other.pk)[1].pk]
    for key in chosen:
        assert f'value="s{key}" selected' in form.content.decode()
    assert form.content.decode().count('" selected') == 2
    sent = {"label": "金額", "rules__shown": "1", "required_from": [f"s{key}" for key in chosen]}
    assert as_alice.post("/settings/design/deal/fields/amount/", sent, headers=HTMX).status_code == 204
    assert registry.get("deal").field("amount").required_from == ",".join(f"s{key}" for key in chosen)
    with pytest.raises(Refused, match="金額を入力"):
        make(bob, stage=stages["ヒアリング"].pk)


def test_a_lost_deal_that_goes_on_keeps_what_is_said_with_it_and_is_won_on_its_own_day(
    as_bob: Client, bob: Any, stages: dict[str, Stage]
) -> None:
    past = timezone.now() - datetime.timedelta(days=200)
    lost: dict[str, Any] = {"stage": stages["失注"].pk, "lost_reason": "競合", "lost_to": "東商", "lost_detail": "納期"}  # fmt: skip
    api, today = Caller(bob), timezone.localdate()
    for said in ({"lost_detail": "再開：納期を相談"}, {"lost_reason": "時期"}, {}):
        deal = make(bob, **lost)
        answer = api("patch", f"deals/{deal.pk}", {"version": deal.version, "fields": {"stage": stages["ヒアリング"].pk, **said}})  # fmt: skip
        held = answer.json()["fields"]
        assert answer.status_code == 200 and held["outcome"] == "open"
        assert {name: held[name] for name in ("lost_reason", "lost_to", "lost_detail")} == {"lost_reason": "", "lost_to": "", "lost_detail": ""} | said  # fmt: skip
    deal = make(bob, **lost)
    Deal.objects.filter(pk=deal.pk).update(closed_at=past)
    won = {"value": stages["受注"].pk, "ask": "1"}
    asked = as_bob.post(f"/deals/{deal.pk}/move/", won, headers=HTMX).content.decode()
    assert f'value="{today.isoformat()}"' in asked and timezone.localdate(past).isoformat() not in asked
    ids = {"ids": str(deal.pk), "action": "stage", "value": won["value"]}
    assert f'value="{today.isoformat()}"' in as_bob.post("/deals/bulk/", ids, headers=HTMX).content.decode()
    assert as_bob.post(f"/deals/{deal.pk}/move/", {"value": won["value"]}, headers=HTMX).status_code == 204
    deal.refresh_from_db()
    assert timezone.localdate(deal.closed_at) == today and deal.lost_reason == ""


def test_the_way_of_a_deal_ends_on_the_day_it_was_decided(
    as_bob: Client, bob: Any, stages: dict[str, Stage]
) -> None:
    day = datetime.timedelta(days=1)
    deal = make(bob)
    Deal.objects.filter(pk=deal.pk).update(created_at=timezone.now() - 20 * day)
    ended = (timezone.localdate() - 8 * day).isoformat()
    write.write(registry.get("deal"), deal.pk, {"stage": stages["受注"].pk, "closed_at": ended}, by=bob)
    page = as_bob.get(f"/deals/{deal.pk}/").content.decode()
    assert "決着まで12日" in page or "決着まで11日" in page  # at noon of that day
    write.write(registry.get("deal"), deal.pk, {"closed_at": (timezone.localdate() - 30 * day).isoformat()}, by=bob)  # fmt: skip
    assert (
        "決着まで0日" in as_bob.get(f"/deals/{deal.pk}/").content.decode()
    )  # before it was written down here
    write.write(registry.get("deal"), deal.pk, {"stage": stages["ヒアリング"].pk}, by=bob)
    assert "登録から20日" in as_bob.get(f"/deals/{deal.pk}/").content.decode()


def test_twenty_deals_cost_a_call_as_many_queries_as_two(bob: Any, alice: Any) -> None:
    account = write.create(registry.get("account"), {"name": "丸山"}, by=bob).record
    who = write.create(registry.get("contact"), {"family_name": "中村"}, by=bob).record
    api = Caller(bob)
    call_for(stages_of(default_pipeline().pk)[2], "expected_close", by=alice)

    def more(count: int) -> int:
        for number in range(count):
            make(
                bob, name=f"{number}", account=account.pk, competitor="東商、西商", tags=["VIP"], stakeholders=[who.pk],
                lines=[{"text": "ポンプ", "quantity": n + 1, "unit_price": 100} for n in range(3)],
            )  # fmt: skip
        asked = queries(Client(), "/api/v1/deals?limit=50", headers={"Authorization": f"Bearer {api.text}"})
        items = api("get", "deals?limit=50").json()["items"]
        assert items[0]["fields"]["lines"][1]["amount"] == 200 and len(items[-1]["fields"]["lines"]) == 3
        assert items[0]["fields"]["competitor"] == "東商、西商"
        return len(asked)

    more(1)  # what is kept in memory is in memory
    few, many = more(1), more(18)
    assert few == many, (few, many)
