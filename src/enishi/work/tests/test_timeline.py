"""What happened shows where it belongs, and last contact and next step are right, in whatever order things are edited."""

import datetime
import random
from typing import Any

import pytest
from django.utils import timezone

from enishi.records import history, registry, timeline, write
from enishi.records.models import Event, EventSubject, Link
from enishi.records.testing import queries
from enishi.work.about import CONTACT_KINDS

pytestmark = [pytest.mark.django_db, pytest.mark.row("A7")]


@pytest.fixture
def company(alice: Any) -> dict[str, Any]:
    """An account with a contact and a deal of both, and another account."""
    account = write.create(registry.get("account"), {"name": "丸山"}, by=alice).record
    other = write.create(registry.get("account"), {"name": "髙﨑"}, by=alice).record
    contact = write.create(
        registry.get("contact"), {"family_name": "渡邊", "account": account.pk}, by=alice
    ).record
    deal = write.create(
        registry.get("deal"), {"name": "更新", "account": account.pk, "contact": contact.pk}, by=alice
    ).record
    return {"account": account, "other": other, "contact": contact, "deal": deal}


def make(kind_of: str, by: Any, **values: Any) -> Any:
    return write.create(registry.get(kind_of), values, by=by).record


def change(record: Any, by: Any, **values: Any) -> Any:
    return write.write(registry.of(record), record.pk, values, by=by)


