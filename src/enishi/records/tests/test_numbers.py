"""A4: what was typed is stored as it was typed, or refused; a number is never cut."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import Client

from enishi.records import registry, write
from enishi.records.design import operations
from enishi.records.fields.numbers import Money, Number, Percent
from enishi.records.lists import ListState

pytestmark = pytest.mark.row("A4")


@pytest.mark.parametrize(
    ("kind", "places", "raw", "value"),
    [
        (Number, 0, "12", 12), (Number, 0, 12.0, 12), (Number, 0, "12.7", None), (Number, 0, 12.7, None), (Number, 0, 0.1 + 0.2 + 0.7, 1),
        (Number, 2, "12.75", 12.75), (Number, 2, 0.1 + 0.2, 0.3), (Number, 2, "12.755", None), (Number, 1, "1,234.5", 1234.5), (Number, 1, 10**14 + 0.5, 10**14 + 0.5),
        (Percent, 0, "5.5", None), (Percent, 0, 0.5, None), (Percent, 0, 1.0, 1), (Percent, 0, "30%", 30), (Percent, 0, "３０％", 30), (Percent, 1, "5.5%", 5.5),
        (Percent, 1, 0.5, 0.5), (Percent, 2, "7.25", 7.25), (Percent, 1, "100.5", None), (Money, 0, "99.9", None), (Money, 0, "¥1,200", 1200),
        (Money, 0, "1.5万円", 15000), (Money, 0, "1.23456万円", None), (Money, 0, 99.9, None), (Money, 0, "1" * 40, None),
    ],
)  # fmt: skip
def test_a_number_is_kept_or_refused(kind: Any, places: int, raw: Any, value: Any) -> None:
    found = kind("f1", "率", places=places)
    if value is None:
        with pytest.raises(ValidationError) as refused:
            found.clean(raw)
        assert "率" in refused.value.messages[0] or "大きすぎる" in refused.value.messages[0]
    else:
        assert found.clean(raw) == value and type(found.clean(raw)) is (float if places else int)


@pytest.mark.django_db
def test_a_percent_takes_places_later(alice: Any, bob: Any, as_alice: Client) -> None:
    """What was stored before stays, sorts and filters with what comes after."""
    key = operations.add_field("account", "percent", "掛率", {}, by=alice).key
    entity = registry.get("account")
    old = write.create(entity, {"name": "甲", key: "65"}, by=bob).record
    assert "小数の桁数" in as_alice.get(f"/settings/design/account/fields/{key}/").content.decode()
    operations.change_field("account", key, {"places": "1"}, by=alice)
    entity = registry.get("account")
    new = write.create(entity, {"name": "乙", key: "65.5%"}, by=bob).record
    found = entity.fields[key]
    stored = {row.pk: row for row in entity.model._default_manager.all()}
    assert found.value_text(stored[old.pk]) == "65.0%" and found.value_text(stored[new.pk]) == "65.5%"
    for op, value, wanted in (("gte", "65.5", [new.pk]), ("is", "65", [old.pk]), ("lt", "65.5", [old.pk])):
        tree = json.dumps({"field": key, "op": op, "value": value})
        rows = ListState.of(entity, bob, QueryDict(f"filter={tree}")).page()[0]
        assert [row.pk for row in rows] == wanted
