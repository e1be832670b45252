"""The calendar's private address: C4."""

import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from enishi.access.models import Role
from enishi.access.rights import RECORD_ACTIONS
from enishi.connect import tokens
from enishi.connect.api import pace
from enishi.connect.models import ApiToken
from enishi.records import registry, write
from enishi.work.planner import entries, feed

pytestmark = [pytest.mark.django_db, pytest.mark.row("C4")]
LONG = "株式会社長い名前の製作所東京第一営業所" * 3


def address_of(client: Client, name: str = "携帯") -> str:
    """What the page shows once."""
    answer = client.post("/calendar/feed/", {"name": name}, follow=True)
    shown = answer.context["shown"]
    assert shown and shown in answer.content.decode()
    assert shown not in client.get("/calendar/feed/").content.decode()
    return urlsplit(shown).path


def plan(user: Any, **values: Any) -> Any:
    return write.create(registry.get("task"), {"kind": "visit", "owner": user.pk, **values}, by=user).record


def read(address: str) -> Calendar:
    answer = Client().get(address)  # a calendar has no session
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    lines = answer.content.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR" and lines[-2:] == [b"END:VCALENDAR", b""]
    assert max(map(len, lines)) <= 75  # RFC 5545, 3.1
    return Calendar.from_ical(answer.content)


def test_what_is_planned_and_done_stands_in_it(as_alice: Client, alice: Any, bob: Any) -> None:
    account = write.create(registry.get("account"), {"name": LONG}, by=alice).record
    now = timezone.localtime().replace(hour=14, minute=30, second=0, microsecond=0)
    later = now + datetime.timedelta(days=3)
    visit = plan(alice, name="見積,契約;相談", due_at=later.isoformat(), about=f"account:{account.pk}")
    plan(alice, name="書類", due_at=now.date().isoformat())
    plan(bob, name="ほかの人の予定", due_at=now.isoformat())
    done = {
        "kind": "meeting",
        "text": "打ち合わせた",
        "at": now.isoformat(),
        "minutes": 90,
        "owner": alice.pk,
    }
    write.create(registry.get("activity"), {**done, "about": f"account:{account.pk}"}, by=alice)
    address = address_of(as_alice)
    events = {str(one["summary"]).partition("（")[0]: one for one in read(address).walk("VEVENT")}
    assert set(events) == {"見積,契約;相談", "書類", "打ち合わせた"}
    first = events["見積,契約;相談"]
    assert LONG in str(first["summary"])
    assert first.decoded("dtstart") == later.astimezone(datetime.UTC)
    assert first.decoded("dtend") - first.decoded("dtstart") == datetime.timedelta(hours=1)
    assert str(first["url"]).endswith(f"/tasks/{visit.pk}/")
    assert events["書類"].decoded("dtstart") == now.date()
    assert events["書類"].decoded("dtend") == now.date() + datetime.timedelta(days=1)
    meeting = events["打ち合わせた"]
    assert meeting.decoded("dtend") - meeting.decoded("dtstart") == datetime.timedelta(minutes=90)
    # A change keeps the key, so that a reader changes its entry; what is done leaves.
    write.write(registry.get("task"), visit.pk, {"name": "延期した相談"}, by=alice)
    again = {str(one["uid"]): one for one in read(address).walk("VEVENT")}
    assert str(again[str(first["uid"])]["summary"]).startswith("延期した相談")
    write.delete(registry.get("task"), [visit.pk], by=alice)
    assert str(first["uid"]) not in {str(one["uid"]) for one in read(address).walk("VEVENT")}


def test_a_visit_tells_where_it_is_whom_to_call_and_its_note(as_alice: Client, alice: Any, bob: Any) -> None:
    place = {"prefecture": "東京都", "address": "墨田区錦糸7-17-8", "building": "丸山ビル, 3階; 受付"}
    firm = write.create(
        registry.get("account"), {"name": "丸山製作所", "phone": "03-1234-5678", **place}, by=alice
    ).record
    deal = write.create(registry.get("deal"), {"name": "設備更新", "account": firm.pk}, by=alice).record
    now = timezone.now().isoformat()
    note = "裏口から入る。\n" + "長いメモ、" * 40
    plan(alice, name="訪問", due_at=now, about=f"deal:{deal.pk}", note=note)
    plan(alice, name="電話", kind="call", due_at=now, about=f"account:{firm.pk}")
    address = address_of(as_alice)

    def events() -> dict[str, Any]:
        return {str(one["summary"]).partition("（")[0]: one for one in read(address).walk("VEVENT")}

    visit, call = (events()[name] for name in ("訪問", "電話"))
    assert str(visit["location"]) == "東京都墨田区錦糸7-17-8 丸山ビル, 3階; 受付"
    told = str(visit["description"])
    assert told.startswith(f"電話：03-1234-5678\n{note.strip()}\n") and told.endswith(str(visit["url"]))
    assert "location" not in call and "03-1234-5678" in str(call["description"])
    # What the owner's role hides, or whom he doesn't see, isn't told here either.
    hidden = {"account": {"address": "hidden", "phone": "hidden"}, "task": {"note": "hidden"}}
    _as(alice, {"default": dict.fromkeys(RECORD_ACTIONS, "all"), "fields": hidden})
    visit = events()["訪問"]
    assert "location" not in visit and str(visit["description"]) == str(visit["url"])
    type(firm).objects.filter(pk=firm.pk).update(owner=bob)
    type(deal).objects.filter(pk=deal.pk).update(owner=bob)
    _as(alice, {"default": dict.fromkeys(RECORD_ACTIONS, "own")})
    visit = events()["訪問"]
    assert "location" not in visit and "03-1234-5678" not in str(visit["description"])
    assert note[:7] in str(visit["description"])


