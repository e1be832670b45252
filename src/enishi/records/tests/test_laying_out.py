"""A4: what the owner lays out and sets: words in both languages, two admins at once, values that tell records apart."""

import importlib
import json
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import translation

from enishi.access.models import Role
from enishi.japanese.text import as_code
from enishi.records import registry, write
from enishi.records.design import operations, sets
from enishi.records.errors import Refused
from enishi.records.tests.test_sets import wiped

pytestmark = [pytest.mark.django_db, pytest.mark.row("A4")]


@pytest.fixture
def car(alice: Any) -> str:
    """A drawn entity with a text."""
    made = operations.add_entity("車両", slug="cars", by=alice)
    operations.add_field(made.name, "text", "車台番号", {}, by=alice)
    return str(made.name)


def test_what_is_there_twice_can_t_tell_records_apart(car: str, alice: Any) -> None:
    entity = registry.get(car)
    number = entity.own[0].name
    rows = [
        {"name": name, number: value}
        for name, value in (("甲", "A-1"), ("乙", "A-1"), ("丙", ""), ("丁", ""))
    ]
    made = write.create_many(entity, rows, by=alice, operation=None)
    with pytest.raises(Refused, match="「A-1」が2件"):
        operations.change_field(car, number, {"unique": "1"}, by=alice)
    write.delete(entity, [made[1].pk], by=alice)
    operations.change_field(car, number, {"unique": "1"}, by=alice)
    with pytest.raises(Refused, match="「A-1」は「甲」が使っています"):
        write.create(registry.get(car), {"name": "戊", number: "A-1"}, by=alice)
    write.create(registry.get(car), {"name": "甲"}, by=alice)
    with pytest.raises(Refused, match="「甲」が2件") as refused:
        operations.change_entity(car, {"title_unique": True}, by=alice)
    assert set(refused.value.errors) == {"title_unique"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Ａ－００１", "A-001"), ("a1", "a1"), ("得１", "得１"), ("Ａ　１", "A 1"), ("ー", "-")],
)
def test_codes_are_kept_in_half_width(typed: str, kept: str, alice: Any) -> None:
    made = write.create(registry.get("account"), {"name": "青木商店", "code": typed}, by=alice).record
    assert made.code == kept == as_code(kept)


def test_codes_that_were_stored_in_full_width_come_along(alice: Any) -> None:
    account = registry.get("account")
    firms = write.create_many(
        account, [{"name": f"会社{n}", "code": f"K{n}"} for n in range(3)], by=alice, operation=None
    )
    for firm, code in zip(firms, ("Ａ１", "Ａ２", "A2"), strict=True):
        account.model._default_manager.filter(pk=firm.pk).update(code=code)
    importlib.import_module("enishi.people.migrations.0009_codes").Migration.operations[0].code(apps, None)
    held = account.model._default_manager.order_by("pk").values_list("code", flat=True)
    assert list(held) == ["A1", "Ａ２", "A2"]  # of two that would be one, each keeps what it has


def test_a_card_laid_out_in_one_language_is_read_in_both(as_alice: Client, alice: Any) -> None:
    account = registry.get("account")
    before = {}
    for code in ("ja", "en"):
        with translation.override(code):
            before[code] = [str(one.label) for one in account.sections]
    assert before["ja"] != before["en"]
    sections = [
        {"label": label, "fields": list(one.fields)}
        for label, one in zip(before["en"], account.sections, strict=True)
    ]
    operations.lay_out("account", {"sections": sections}, by=alice)
    for code in ("ja", "en"):
        with translation.override(code):
            assert [str(one.label) for one in registry.get("account").sections] == before[code]


def test_a_set_brings_the_first_questions_and_what_the_menu_leaves_out(car: str, alice: Any) -> None:
    number = registry.get(car).own[0].name
    sections = [{"label": "書類", "label_en": "Papers", "fields": ["name", number]}]
    operations.lay_out(car, {"quick": ["name", number], "sections": sections}, by=alice)
    operations.change_entity(car, {"in_navigation": False}, by=alice)
    with translation.override("en"):
        content = json.loads(json.dumps(sets.export(alice)))
    wiped()
    sets.load(content, by=alice)
    entity = next(one for one in registry.all_entities() if str(one.label) == "車両")
    assert entity.quick_fields == ("name", entity.own[0].name) and not entity.in_navigation
    assert "書類" in [str(one.label) for one in entity.sections]
    with translation.override("en"):
        assert "Papers" in [str(one.label) for one in entity.sections]


