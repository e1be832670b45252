"""Ready sets, and what one installation gives another."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from enishi.records import registry, write
from enishi.records.design import operations, sets
from enishi.records.errors import Refused
from enishi.records.models import ConnectionDesign, DesignRound, EntityDesign, FieldDesign
from enishi.records.testing import changed_tables, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.row("A4")]


@pytest.mark.parametrize("key", ["wholesale", "construction", "practice", "salon", "school"])
def test_a_ready_set_is_loaded_by_a_click_and_can_be_worked_with(
    key: str, as_alice: Client, bob: Any, as_bob: Client
) -> None:
    assert as_alice.post("/settings/design/sets/", {"ready": key}).status_code == 302
    content = next(one["content"] for one in sets.ready() if one["key"] == key)
    drawn = [one for one in registry.all_entities() if one.drawn]
    assert len(drawn) == sum(
        "label" in one for one in content["entities"]
    ) and ConnectionDesign.objects.count() == len(content["connections"])
    for entity in drawn:
        record = write.create(
            entity, {"name": "見本", **{one.name: "2026-11-24" for one in entity.own if one.required}}, by=bob
        ).record
        for address in (entity.list_url, entity.url(record.pk), f"{entity.list_url}new/"):
            assert as_bob.get(address).status_code == 200
        if entity.board:
            assert as_bob.get(f"{entity.list_url}board/").status_code == 200
        if entity.calendar_field:
            assert as_bob.get(f"{entity.list_url}calendar/").status_code == 200
    assert as_alice.get("/settings/design/").status_code == 200
    # Once more changes nothing.
    held = (EntityDesign.objects.count(), FieldDesign.objects.count(), ConnectionDesign.objects.count())
    assert as_alice.post("/settings/design/sets/", {"ready": key}).status_code == 302
    assert held == (
        EntityDesign.objects.count(),
        FieldDesign.objects.count(),
        ConnectionDesign.objects.count(),
    )


def test_two_installations_exchange_a_set(as_alice: Client, alice: Any) -> None:
    as_alice.post("/settings/design/sets/", {"ready": "wholesale"})
    text = as_alice.get("/settings/design/sets/export/").content.decode()
    before = shape()
    for model in (ConnectionDesign, FieldDesign, EntityDesign, DesignRound):
        model.objects.all().delete()  # type: ignore[attr-defined]
    registry.rebuild()
    assert not [one for one in registry.all_entities() if one.drawn]
    answer = as_alice.post("/settings/design/sets/", {"file": SimpleUploadedFile("set.json", text.encode())})
    assert answer.status_code == 302
    assert shape() == before


def wiped() -> None:
    """As another installation is: nothing drawn."""
    for one in (*EntityDesign.objects.all(), *FieldDesign.objects.all(), *ConnectionDesign.objects.all()):
        one.delete()
    registry.refresh(now=True)


def shape() -> Any:
    """All that was drawn, by its words."""
    return [
        (
            str(entity.label), entity.slug, entity.icon,
            [(str(s.label), [entity.fields[n].label for n in s.fields]) for s in entity.sections],
            [entity.fields[n].label for n in entity.columns],
            sorted((one.kind, one.label, one.required, one.unique) for one in entity.own),
            entity.fields[entity.calendar_field].label if entity.calendar_field else "",
        )
        for entity in sorted(registry.all_entities(), key=lambda one: str(one.label))
        if entity.own
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[]", b"\xff\xfe", b'{"format": "enishi-set", "version": 2}',
        b'{"format": "enishi-set", "version": 1, "entities": 5}',
        json.dumps({"format": "enishi-set", "version": 1, "entities": [{"key": "a", "label": "\u8eca", "fields": [{"kind": "nonsense", "label": "x"}]}]}).encode(),
        json.dumps({"format": "enishi-set", "version": 1, "entities": [{"key": "a", "label": "\u8eca"}], "connections": [{"from": "a", "to": "nowhere", "label": "x", "back_label": "y"}]}).encode(),
        json.dumps({"format": "enishi-set", "version": 1, "entities": [{"key": "a", "label": "\u8eca", "fields": [{"kind": "choice", "label": "x", "options": {"choices": {"a": 1}}}]}]}).encode(),
    ],
)  # fmt: skip
def test_a_file_that_is_no_set_changes_nothing(content: bytes, as_alice: Client, alice: Any) -> None:
    before = snapshot()
    answer = as_alice.post("/settings/design/sets/", {"file": SimpleUploadedFile("set.json", content)})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert changed_tables(before, snapshot()) == []


def test_a_set_from_elsewhere_is_only_for_admins(bob: Any) -> None:
    with pytest.raises(Exception, match="権限"):
        sets.load({"format": "enishi-set", "version": 1}, by=bob)
    with pytest.raises(Refused):
        sets.read("x" * (sets.LARGEST + 1))


def test_who_begins_with_nothing_is_led_to_the_ready_sets(as_alice: Client, as_bob: Client) -> None:
    assert "/settings/design/sets/" in as_alice.get("/accounts/").content.decode()
    assert "/settings/design/sets/" not in as_bob.get("/accounts/").content.decode()  # only admins draw


def test_rules_and_changes_of_built_in_fields_go_along_in_words(as_alice: Client, alice: Any) -> None:
    kinds = [{"label": "秘密保持"}, {"label": "売買"}]
    name = operations.add_entity("契約書", by=alice).name
    kind = operations.add_field(name, "choice", "種別", {"choices": kinds}, by=alice).key
    choice = registry.get(name).fields[kind].options[1].value
    operations.add_field(
        name,
        "text",
        "違約金の内容",
        {"visible_if": {"field": kind, "values": [choice]}, "required": "1"},
        by=alice,
    )
    operations.change_field("account", "note", {"label": "社内メモ", "help": "社外秘"}, by=alice)
    text = as_alice.get("/settings/design/sets/export/").content.decode()
    for model in (ConnectionDesign, FieldDesign, EntityDesign, DesignRound):
        model.objects.all().delete()  # type: ignore[attr-defined]
    registry.rebuild()
    sets.load(sets.read(text), by=alice)
    contract = next(one for one in registry.all_entities() if str(one.label) == "契約書")
    asked = next(one for one in contract.own if one.label == "違約金の内容")
    field, values = asked.visible_if or ("", ())
    assert contract.fields[field].label == "種別"
    assert [contract.fields[field].option(one).label for one in values] == ["売買"]  # type: ignore[attr-defined]
    assert registry.get("account").fields["note"].label == "社内メモ"


def test_a_set_leaves_the_layout_of_what_is_there(as_alice: Client, alice: Any) -> None:
    as_alice.post("/settings/design/sets/", {"ready": "wholesale"})
    held = shape()
    content = sets.export(alice)
    for one in content["entities"]:
        if one.get("layout"):
            one["layout"]["sections"] = [{"label": "別の並び", "fields": []}]
    content["entities"][0]["fields"].append({"kind": "text", "label": "追加の項目", "options": {}})
    sets.load(content, by=alice)
    now = shape()
    assert [[section for section, _fields in one[3]] for one in now] == [
        [section for section, _fields in one[3]] for one in held
    ]
    assert "追加の項目" in str(now)


def test_formulas_come_in_whatever_their_order_and_language(alice: Any) -> None:
    maker, product = (
        operations.add_entity(label, slug=slug, by=alice).name
        for label, slug in (("仕入元", "makers"), ("扱う品", "wares"))
    )
    operations.add_field(product, "number", "単価", {}, by=alice)
    first = operations.add_field(
        product, "formula", "甲", {"formula": {"expression": "{単価}*2"}}, by=alice
    ).key
    operations.add_field(product, "formula", "乙", {"formula": {"expression": "{単価}*3"}}, by=alice)
    operations.change_field(product, first, {"formula": {"expression": "{乙}*2"}}, by=alice)
    operations.add_connection(product, maker, label="元", back_label="品々", many=False, by=alice)
    operations.add_field(maker, "formula", "総額", {"formula": {"rollup": ["sum", "品々", "甲"]}}, by=alice)
    operations.add_field(
        "account", "formula", "一人あたり", {"formula": {"expression": "{従業員数}*2"}}, by=alice
    )
    with translation.override("en"):
        content = json.loads(json.dumps(sets.export(alice)))
    wiped()
    sets.load(content, by=alice)
    labels = {found.label for entity in registry.all_entities() for found in entity.own}
    assert {"甲", "乙", "総額", "一人あたり"} <= labels


def test_another_entity_at_the_same_address_stays_another(alice: Any) -> None:
    held = operations.add_entity("協力会社", slug="partners", by=alice).name
    one = {
        "key": "k",
        "label": "提携病院",
        "slug": "partners",
        "fields": [{"kind": "text", "label": "診療科"}],
    }
    content = {"format": "enishi-set", "version": 1, "entities": [one]}
    assert "提携病院" in sets.load(content, by=alice).made and not registry.get(held).own
    made = next(each for each in registry.all_entities() if str(each.label) == "提携病院")
    operations.retire_entity(made.name, by=alice)
    assert "提携病院" in sets.load(content, by=alice).made


@pytest.mark.parametrize(
    "one",
    [
        {"layout": {"board": ["x"]}}, {"layout": {"columns": [["x"]]}}, {"layout": {"sections": [{"label": "s", "fields": [{}]}]}},
        {"fields": [{"kind": "text", "label": "t", "options": {"visible_if": {"field": [], "values": ["a"]}}}]},
        {"fields": [{"kind": "formula", "label": "t", "options": {"formula": {"rollup": [[], 1, 2]}}}]}, {"slug": {}, "icon": []},
    ],
)  # fmt: skip
def test_what_is_no_word_where_one_belongs_is_refused_in_words_or_left_out(
    one: dict[str, Any], alice: Any, as_alice: Client
) -> None:
    try:
        sets.load(
            {"format": "enishi-set", "version": 1, "entities": [{"key": "a", "label": "車", **one}]}, by=alice
        )
    except Refused as error:
        assert str(error)
        assert "車" not in {str(each.label) for each in registry.all_entities()}, "all of a set or nothing"
        return
    (made,) = (each for each in registry.all_entities() if str(each.label) == "車")
    for address in (f"/{made.slug}/", f"/{made.slug}/new/", f"/settings/design/{made.name}/"):
        assert as_alice.get(address).status_code == 200, address
