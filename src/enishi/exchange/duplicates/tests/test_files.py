"""A loose file searched, and how well: the bars that the labelled ledger and the command must hold."""

import csv
from itertools import combinations
from pathlib import Path

import pytest

from enishi.exchange.duplicates.cli import duplicates
from enishi.exchange.duplicates.columns import Reader, roles
from enishi.exchange.duplicates.engine import Search
from enishi.exchange.duplicates.tests.ledger import COLUMNS, Row, ledger
from enishi.kit.command import Problem

pytestmark = pytest.mark.row("B4")


def searched(
    rows: list[Row], folder: Path
) -> tuple[set[tuple[int, int]], set[tuple[int, int]], set[tuple[int, int]]]:
    """(true pairs, found pairs, those found without asking)."""
    table = [[str(number), *row.cells()] for number, row in enumerate(rows)]
    reader = Reader(roles(["番号", *COLUMNS], table))
    result = Search(folder).run((reader.raw(row), True) for row in table)
    held: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        held.setdefault(row.truth, []).append(number)
    truth = {pair for members in held.values() for pair in combinations(members, 2)}
    found = {(one.low, one.high) for one in result.pairs}
    return truth, found, {(one.low, one.high) for one in result.pairs if one.decision == "automatic"}


@pytest.mark.parametrize(("people", "firms"), [(600, 0), (0, 450), (250, 200)])
def test_the_ledger_is_searched_well(people: int, firms: int, tmp_path: Path) -> None:
    truth, found, sure = searched(ledger(11, people, firms), tmp_path)
    right = len(truth & found)
    precision, recall = right / len(found), right / len(truth)
    assert 2 * precision * recall / (precision + recall) >= 0.97, (precision, recall)
    assert sure <= truth and len(sure) > len(truth) * 0.3


def test_a_file_is_searched_without_being_stored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "list.csv", tmp_path / "pairs.csv"
    source.write_text(
        "顧客ID,お名前,ﾌﾘｶﾞﾅ,TEL,ご住所\n"
        "A-1,山田 太郎,ヤマダ タロウ,090-1111-2222,東京都港区芝1-2-3\n"
        "A-2,株式会社東和商事,トウワショウジ,03-1234-5678,大阪市北区梅田1-1-1\n"
        "A-3,山田太郎 様,,09011112222,港区芝１丁目２番３号\n"
        "A-4,東和商事（株）,,0312345678,大阪府大阪市北区梅田1丁目1-1\n"
        "A-5,山田 次郎,ヤマダ ジロウ,090-1111-2222,東京都港区芝1-2-3\n",
        encoding="cp932",
    )
    assert duplicates(["--file", str(source), "--pairs", str(target)]) == 0
    assert "2組" in capsys.readouterr().out
    with target.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {(row["id_a"], row["id_b"], row["outside_a"]) for row in rows} == {
        ("A-1", "A-3", "A-1"),
        ("A-2", "A-4", "A-2"),
    }
    assert all(0.5 <= float(row["score"]) <= 1 and row["decision"] in {"automatic", "ask"} for row in rows)


def test_what_cannot_be_searched_is_said(tmp_path: Path) -> None:
    with pytest.raises(Problem):
        duplicates(["--pairs", str(tmp_path / "x.csv")])
    with pytest.raises(Problem):
        duplicates(["--file", str(tmp_path / "none.csv"), "--pairs", str(tmp_path / "x.csv")])
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(Problem):
        duplicates(["--file", str(empty), "--pairs", str(tmp_path / "x.csv")])


@pytest.mark.parametrize("text", ["id,name\n", "id\n1\n2\n", "id,電話\n1,\n2,\n", "番号,氏名\n1,山田\n"])
def test_files_with_next_to_nothing_give_nothing(text: str, tmp_path: Path) -> None:
    source, target = tmp_path / "list.csv", tmp_path / "pairs.csv"
    source.write_text(text)
    assert duplicates(["--file", str(source), "--pairs", str(target)]) == 0
    assert target.read_text().splitlines() == ["id_a,id_b,outside_a,outside_b,score,decision"]
