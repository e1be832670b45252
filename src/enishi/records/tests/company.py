"""A company out of a seed: records of every kind with every kind of value, for tests that compare two answers."""

import datetime
import random
from typing import Any

from django.utils import timezone

from enishi.records import registry, write
from enishi.records.models import FieldDesign, Operation
from enishi.records.registry import rebuild
from enishi.sales.pipelines.entity import default_pipeline, stages_of

WORDS = (
    "東",
    "京",
    "東京",
    "田中",
    "高崎",
    "マル",
    "カナ",
    "ひら",
    "Abc",
    "abc",
    "x1",
    "12",
    "営業",
    "の",
    "a b",
    "㈱",
)
TAGS = ("VIP", "展示会", "紹介", "要注意")
OWN = {
    "account": (
        ("text", "型番"),
        ("number", "台数"),
        ("date", "更新日"),
        ("yes_no", "紙の請求書"),
        ("money", "予算"),
        ("choice", "区分"),
    ),
    "deal": (("text", "機種"), ("date_time", "来社"), ("percent", "値引")),
}


def own_fields() -> dict[str, list[str]]:
    """Keys of own fields, made anew."""
    made: dict[str, list[str]] = {}
    for entity, fields in OWN.items():
        for kind, label in fields:
            options = (
                {"choices": [{"value": v, "label": v} for v in ("甲", "乙")]} if kind == "choice" else {}
            )
            row = FieldDesign.objects.create(entity=entity, kind=kind, label=label, options=options)
            made.setdefault(entity, []).append(row.key)
    rebuild()
    return made


def words(some: random.Random, most: int = 3) -> str:
    return "".join(some.choice(WORDS) for _ in range(some.randint(0, most)))


def day(some: random.Random) -> Any:
    """Mostly near today, where the operators on dates change their minds."""
    if some.random() < 0.25:
        return None
    near = some.choice((0, 0, 1, -1, 7, -7, 30, -30, 31, -31, 365, -365)) + some.randint(-2, 2)
    return timezone.localdate() + datetime.timedelta(days=near)


def moment(some: random.Random) -> Any:
    found = day(some)
    if found is None:
        return None
    return timezone.make_aware(
        datetime.datetime.combine(
            found,
            some.choice(
                (datetime.time(0), datetime.time(23, 59, 59), datetime.time(8, 59), datetime.time(9))
            ),
        )
    )


def value(found: Any, some: random.Random, users: list[Any]) -> Any:
    """A raw value of a field's kind."""
    match found.kind:
        case "user":
            return some.choice([None, *[one.pk for one in users]])
        case "tags":
            return sorted(some.sample(TAGS, some.randint(0, 2)))
        case "choice" | "free_choice":
            return some.choice(
                [*([] if found.required else [""]), *[option.value for option in found.options]]
            )
        case "yes_no":
            return some.choice([True, False, ""])
        case "date":
            return day(some)
        case "date_time" | "moment":
            return moment(some)
        case "number" | "money" | "percent":
            return some.choice([None, 0, 1, 50, 99, 100])
        case _:
            return words(some)


def build(seed: int, users: list[Any], size: int = 10) -> dict[str, list[Any]]:
    """Accounts, contacts, deals, tasks and activities that hang together at random; some in the bin."""
    some = random.Random(seed)
    by = users[0]
    made: dict[str, list[Any]] = {}

    def rows(entity_name: str, fields: list[str], **more: Any) -> None:
        entity = registry.get(entity_name)
        found = []
        for _number in range(size):
            held = {one: value(entity.field(one), some, users) for one in fields if one in entity.fields}
            held |= {one: give() for one, give in more.items()}
            found.append(held)
        operation = Operation.objects.create(kind="import", user=by, summary="名簿.csv")
        made[entity_name] = write.create_many(entity, found, by=by, operation=operation)

    def of(name: str) -> Any:
        return some.choice([None, *[one.pk for one in made[name]]])

    def where() -> str:
        name = some.choice(("account", "contact", "deal", ""))
        return f"{name}:{some.choice(made[name]).pk}" if name else ""

    account = [one.name for one in registry.get("account").own]
    rows(
        "account",
        ["kana", "status", "rank", "industry", "employees", "owner", "tags", "note", "started_on", *account],
        name=lambda: words(some) or "無名",
    )
    rows(
        "contact",
        ["given_name", "title", "rank", "gender", "owner", "tags", "purchase_total"],
        family_name=lambda: words(some) or "姓",
        account=lambda: of("account"),
    )
    stages = stages_of(default_pipeline().pk)
    rows(
        "deal", ["amount", "probability", "expected_close", "source", "owner", "tags", *(one.name for one in registry.get("deal").own)],
        name=lambda: words(some) or "案件", account=lambda: of("account"), contact=lambda: of("contact"),
        stage=lambda: some.choice(stages).pk, lost_reason=lambda: "競合",
    )  # fmt: skip
    rows(
        "task",
        ["due_at", "priority", "owner", "done_at", "tags"],
        name=lambda: words(some) or "作業",
        about=where,
    )
    rows(
        "activity",
        ["kind", "outcome", "minutes", "owner"],
        text=lambda: words(some),
        about=where,
        at=lambda: moment(some) or timezone.now(),
    )
    for name, records in made.items():
        for record in records[:2]:
            changes = {"owner": some.choice(users).pk} if name != "activity" else {"text": "直した"}
            again = registry.get(name).model._default_manager.get(pk=record.pk)
            operation = Operation.objects.order_by("pk").first()
            write.write_many(registry.get(name), [(again, changes)], by=by, operation=operation)
        write.delete(registry.get(name), [some.choice(records).pk], by=by)
    return made
