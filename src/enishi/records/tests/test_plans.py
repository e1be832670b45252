"""Every question that pages ask often is answered by an index, on both databases: no table is read through, none sorted."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.support import people

from enishi.records import registry, timeline, write
from enishi.records import search as searching
from enishi.records.conditions import Scope, compile_condition
from enishi.records.lists import ListState
from enishi.records.models import Attachment, Event
from enishi.records.similar import similar
from enishi.records.visible import in_bin
from enishi.sales.pipelines.entity import default_pipeline, stages_of

pytestmark = [pytest.mark.django_db, pytest.mark.row("F8")]
LARGE = ("account", "contact", "deal", "task", "activity")
# Tables that stay small in any company: settings, users.
SMALL = {
    "sales_stage",
    "sales_pipeline",
    "access_user",
    "records_savedview",
    "records_customfield",
    "records_tag",
    "django_session",
}


@pytest.fixture(scope="module")
def ledger(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """A few hundred records, so that the planner has something to think about."""
    with django_db_blocker.unblock():
        held = transaction.atomic()
        held.__enter__()
        try:
            alice = people.make("alice")
            accounts = write.create_many(
                registry.get("account"),
                [{"name": f"客{n}", "phone": f"03-1234-{n:04}"} for n in range(200)],
                by=alice,
                operation=None,
            )
            write.create_many(
                registry.get("contact"),
                [{"family_name": f"姓{n}", "account": accounts[n % 50].pk} for n in range(200)],
                by=alice,
                operation=None,
            )
            write.create_many(
                registry.get("deal"),
                [
                    {"name": f"案件{n}", "account": accounts[n].pk, "amount": n if n % 3 else ""}
                    for n in range(200)
                ],
                by=alice,
                operation=None,
            )
            write.create_many(
                registry.get("task"),
                [
                    {
                        "name": f"作業{n}",
                        "about": f"account:{accounts[n].pk}",
                        "due_at": f"2026-11-{n % 28 + 1:02}",
                    }
                    for n in range(200)
                ],
                by=alice,
                operation=None,
            )
            write.create_many(
                registry.get("activity"),
                [
                    {"kind": "visit", "text": f"訪問{n}", "about": f"account:{accounts[n % 20].pk}"}
                    for n in range(200)
                ],
                by=alice,
                operation=None,
            )
            write.delete(registry.get("account"), [one.pk for one in accounts[-3:]], by=alice)
            if connection.vendor == "postgresql":  # SQLite plans by rule, as on a fresh installation
                with connection.cursor() as cursor:
                    cursor.execute("ANALYZE")
                    cursor.execute("SET LOCAL enable_seqscan = off")
                    cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off")
            yield alice
        finally:
            transaction.set_rollback(True)
            held.__exit__(None, None, None)


def explained(sql: str, parameters: Any = None) -> list[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
            return [row[3] for row in cursor.fetchall()]
        cursor.execute(f"EXPLAIN {sql}", parameters)
        return [row[0] for row in cursor.fetchall()]


def trouble(plan: list[str], *, sorts: bool = True) -> list[str]:
    """Lines of a plan that grow with the table."""
    found = []
    for line in plan:
        if connection.vendor == "sqlite":
            scan = re.match(r"SCAN (\w+)(?! USING (COVERING )?INDEX| VIRTUAL)", line)
            if (
                scan
                and scan[1] not in SMALL
                and "VIRTUAL TABLE" not in line
                and "USING" not in line
                and not re.match(r"SCAN (\d+ CONSTANT|\(?subquery|SUBQUERY)", line)
            ):
                found.append(line)
            if sorts and "USE TEMP B-TREE FOR ORDER BY" in line:
                found.append(line)
        else:
            scan = re.search(r"Seq Scan on (\w+)", line)
            if scan and scan[1] not in SMALL:
                found.append(line)
            if sorts and re.search(r"^\s*(->)?\s*Sort\b", line):
                found.append(line)
    return found


def plans(statements: list[dict[str, str]], *, sorts: bool = True) -> list[tuple[str, list[str]]]:
    """What is wrong with the plans of statements that were caught."""
    wrong = []
    for one in statements:
        sql = one["sql"]
        if not sql.lstrip().upper().startswith("SELECT") or any(
            small in sql for small in ("max(id)", "reltuples")
        ):
            continue
        plan = explained(sql)
        if bad := trouble(plan, sorts=sorts):
            wrong.append((sql[-400:], [*bad, "PLAN:", *plan]))
    return wrong


def caught(run: Any) -> list[dict[str, str]]:
    with CaptureQueriesContext(connection) as held:
        run()
    return list(held.captured_queries)


def lines(wrong: list[tuple[str, list[str]]]) -> str:
    return "\n\n".join(f"{sql}\n    " + "\n    ".join(plan) for sql, plan in wrong)


@pytest.mark.parametrize("name", LARGE)
def test_each_order_of_a_list_has_an_index_for_its_first_and_its_following_pages(
    ledger: Any, db: None, name: str
) -> None:
    entity = registry.get(name)
    orders = {one.name for one in entity.fields.values() if one.sortable} | {entity.default_sort.lstrip("-")}
    orders |= {"sort_key"} if hasattr(entity.model, "sort_key") else set()
    wrong = []
    for order in sorted(orders):
        for sign in ("", "-"):
            after = ""
            for _page in range(2):
                query = QueryDict(mutable=True)
                query.update({"sort": f"{sign}{order}", "after": after})
                state = ListState.of(entity, ledger, query)
                answers: list[Any] = []
                wrong += [
                    (f"{sign}{order}: {sql}", plan)
                    for sql, plan in plans(
                        caught(lambda state=state, answers=answers: answers.append(state.page()))
                    )
                ]
                after = answers[0][1]
    assert not wrong, lines(wrong)


@pytest.mark.parametrize("name", LARGE)
def test_the_presets_use_an_index(ledger: Any, db: None, name: str) -> None:
    """Some narrow what was found and sort it; none reads the table through."""
    entity = registry.get(name)
    wrong = []
    for preset in entity.presets:
        query = QueryDict(mutable=True)
        query.update({"preset": preset.key})
        state = ListState.of(entity, ledger, query)
        wrong += [(f"{preset.key}: {sql}", plan) for sql, plan in plans(caught(state.page), sorts=False)]
    assert not wrong, lines(wrong)


def test_the_pages_of_daily_use_read_no_table_through(ledger: Any, db: None, as_alice: Any) -> None:
    account = registry.get("account").model.objects.filter(deleted_at=None).first()
    deal = registry.get("deal").model.objects.first()
    wrong = []
    for address in ("/deals/board/", f"/accounts/{account.pk}/", f"/accounts/{account.pk}/timeline/", f"/accounts/{account.pk}/timeline/?kind=talk", f"/deals/{deal.pk}/", f"/accounts/{account.pk}/history/",
                    "/today/", "/calendar/?on=2026-11-11", "/calendar/?span=day&who=all&on=2026-11-11", "/calendar/?span=month&who=all&on=2026-11-11", "/calendar/route/?on=2026-11-11", "/pick/", "/accounts/pick/", "/bin/", "/search/?q=客1", "/accounts/?q=客1", "/record/notifications/"):  # fmt: skip
        found = caught(lambda address=address: as_alice.get(address))
        wrong += [(f"{address}: {sql}", plan) for sql, plan in plans(found, sorts=False)]
    assert not wrong, lines(wrong)


def test_a_column_of_the_board_comes_in_order(ledger: Any, db: None) -> None:
    stage = stages_of(default_pipeline().pk)[0]
    rows = (
        registry.get("deal")
        .model.objects.filter(deleted_at=None, stage=stage.pk)
        .order_by("-stage_changed_at", "-pk")[:40]
    )
    assert not plans(caught(lambda: list(rows)))


def test_timelines_the_bin_and_open_tasks_come_in_order(ledger: Any, db: None) -> None:
    account, entity = (
        registry.get("account").model.objects.filter(deleted_at=None).first(),
        registry.get("account"),
    )
    task = registry.get("task").model.objects.filter(deleted_at=None, done_at=None)
    asked = {
        "timeline": lambda: timeline.stamp(entity, account),
        "timeline page": lambda: timeline.items(entity, account.pk, ledger),
        "bin": lambda: list(in_bin(entity, ledger).order_by("-deleted_at")[:100]),
        "my open tasks": lambda: list(
            task.filter(owner=ledger, due_at__lt=timezone.now()).order_by("due_at", "pk")[:60]
        ),
        "open tasks": lambda: list(task.filter(due_at__isnull=False).order_by("due_at", "pk")[:60]),
        "reminders": lambda: list(task.filter(remind_at__lte=timezone.now(), reminded_at=None)[:500]),
        "files": lambda: list(
            Attachment.objects.filter(entity="account", record_id=account.pk, deleted_at=None)
        ),
        "versions": lambda: list(
            Event.objects.filter(entity="account", record_id=account.pk, version__gt=1).order_by("version")
        ),
        "unique": lambda: list(entity.model.objects.filter(code="K-1", deleted_at=None).exclude(pk=1)[:1]),
        "similar": lambda: similar(
            entity, {"name": "客1", "phone": "03-1234-0001", "email": "a@example.jp"}, ledger
        ),
        "similar contact": lambda: similar(
            registry.get("contact"),
            {"family_name": "姓1", "phone": "03-1234-0001", "email": "a@example.jp"},
            ledger,
        ),
        "search": lambda: searching.find("客1", ledger),
        "search in list": lambda: list(
            entity.model.objects.filter(compile_condition(entity, {"search": "客1"}, Scope.of(ledger)))[:50]
        ),
    }
    sorted_after = {"files", "versions", "search", "search in list"}
    wrong = []
    for name, ask in asked.items():
        wrong += [
            (f"{name}: {sql}", plan) for sql, plan in plans(caught(ask), sorts=name not in sorted_after)
        ]
    assert not wrong, lines(wrong)


def test_the_test_itself_sees_a_table_read_through(ledger: Any, db: None) -> None:
    model = registry.get("account").model
    assert plans(caught(lambda: list(model.objects.filter(note="x"))))
    assert plans(caught(lambda: list(model.objects.filter(deleted_at=None).order_by("note")[:5])))