def test_of_two_who_lay_out_at_once_the_later_is_told(car: str, as_alice: Client) -> None:
    page = as_alice.get(f"/settings/design/{car}/").content.decode()
    seen = page.partition('data-seen="')[2].partition('"')[0]
    number = registry.get(car).own[0].name
    sent = {"layout": json.dumps({"columns": [number]}), "seen": seen}
    first = as_alice.post(f"/settings/design/{car}/layout/", sent)
    assert first.status_code == 200 and first.json()["seen"] != seen
    later = as_alice.post(f"/settings/design/{car}/layout/", {**sent, "layout": json.dumps({"columns": []})})
    assert (
        later.status_code == 409
        and "ほかの管理者" in json.loads(later.headers["HX-Trigger"])["toast"]["message"]
    )
    assert registry.get(car).columns == (number,)
    again = {"layout": json.dumps({"columns": []}), "seen": first.json()["seen"]}
    assert as_alice.post(f"/settings/design/{car}/layout/", again).status_code == 200


def test_of_two_who_change_a_role_the_later_is_told_and_loses_nothing(as_alice: Client) -> None:
    role = Role.objects.create(
        name="営業", rights={"default": {}, "entities": {}, "fields": {}, "imports": False}
    )
    page = as_alice.get(f"/settings/roles/{role.pk}/").content.decode()
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    assert as_alice.post(f"/settings/roles/{role.pk}/", {"name": "営業部", "seen": seen}).status_code == 302
    later = as_alice.post(f"/settings/roles/{role.pk}/", {"name": "営業一課", "seen": seen, "imports": "1"})
    text = later.content.decode()
    assert later.status_code == 422 and "ほかの管理者が変更しました" in text and 'value="営業一課"' in text
    role.refresh_from_db()
    assert role.name == "営業部"
    now = text.partition('name="seen" value="')[2].partition('"')[0]
    assert as_alice.post(f"/settings/roles/{role.pk}/", {"name": "営業一課", "seen": now}).status_code == 302


def test_the_dialogs_say_what_stands_in_the_way_of_uniqueness(car: str, as_alice: Client, alice: Any) -> None:
    entity = registry.get(car)
    number = entity.own[0].name
    write.create_many(entity, [{"name": "甲", number: "A-1"}] * 2, by=alice, operation=None)
    page = as_alice.post(f"/settings/design/{car}/fields/{number}/", {"label": "車台番号", "unique": "1"})
    assert page.status_code == 422 and "「A-1」が2件" in page.content.decode()
    words = {"label": "車両", "title_unique": "1", "in_navigation": "1"}
    page = as_alice.post(f"/settings/design/{car}/words/", words)
    assert page.status_code == 422 and "「甲」が2件" in page.content.decode()
    write.write(entity, entity.model._default_manager.first().pk, {"name": "乙"}, by=alice)
    assert as_alice.post(f"/settings/design/{car}/words/", words).status_code == 302
    assert (
        'name="title_unique" value="1" checked'
        in as_alice.get(f"/settings/design/{car}/words/").content.decode()
    )
    assert registry.get(car).fields["name"].unique


def test_what_nothing_is_tied_to_takes_no_sheet_of_its_own(
    alice: Any, as_alice: Client, as_carol: Client
) -> None:
    account = write.create(registry.get("account"), {"name": "丸山商店"}, by=alice).record
    page = as_alice.get(account_url := f"/accounts/{account.pk}/").content.decode()
    assert "つながりを追加" in page and 'aria-label="連絡先を追加"' in page and "<h2>連絡先 <" not in page
    looked = as_carol.get(account_url).content.decode()  # who adds nothing isn't told of what there isn't
    assert "つながりを追加" not in looked and "連絡先を追加" not in looked
    write.create(registry.get("contact"), {"name": "丸山 花子", "account": account.pk}, by=alice)
    for part in ("", "?part=live"):
        page = as_alice.get(account_url + part).content.decode()
        assert "<h2>連絡先 <" in page and "丸山 花子" in page and 'aria-label="案件を追加"' in page
        assert page.count('aria-label="連絡先を追加"') == 1
