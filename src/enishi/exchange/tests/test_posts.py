"""B1, japan.md 7: whoever stands with his firm, department or title in one cell is called by his name alone."""

from pathlib import Path

import pytest

from enishi.access.models import User
from enishi.exchange import importing, posts
from enishi.exchange.mapping import Plan
from enishi.exchange.tests.test_importing import bring, write_csv
from enishi.japanese import names
from enishi.people.models import Account, Contact

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]


@pytest.mark.parametrize(
    ("cell", "department", "title", "family", "given"),
    [
        ("営業部 部長 中島 学", "営業部", "部長", "中島", "学"),
        ("営業部　部長　中島　学", "営業部", "部長", "中島", "学"),
        ("製造部 林", "製造部", "", "林", ""),
        ("購買課 係長 大山 恵子様", "購買課", "係長", "大山", "恵子"),
        ("東京支店 営業課 課長 大山 恵子 様", "東京支店 営業課", "課長", "大山", "恵子"),
        ("営業部 中島 学 部長", "営業部", "部長", "中島", "学"),
        ("工務部 中島", "工務部", "", "中島", ""),
        ("特需推進部 中島", "特需推進部", "", "中島", ""),
        ("林（製造部）", "製造部", "", "林", ""),
        ("林 修（製造部 部長）", "製造部", "部長", "林", "修"),
        ("総務課長 木村", "", "総務課長", "木村", ""),
        ("院長 大崎 守", "", "院長", "大崎", "守"),
        ("代表取締役社長 高田 茂", "", "代表取締役社長", "高田", "茂"),
        ("日下部 学", "", "", "日下部", "学"),
        ("長谷部 誠", "", "", "長谷部", "誠"),
        ("服部 部長", "", "部長", "服部", ""),
    ],
)
def test_department_and_title_beside_a_name(
    alice: User, tmp_path: Path, cell: str, department: str, title: str, family: str, given: str
) -> None:
    rows = [
        ["会社名", "担当者", "電話"],
        ["㈱一番", cell, "03-4444-1111"],
        ["㈱二番", "木村 一", "03-4444-1112"],
    ]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    found = Contact.objects.get(account__name="㈱一番")
    assert (found.department, found.title, found.family_name, found.given_name) == (
        department, title, family, given,
    )  # fmt: skip


@pytest.mark.parametrize("cell", ["営業部 各位", "営業部 製造部", "㈱一番 東京支店", "株式会社 高田", "高田工務店 一郎", "田中 優子（旧姓 山本）", "営業部 内線12"])  # fmt: skip
def test_what_is_no_name_behind_it_is_not_taken_apart(cell: str) -> None:
    assert posts.read(cell) is None


def test_several_words_are_a_proposal(alice: User, tmp_path: Path) -> None:
    assert not names.split_person("小林 正 和子").confident
    rows = [
        ["会社名", "担当者", "電話"],
        ["㈱一番", "小林 正 和子", "03-4444-1111"],
        ["㈱二番", "木村 一", ""],
    ]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    found = Contact.objects.get(account__name="㈱一番")
    assert (found.name, found.name_unsure) == ("小林 正 和子", True)
    assert not Contact.objects.get(account__name="㈱二番").name_unsure


FRIENDS = [
    ["宛名", "〒", "住所", "備考"],
    ["佐藤 一郎", "100-0005", "東京都千代田区丸の内1-1-1", "叔父"],
    ["(株)高田工務店 代表取締役 高田 茂", "460-0008", "愛知県名古屋市中区栄3-4-5", "仕事"],
    ["株式会社 青葉 営業部 森 一 様", "460-0008", "愛知県名古屋市中区栄3-4-6", ""],
    ["栄進商会 大山 恵子", "460-0008", "愛知県名古屋市中区栄3-4-7", ""],
    ["田中 優子", "060-0001", "札幌市中央区北一条西2", "友人"],
    ["鈴木 建二", "530-0001", "大阪府大阪市北区梅田2-2-2", ""],
]


def test_the_firm_of_an_address_book_is_a_firm(alice: User, tmp_path: Path) -> None:
    job = bring(write_csv(tmp_path / "a.csv", FRIENDS), alice)
    assert job.figures["created"]["contact"] == 6
    found = {one.name: one for one in Contact.objects.select_related("account")}
    assert set(found) == {"佐藤 一郎", "高田 茂", "森 一", "大山 恵子", "田中 優子", "鈴木 建二"}
    assert (found["高田 茂"].account.name, found["高田 茂"].title) == ("(株)高田工務店", "代表取締役")
    assert (found["森 一"].account.name, found["森 一"].department) == ("株式会社 青葉", "営業部")
    assert found["高田 茂"].address == "名古屋市中区栄3-4-5"
    assert found["佐藤 一郎"].account is None


def test_a_firm_beyond_the_first_rows_stays_in_the_note(alice: User, tmp_path: Path) -> None:
    plain = [[f"佐藤 {n}郎", "100-0005", f"東京都千代田区丸の内1-1-{n}", ""] for n in "一二三四五六七八九"]
    rows = [FRIENDS[0], *plain * 50, FRIENDS[2]]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    found = Contact.objects.get(family_name="高田")
    assert (found.given_name, found.title) == ("茂", "代表取締役")
    assert "宛名: (株)高田工務店 代表取締役 高田 茂" in found.note


def test_what_another_column_says_otherwise_is_noted(alice: User, tmp_path: Path) -> None:
    rows = [
        ["会社名", "部署", "担当者", "電話"],
        ["㈱一番", "製造部", "営業部 中島 学", "03-4444-1111"],
        ["㈱二番", "営業部第一課", "営業部 木村 一", "03-4444-1112"],
        ["㈱三番", "", "㈱四番 営業部 森 一", "03-4444-1113"],
        ["㈱五番", "", "株式会社五番 営業部 林 一", "03-4444-1114"],
    ]
    bring(write_csv(tmp_path / "a.csv", rows), alice)
    found = {one.name: (one.department, one.note) for one in Contact.objects.all()}
    assert found["中島 学"] == ("製造部", "担当者: 営業部 中島 学")
    assert found["木村 一"] == ("営業部第一課", "")
    assert found["森 一"] == ("営業部", "担当者: ㈱四番 営業部 森 一")
    assert found["林 一"] == ("営業部", "")
    assert Account.objects.count() == 4


def test_firms_in_names_need_the_right_to_write_firms(
    alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "a.csv", FRIENDS)
    plan = Plan.from_json(importing.begin(path, path.name, by=alice).plan)
    assert plan.firms
    asked = []
    monkeypatch.setattr(importing, "require", lambda _user, _action, entity: asked.append(entity.name))
    importing.check_targets(plan, alice)
    assert "account" in asked
