"""What a sheet doesn't say of itself is given to all of its rows at once, in the wizard and on the command line."""

import html
import re
from pathlib import Path

import pytest
from django.test import Client

from enishi.access.models import User
from enishi.exchange import cli, forall, importing
from enishi.exchange.mapping import Plan
from enishi.exchange.tests.test_importing import write_csv
from enishi.kit.command import Problem
from enishi.people.models import Account
from enishi.records import registry, write
from enishi.sales.models import Lead

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]
VISITORS = [
    ["氏名", "会社名", "メール", "備考"],
    ["青木 一郎", "青木商店", "aoki@example.jp", "名刺"],
    ["伊藤 花子", "伊藤食堂", "ito@example.jp", ""],
]


def test_all_rows_get_one_source(alice: User, as_alice: Client, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "来場者.csv", VISITORS)
    job = importing.begin(path, path.name, by=alice, entity="lead")
    address = f"/import/{job.pk}/"
    assert "すべての行に同じ値" in as_alice.get(address).content.decode()
    page = as_alice.post(address, {"all_more": "lead.source"}, headers={"HX-Request": "true"})
    assert 'name="all-lead.source"' in page.content.decode()
    as_alice.post(address, {"all-lead.source": "展示会", "all_more": "lead.heat"})
    page = as_alice.post(address, {"all-lead.heat": "lukewarm", "go": "1"})
    job.refresh_from_db()
    assert job.status == "draft" and 'role="alert"' in page.content.decode()  # said, and not begun
    as_alice.post(address, {"all_less": "lead.heat"})
    job.refresh_from_db()
    assert Plan.from_json(job.plan).for_all == {"lead.source": "展示会"}
    importing.run(job)
    assert list(Lead.objects.values_list("source", "heat")) == [("展示会", "")] * 2


def test_what_a_row_says_itself_goes_first(alice: User, tmp_path: Path) -> None:
    rows = [[*VISITORS[0], "獲得元"], [*VISITORS[1], "紹介"], [*VISITORS[2], ""]]
    path = write_csv(tmp_path / "来場者.csv", rows)
    cli.import_file([str(path), "--entity", "lead", "--set", "獲得元=展示会", "--set", "heat=高い"])
    assert set(Lead.objects.values_list("name", "source", "heat")) == {
        ("青木 一郎", "紹介", "hot"),
        ("伊藤 花子", "展示会", "hot"),
    }


def test_a_person_without_a_company_makes_none(alice: User, tmp_path: Path) -> None:
    rows = [
        ["氏名", "会社名", "電話"],
        ["青木 一郎", "青木商店", "03-1111-2222"],
        ["伊藤 花子", "", "03-1111-2223"],
    ]
    path = write_csv(tmp_path / "名簿.csv", rows)
    cli.import_file([str(path), "--set", "account.source=紹介"])
    assert list(Account.objects.values_list("name", "source")) == [("青木商店", "紹介")]


@pytest.mark.parametrize(
    "word", ["獲得元", "nothing=1", "lead.email=a@example.jp", "deal.=x", "heat=なまぬるい"]
)
def test_what_no_field_takes_is_refused(alice: User, tmp_path: Path, word: str) -> None:
    path = write_csv(tmp_path / "来場者.csv", VISITORS)
    with pytest.raises(Problem):
        cli.import_file([str(path), "--entity", "lead", "--set", word])
    assert not Lead.objects.exists()


def test_only_free_fields_of_what_the_rows_are_offered(alice: User, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "来場者.csv", VISITORS)
    plan = Plan.from_json(importing.begin(path, path.name, by=alice, entity="lead").plan)
    offered = {target for _label, fields in forall.targets(plan) for target, _text in fields}
    assert {"lead.source", "lead.owner", "lead.campaign", "lead.tags"} <= offered
    assert not {"lead.name", "lead.email", "lead.note", "lead.company", "lead.score"} & offered


@pytest.mark.row("B5")
def test_the_list_behind_an_import_is_of_its_rows_alone(
    alice: User, as_alice: Client, as_bob: Client, tmp_path: Path
) -> None:
    write.create(registry.get("lead"), {"name": "前からの人", "company": "上野商会"}, by=alice)
    write.create(registry.get("lead"), {"name": "伊藤 花子", "email": "ito@example.jp"}, by=alice)
    path = write_csv(tmp_path / "来場者.csv", VISITORS)
    job = importing.begin(path, path.name, by=alice, entity="lead")
    importing.run(job)
    page = as_alice.get(f"/import/{job.pk}/").content.decode()
    made, changed = (html.unescape(one) for one in re.findall(r'href="(/leads/\?[^"]+)">一覧を開く', page))
    shown = as_alice.get(made).content.decode()
    assert "青木 一郎" in shown and "前からの人" not in shown and "伊藤 花子" not in shown
    assert "取り込み: 来場者.csv（新しく登録）" in shown
    shown = as_alice.get(changed).content.decode()
    assert "伊藤 花子" in shown and "青木 一郎" not in shown and "来場者.csv（更新）" in shown
    assert "来場者.csv" not in as_bob.get(made).content.decode()  # files are called after customers
