"""Who gets a lead: rules by source and area, people in turn, absences; by page, call and file, told and explained."""

import datetime
import json
import threading
import time
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from enishi.access.models import Role, Team, User
from enishi.records import registry, write
from enishi.records.history import undo_operation
from enishi.records.models import Event, Notification
from enishi.records.testing import HTMX
from enishi.sales.leads import assignment
from enishi.sales.models import Lead, LeadAbsence, LeadRule

pytestmark = pytest.mark.row("C1")


@pytest.fixture
def people(db: None) -> list[Any]:
    """Four who sell."""
    return [
        User.objects.create_user(f"{name}@example.jp", name=name) for name in ("青木", "井上", "上田", "江口")
    ]


def rule(*people: Any, **more: Any) -> LeadRule:
    values = {"name": "順番", "people": [one.pk for one in people]} | more
    return assignment.add(LeadRule(**values))


def make(by: Any, number: int = 0, **more: Any) -> Lead:
    values = {"family_name": f"相手{number}", "source": "展示会"} | more
    lead: Lead = write.create(registry.get("lead"), values, by=by).record
    return lead


@pytest.mark.django_db
def test_without_rules_a_lead_is_its_makers_and_with_them_it_goes_in_turn_past_who_is_away(
    bob: Any, people: list[Any]
) -> None:
    assert make(bob).owner_id == bob.pk
    rule(*people)
    people[1].is_active = False
    people[1].save()
    today = timezone.localdate()
    LeadAbsence.objects.create(user=people[2], first=today, last=today + datetime.timedelta(days=3))
    assert [make(bob, n).owner_id for n in range(3)] == [people[0].pk, people[3].pk, people[0].pk]
    LeadAbsence.objects.all().delete()
    assert [make(bob, n).owner_id for n in range(2)] == [people[2].pk, people[3].pk]
    assert make(bob, owner=bob.pk).owner_id == bob.pk  # whoever is said to look after it does
    assert make(bob).owner_id == people[0].pk  # and took nobody's turn


@pytest.mark.django_db
def test_the_first_rule_that_fits_and_has_somebody_decides_and_the_timeline_says_which(
    bob: Any, as_bob: Client, people: list[Any]
) -> None:
    rule(people[0], name="関東", prefectures=["東京都", "神奈川県"])
    rule(name="紹介は手で", how="hand", sources=["紹介"])
    team = Team.objects.create(name="西日本")
    User.objects.filter(pk=people[2].pk).update(team=Team.objects.create(name="大阪", parent=team))
    rule(name="展示会", sources=["展示会"], team=team)
    tokyo = make(bob, address="東京都港区芝1-1", source="紹介")
    assert (tokyo.owner_id, tokyo.prefecture) == (people[0].pk, "東京都")
    by_hand, fair, other = make(bob, source="紹介"), make(bob, source="展示会"), make(bob, source="電話")
    assert (by_hand.owner_id, fair.owner_id, other.owner_id) == (None, people[2].pk, None)
    for lead, words in (
        (tokyo, "担当は青木さん：割り当てルール「関東」"), (by_hand, "ルール「紹介は手で」は手で割り当てます"),
        (other, "当てはまる割り当てルールがありませんでした"),
    ):  # fmt: skip
        assert words in as_bob.get(f"/leads/{lead.pk}/").content.decode()
    User.objects.filter(pk=people[0].pk).update(is_active=False)
    gone = make(bob, address="東京都港区芝1-1", source="展示会")
    assert gone.owner_id == people[2].pk  # of 関東 nobody is there: the next rule that fits
    listed = as_bob.get("/leads/?preset=unassigned").content.decode()
    assert f'href="/leads/{by_hand.pk}/"' in listed and f'href="/leads/{fair.pk}/"' not in listed


@pytest.mark.django_db
def test_who_cannot_work_on_leads_gets_none_and_who_makes_only_his_own_keeps_them(people: list[Any]) -> None:
    looks = {"default": {"see": "all"}, "entities": {}, "fields": {}}
    own = {"default": dict.fromkeys(("see", "create", "change"), "own"), "entities": {}, "fields": {}}
    roles = [Role.objects.create(name=name, rights=held) for name, held in (("見る", looks), ("自分", own))]
    for one, role in zip(people, roles, strict=False):
        one.role = role.key
        one.save()
    rule(*people[:3])
    assert make(people[2]).owner_id == people[1].pk
    assert make(people[1]).owner_id == people[1].pk  # he couldn't see what went to another
    assert make(people[2]).owner_id == people[2].pk  # and that took nobody's turn


@pytest.mark.django_db
def test_the_new_owner_is_told_once_and_by_the_page_the_form_leaves_the_owner_open(
    as_bob: Client, bob: Any, people: list[Any]
) -> None:
    page = as_bob.get("/leads/new/").content.decode()
    assert f'<option value="{bob.pk}" selected' in page
    rule(people[0], bob)
    assert f'<option value="{bob.pk}" selected' not in as_bob.get("/leads/new/").content.decode()
    for name in ("高橋", "佐藤"):
        assert as_bob.post("/leads/new/", {"family_name": name, "owner": ""}, headers=HTMX).status_code == 204
    told = Notification.objects.get()  # who gets his own lead needs no bell
    lead = Lead.objects.get(owner=people[0])
    assert (told.user, told.url) == (people[0], f"/leads/{lead.pk}/") and lead.name in told.text


