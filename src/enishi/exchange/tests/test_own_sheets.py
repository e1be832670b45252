"""A sheet of an entity that the owner has drawn is one of it, wherever it was opened: A4, B1."""

from pathlib import Path
from typing import Any

import pytest

from enishi.exchange import importing
from enishi.exchange.mapping import Plan
from enishi.records import registry
from enishi.records.design import operations

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
    held = registry.get(drawn["supplier"]).model._default_manager.filter(deleted_at=None)
    assert [one.name for one in held] == ["北海食品株式会社"]
    plan = brought(
        alice, tmp_path, "No,契約書名,取引先,終了日,金額\n1,保守契約,東和商事,令和9年3月31日,12万円\n"
    )
    assert plan.main == drawn["contract"]
    assert registry.get("account").model._default_manager.count() <= 1


def test_a_ledger_of_customers_stays_one(alice: Any, tmp_path: Path, drawn: dict[str, str]) -> None:
    plan = brought(alice, tmp_path, "会社名,電話番号,仕入先\n東和商事,03-1234-5678,北海食品\n")
    assert plan.main == "account"
    assert registry.get("account").model._default_manager.filter(name="東和商事").exists()
