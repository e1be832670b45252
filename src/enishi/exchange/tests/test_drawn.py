"""Files into entities that the owner drew, and out of them: B1, B2 and A4."""

import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from enishi.exchange import importing
from enishi.records import history, registry, write
from enishi.records.design import operations
from enishi.records.models import Link
from enishi.records.testing import changed_tables, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.row("A4"), pytest.mark.row("B1")]


@pytest.fixture
def goods(alice: Any) -> dict[str, str]:
    """Products with a code, a price, a day and their suppliers."""
    supplier = operations.add_entity("仕入先", slug="suppliers", by=alice).name
    code = operations.add_field(supplier, "text", "仕入先コード", {"unique": "1"}, by=alice).key
    product = operations.add_entity("取扱品", slug="goods", layout={"title_label": "商品名"}, by=alice).name
    made = {"supplier": supplier, "supplier code": code, "product": product}
    for kind, label, options in (
        ("text", "商品コード", {"unique": "1"}),
        ("money", "標準価格", {}),
        ("date", "発売日", {}),
        ("choice", "状態", {"choices": [{"label": "取扱中"}, {"label": "終了"}]}),
    ):
        made[label] = operations.add_field(product, kind, label, options, by=alice).key
    made["tie"] = operations.add_connection(
        product, supplier, label="仕入先", back_label="商品", many=True, by=alice
    ).key
    return made


def bring_in(path: Path, by: Any, entity: str = "") -> Any:
    job = importing.begin(path, path.name, by=by, entity=entity)
    importing.run(job)
    job.refresh_from_db()
    return job


def test_a_sheet_of_an_own_entity_comes_in_with_its_connections(
    goods: dict[str, str], bob: Any, tmp_path: Path
) -> None:
    suppliers = [
        write.create(
            registry.get(goods["supplier"]), {"name": name, goods["supplier code"]: code}, by=bob
        ).record
        for name, code in (("丸山食品", "S1"), ("北海道フーズ", "S2"))
    ]
    path = tmp_path / "商品一覧.csv"
    path.write_text(
        "商品名,商品コード,標準価格,発売日,状態,仕入先\n"
        "干し芋,P001,￥1\u002c200,令和5年4月1日,取扱中,丸山食品\n".replace("￥1,200", '"￥1,200"')
        + "煮干し,P002,980円,2024/5/6,終了,丸山食品、S2\n"
        "緑茶,P003,500,,,知らない会社\n"
        "だし,P004,700,,取扱中,\n",
        encoding="cp932",
    )
    before = snapshot("exchange.ImportJob", "records.Operation")
    job = bring_in(path, bob, goods["product"])
    assert job.figures["created"] == {goods["product"]: 3} and job.figures["refused"] == 1
    refused = Path(job.refused_path).read_text("utf-8-sig")
    assert "知らない会社" in refused and "見つかりません" in refused and "先に「仕入先」に登録" in refused
    entity = registry.get(goods["product"])
    rows = {one.name: one for one in entity.model._default_manager.all()}
    assert rows["干し芋"].custom == {
        goods["商品コード"]: "P001",
        goods["標準価格"]: 1200,
        goods["発売日"]: "2023-04-01",
        goods["状態"]: "o1",
    }
    tied = {
        (entity.model._default_manager.get(pk=one.from_id).name, one.to_id)
        for one in Link.objects.filter(relation=goods["tie"])
    }
    assert tied == {("干し芋", suppliers[0].pk), ("煮干し", suppliers[0].pk), ("煮干し", suppliers[1].pk)}
    # Once more: known by their code, nothing doubled; a changed price is an update.
    path.write_text("商品コード,商品名,標準価格\nP001,干し芋,1300\nP002,煮干し,980\n", encoding="utf-8-sig")
    again = bring_in(path, bob, goods["product"])
    assert again.figures["updated"] == {goods["product"]: 1} and again.figures["unchanged"] == {
        goods["product"]: 1
    }
    # And all of it back.
    history.undo_operation(again.operation_id, by=bob)
    assert entity.model._default_manager.get(name="干し芋").custom[goods["標準価格"]] == 1200
    history.undo_operation(job.operation_id, by=bob)
    assert entity.model._default_manager.filter(deleted_at=None).count() == 0
    gone = changed_tables(before, snapshot("exchange.ImportJob", "records.Operation"))
    assert not [name for name in gone if name.startswith("records.Search")]