@pytest.mark.django_db
def test_calls_without_owner_are_assigned_one_by_one_and_in_bulk(bob: Any, people: list[Any]) -> None:
    from enishi.connect.tokens import make as token

    rule(*people[:2])
    _row, text = token(bob, "Web", ["read", "write"], by=bob)
    client, headers = Client(), {"Authorization": f"Bearer {text}"}
    asked = {"content_type": "application/json", "headers": headers}
    one = client.post("/api/v1/leads", json.dumps({"fields": {"family_name": "一"}}), **asked)  # type: ignore[arg-type]
    assert one.status_code == 201, one.content
    rows = [{"action": "create", "fields": {"family_name": f"{n}番"}} for n in range(3)]
    many = client.post("/api/v1/leads/bulk", json.dumps({"items": rows}), **asked)  # type: ignore[arg-type]
    assert many.status_code in {200, 201}, many.content
    owners = list(Lead.objects.order_by("pk").values_list("owner", flat=True))
    assert owners == [people[0].pk, people[1].pk, people[0].pk, people[1].pk]
    shown = client.get(f"/api/v1/leads/{Lead.objects.earliest('pk').pk}/timeline", headers=headers).json()
    assert "割り当てルール「順番」の順番" in shown["items"][0]["text"]


@pytest.mark.django_db
def test_a_file_is_shared_out_evenly_with_as_many_queries_for_ten_rows_as_for_four_hundred(
    tmp_path: Any, alice: Any, people: list[Any], django_assert_max_num_queries: Any
) -> None:
    from django.test.utils import CaptureQueriesContext

    from enishi.exchange import importing

    rule(*people[:3], sources=["展示会"])

    def bring(count: int, start: int) -> int:
        path = tmp_path / f"{start}.csv"
        lines = [f"リード太郎{n},会社{n},lead{n}@example.jp,展示会" for n in range(start, start + count)]
        path.write_text("\n".join(["氏名,会社名,メール,獲得元", *lines]))
        job = importing.begin(path, path.name, by=alice, entity="lead")
        with CaptureQueriesContext(connection) as asked:
            importing.run(job)
        return len(asked)

    few, many = bring(10, 0), bring(400, 100)
    assert abs(many - few) < 30
    counts = [Lead.objects.filter(owner=one).count() for one in people]
    assert sorted(counts[:3]) == [136, 137, 137] and counts[3] == 0
    assert Notification.objects.filter(user=people[0]).count() == 2  # one for each file
    last = Event.objects.filter(entity="lead", kind="created").latest("pk")
    assert last.data["assigned"]["rule"] == "順番"
    undo_operation(last.operation_id or 0, by=alice)
    assert Lead.objects.filter(deleted_at=None).count() == 10


@pytest.mark.django_db(transaction=True)
def test_the_turn_is_given_once_however_many_bring_leads_at_once(bob: Any, people: list[Any]) -> None:
    rule(*people)
    start = threading.Barrier(4)

    def run(number: int) -> None:
        start.wait()
        made = 0
        while made < 4:
            try:
                make(bob, number * 10 + made)
                made += 1
            except OperationalError:  # a database in memory locks whole tables and doesn't wait
                time.sleep(0.01)
        connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [Lead.objects.filter(owner=one).count() for one in people] == [4, 4, 4, 4]


@pytest.mark.django_db
def test_admins_draw_rules_in_the_browser_and_others_do_not(
    as_alice: Client, as_bob: Client, people: list[Any]
) -> None:
    sent: dict[str, Any] = {"name": "東北", "how": "turn", "prefecture": ["青森県", "どこか県"], "people": [str(people[0].pk), "x"], "other_source": "飛込み、", "active": "on"}  # fmt: skip
    assert as_bob.post("/settings/lead-rules/new/", sent).status_code == 403
    answer = as_alice.post("/settings/lead-rules/new/", {"name": "", "how": "turn"})
    assert answer.status_code == 422 and "割り当てる人かチームを選んでください" in answer.content.decode()
    assert as_alice.post("/settings/lead-rules/new/", sent).status_code == 302
    first = LeadRule.objects.get()
    assert (first.prefectures, first.people, first.sources) == (["青森県"], [people[0].pk], ["飛込み"])
    second = rule(people[1], name="ほか")
    as_alice.post(f"/settings/lead-rules/{second.pk}/up/")
    page = as_alice.get("/settings/lead-rules/").content.decode()
    assert page.index("1. ほか") < page.index("2. 東北") and "次の人: 井上" in page
    days = {"user": str(people[1].pk), "first": "2026-12-30", "last": "2026-12-01"}
    assert as_alice.post("/settings/lead-rules/", days).status_code == 422
    for last, status in (
        (timezone.localdate() + relativedelta(years=3), 302), (timezone.localdate() + relativedelta(years=3, days=1), 422),
        (timezone.localdate() - relativedelta(days=1), 422), ("", 422), ("いつか", 422),
    ):  # fmt: skip
        sent_days = days | {"first": "2020-01-01", "last": str(last)}  # away for long already
        answer = as_alice.post("/settings/lead-rules/", sent_days)
        assert answer.status_code == status and (status == 302 or 'class="error"' in answer.content.decode()), last  # fmt: skip
    assert "今日受けられる人がいません" in as_alice.get("/settings/lead-rules/").content.decode()
    as_alice.post(f"/settings/lead-absences/{LeadAbsence.objects.get().pk}/over/")
    today = timezone.localdate().isoformat()
    assert as_alice.post("/settings/lead-rules/", days | {"first": today, "last": today}).status_code == 302
    assert "今日受けられる人がいません" in as_alice.get("/settings/lead-rules/").content.decode()
    as_alice.post(f"/settings/lead-absences/{LeadAbsence.objects.get().pk}/over/")
    as_alice.post(f"/settings/lead-rules/{second.pk}/delete/")
    assert not LeadAbsence.objects.exists() and LeadRule.objects.get() == first
