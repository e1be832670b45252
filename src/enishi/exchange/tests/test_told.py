"""What a sheet says that has no place of its own is told before and after, on the page and to scripts."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from enishi.access.models import User
from enishi.exchange import cli, importing, telling
from enishi.exchange.mapping import Plan
from enishi.exchange.tests.test_importing import bring, write_csv
from enishi.people.models import Account, Contact
from enishi.sales.models import Deal

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]


def in_json(path: Path, capsys: Any) -> dict[str, Any]:
    capsys.readouterr()
    cli.import_file([str(path), "--json"])
    return dict(json.loads(capsys.readouterr().out))


def test_a_pic_is_ours_where_one_of_us_is_called_so_else_theirs(
    alice: User, bob: User, tmp_path: Path
) -> None:
    rows = [["Company", "PIC", "Phone"], ["Aoki Ltd", str(bob), "03-1111-2222"], ["Ito Ltd", bob.email, ""]]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert set(Account.objects.values_list("owner", flat=True)) == {bob.pk} and not Contact.objects.exists()
    rows = [
        ["Company", "PIC", "Phone"],
        ["Ueno Ltd", "Ken Sato", "03-1111-3333"],
        ["Kubota Ltd", "Mary Lee", ""],
    ]
    job = bring(write_csv(tmp_path / "b.csv", rows), alice)
    assert job.figures["created"] == {"account": 2, "contact": 2}
    assert set(Contact.objects.values_list("account__name", "name")) == {("Ueno Ltd", "Ken Sato"), ("Kubota Ltd", "Mary Lee")}  # fmt: skip
    rows = [["Deal name", "Company", "Est. amount", "PIC"], ["Line A", "Aoki Ltd", "120,000", str(bob)]]
    bring(write_csv(tmp_path / "c.csv", rows), alice)
    deal = Deal.objects.get()
    assert (deal.amount, deal.owner, deal.account.name) == (120_000, bob, "Aoki Ltd")


def test_what_a_firm_bought_is_not_its_persons(alice: User, tmp_path: Path) -> None:
    rows = [["案件名", "会社名", "先方担当", "金額", "受注予定日", "最終取引（日）", "売上累計（千円）"]]
    rows += [["設備更新", "青木商店", "田中 一郎 様", "120000", "2026/12/01", "2026/10/01", "120"]]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    person = Contact.objects.get()
    assert (person.last_purchase_on, person.purchase_total) == (None, None)
    assert "最終取引（日）: 2026/10/01" in Deal.objects.get().note


def test_a_shop_its_keeper_and_what_it_bought(
    alice: User, as_alice: Client, tmp_path: Path, capsys: Any
) -> None:
    rows = [
        ["店名", "店主", "電話", "最終取引（日）", "売上累計（千円）", "Last visit", "Est. amount", "備考"],
        ["青木商店", "青木 一郎", "03-1111-2222", "2026/10/01", "1,200", "2026/11/02", "50000", "角の店"],
        ["伊藤食堂", "伊藤 花子", "03-1111-2223", "R8.10.5", "350", "", "", ""],
    ]
    path = write_csv(tmp_path / "得意先.csv", rows)
    job = importing.begin(path, path.name, by=alice)
    says = "見出しを付けて備考に入れます: 最終取引（日）、売上累計（千円）、Last visit、Est. amount"
    assert says in as_alice.get(f"/import/{job.pk}/").content.decode()
    told = in_json(path, capsys)
    assert told["noted_columns"] == ["最終取引（日）", "売上累計（千円）", "Last visit", "Est. amount"]
    shop = Account.objects.get(name="青木商店")
    assert shop.contacts.get().name == "青木 一郎" and shop.contacts.get().purchase_total is None
    for line in ("最終取引（日）: 2026/10/01", "売上累計（千円）: 1,200", "Last visit: 2026/11/02", "角の店"):
        assert line in shop.note
    job.refresh_from_db()
    importing.run(job)
    assert says in as_alice.get(f"/import/{job.pk}/").content.decode()


def test_a_private_customers_last_purchase_has_a_field(alice: User, tmp_path: Path) -> None:
    rows = [
        ["氏名", "電話", "最終取引日", "売上累計（千円）"],
        ["青木 一", "090-1111-2222", "2026/10/01", "1,200"],
    ]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    person = Contact.objects.get()
    assert (str(person.last_purchase_on), person.purchase_total) == ("2026-10-01", 1_200_000)


def test_a_code_beside_different_names_is_told_with_its_rows(
    alice: User, as_alice: Client, tmp_path: Path, capsys: Any
) -> None:
    rows = [["得意先一覧", "", ""], ["取引先コード", "取引先名", "電話"], ["T-001", "青木商店", "03-1111-2222"], ["T-002", "伊藤食堂", ""],
            ["T-001", "上野工業", ""], ["T-001", "青木商店", ""]]  # fmt: skip
    path = write_csv(tmp_path / "a.csv", rows)
    job = importing.begin(path, path.name, by=alice)
    page = as_alice.get(f"/import/{job.pk}/").content.decode()
    assert "「取引先コード」は、同じ番号に違う名前がある" in page
    assert "T-001（3行目 青木商店、5行目 上野工業、6行目 青木商店）" in page and "T-002（" not in page
    told = in_json(path, capsys)
    assert told["repeated_codes"] == [
        {"column": "取引先コード", "code": "T-001",
         "rows": [{"row": 3, "name": "青木商店"}, {"row": 5, "name": "上野工業"}, {"row": 6, "name": "青木商店"}]}
    ]  # fmt: skip
    assert "取引先コード: T-001" in Account.objects.get(name="上野工業").note
    # Far down as well; a name that is only written otherwise is none.
    rows = [["取引先コード", "取引先名", "電話"], *([f"K-{n}", f"会社{n}", ""] for n in range(600))]
    rows[4][1] = "株式会社会社3"
    calm = importing.begin(
        write_csv(tmp_path / "calm.csv", [*rows, ["K-3", "(株)会社3", ""]]), "calm.csv", by=alice
    )
    assert Plan.from_json(calm.plan).keys["account"] == "code"
    far = write_csv(tmp_path / "far.csv", [*rows, ["K-5", "上野工業", ""]])
    plan = Plan.from_json(importing.begin(far, "far.csv", by=alice).plan)
    assert (plan.keys["account"], plan.columns[0].target) == ("name", "account.note")
    assert [str(one) for one in telling.repeated(plan)] == ["K-5（7行目 会社5、602行目 上野工業）"]
    rows = [
        ["取引先コード", "取引先名", "担当者コード", "担当者名"],
        ["T-1", "青木商店", "P-1", "青木 一"],
        ["T-1", "伊藤食堂", "P-1", "伊藤 二"],
    ]
    both = importing.begin(write_csv(tmp_path / "both.csv", rows), "both.csv", by=alice)
    repeated = {one.heading: str(one) for one in telling.repeated(Plan.from_json(both.plan))}
    text = as_alice.get(f"/import/{both.pk}/").content.decode()
    for heading, said in repeated.items():
        assert said in text.partition(f"「{heading}」は、同じ番号に違う名前がある")[2].partition("</div>")[0]
    plan = Plan.from_json(job.plan)
    choices = {f"c{one.index}": one.target for one in plan.columns} | {"c0": "account.code"}
    as_alice.post(f"/import/{job.pk}/", {**choices, "header_rows": "2", "main": "account"})
    assert "同じ番号に違う名前" not in as_alice.get(f"/import/{job.pk}/").content.decode()
