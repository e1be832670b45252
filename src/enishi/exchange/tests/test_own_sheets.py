"""A sheet of an entity that the owner has drawn is one of it, wherever it was opened: A4, B1."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from enishi.exchange import importing
from enishi.exchange.mapping import Plan
from enishi.records import registry, write
from enishi.records.design import operations
from enishi.records.visible import visible

pytestmark = [pytest.mark.django_db, pytest.mark.row("A4"), pytest.mark.row("B1")]


@pytest.fixture
def drawn(alice: Any) -> dict[str, str]:
    """仕入先, and contracts with an account, an end and an amount."""
    supplier = operations.add_entity("仕入先", by=alice).name
    operations.add_field(supplier, "text", "電話番号", {}, by=alice)
    contract = operations.add_entity("契約書", by=alice).name
    operations.add_field(contract, "date", "終了日", {}, by=alice)
    operations.add_field(contract, "money", "金額", {}, by=alice)
    operations.add_connection(contract, "account", label="取引先", back_label="契約書", many=False, by=alice)
    return {"supplier": supplier, "contract": contract}


def brought(alice: Any, tmp_path: Path, text: str) -> Any:
    path = tmp_path / "表.csv"
    path.write_text(text, encoding="cp932")
    job = importing.begin(path, path.name, by=alice)
    importing.run(job)
    return Plan.from_json(job.plan)


def test_the_first_column_says_what_a_sheet_is_of(alice: Any, tmp_path: Path, drawn: dict[str, str]) -> None:
    plan = brought(alice, tmp_path, "仕入先名,電話番号\n北海食品株式会社,03-1234-5678\n")
    assert plan.main == drawn["supplier"]
    held = visible(registry.get(drawn["supplier"]), alice)
    assert [one.name for one in held] == ["北海食品株式会社"]
    write.create(registry.get("account"), {"name": "東和商事"}, by=alice)
    plan = brought(
        alice, tmp_path, "No,契約書名,取引先,終了日,金額\n1,保守契約,東和商事,令和9年3月31日,12万円\n"
    )
    assert plan.main == drawn["contract"]
    entity = registry.get(drawn["contract"])
    row = visible(entity, alice).get()
    held = {found.label: found.text(found.get(row)) for found in entity.own}
    assert row.name == "保守契約" and held["終了日"] == "2027/03/31(水)" and held["金額"] == "¥120,000"


def test_it_is_told_in_whatever_language_the_reader_has(
    alice: Any, tmp_path: Path, drawn: dict[str, str]
) -> None:
    operations.change_entity(drawn["contract"], {"label": "契約書", "label_en": "Contract"}, by=alice)
    for language, heading in (("en", "契約書名"), ("ja", "Contract name")):
        with translation.override(language):
            assert brought(alice, tmp_path, f"{heading},金額\n保守,1\n").main == drawn["contract"]


def test_a_ledger_of_customers_stays_one(alice: Any, tmp_path: Path, drawn: dict[str, str]) -> None:
    plan = brought(alice, tmp_path, "会社名,電話番号,仕入先\n東和商事,03-1234-5678,北海食品\n")
    assert plan.main == "account"
    assert registry.get("account").model._default_manager.filter(name="東和商事").exists()