def _as(user: Any, rights: dict[str, Any]) -> None:
    user.role = Role.objects.create(name=f"役割{Role.objects.count()}", rights=rights).key
    user.save()


def test_it_opens_nothing_else_and_ends_at_once(as_alice: Client, as_bob: Client, alice: Any) -> None:
    address = address_of(as_alice)
    text = address.rpartition("/")[2].removesuffix(".ics")
    token = ApiToken.objects.get(user=alice)
    assert text not in str(ApiToken.objects.values().get(pk=token.pk))  # only its hash is kept
    headers = {"Authorization": f"Bearer {text}"}
    assert Client().get("/api/v1/accounts", headers=headers).status_code == 403
    _made, other = tokens.make(alice, "API", ["read"], by=alice)
    assert Client().get(f"/calendar/feed/{other}.ics").status_code == 404
    assert Client().post(address).status_code == 405
    assert as_bob.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 404
    assert as_alice.post(f"/settings/tokens/{token.pk}/revoke/").headers["Location"] == "/calendar/feed/"
    assert Client().get(address).status_code == 404
    alice_again = address_of(as_alice)
    alice.is_active = False
    alice.save()
    assert Client().get(alice_again).status_code == 404


def test_a_calendar_that_asks_too_often_waits(as_alice: Client, settings: Any) -> None:
    address = address_of(as_alice)
    pace.forget()  # tokens of earlier tests had the same keys
    settings.API_PER_MINUTE = 2
    assert [Client().get(address).status_code for _n in range(3)] == [200, 200, 429]


def test_an_address_stands_on_its_own_page_alone(as_alice: Client) -> None:
    address_of(as_alice, "自分の携帯")
    assert "自分の携帯" in as_alice.get("/calendar/feed/").text
    assert "自分の携帯" not in as_alice.get("/settings/tokens/").text


def test_of_too_many_the_nearest_stay(alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MOST", 2)
    monkeypatch.setattr(feed, "MOST", 2)
    now = timezone.now()
    for days in (-40, -30, -20, 1, 300):
        plan(alice, name=f"予定{days}", due_at=(now + datetime.timedelta(days=days)).isoformat())
        done = {
            "kind": "call",
            "text": f"電話{days}",
            "at": (now + datetime.timedelta(days=min(days, 0))).isoformat(),
        }
        write.create(registry.get("activity"), {**done, "owner": alice.pk}, by=alice)
    made = feed.calendar_of(alice, timezone.localdate()).decode()
    assert [f"予定{days}" in made for days in (-40, -30, -20, 1, 300)] == [False, False, False, True, True]
    assert "電話-40" not in made and "電話300" in made


def test_a_role_s_bounds_hold_in_it(alice: Any) -> None:
    plan(alice, name="秘密の予定", due_at=timezone.now().isoformat())
    role = Role.objects.create(
        name="予定なし", rights={"entities": {"task": {"see": "none"}}, "fields": {}, "imports": False}
    )
    alice.role = role.key
    alice.save()
    _token, text = tokens.make(alice, "x", [tokens.CALENDAR], days=None, by=alice)
    answer = Client().get(f"/calendar/feed/{text}.ics")
    assert answer.status_code == 200 and "秘密" not in answer.content.decode()


def test_it_asks_the_database_as_often_for_many_as_for_few(
    alice: Any, django_assert_max_num_queries: Any
) -> None:
    account = write.create(registry.get("account"), {"name": "丸山"}, by=alice).record
    for number in range(30):
        plan(alice, name=f"訪問{number}", due_at=timezone.now().isoformat(), about=f"account:{account.pk}")
    _token, text = tokens.make(alice, "x", [tokens.CALENDAR], days=None, by=alice)
    with django_assert_max_num_queries(12):
        assert Client().get(f"/calendar/feed/{text}.ics").content.count(b"BEGIN:VEVENT") == 30
