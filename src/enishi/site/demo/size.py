"""`enishi demo --size N`: N customers with ten events each, for measuring. Not a company one believes in, but rows as they
are really stored: records, events, timelines, search texts and tokens, tags, own fields, deals, tasks.

Written by prepared statements (COPY on PostgreSQL) rather than through `records.write`, because a million customers would
take an hour that way; the tests compare a small one with what `records.write` stores.
"""

import argparse
import datetime
import json
import random
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from enishi.access.models import User
from enishi.japanese import companies, kana
from enishi.japanese.search import index_tokens, normalise_for_search
from enishi.japanese.text import fold
from enishi.people.models import Account, Contact
from enishi.records import registry
from enishi.records.design import indexes
from enishi.records.models import Event, EventSubject, FieldDesign, Link, SearchDoc, Tag
from enishi.records.rows import draw_keys, insert_rows, new
from enishi.records.search import CODES, TABLE
from enishi.sales.deals.entity import refresh_open_amounts
from enishi.sales.models import Deal
from enishi.sales.pipelines.entity import default_pipeline, stages_of
from enishi.site.demo import own, words
from enishi.work.models import Task

BATCH = 5000
EVENTS_EACH = 10
MOST_DEALS = 5000
KINDS = ("changed", "call", "visit", "mail", "note")


def command(argv: list[str]) -> int:
    """Makes the customers; progress goes to the terminal."""
    parser = argparse.ArgumentParser(prog="enishi demo")
    parser.add_argument("--size", type=int, required=True, help="number of customers")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    if not 1 <= options.size <= 10_000_000:
        print("--size は 1 から 10000000 までにしてください。", file=sys.stderr)
        return 2
    user = User.objects.filter(is_active=True).order_by("pk").first() or User.objects.create_user(
        "demo@example.jp", name="縁 はじめ", role="admin"
    )
    Size(user, options.seed).make(options.size)
    return 0


