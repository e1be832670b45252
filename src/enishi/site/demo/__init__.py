"""The sample company 東和商事 (wholesale and maintenance of business equipment, 18 people): a year of its work.

Everything is drawn by a seeded generator and stored through `records.write` like anybody's entries. Only afterwards are the
moments of storing moved into the past: this is the one place that may do so, because the past of a sample is invented.
"""

import datetime
import random
from typing import Any

import jaconv
from django.db import transaction
from django.utils import timezone

from enishi.access.models import User
from enishi.japanese.calendar import is_business_day
from enishi.people.models import Account, Affiliation, Contact
from enishi.records import registry, write
from enishi.records.models import Event, EventSubject
from enishi.sales.models import Deal, Stage
from enishi.sales.pipelines.entity import default_pipeline, make_pipeline, stages_of
from enishi.site.company import rename
from enishi.site.demo import leads, plans, talk, trade, words
from enishi.site.models import Company
from enishi.work.models import Activity, Task

SEED = 20261123
ACCOUNTS, AT_ACCOUNTS, PRIVATE, DEALS, ACTIVITIES, TASKS = 200, 420, 80, 150, 1500, 330
COLLEAGUES = (
    ("sato@example.jp", "佐藤 健一"),
    ("suzuki@example.jp", "鈴木 花子"),
    ("yamada@example.jp", "山田 翔"),
    ("tanaka@example.jp", "田中 美咲"),
)
MAINTENANCE = (
    ("更新案内", 30, "open", 14),
    ("見積", 60, "open", 14),
    ("契約手続き", 90, "open", 10),
    ("契約", 100, "won", 0),
    ("解約", 0, "lost", 0),
)
OPENING = (
    ("候補", 5, "open", 30),
    ("初回接触", 15, "open", 14),
    ("関心あり", 30, "open", 14),
    ("商談化", 60, "open", 14),
    ("取引開始", 100, "won", 0),
    ("見送り", 0, "lost", 0),
)
DAY = datetime.timedelta(days=1)


def latin(kana: str) -> str:
    """A reading in small Latin letters, as it stands in addresses."""
    return str(jaconv.kana2alphabet(jaconv.kata2hira(kana).replace("ー", "")))


def load(user: User) -> None:
    """Fills an empty company; `user` becomes one of its salespeople."""
    with transaction.atomic():
        Sample(user).build()


