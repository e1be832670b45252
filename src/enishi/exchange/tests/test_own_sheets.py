"""A sheet of an entity that the owner has drawn is one of it, wherever it was opened: A4, B1."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from enishi.exchange import importing, tasks
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


def test_connections_with_roles_and_names_with_commas_come_in_as_they_go_out(
    alice: Any, tmp_path: Path
) -> None:
    trip = operations.add_entity("運行", by=alice).name
    carrier = operations.add_entity("物流会社", by=alice).name
    roles = {"roles": [{"label": "幹線"}, {"label": "集配"}]}
    tie = operations.add_connection(
        trip, carrier, label="会社", back_label="運行", many=True, options=roles, by=alice
    ).key
    names = ("ヤマト運輸", "Sagawa Co., Ltd.", "福山・西濃")
    keys = [
        one.pk
        for one in write.create_many(
            registry.get(carrier), [{"name": name} for name in names], by=alice, operation=None
        )
    ]
    text = '運行名,会社\n東京便,"ヤマト運輸（幹線）、Sagawa Co., Ltd.（集配）、福山・西濃"\n大阪便,ヤマト運輸、知らない会社\n'
    path = tmp_path / "運行.csv"
    path.write_text(text, encoding="utf-8")
    job = importing.begin(path, path.name, by=alice)
    importing.run(job)
    assert job.figures["created"] == {trip: 1} and job.figures["refused"] == 1
    assert "知らない会社" in job.refused_rows.get().reason
    entity = registry.get(trip)
    record = visible(entity, alice).get()
    assert entity.field(tie).get(record) == ((keys[0], "幹線"), (keys[1], "集配"), (keys[2], ""))
    assert entity.field(tie).clean(entity.field(tie).value_text(record)) == tuple(
        (key, role or None) for key, role in entity.field(tie).get(record)
    )


def test_an_import_of_which_nothing_came_in_says_so(
    alice: Any, as_alice: Any, tmp_path: Path, drawn: dict[str, str]
) -> None:
    path = tmp_path / "契約書.csv"
    path.write_text("契約書名,取引先\n保守,いない商店\n", encoding="utf-8")
    job = importing.begin(path, path.name, by=alice)
    importing.run(job)
    page = as_alice.get(f"/import/{job.pk}/").content.decode()
    assert "取り込めた行はありません" in page and "取り込みが終わりました" not in page
    assert "2行目" in page and "いない商店" in page


@pytest.mark.parametrize("dry", [False, True])
def test_what_connections_name_is_made_where_the_person_wants_it(
    dry: bool, alice: Any, as_alice: Any, tmp_path: Path, drawn: dict[str, str]
) -> None:
    account = registry.get("account")
    carrier = operations.add_entity("物流会社", by=alice).name
    operations.add_connection(
        drawn["contract"], carrier, label="会社", back_label="契約", many=True, by=alice
    )
    contract = registry.get(drawn["contract"])
    (tie,) = (one for one in contract.fields.values() if one.label == "会社")
    write.create(account, {"name": "丸山商店"}, by=alice)
    path = tmp_path / "契約書.csv"
    rows = [f'保守{n},新しい商店{n % 3} 御中,"ヤマト（幹線）、Sagawa Co., Ltd."' for n in range(6)]
    rows += ["支店,大塚工業（株）,", "別の書き方,㈱丸山商店,"]
    path.write_text("\n".join(["契約書名,取引先,会社", *rows, "最後,丸山商店,"]) + "\n", encoding="utf-8")
    job = importing.begin(path, path.name, by=alice)
    page = as_alice.get(f"/import/{job.pk}/").content.decode()
    assert "「取引先・会社」の列の相手が見つからないとき" in page and "見つかりません" in page
    plan = Plan.from_json(job.plan)
    sent = {f"c{one.index}": one.target for one in plan.columns} | {
        "main": plan.main,
        "missing": "create",
        "header_rows": "1",
    }
    page = as_alice.post(f"/import/{job.pk}/", sent, headers={"HX-Request": "true"}).content.decode()
    assert (
        "見つかりません" not in page
        and "<td>新しい商店0 御中</td>" in page
        and not account.model._default_manager.filter(name__startswith="新しい").exists()
    )
    job.refresh_from_db()
    importing.run(job, dry=dry)
    assert job.error == "" and job.figures["refused"] == 0
    assert job.figures["created"] == {"account": 4, carrier: 2, drawn["contract"]: 9}
    if dry:
        assert account.model._default_manager.count() == 1
        return
    names = registry.get(carrier).model._default_manager.order_by("pk").values_list("name", flat=True)
    assert list(names) == ["ヤマト", "Sagawa Co., Ltd."]
    assert account.model._default_manager.filter(name="新しい商店0").exists()
    assert visible(contract, alice).get(name="支店") and account.model._default_manager.get(
        name="大塚工業（株）"
    )
    first = visible(contract, alice).get(name="保守0")
    assert [role for _key, role in tie.get(first)] == ["幹線", ""]
    tasks.undo(job, alice)
    assert account.model._default_manager.filter(deleted_at=None).count() == 1
