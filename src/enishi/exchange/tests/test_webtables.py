"""Files called .xls that are web pages, as many systems give them."""

from pathlib import Path

import pytest

from enishi.access.models import User
from enishi.exchange import importing, readers, webtables
from enishi.exchange.mapping import Plan
from enishi.exchange.tests.test_importing import bring
from enishi.people.models import Account, Contact

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]

# As a classic ASP or PHP system answers with "application/vnd.ms-excel": its own end tags left out, a layout around the table.
CUSTOMERS = """<html xmlns:x="urn:schemas-microsoft-com:office:excel">
<head><meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">
<style>td { mso-number-format:"\\@"; }</style><title>得意先</title></head>
<body><table><tr><td><b>得意先一覧</b> 出力日 2026/11/01</td></tr><tr><td>
<table border=1>
<tr><th rowspan=2>得意先コード<th rowspan=2>会社名<th rowspan=2>郵便番号<th rowspan=2>住所<th colspan=2>担当者
<tr><th>氏名<th>メール
<tr><td>00017<td rowspan=2>㈱髙田&amp;商会<td rowspan=2>060-0001<td rowspan=2>北海道札幌市中央区北一条西１－２<br>時計台ビル３Ｆ<td>西山&nbsp;誠 様<td><a href="mailto:n@example.jp">n@example.jp</a>
<tr><td>00017<td>東海林 恵<td>s@example.jp
<tr><td>00018</td><td>（有）丸
井屋</td><td></td><td>東京都台東区浅草1-1</td><td></td><td></td></tr>
</table></td></tr></table>
<script>if (a < b) document.write("<table><tr><td>x</td></tr></table>")</script>
</body></html>"""


def page(folder: Path, text: str, encoding: str = "cp932", name: str = "得意先.xls") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("encoding", "says"), [("cp932", "Shift_JIS"), ("utf-8-sig", "utf-8"), ("euc_jp", "EUC-JP"), ("cp932", "utf-8")]
)  # fmt: skip
def test_a_web_page_called_xls_comes_in_like_a_sheet(
    alice: User, tmp_path: Path, encoding: str, says: str
) -> None:
    text = CUSTOMERS.replace("Shift_JIS", says)
    job = bring(
        page(
            tmp_path,
            text.replace("㈱髙", "(株)高").replace("－", "-") if encoding == "euc_jp" else text,
            encoding,
        ),
        alice,
    )
    assert (job.figures["created"], job.figures["refused"]) == ({"account": 2, "contact": 2}, 0), job.plan
    firm = Account.objects.get(code="00017")
    assert firm.name.endswith("田&商会") and firm.postal_code == "060-0001"
    assert "時計台ビル" in firm.building and "北一条西" in firm.address
    assert sorted(Contact.objects.values_list("name", "email", "account")) == sorted(
        [("西山 誠", "n@example.jp", firm.pk), ("東海林 恵", "s@example.jp", firm.pk)]
    )
    assert Account.objects.get(code="00018").name == "（有）丸 井屋"


def test_each_table_of_a_page_is_a_sheet(alice: User, tmp_path: Path) -> None:
    text = (
        "<table><caption>会員</caption><tr><td>氏名</td><td>電話</td><td>生年月日</td></tr>"
        "<tr><td>田中 一</td><td>090-1111-2222</td><td>S55.4.1</td></tr></table>"
        "<table><tr><td>会社名</td><td>電話</td></tr><tr><td>青木商店</td><td>03-1111-2222</td></tr></table>"
    )
    path = page(tmp_path, text, name="一覧.html")
    assert [one.name for one in readers.open_tables(path, path.name)] == ["会員", "表2"]
    job = bring(path, alice)
    assert job.figures["created"] == {"contact": 1} and Plan.from_json(job.plan).others == ["表2"]
    assert str(Contact.objects.get().birthday) == "1980-04-01"
    job = importing.begin(path, path.name, by=alice)
    importing.replan(job, recognise=True, sheet="表2")
    importing.run(job)
    assert Account.objects.get().name == "青木商店"


def test_a_page_that_only_comments_is_told_in_no_time() -> None:
    """Comments that might end anywhere were tried in every way: twice the time for each further one."""
    assert not webtables.begins(b"<!---->" * 580 + b"x")
    assert webtables.begins(b"<!-- a --> <!-- b\n> -->\n<?xml version='1.0'?><TABLE>")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<!DOCTYPE html><html><body><p>セッションが切れました</p></body></html>", "表がありません"),
        ("<html><table><tr><td>" + "<!--" + "x" * 3_000_000, "読めません"),
    ],
)
def test_a_page_without_a_table_says_so(alice: User, tmp_path: Path, text: str, says: str) -> None:
    path = page(tmp_path, text)
    with pytest.raises(readers.Unreadable, match=says):
        importing.begin(path, path.name, by=alice)


def test_lines_with_tabs_that_are_called_xls_come_in(alice: User, tmp_path: Path) -> None:
    path = tmp_path / "得意先.xls"
    path.write_bytes(
        "会社名\t郵便番号\t電話番号\r\n㈱髙田商会\t060-0001\t011-111-1111\r\n（有）丸井屋\t\t03-2222-2222\r\n".encode(
            "cp932"
        )
    )
    job = bring(path, alice)
    assert job.figures["created"] == {"account": 2}
    assert Account.objects.get(phone="011-111-1111").postal_code == "060-0001"
    path.write_text("これは表ではありません。\nただの文章です。", encoding="utf-8")
    with pytest.raises(readers.Unreadable, match="Excelファイルではありません"):
        readers.open_tables(path, path.name)