def test_a_sheet_tells_by_its_words_that_it_is_about_an_own_entity(
    goods: dict[str, str], bob: Any, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("商品名,商品コード,標準価格,発売日\n干し芋,P001,1200,2023-04-01\n", encoding="utf-8")
    assert bring_in(path, bob).figures["created"] == {goods["product"]: 1}


@pytest.mark.parametrize(
    ("sheet", "headings", "own"),
    [
        ("Sheet1", "会社名,電話,掛け率,取扱分類,取引開始日", True),  # all are its own
        ("仕入先一覧", "会社名,電話,掛け率,取扱分類,業種,備考", True),  # most are, and it is called so
        ("Sheet1", "会社名,電話,掛け率,取扱分類,業種,備考", False),
        ("Sheet1", "会社名,電話,業種", False),
    ],
)
def test_a_list_of_companies_of_ones_own_is_not_taken_for_customers(
    alice: Any, tmp_path: Path, sheet: str, headings: str, own: bool
) -> None:
    supplier = operations.add_entity("仕入先", layout={"title_label": "会社名"}, by=alice).name
    for kind, label in (
        ("telephone", "電話"),
        ("percent", "掛け率"),
        ("text", "取扱分類"),
        ("date", "取引開始日"),
    ):
        operations.add_field(supplier, kind, label, {}, by=alice)
    path = tmp_path / "台帳.xlsx"
    book = xlsxwriter.Workbook(path)
    page, heads = book.add_worksheet(sheet), headings.split(",")
    samples = {"掛け率": 65, "取引開始日": "2026/4/1", "電話": "03-1234-5678"}
    for row in range(5):
        page.write_row(row, 0, [samples.get(one, f"株式会社{row}") for one in heads] if row else heads)
    book.close()
    assert importing.begin(path, path.name, by=alice).plan["main"] == (supplier if own else "account")


@pytest.mark.parametrize(("name", "main"), [("商品", "product"), ("商品マスタ", "product"), ("Sheet1", None)])
def test_a_sheet_called_products_holds_products(alice: Any, tmp_path: Path, name: str, main: Any) -> None:
    path = tmp_path / "台帳.xlsx"
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet(name)
    for row, cells in enumerate(
        [
            ("商品名", "商品コード", "標準単価", "産地"),
            *((f"茶{n}", f"P{n:03}", 100 * n, "静岡") for n in range(1, 9)),
        ]
    ):
        page.write_row(row, 0, cells)
    book.close()
    found = importing.begin(path, path.name, by=alice).plan["main"]
    assert found == main if main else found != "product"


def test_an_export_comes_back_as_it_went_out(
    goods: dict[str, str], bob: Any, as_bob: Any, tmp_path: Path
) -> None:
    supplier, product = registry.get(goods["supplier"]), registry.get(goods["product"])
    maker = write.create(supplier, {"name": "丸山食品"}, by=bob).record
    write.create(
        product,
        {"name": "=干し芋", goods["商品コード"]: "P001", goods["標準価格"]: 1200, goods["発売日"]: "2023-04-01", goods["状態"]: "終了", goods["tie"]: [maker.pk]},
        by=bob,
    )  # fmt: skip
    for form, name in (("xlsx", "out.xlsx"), ("csv", "out.csv"), ("cp932", "out.csv")):
        answer = as_bob.get(f"/goods/export/?format={form}&all_columns=1")
        path = tmp_path / name
        path.write_bytes(b"".join(answer.streaming_content))
        job = bring_in(path, bob, goods["product"])
        assert job.figures["unchanged"] == {goods["product"]: 1}, (form, job.figures)
        assert job.figures["refused"] == 0


def test_the_command_line_knows_own_entities_by_name_and_address(
    goods: dict[str, str], alice: Any, tmp_path: Path, capsys: Any
) -> None:
    from enishi.exchange.cli import import_file

    path = tmp_path / "x.csv"
    path.write_text("商品名,商品コード\n干し芋,P001\n", encoding="utf-8")
    assert import_file([str(path), "--entity", "goods", "--json", "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out)["created"] == {goods["product"]: 1}


@pytest.mark.parametrize(
    ("heading", "first"),
    [("契約名", False), ("契約書名称", False), ("名称", False), ("件名", False), ("タイトル", False), ("契約のよびな", True), ("名前", False)],
)  # fmt: skip
def test_the_column_of_names_is_found_whatever_it_is_called(
    alice: Any, bob: Any, tmp_path: Path, heading: str, first: bool
) -> None:
    """Without it every row would be refused."""
    name = operations.add_entity("契約書", slug="contracts", by=alice).name
    for kind, label in (("text", "契約番号"), ("date", "締結日"), ("money", "契約金額"), ("text", "備考欄")):
        operations.add_field(name, kind, label, {}, by=alice)
    path = tmp_path / "契約.csv"
    path.write_text(
        f"契約番号,締結日,契約金額,{heading},備考欄,よその列\nK-1,2026/1/2,1000,基本契約,x,あ\nK-2,2026/2/3,2000,保守契約,y,い\n"
    )
    job = bring_in(path, bob, name)
    assert job.figures["created"] == {name: 2} and not job.figures.get("refused"), job.figures
    rows = registry.get(name).model._default_manager.order_by("pk")
    assert list(rows.values_list("name", flat=True)) == ["基本契約", "保守契約"]


def test_a_number_finer_than_its_field_is_never_cut_by_a_file(alice: Any, bob: Any, tmp_path: Path) -> None:
    name = operations.add_entity("契約書", slug="contracts", by=alice).name
    whole = operations.add_field(name, "percent", "料率", {}, by=alice).key
    fine = operations.add_field(name, "percent", "割引率", {"places": "1"}, by=alice).key
    path = tmp_path / "契約.csv"
    path.write_text("契約書名,料率,割引率\n甲,7,7.5\n乙,7.5,0.5\n丙,30%,12.5%\n")
    job = bring_in(path, bob, name)
    held = {row.name: row.custom for row in registry.get(name).model._default_manager.all()}
    assert held == {"甲": {whole: 7, fine: 7.5}, "丙": {whole: 30, fine: 12.5}}
    assert "整数" in job.refused_rows.get().reason
    # Where there is room for what was written it is rounded, kept, and reported.
    path = tmp_path / "案件.csv"
    path.write_text("案件名,取引先,金額,確度\n更新,東和商事,99.9,33.3\n")
    job = bring_in(path, bob, "deal")
    deal = registry.get("deal").model._default_manager.get()
    assert (deal.probability, deal.amount) == (33, 100) and "33.3%" in deal.note