def fresh(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


def shows(place: Any, record: Any) -> list[str]:
    """Kinds of the record's events on the timeline of a place, oldest first."""
    entity, of = registry.of(place), registry.of(record)
    rows = EventSubject.objects.filter(
        entity=entity.name, record_id=place.pk, event__entity=of.name, event__record_id=record.pk
    )
    return list(rows.order_by("event_id").values_list("kind", flat=True))


class TestWhereItShows:
    def test_a_visit_on_a_deal_shows_on_its_contact_and_its_account(
        self, company: dict[str, Any], alice: Any
    ) -> None:
        visit = make("activity", alice, kind="visit", text="会えた", about=f"deal:{company['deal'].pk}")
        for place in ("deal", "contact", "account"):
            assert shows(company[place], visit) == ["visit"]
            found, _more = timeline.items(registry.of(company[place]), company[place].pk, alice)
            assert visit.pk in [item.source.pk for item in found if item.source is not None]
        assert shows(company["other"], visit) == []

    def test_the_card_of_the_account_shows_the_words_of_the_visit(
        self, company: dict[str, Any], alice: Any, as_carol: Any
    ) -> None:
        make("activity", alice, kind="visit", text="見積の第2版を渡した", about=f"deal:{company['deal'].pk}")
        for place in ("deal", "contact", "account"):
            page = as_carol.get(registry.of(company[place]).url(company[place].pk)).content.decode()
            assert "見積の第2版を渡した" in page

    def test_a_person_who_was_met_has_it_too(self, company: dict[str, Any], alice: Any) -> None:
        visit = make(
            "activity",
            alice,
            kind="visit",
            text="x",
            about=f"account:{company['other'].pk}",
            met=[company["contact"].pk],
        )
        assert shows(company["contact"], visit) == ["visit"] and shows(company["account"], visit) == []
        assert fresh(company["contact"]).last_contact_at == fresh(visit).at

    def test_a_deal_that_moves_takes_its_visits_and_tasks_along(
        self, company: dict[str, Any], alice: Any
    ) -> None:
        deal, account, other = company["deal"], company["account"], company["other"]
        visit = make("activity", alice, kind="visit", text="x", about=f"deal:{deal.pk}")
        task = make("task", alice, name="電話", about=f"deal:{deal.pk}", due_at="2026-12-01")
        assert fresh(account).next_step == "電話"
        change(deal, alice, account=other.pk)
        for record in (visit, task):
            assert shows(account, record) == [] and shows(other, record) != []
        assert shows(other, deal) == ["created", "changed"] and shows(account, deal) == []
        assert (fresh(account).next_step, fresh(account).last_contact_at) == ("", None)
        assert (fresh(other).next_step, fresh(other).last_contact_at) == ("電話", fresh(visit).at)
        history.undo_event(Event.objects.filter(entity="deal", record_id=deal.pk).latest("pk").pk, by=alice)
        assert (
            shows(account, visit) == ["visit"]
            and shows(other, visit) == []
            and fresh(account).next_step == "電話"
        )

    def test_a_contact_who_changes_company_takes_his_talks_along(
        self, company: dict[str, Any], alice: Any
    ) -> None:
        contact, account, other = company["contact"], company["account"], company["other"]
        call = make("activity", alice, kind="call", text="x", about=f"contact:{contact.pk}")
        change(contact, alice, account=other.pk)
        assert shows(account, call) == [] and shows(other, call) == ["call"]

    @pytest.mark.row("A2")
    def test_so_does_one_whose_new_place_was_entered_as_an_affiliation(
        self, company: dict[str, Any], alice: Any
    ) -> None:
        contact, account, other = company["contact"], company["account"], company["other"]
        call = make("activity", alice, kind="call", text="x", about=f"contact:{contact.pk}")
        make("affiliation", alice, contact=contact.pk, account=other.pk, title="部長", is_main="1")
        assert (fresh(contact).account_id, fresh(contact).title) == (other.pk, "部長")
        assert shows(account, call) == [] and shows(other, call) == ["call"]
        assert Event.objects.filter(entity="contact", record_id=contact.pk).latest("pk").data["changes"][
            "account"
        ] == [account.pk, other.pk]
        mains = registry.get("affiliation").model.objects.filter(
            contact=contact, is_main=True, deleted_at=None
        )
        assert [one.account_id for one in mains] == [other.pk]

    def test_a_deleted_visit_disappears_and_comes_back(self, company: dict[str, Any], alice: Any) -> None:
        visit = make("activity", alice, kind="visit", text="x", about=f"deal:{company['deal'].pk}")
        write.delete(registry.get("activity"), [visit.pk], by=alice)
        for place in ("deal", "contact", "account"):
            assert "visit" not in shows(company[place], visit)
            assert fresh(company[place]).last_contact_at is None
        assert not Link.objects.filter(relation="about", from_entity="activity").exists()
        write.restore(registry.get("activity"), [visit.pk], by=alice)
        for place in ("deal", "contact", "account"):
            assert "visit" in shows(company[place], visit)
            assert fresh(company[place]).last_contact_at == fresh(visit).at

    def test_a_visit_stands_at_its_own_time_also_after_that_was_corrected(
        self, company: dict[str, Any], alice: Any
    ) -> None:
        old = make(
            "activity",
            alice,
            kind="visit",
            text="古い",
            about=f"account:{company['account'].pk}",
            at="2020-05-01 10:00",
        )
        new = make(
            "activity",
            alice,
            kind="call",
            text="新しい",
            about=f"account:{company['account'].pk}",
            at="2021-05-01 10:00",
        )
        talks = lambda: [
            item.source.pk
            for item in timeline.items(registry.get("account"), company["account"].pk, alice, group="talk")[0]
        ]  # noqa: E731
        assert talks() == [new.pk, old.pk]
        change(old, alice, at="2022-05-01 10:00", kind="meeting")
        assert talks() == [old.pk, new.pk]
        assert (
            "meeting" in shows(company["account"], old)
            and fresh(company["account"]).last_contact_at.year == 2022
        )

    def test_it_is_filtered_by_kind_and_goes_on_page_by_page(
        self, company: dict[str, Any], alice: Any
    ) -> None:
        at = f"account:{company['account'].pk}"
        made = write.create_many(
            registry.get("activity"),
            [
                {"kind": "visit", "text": f"{n}", "about": at, "at": f"2025-01-01 10:0{n % 3}"}
                for n in range(60)
            ],
            by=alice,
            operation=None,
        )
        seen: list[int] = []
        before, pages = "", 0
        while pages < 10:
            found, before = timeline.items(
                registry.get("account"), company["account"].pk, alice, group="talk", before=before
            )
            seen += [item.event.pk for item in found]
            pages += 1
            if not before:
                break
        assert pages == 3 and len(seen) == len(set(seen)) == len(made)
        order = list(
            Event.objects.filter(entity="activity").order_by("-at", "-pk").values_list("pk", flat=True)
        )
        assert seen == order
        for group in ("talk", "tasks", "deals", "files", "history"):
            kinds = {
                item.event.kind
                for item in timeline.items(
                    registry.get("account"), company["account"].pk, alice, group=group
                )[0]
            }
            assert all(timeline.KINDS[kind][3] == group for kind in kinds)

    @pytest.mark.parametrize(
        "cursor",
        [
            "x",
            "_",
            "2026-01-01_x",
            "2026-01-01T00:00:00+00:00_-1",
            "0001-01-01T00:00:00+09:00_1",
            "9999-12-31T23:59:59-09:00_1",
            f"2026-01-01T00:00:00+00:00_{10**30}",
            "_" * 500,
            "\x00_1",
        ],
    )
    def test_a_broken_cursor_shows_the_first_page(
        self, company: dict[str, Any], as_alice: Any, cursor: str
    ) -> None:
        answer = as_alice.get(f"/accounts/{company['account'].pk}/timeline/", {"before": cursor})
        assert answer.status_code == 200 and "登録" in answer.content.decode()

    def test_it_costs_the_same_with_five_and_with_sixty(
        self, company: dict[str, Any], alice: Any, as_alice: Any
    ) -> None:
        key = company["account"].pk
        addresses = [
            f"/accounts/{key}/",
            f"/accounts/{key}/timeline/",
            f"/accounts/{key}/?part=live",
            f"/accounts/{key}/history/",
            f"/deals/{company['deal'].pk}/",
        ]

        def grow(first: int, end: int) -> None:
            write.create_many(
                registry.get("activity"),
                [
                    {
                        "kind": "visit",
                        "text": f"{n}",
                        "about": f"deal:{company['deal'].pk}",
                        "outcome": "success",
                    }
                    for n in range(first, end)
                ],
                by=alice,
                operation=None,
            )
            write.create_many(
                registry.get("task"),
                [{"name": f"{n}", "about": f"deal:{company['deal'].pk}"} for n in range(first, end)],
                by=alice,
                operation=None,
            )
            write.create_many(
                registry.get("contact"),
                [{"family_name": f"姓{n}", "account": key} for n in range(first, end)],
                by=alice,
                operation=None,
            )
            write.create_many(
                registry.get("deal"),
                [{"name": f"案件{n}", "account": key} for n in range(first, end)],
                by=alice,
                operation=None,
            )
            for n in range(first, min(end, first + 20)):
                change(company["account"], alice, note=f"{n}", owner=alice.pk if n % 2 else None)

        grow(0, 5)
        for address in addresses:
            as_alice.get(address)
        few = [len(queries(as_alice, address)) for address in addresses]
        grow(5, 60)
        # fewer where a page of many is all of one kind; never more
        assert all(
            len(queries(as_alice, address)) <= held for address, held in zip(addresses, few, strict=True)
        )
        assert max(few) < 40


class TestLastContactAndNextStep:
    def wanted(self, place: Any) -> tuple[Any, Any, str]:
        """What the record must show, from nothing but the tasks and activities themselves."""
        name, key = registry.of(place).name, place.pk
        times, ahead = [], []
        for visit in registry.get("activity").model.objects.filter(deleted_at=None, kind__in=CONTACT_KINDS):
            if (name, key) in registry.get("activity").parents(visit):
                times.append(visit.at)
        for task in registry.get("task").model.objects.filter(deleted_at=None, done_at=None):
            if (name, key) in registry.get("task").parents(task):
                ahead.append((task.due_at is None, task.due_at, task.pk, task))
        first = min(ahead, default=(None, None, None, None))[3] if ahead else None
        return max(times, default=None), first.due_at if first else None, first.name if first else ""

    @pytest.mark.parametrize("seed", range(6))
    def test_any_order_of_edits_leaves_them_right(
        self, company: dict[str, Any], alice: Any, seed: int
    ) -> None:
        some = random.Random(seed)
        places = list(company.values())

        def about() -> str:
            place = some.choice(places)
            return f"{registry.of(place).name}:{place.pk}"

        def when() -> Any:
            return timezone.now() + datetime.timedelta(days=some.randint(-9, 9), minutes=some.randint(0, 99))

        made: list[Any] = []
        for _step in range(30):
            what = some.randint(0, 9)
            living = [one for one in made if fresh(one).deleted_at is None]
            if what <= 2 or not living:
                name = some.choice(("task", "activity"))
                values = (
                    {"name": f"手{_step}", "due_at": some.choice([when(), ""])}
                    if name == "task"
                    else {
                        "kind": some.choice(("visit", "note", "call")),
                        "text": "x",
                        "at": when(),
                        "met": some.choice(["", [company["contact"].pk]]),
                    }
                )
                made.append(make(name, alice, about=about(), **values))
            elif what <= 5:
                one = some.choice(living)
                if registry.of(one).name == "task":
                    values = some.choice(
                        [
                            {"done_at": when()},
                            {"done_at": ""},
                            {"due_at": when()},
                            {"due_at": ""},
                            {"name": f"改{_step}"},
                            {"about": about()},
                        ]
                    )
                else:
                    values = some.choice(
                        [
                            {"at": when()},
                            {"kind": some.choice(("visit", "note"))},
                            {"about": about()},
                            {"met": ""},
                        ]
                    )
                change(one, alice, **values)
            elif what == 6:
                one = some.choice(living)
                write.delete(registry.of(one), [one.pk], by=alice)
            elif what == 7:
                gone = [one for one in made if fresh(one).deleted_at is not None]
                if gone:
                    write.restore(registry.of(gone[0]), [gone[0].pk], by=alice)
            elif what == 8:
                change(
                    company["deal"],
                    alice,
                    account=some.choice([company["account"].pk, company["other"].pk, ""]),
                    contact=some.choice([company["contact"].pk, ""]),
                )
            else:
                change(
                    company["contact"],
                    alice,
                    account=some.choice([company["account"].pk, company["other"].pk, ""]),
                )
            for place in places:
                now = fresh(place)
                assert (now.last_contact_at, now.next_step_at, now.next_step) == self.wanted(now), (
                    _step,
                    what,
                    registry.of(place).name,
                )