class Size:
    """Draws and stores the customers in batches."""

    def __init__(self, user: User, seed: int = 1) -> None:
        self.user = user
        self.draw = random.Random(seed)  # noqa: S311 (measuring, no secret)
        self.now = timezone.now()
        self.sqlite = connection.vendor == "sqlite"
        self.family = [one.split(":") for one in words.FAMILY.split()]
        self.given = [one.split(":") for one in words.GIVEN.split()]
        self.names = [one.split(":") for one in words.NAMES.split()]
        self.trades = [(one.split("|")[0], *one.split("|")[1].split(":")) for one in words.TRADES.split()]
        self.places = [one.split("|") for one in words.PLACES.split()]

    def make(self, size: int) -> None:
        """70 % accounts, 30 % private customers; ends with fresh statistics for the planner."""
        number, _new = FieldDesign.objects.get_or_create(
            entity="account", label="契約台数", kind="number", defaults={"indexed": True}
        )
        self.number_key = number.key
        registry.rebuild()
        self.tag, _new = Tag.objects.get_or_create(name="重要")
        for start in range(0, size, BATCH):
            with transaction.atomic():
                count = min(BATCH, size - start)
                accounts = round(count * 0.7)
                self._batch(Account, "account", accounts, start)
                self._batch(Contact, "contact", count - accounts, start)
            print(f"\r{start + count:,} / {size:,}", end="", flush=True)
        print()
        with transaction.atomic():
            self._deals(min(MOST_DEALS, max(size // 20, 10)))
            self._tasks(max(size // 100, 10))
        indexes.make(number)
        own.fill(self.user, size)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    # --- rows -----------------------------------------------------------------------------------------
    def moment(self, days_ago: float) -> Any:
        """A moment as the driver stores it."""
        at = self.now - datetime.timedelta(days=days_ago)
        return at.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(" ") if self.sqlite else at

    def _batch(self, model: Any, name: str, count: int, start: int) -> None:
        if not count:
            return
        entity = registry.get(name)
        columns = [one.column for one in model._meta.concrete_fields]
        blank = {one.column: self._blank(one) for one in model._meta.concrete_fields}
        keys = draw_keys(model, count)
        rows, docs, tags = [], [], []
        for place, key in enumerate(keys):
            values, text = self._account(start + place) if name == "account" else self._contact(start + place)
            made = self.moment(self.draw.random() * 700)
            values |= {"id": key, "created_at": made, "updated_at": made, "owner_id": self.user.pk}
            if place % 20 == 0:
                values["tags"] = '["重要"]'
                tags.append((key,))
            if place % 2 == 0 and name == "account":
                values["custom"] = json.dumps({self.number_key: self.draw.randint(1, 1000)})
            if place % 3:
                values["last_contact_at"] = self.moment(self.draw.random() * 400)
            rows.append([values.get(column, blank[column]) for column in columns])
            words_ = normalise_for_search(text)
            docs.append((key * CODES + entity.code, values["name"], words_, index_tokens(words_)))
        self._store(model._meta.db_table, columns, rows)
        self._search(docs)
        self._link_tags(name, tags)
        self._events(name, keys)

    def _blank(self, one: Any) -> Any:
        if one.get_internal_type() == "JSONField":
            return "[]" if one.default is list else "{}"
        if one.has_default() and not callable(one.default):
            return one.default
        return None if one.null else ""

    def _reach(self, number: int) -> dict[str, Any]:
        prefecture, town, code, area = self.places[number % len(self.places)]
        digits = 10 - len(area) - 4
        return {
            "prefecture": prefecture,
            "postal_code": code,
            "address": f"{town}{number % 9 + 1}-{number % 28 + 1}",
            "phone": f"{area}-{10 ** (digits - 1) * 2 + number % (7 * 10 ** (digits - 1))}-{self.draw.randint(0, 9999):04}",
        }

    def _account(self, number: int) -> tuple[dict[str, Any], str]:
        name, reading = self.draw.choice(self.names)
        industry, trade, trade_reading = self.draw.choice(self.trades)
        title = self.draw.choice(words.FORMS).format(f"{name}{self.draw.choice(self.family)[0]}{trade}")
        reading = f"{reading}{trade_reading}"
        values = {
            "name": title,
            "kana": reading,
            "sort_key": kana.sort_key(reading),
            "match_key": companies.company_key(title)[:200],
            "industry": industry,
            "status": self.draw.choices(("active", "prospect", "dormant", "closed"), weights=[50, 35, 12, 3])[
                0
            ],
            "rank": self.draw.choice(("A", "B", "C", "")),
            "code": f"S{number:07}",
            **self._reach(number),
        }
        return (
            values,
            f"{title}\n{reading}\n{values['phone']}\n{values['code']}\n{values['address']}\n{companies.sort_base(title)}",
        )

    def _contact(self, number: int) -> tuple[dict[str, Any], str]:
        (family, family_kana), (given, given_kana) = (
            self.draw.choice(self.family),
            self.draw.choice(self.given),
        )
        name, reading = f"{family} {given}", f"{family_kana} {given_kana}"
        values = {
            "family_name": family,
            "given_name": given,
            "family_kana": family_kana,
            "given_kana": given_kana,
            "name": name,
            "kana": reading,
            "sort_key": kana.sort_key(reading),
            "match_key": fold(name).replace(" ", ""),
            "code": f"M{number:07}",
            "email": f"m{number}@example.jp",
            "purchase_total": self.draw.randint(1, 900) * 1000,
            **self._reach(number),
        }
        return (
            values,
            f"{name}\n{reading}\n{values['phone']}\n{values['email']}\n{values['code']}\n{values['address']}",
        )

    # --- storing --------------------------------------------------------------------------------------
    def _store(self, table: str, columns: list[str], rows: Iterable[Any]) -> None:
        quote = connection.ops.quote_name
        names = ", ".join(map(quote, columns))
        with connection.cursor() as cursor:
            if self.sqlite:
                marks = ", ".join(["%s"] * len(columns))
                cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})", list(rows))  # noqa: S608
                return
            with cursor.cursor.copy(f"COPY {quote(table)} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(list(row))

    def _search(self, docs: list[tuple[int, str, str, list[str]]]) -> None:
        table = SearchDoc._meta.db_table
        if self.sqlite:
            self._store(table, ["id", "title", "text"], [doc[:3] for doc in docs])
            self._store(TABLE, ["rowid", "tokens"], [(doc[0], " ".join(doc[3])) for doc in docs])
            return
        lexemes = ((doc[0], doc[1], doc[2], " ".join(f"'{token}'" for token in doc[3])) for doc in docs)
        self._store(table, ["id", "title", "text", "tokens"], lexemes)

    def _link_tags(self, name: str, keys: list[tuple[int]]) -> None:
        insert_rows(
            Link,
            [
                new(Link, relation="tag", from_entity=name, from_id=key, to_entity="tag", to_id=self.tag.pk)
                for (key,) in keys
            ],
        )

    def _events(self, name: str, keys: list[int]) -> None:
        ids = draw_keys(Event, len(keys) * EVENTS_EACH)
        change = json.dumps({"changes": {"note": ["", "電話で確認"]}})
        plan = [
            (
                row_id,
                keys[place // EVENTS_EACH],
                KINDS[place % len(KINDS)],
                self.moment(self.draw.random() * 700),
                place % EVENTS_EACH + 1,
            )
            for place, row_id in enumerate(ids)
        ]
        self._store(
            Event._meta.db_table,
            ["id", "at", "kind", "entity", "record_id", "version", "actor_id", "data"],
            (
                (row_id, at, kind, name, key, version, self.user.pk, change if kind == "changed" else "{}")
                for row_id, key, kind, at, version in plan
            ),
        )
        subjects = draw_keys(EventSubject, len(plan))
        self._store(
            EventSubject._meta.db_table,
            ["id", "event_id", "entity", "record_id", "at", "kind"],
            (
                (subject, row_id, name, key, at, kind)
                for subject, (row_id, key, kind, at, _version) in zip(subjects, plan, strict=True)
            ),
        )

    def _deals(self, count: int) -> None:
        from enishi.records import write

        stages = [stage for stage in stages_of(default_pipeline().pk) if stage.outcome == "open"]
        accounts = list(Account.objects.order_by("-pk").values_list("pk", flat=True)[:count])
        rows: Iterator[dict[str, Any]] = (
            {
                "name": f"設備更新 {place}",
                "account": accounts[place % len(accounts)] if accounts else None,
                "stage": stages[place % len(stages)].pk,
                "pipeline": stages[0].pipeline_id,
                "amount": (place % 90 + 1) * 100_000,
                "owner": self.user.pk,
            }
            for place in range(count)
        )
        entity = registry.get("deal")
        made: list[Any] = []
        for row in rows:
            made.append(row)
            if len(made) == 500:
                write.create_many(entity, made, by=self.user, operation=None, cleaned=True)
                made = []
        write.create_many(entity, made, by=self.user, operation=None, cleaned=True)
        refresh_open_amounts(set(Deal.objects.values_list("account", flat=True)) - {None})

    def _tasks(self, count: int) -> None:
        columns = [str(one.column) for one in Task._meta.concrete_fields]
        blank = {str(one.column): self._blank(one) for one in Task._meta.concrete_fields}
        rows = []
        for place, key in enumerate(draw_keys(Task, count)):
            values = {
                "id": key, "name": f"定期連絡 {place}", "created_at": self.moment(1), "updated_at": self.moment(1), "owner_id": self.user.pk,
                "due_at": self.moment(place % 60 - 30), "all_day": False, "version": 1,
            }  # fmt: skip
            rows.append([values.get(column, blank[column]) for column in columns])
        self._store(Task._meta.db_table, columns, rows)
