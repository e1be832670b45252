"""An entity of the owner's own for measurements: twenty fields of its kinds, each record tied to an account."""

import datetime
import random
from typing import Any

from django.db import transaction
from django.utils import timezone

from enishi.access.models import User
from enishi.people.models import Account
from enishi.records import registry
from enishi.records.design import indexes, operations
from enishi.records.models import FieldDesign, Link
from enishi.records.rows import insert_rows, new

LABEL, SLUG, BATCH = "設備", "equipment", 10_000
FIELDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("text", "型番", {}), ("text", "製造番号", {}), ("text", "設置場所", {}), ("text", "色", {}), ("number", "台数", {}),
    ("number", "出力", {"places": "1"}), ("number", "年式", {}), ("money", "価格", {}), ("money", "保守料", {}), ("percent", "値引", {}),
    ("date", "設置日", {}), ("date", "保証期限", {}), ("date", "次回点検", {}), ("yes_no", "リース", {}), ("yes_no", "予備", {}),
    ("choice", "状態", {"choices": [{"label": "稼働"}, {"label": "停止"}, {"label": "撤去"}]}),
    ("choice", "等級", {"choices": [{"label": "A"}, {"label": "B"}, {"label": "C"}]}),
    ("choices", "用途", {"choices": [{"label": "製造"}, {"label": "検査"}, {"label": "梱包"}]}),
    ("telephone", "連絡先", {}), ("long_text", "備考", {}),
)  # fmt: skip


def draw(user: User) -> str:
    """The entity with its fields, its connection and the fields' indexes; returns its name."""
    name: str = operations.add_entity(LABEL, slug=SLUG, icon="wrench", by=user).name
    for kind, label, options in FIELDS:
        operations.add_field(name, kind, label, options, by=user)
    operations.add_connection(name, "account", label="設置先", back_label="設備", many=False, by=user)
    for row in FieldDesign.objects.filter(entity=name):
        if row.kind in indexes.INDEXED:
            indexes.make(row)
    registry.rebuild()
    return name


def fill(user: User, size: int, seed: int = 1) -> None:
    """So many records, one for each of as many accounts as there are, in turn."""
    some = random.Random(seed)  # noqa: S311 (measuring, no secret)
    name = draw(user)
    entity = registry.get(name)
    keys = {one.label: one.name for one in entity.own}
    tie = entity.linked[0].relation
    accounts = list(Account.objects.order_by("pk").values_list("pk", flat=True)[:size])
    today = timezone.localdate()
    for start in range(0, size, BATCH):
        with transaction.atomic():
            records, hosts = [], []
            for place in range(start, min(start + BATCH, size)):
                title = f"{some.choice(('旋盤', '射出成形機', 'コンプレッサー', '検査装置', '搬送機'))} {place:07}"
                values = {
                    "型番": f"X{some.randint(1, 900)}", "製造番号": f"N{place:08}", "設置場所": some.choice(("1階", "2階", "倉庫")),
                    "色": some.choice(("白", "灰")), "台数": some.randint(1, 1000), "出力": some.randint(1, 500) / 10,
                    "年式": some.randint(1990, 2026), "価格": some.randint(1, 900) * 10_000, "保守料": some.randint(1, 90) * 1000,
                    "値引": some.randint(0, 30), "設置日": (today - datetime.timedelta(some.randint(1, 4000))).isoformat(),
                    "保証期限": (today + datetime.timedelta(some.randint(-900, 900))).isoformat(),
                    "次回点検": (today + datetime.timedelta(some.randint(-60, 400))).isoformat(), "リース": some.random() < 0.3,
                    "状態": some.choices(("o1", "o2", "o3"), (80, 15, 5))[0], "等級": some.choice(("o1", "o2", "o3")),
                    "用途": ["o1"], "連絡先": "03-1234-5678", "備考": "定期点検のこと",
                }  # fmt: skip
                record = new(
                    entity.model,
                    name=title,
                    owner_id=user.pk,
                    custom={keys[label]: value for label, value in values.items()},
                )
                entity.prepare(record, {"name"})
                records.append(record)
                hosts.append(accounts[place % len(accounts)] if accounts else None)
            insert_rows(entity.model, records)
            insert_rows(
                Link,
                [
                    new(
                        Link,
                        relation=tie,
                        from_entity=name,
                        from_id=record.pk,
                        to_entity="account",
                        to_id=host,
                    )
                    for record, host in zip(records, hosts, strict=True)
                    if host is not None
                ],
            )