class Sample:
    """Draws and stores the company, piece by piece."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.draw = random.Random(SEED)  # noqa: S311 (a sample, no secret)
        self.now = timezone.now()
        self.today = timezone.localdate()
        self.people = [user] + [
            User.objects.get_or_create(email=mail, defaults={"name": name, "password": "!"})[0]
            for mail, name in COLLEAGUES
        ]

    def build(self) -> None:
        """In the order in which records point to each other."""
        if not Company.objects.exists():
            rename("東和商事")
        self.accounts = self._accounts()
        self.contacts = self._contacts()
        self.deals = self._deals()
        self._activities()
        self._tasks()
        trade.build(self)
        leads.build(self)
        plans.build(self)

    # --- small things ---------------------------------------------------------------------------------
    def pair(self, text: str) -> tuple[str, str]:
        """A word and its reading."""
        word, _colon, reading = self.draw.choice(text.split()).partition(":")
        return word, reading

    def owner(self) -> int:
        """Whose customer it is: the one who tries the program has the most."""
        return self.draw.choices(self.people, weights=[4, 3, 3, 2, 2])[0].pk

    def moment(self, days_ago: int, hour: int | None = None) -> datetime.datetime:
        """A working moment that many days ago, or on the last business day before."""
        day = self.today - DAY * days_ago
        while not is_business_day(day):
            day -= DAY
        return timezone.make_aware(
            datetime.datetime.combine(
                day,
                datetime.time(hour or self.draw.randint(9, 17), self.draw.choice((0, 10, 15, 30, 40, 45))),
            )
        )

    def store(self, name: str, rows: list[dict[str, Any]], days_ago: list[int]) -> list[Any]:
        """Stores rows and moves their making into the past."""
        entity = registry.get(name)
        records = write.create_many(entity, rows, by=self.user, operation=None)
        moved = []
        for record, days in zip(records, days_ago, strict=True):
            record.created_at = record.updated_at = min(self.moment(days), self.now)
            moved.append(record)
        model = entity.model
        model._default_manager.bulk_update(moved, ["created_at", "updated_at"], batch_size=200)
        if name not in {"activity"}:
            self._move_events(name, records)
        return records

    def _move_events(self, name: str, records: list[Any]) -> None:
        times = {record.pk: record.created_at for record in records}
        events = list(Event.objects.filter(entity=name, record_id__in=times, version=1))
        for event in events:
            event.at = times[event.record_id]
        Event.objects.bulk_update(events, ["at"], batch_size=200)
        subjects = list(EventSubject.objects.filter(event__in=events).select_related("event"))
        by_key = {event.pk: event.at for event in events}
        for subject in subjects:
            subject.at = by_key[subject.event_id]
        EventSubject.objects.bulk_update(subjects, ["at"], batch_size=200)

    # --- pieces ---------------------------------------------------------------------------------------
    def place(self) -> dict[str, str]:
        """An address and a telephone number that belong together."""
        prefecture, town, code, area = self.draw.choice(words.PLACES.split()).split("|")
        rest = 10 - len(area) - 4
        return {
            "prefecture": prefecture,
            "postal_code": code,
            "address": f"{town}{self.draw.randint(1, 9)}-{self.draw.randint(1, 28)}-{self.draw.randint(1, 20)}",
            "building": self.draw.choice(("", "", "", "丸ビル3F", "第二桜ビル201", "ハイツ桜 102")),
            "phone": f"{area}-{self.draw.randint(2 * 10 ** (rest - 1), 10**rest - 1)}-{self.draw.randint(0, 9999):04}",
        }

    def _accounts(self) -> list[Account]:
        rows: list[dict[str, Any]] = []
        ages: list[int] = []
        used: set[tuple[str, str, str]] = set()
        while len(rows) < ACCOUNTS:
            name, reading = self.pair(words.HOUSES)
            industry, _bar, trade = self.draw.choice(words.FIRMS.split()).partition("|")
            kind, kind_reading = trade.split(":")
            branch = self.draw.choice(words.OFFICES) if self.draw.random() < 0.25 else ""
            if (name, kind, branch) in used:
                continue
            used.add((name, kind, branch))
            form = (
                "医療法人社団 {}"
                if industry == "医療・福祉" and self.draw.random() < 0.6
                else self.draw.choice(words.FORMS)
            )
            status = self.draw.choices(("active", "prospect", "dormant", "closed"), weights=[55, 30, 12, 3])[
                0
            ]
            started = self.today - DAY * self.draw.randint(60, 6000) if status != "prospect" else None
            rows.append(
                {
                    "name": form.format(name + kind) + branch,
                    "kana": reading + kind_reading,
                    "industry": industry,
                    "status": status,
                    "rank": self.draw.choices(("A", "B", "C", ""), weights=[15, 35, 35, 15])[0],
                    "employees": self.draw.choice((3, 5, 8, 12, 18, 25, 40, 60, 120, 250)),
                    "code": f"{10001 + len(rows)}",
                    "source": self.draw.choice(
                        ("紹介", "展示会", "Webサイト", "電話", "飛び込み", "既存取引")
                    ),
                    "started_on": started,
                    "note": self.draw.choice(words.NOTES),
                    "tags": sorted(self.draw.sample(words.TAGS, self.draw.choice((0, 0, 1, 1, 2)))),
                    "owner": self.owner(),
                    **self.place(),
                }
            )
            ages.append(self.draw.randint(200, 365))
        return self.store("account", rows, ages)

    def person_row(self) -> dict[str, Any]:
        """Somebody's name and numbers."""
        family, family_kana = self.pair(words.FAMILY)
        given, given_kana = self.pair(words.GIVEN)
        return {
            "family_name": family,
            "given_name": given,
            "family_kana": family_kana,
            "given_kana": given_kana,
            "mobile": f"0{self.draw.choice((7, 8, 9))}0-{self.draw.randint(1000, 9999)}-{self.draw.randint(1000, 9999)}",
            "owner": self.owner(),
        }

    def _contacts(self) -> list[Contact]:
        rows: list[dict[str, Any]] = []
        ages: list[int] = []
        boxes: dict[int, set[str]] = {}
        for number in range(AT_ACCOUNTS):
            account = self.accounts[number % ACCOUNTS if number < ACCOUNTS else self.draw.randrange(ACCOUNTS)]
            person = self.person_row()
            box = latin(person["family_kana"])
            if box in boxes.setdefault(account.pk, set()):
                box = f"{latin(person['given_kana'])[0]}-{box}"
            boxes[account.pk].add(box)
            rows.append(
                {
                    **person,
                    "email": f"{box}@{latin(account.kana)}.example.jp" if self.draw.random() < 0.7 else "",
                    "account": account.pk,
                    "owner": account.owner_id,
                    "department": self.draw.choice(words.DEPARTMENTS),
                    "title": self.draw.choice(words.TITLES),
                    "phone": account.phone,
                    "met_on": self.today - DAY * self.draw.randint(10, 900),
                }
            )
            ages.append(self.draw.randint(60, 360))
        for number in range(PRIVATE):
            # Some birthdays fall into the coming week, so that Today has somebody to congratulate.
            birthday = (
                self.today + DAY * (number % 7)
                if number < 10
                else self.today - DAY * self.draw.randint(0, 364)
            )
            year = birthday.year - self.draw.randint(24, 78)
            rows.append(
                {
                    **self.person_row(),
                    **self.place(),
                    "code": f"{number + 1:05}",
                    "email": f"member{number:03}@example.jp",
                    "gender": self.draw.choice(("female", "male")),
                    "birthday": birthday.replace(year=year, day=min(birthday.day, 28)),
                    "preferences": self.draw.choice(words.LIKES),
                    "last_purchase_on": self.today - DAY * self.draw.randint(3, 400),
                    "purchase_total": self.draw.randint(1, 90) * 10_000,
                    "status": self.draw.choice(("active", "active", "active", "dormant")),
                    "owner": self.user.pk if number < 10 else self.owner(),
                }
            )
            ages.append(self.draw.randint(30, 360))
        contacts = self.store("contact", rows, ages)
        self._careers(contacts)
        return contacts

    def _careers(self, contacts: list[Contact]) -> None:
        """Some have worked elsewhere before, some serve two companies."""
        rows = []
        for contact in self.draw.sample(contacts[:AT_ACCOUNTS], 40):
            other = self.draw.choice(self.accounts)
            if other.pk == contact.account_id:
                continue
            ended = self.today - DAY * self.draw.randint(200, 1500) if self.draw.random() < 0.6 else None
            rows.append(
                {
                    "contact": contact.pk,
                    "account": other.pk,
                    "department": self.draw.choice(words.DEPARTMENTS),
                    "title": self.draw.choice(words.TITLES),
                    "started_on": (ended or self.today) - DAY * 1200,
                    "ended_on": ended,
                    "is_main": False,
                    "owner": contact.owner_id,
                }
            )
        write.create_many(registry.get("affiliation"), rows, by=self.user, operation=None)
        Affiliation.objects.filter(is_main=True, started_on=None).update(started_on=self.today - DAY * 800)

    def goods(self, account: Account) -> str:
        """Something the account would buy."""
        return self.draw.choice(words.GOODS.get(account.industry, ("事務機器", "空調設備", "LED照明")))

    def _deals(self) -> list[Deal]:
        pipelines = [
            default_pipeline(),
            make_pipeline("保守契約", MAINTENANCE, 1),
            make_pipeline("新規開拓", OPENING, 2),
        ]
        ways = [stages_of(one.pk) for one in pipelines]
        by_account: dict[int, list[Contact]] = {}
        for contact in self.contacts[:AT_ACCOUNTS]:
            by_account.setdefault(contact.account_id or 0, []).append(contact)
        rows: list[dict[str, Any]] = []
        ages: list[int] = []
        for number in range(DEALS):
            stages = self.draw.choices(ways, weights=[6, 2, 2])[0]
            stage: Stage = stages[number % len(stages)] if number < 40 else self.draw.choice(stages)
            account = self.draw.choice(self.accounts)
            reason = self.draw.choice(sorted(talk.LOST_WORDS)) if stage.outcome == "lost" else ""
            rivals = self.draw.sample(talk.RIVALS, self.draw.choice((0, 0, 0, 1, 1, 1, 2)))
            people = by_account.get(account.pk, [])[:2]
            rows.append(
                {
                    "name": self.draw.choice(words.MAINTENANCE if stages is ways[1] else words.WORKS).format(
                        self.goods(account)
                    ),
                    "account": account.pk,
                    "contact": self.draw.choice(by_account[account.pk]).pk
                    if account.pk in by_account
                    else None,
                    "pipeline": stage.pipeline_id,
                    "stage": stage.pk,
                    "amount": self.draw.choice(
                        (8, 12, 25, 38, 48, 60, 85, 120, 180, 240, 350, 480, 720, 1200)
                    )
                    * 10_000,
                    "expected_close": self.today + DAY * self.draw.randint(-20, 120),
                    "source": account.source,
                    "competitor": "、".join(rivals),
                    "lost_to": rivals[0] if rivals and reason else "",
                    "stakeholders": tuple(
                        (one.pk, role) for one, role in zip(people, ("決裁者", "窓口"), strict=False)
                    )
                    if number % 3 == 0
                    else (),
                    "lost_reason": reason,
                    "lost_detail": self.draw.choice(talk.LOST_WORDS[reason]) if reason else "",
                    "owner": account.owner_id,
                }
            )
            ages.append(self.draw.randint(20, 300))
        deals = self.store("deal", rows, ages)
        for deal in deals:
            days = min(self.draw.choice((1, 2, 3, 5, 8, 12, 18, 26, 40)), (self.now - deal.created_at).days)
            deal.stage_changed_at = self.now - DAY * max(days, 0)
            if deal.closed_at:
                deal.closed_at = deal.stage_changed_at
        Deal.objects.bulk_update(deals, ["stage_changed_at", "closed_at"], batch_size=200)
        return deals

    def said(self, kind: str, outcome: str, account: Account, goods: str, who: Contact | None) -> str:
        """What a salesperson writes down afterwards."""
        first: tuple[str, ...]
        ends: tuple[str, ...]
        if outcome == "absent":
            first, ends = talk.ABSENT, ()
        else:
            first, ends = {
                "call": (talk.CALLS, talk.CALL_ENDS), "visit": (talk.VISITS, talk.VISIT_ENDS), "meeting": (talk.MEETINGS, ()),
                "mail": (talk.MAILS, ()), "note": (talk.MEMOS, ()),
            }[kind]  # fmt: skip
        name = f"{who.family_name}様" if who and who.family_name else "ご担当者様"
        parts = [self.draw.choice(first).format(g=goods, p=name)]
        if ends:
            parts.append(self.draw.choice(ends))
        if kind in {"call", "visit"} and outcome != "absent" and self.draw.random() < 0.25:
            parts.append(self.draw.choice(talk.TRADE_NOTES.get(account.industry, ("",))))
        return "".join(part for part in parts if part)

    def _activities(self) -> None:
        kinds = {"call": 38, "visit": 30, "meeting": 8, "note": 10, "mail": 14}
        people: dict[int, list[Contact]] = {}
        for contact in self.contacts[:AT_ACCOUNTS]:
            people.setdefault(contact.account_id or 0, []).append(contact)
        # A few customers one hears from all the time, many now and then, some hardly ever.
        favourites = self.draw.sample(self.accounts, 60)
        accounts = {account.pk: account for account in self.accounts}
        rows: list[dict[str, Any]] = []
        ages: list[int] = []
        for _number in range(ACTIVITIES):
            kind = self.draw.choices(list(kinds), weights=list(kinds.values()))[0]
            days = min(int(self.draw.expovariate(1 / 90)), 364)
            account = self.draw.choice(favourites if self.draw.random() < 0.6 else self.accounts)
            about, goods = f"account:{account.pk}", self.goods(account)
            who = self.draw.choice(people[account.pk]) if account.pk in people else None
            chance = self.draw.random()
            if chance < 0.25:
                deal = self.draw.choice(self.deals)
                account, about = accounts[deal.account_id or account.pk], f"deal:{deal.pk}"
                who = next((one for one in people.get(account.pk, ()) if one.pk == deal.contact_id), None)
                goods = next(
                    (one for one in words.GOODS.get(account.industry, ()) if deal.name.startswith(one)), goods
                )
            elif chance > 0.9:
                who = self.draw.choice(self.contacts[AT_ACCOUNTS:])
                about = f"contact:{who.pk}"
            outcome = (
                self.draw.choices(("success", "ongoing", "declined", "absent"), weights=[4, 5, 1, 1])[0]
                if kind in {"call", "visit", "meeting"}
                else ""
            )
            if kind != "call" and outcome == "absent":
                outcome = "ongoing"
            at = self.moment(days)
            if at > self.now:  # not this evening's work yet
                days, at = days + 1, self.moment(days + 1)
            rows.append(
                {
                    "kind": kind,
                    "about": about,
                    "at": at,
                    "text": self.said(kind, outcome, account, goods, who),
                    "outcome": outcome,
                    "met": [who.pk]
                    if who and kind in {"visit", "meeting"} and not about.startswith("contact")
                    else [],
                    "minutes": self.draw.choice((15, 30, 45, 60, 90))
                    if kind in {"visit", "meeting"}
                    else None,
                    "owner": account.owner_id,
                }
            )
            ages.append(days)
        order = sorted(range(len(rows)), key=lambda place: rows[place]["at"])
        rows, ages = [rows[place] for place in order], [ages[place] for place in order]
        activities: list[Activity] = self.store("activity", rows, ages)
        # Who made an entry is who holds the customer.
        actors = {record.pk: record.owner_id for record in activities}
        events = list(Event.objects.filter(entity="activity", record_id__in=actors, version=1))
        for event in events:
            event.actor_id = actors[event.record_id]
        Event.objects.bulk_update(events, ["actor"], batch_size=200)

    def account_of(self, about: str) -> Account:
        """The account that "deal:12" or "account:3" belongs to."""
        name, _colon, key = about.partition(":")
        accounts = {account.pk: account for account in self.accounts}
        if name == "deal":
            return accounts[
                next(deal.account_id for deal in self.deals if deal.pk == int(key)) or self.accounts[0].pk
            ]
        return accounts[int(key)]

    def _tasks(self) -> None:
        rows: list[dict[str, Any]] = []
        ages: list[int] = []

        def add(owner: int, days_ahead: int, *, done: bool = False, hour: int = 0, about: str = "") -> None:
            name, kind = self.draw.choice(talk.TASKS)
            repeat = ""
            if self.draw.random() < 0.08:
                name, kind, repeat = self.draw.choice(talk.REPEATING)
            mine = [
                deal for deal in self.deals if deal.owner_id == owner and deal.outcome == "open"
            ] or self.deals
            target = about or (
                f"deal:{self.draw.choice(mine).pk}"
                if self.draw.random() < 0.6
                else f"account:{self.draw.choice(self.accounts).pk}"
            )
            due = datetime.datetime.combine(self.today + DAY * days_ahead, datetime.time(hour))
            rows.append(
                {
                    "name": name.format(g=self.goods(self.account_of(target))),
                    "kind": kind,
                    "note": self.draw.choice(talk.TASK_NOTES),
                    "about": target,
                    "due_at": due,
                    "all_day": hour == 0,
                    "priority": self.draw.choices(("normal", "high", "low"), weights=[8, 2, 1])[0],
                    "owner": owner,
                    "done_at": min(timezone.make_aware(due) + datetime.timedelta(hours=16), self.now)
                    if done
                    else None,
                    "repeat": repeat,
                }
            )
            ages.append(max(1, -days_ahead + self.draw.randint(1, 20)))

        for person in self.people:
            for days, hour in (
                (-4, 0),
                (-2, 0),
                (-1, 0),
                (0, 0),
                (0, 0),
                (0, 11),
                (0, 14),
                (1, 0),
                (2, 10),
                (5, 0),
                (9, 0),
            ):
                add(person.pk, days, hour=hour)
        for deal in self.deals:  # most deals have a next step; some are forgotten, and the board shows it
            if deal.outcome == "open" and self.draw.random() < 0.6:
                add(deal.owner_id or self.user.pk, self.draw.randint(1, 30), about=f"deal:{deal.pk}")
        while len(rows) < TASKS:
            days = self.draw.randint(-200, 45)
            add(self.owner(), days, done=days < 0)
        tasks: list[Task] = self.store("task", rows, ages)
        assert tasks
