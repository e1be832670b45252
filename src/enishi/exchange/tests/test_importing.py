"""Ledgers come in with what they hold, and go again without a trace."""

import csv
import datetime
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.test import Client
from django.utils import timezone

from enishi.access.models import User
from enishi.exchange import files, importing, readers, tasks
from enishi.exchange.models import ImportJob
from enishi.people.models import Account, Affiliation, Contact
from enishi.records import registry, write
from enishi.records.errors import Refused
from enishi.records.models import Event, Link, SearchDoc
from enishi.sales.models import Deal
from enishi.work.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1")]
SHARED = Path(__file__).resolve().parents[5] / "shared" / "data"


def bring(path: Path, user: User, *, entity: str = "", dry: bool = False) -> ImportJob:
    """The file through the same way as from the wizard and the command."""
    job = importing.begin(path, path.name, by=user, entity=entity)
    importing.run(job, dry=dry)
    job.refresh_from_db()
    return job


def write_csv(path: Path, rows: list[list[Any]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)
    return path


def write_xlsx(path: Path, rows: list[list[Any]], merges: tuple[str, ...] = ()) -> Path:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy/mm/dd"})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value != "":
                sheet.write(number, column, value)
    for one in merges:
        sheet.merge_range(one, "")
    book.close()
    return path


def everything() -> str:
    """All that an import may touch, as text."""
    models = (Account, Contact, Affiliation, Deal, Task, Event, Link, SearchDoc)
    return json.dumps(
        {model.__name__: list(model.objects.order_by("pk").values()) for model in models}, default=str
    )


@pytest.mark.skipif(not SHARED.exists(), reason="the shared ledgers are not beside this clone")
class TestSharedLedgers:
    @pytest.mark.parametrize(
        ("name", "created", "refused"),
        [
            ("tokuisaki.xlsx", {"account": 120, "contact": 120}, 0),
            ("kaiin.csv", {"contact": 389}, 11),
            ("anken.xlsx", {"account": 30, "contact": 30, "deal": 90, "task": 60}, 0),
            ("meishi.csv", {"account": 144, "contact": 150}, 0),
        ],
    )
    def test_each_gives_what_it_holds(
        self, alice: User, name: str, created: dict[str, int], refused: int
    ) -> None:
        job = bring(SHARED / name, alice)
        assert (job.figures["created"], job.figures["refused"]) == (created, refused)

    def test_dates_codes_and_names_of_the_customer_ledger(self, alice: User) -> None:
        bring(SHARED / "tokuisaki.xlsx", alice)
        assert Account.objects.filter(started_on=None).count() == 0
        assert Account.objects.filter(postal_code="060-0001").exists()
        assert not Contact.objects.filter(name__contains="様").exists()
        assert Contact.objects.exclude(account=None).exclude(title="").exists()

    def test_amounts_stages_and_next_steps_of_the_deals(self, alice: User) -> None:
        bring(SHARED / "anken.xlsx", alice)
        deal = Deal.objects.get(code="A-003")
        assert (deal.amount, deal.outcome, deal.lost_reason) == (5_610_000, "lost", "価格")
        assert Deal.objects.filter(outcome="won").exists()
        assert Link.objects.filter(relation="about", from_entity="task", to_entity="deal").count() == 60

    def test_member_numbers_and_totals_of_the_private_customers(self, alice: User) -> None:
        bring(SHARED / "kaiin.csv", alice)
        first = Contact.objects.get(code="①00000")
        assert (first.purchase_total, first.account_id, first.gender) == (900_000, None, "male")
        assert Contact.objects.filter(code="00001", birthday="1960-10-30").exists()


LEDGER: list[list[Any]] = [
    ["顧客管理表", "", "", "", "", "", ""],
    ["", "", "", "", "", "", "R8.11.1 現在"],
    [],
    ["No", "会社名", "担当者", "連絡先", "", "売上（千円）", "ランク"],
    ["", "", "", "TEL", "メール", "", ""],
    [1, "㈱髙﨑商店", "渡邊 誠 様", "03-1111-2222", "w@example.jp", 100, "A"],
    [2, "有限会社みどり", "林　花子", "0312345678", "", 200, "◎"],
    [],
    ["No", "会社名", "担当者", "連絡先", "", "売上（千円）", "ランク"],
    [3, "福寿酒店", "東海林浩", "０４５－１２３－４５６７", "", "", "C"],
    ["", "合計", "3社", "", "", 300, ""],
]


@pytest.mark.parametrize("form", ["xlsx", "cp932", "utf-8", "utf-8-sig", "utf-16", "tsv"])
def test_a_ledger_is_read_whatever_its_form(alice: User, tmp_path: Path, form: str) -> None:
    rows = [[str(cell).replace("①", "1") for cell in row] for row in LEDGER]
    if form == "xlsx":
        path = write_xlsx(tmp_path / "台帳.xlsx", LEDGER, ("D4:E4",))
    elif form == "tsv":
        path = write_csv(tmp_path / "台帳.tsv", rows, delimiter="\t")
    else:
        path = write_csv(tmp_path / "台帳.csv", rows, form)
    job = bring(path, alice)
    assert job.error == ""
    assert job.figures["created"] == {"account": 3, "contact": 3}, job.plan
    assert Account.objects.get(name="㈱髙﨑商店").phone == "03-1111-2222"
    assert Account.objects.get(name="有限会社みどり").phone == "03-1234-5678"
    assert Contact.objects.get(family_name="渡邊").given_name == "誠"
    # A rank that is none of ours is not lost.
    assert "◎" in Account.objects.get(name="有限会社みどり").note
    assert job.figures["kept"]


def test_rows_that_can_not_come_in_are_given_back_with_the_reason_and_come_in_once_mended(
    alice: User, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "会員.csv",
        [
            ["会員番号", "氏名", "生年月日", "メール"],
            ["001", "山田 太郎", "1990/13/45", ""],
            ["002", "", "", ""],
            ["003", "林 花子", "H2.3.4", "h@example.jp"],
        ],
    )
    job = bring(path, alice)
    assert (job.figures["created"], job.figures["refused"]) == ({"contact": 1}, 2)
    rows = list(csv.reader(io.StringIO(Path(job.refused_path).read_text(encoding="utf-8-sig"))))
    assert rows[0][-1] == "理由"
    assert "生年月日" in rows[1][-1]
    assert "2行目" in rows[1][-1]
    rows[1][2] = "1990/11/15"
    again = bring(write_csv(tmp_path / "直し.csv", rows), alice)
    assert again.figures["created"] == {"contact": 1}
    assert Contact.objects.get(code="001").birthday.isoformat() == "1990-11-15"


def test_a_dry_run_tells_and_changes_nothing(alice: User, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "台帳.xlsx", LEDGER)
    before = everything()
    job = bring(path, alice, dry=True)
    assert job.figures["created"] == {"account": 3, "contact": 3}
    assert everything() == before


def test_a_known_record_is_updated_by_its_key_and_empties_take_nothing_away(
    alice: User, tmp_path: Path
) -> None:
    account = write.create(
        registry.get("account"),
        {"name": "丸山製作所", "code": "0012", "phone": "03-1111-1111", "note": "大切"},
        by=alice,
    ).record
    job = bring(
        write_csv(
            tmp_path / "a.csv",
            [
                ["得意先コード", "会社名", "TEL", "備考"],
                ["0012", "丸山製作所", "03-2222-2222", ""],
                ["0013", "新しい会社", "", ""],
            ],
        ),
        alice,
    )
    account.refresh_from_db()
    assert (account.phone, account.note) == ("03-2222-2222", "大切")
    assert (job.figures["created"], job.figures["updated"]) == ({"account": 1}, {"account": 1})


@pytest.mark.row("A8")
def test_undo_gives_back_exactly_what_was(alice: User, tmp_path: Path) -> None:
    entity = registry.get("account")
    write.create(entity, {"name": "㈱髙﨑商店", "phone": "03-9999-9999", "tags": "VIP"}, by=alice)
    columns = [
        one.attname for one in Account._meta.concrete_fields if one.attname not in {"version", "updated_at"}
    ]
    before = list(Account.objects.filter(deleted_at=None).values(*columns))
    job = bring(write_xlsx(tmp_path / "台帳.xlsx", LEDGER), alice)
    assert job.figures["updated"] == {"account": 1}
    tasks.undo(job, alice)
    assert list(Account.objects.filter(deleted_at=None).values(*columns)) == before
    assert Contact.objects.filter(deleted_at=None).count() == 0
    assert Affiliation.objects.filter(deleted_at=None).count() == 0
    with pytest.raises(Refused):  # a worker that was killed right after the end asks again
        tasks.undo(job, alice)
    job.refresh_from_db()
    assert job.status == ImportJob.Status.UNDONE


@pytest.mark.row("A8")
def test_undo_counts_records_and_each_of_them_once(
    alice: User, as_alice: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        ["会社名", "担当者名", "携帯", "メール"],
        *([f"会社{n % 2}", f"田中 {n}郎", f"090-1111-000{n}", ""] for n in range(5)),
    ]
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert job.figures["created"] == {"account": 2, "contact": 5}
    again = [rows[0], *([*row[:3], f"t{n}@example.jp"] for n, row in enumerate(rows[1:]))]
    monkeypatch.setattr(importing, "BATCH", 2)  # so that firms are spoken of in several batches
    second = bring(write_csv(tmp_path / "b.csv", again), alice)
    assert tasks.undo(second, alice).by_entity == {"contact": 5}
    assert Event.objects.filter(operation=job.operation).count() > 7
    undone = tasks.undo(job, alice)
    assert (undone.records, undone.by_entity) == (7, {"account": 2, "contact": 5})
    page = as_alice.get(f"/import/{job.pk}/").content.decode()
    assert "取り込みを取り消しました（7件）" in page and "元に戻した: 連絡先" in page


@pytest.mark.row("A8")
def test_undo_leaves_what_others_changed_since_and_says_so(alice: User, bob: User, tmp_path: Path) -> None:
    entity = registry.get("account")
    account = write.create(entity, {"name": "㈱髙﨑商店", "phone": "03-9999-9999"}, by=alice).record
    job = bring(write_xlsx(tmp_path / "台帳.xlsx", LEDGER), alice)
    write.write(entity, account.pk, {"phone": "03-5555-5555"}, by=bob)
    undone = tasks.undo(job, alice)
    account.refresh_from_db()
    assert account.phone == "03-5555-5555"
    assert any("電話" in text for text in undone.kept)


def test_an_import_that_was_cut_off_goes_on_and_doubles_nothing(
    alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "a.csv", [["会社名"], *[[f"会社{n:04}"] for n in range(60)]])
    monkeypatch.setattr(importing, "BATCH", 20)
    job = importing.begin(path, path.name, by=alice)
    stored, calls = importing._store_batch, []

    def dies(*values: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        stored(*values)

    monkeypatch.setattr(importing, "_store_batch", dies)
    with pytest.raises(KeyboardInterrupt):
        importing.run(job)
    monkeypatch.setattr(importing, "_store_batch", stored)
    importing.run(ImportJob.objects.get(pk=job.pk))
    assert Account.objects.count() == 60
    assert ImportJob.objects.get(pk=job.pk).figures["created"] == {"account": 60}


def bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 200_000_000)
    return path


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("空.csv", b"", "空です"),
        ("写真.xlsx", b"\x89PNG\r\n\x1a\n" + b"0" * 300, "Excelファイルではありません"),
        ("途中.xlsx", b"PK\x03\x04" + b"0" * 300, "壊れているか"),
        ("文書.pdf", b"%PDF-1.4", "読めません"),
        ("半端.csv", b"\xff\xfeA\x00B", "壊れています"),
        ("空行.csv", b"\n\n,,\n", "行がありません"),
    ],
)
def test_what_is_no_ledger_is_refused_with_what_to_do(
    alice: User, tmp_path: Path, name: str, data: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(readers.Unreadable, match=says):
        importing.begin(path, name, by=alice)
    assert ImportJob.objects.count() == 0


def test_a_bomb_is_not_opened(alice: User, tmp_path: Path) -> None:
    with pytest.raises(readers.Unreadable, match="大きすぎる"):
        importing.begin(bomb(tmp_path / "爆弾.xlsx"), "爆弾.xlsx", by=alice)


def test_a_book_packed_in_a_way_nobody_knows_is_refused_in_words(alice: User, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["会社名"], ["丸山商店"]])
    data = bytearray(path.read_bytes())
    data[data.rfind(b"PK\x01\x02") + 6] = 148  # the version that is needed to unpack it: 14.8
    path.write_bytes(data)
    with pytest.raises(readers.Unreadable):
        importing.begin(path, path.name, by=alice)


def test_odd_cells_refuse_their_row_and_no_other(alice: User, tmp_path: Path) -> None:
    rows = [["会社名", "メール", "従業員数", "取引開始日"], ["A\x00社", "", "", ""], ["B社", "x@@y", "", ""], ["C社", "", "10" * 20, ""], ["D社", "", "", "9999/99/99"],
            ["E" * 5000, "", "", ""], ["F社😀", "", "１２", "令和元年5月1日"], ["‮G社", "", "", ""]]  # fmt: skip
    job = bring(write_csv(tmp_path / "a.csv", rows), alice)
    assert job.status == "done"
    assert job.figures["refused"] == 4
    assert sorted(Account.objects.values_list("name", flat=True)) == ["A社", "F社😀", "G社"]
    assert Account.objects.get(name="F社😀").employees == 12


@pytest.mark.row("F2")
def test_a_viewer_may_not_import(carol: User, tmp_path: Path) -> None:
    from enishi.records.errors import NotAllowed

    with pytest.raises(NotAllowed):
        bring(write_xlsx(tmp_path / "台帳.xlsx", LEDGER), carol)
    assert Account.objects.count() == 0


@pytest.mark.row("B1")
def test_of_two_rows_about_one_customer_no_note_is_lost(
    alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [["会社名", "電話", "備考"], ["丸山商店", "03-1111-1111", "裏口から"], ["林商店", "", "午前中"], ["丸山商店", "03-2222-2222", "裏口から\n釣りが趣味"]]  # fmt: skip
    for batch in (500, 1):
        monkeypatch.setattr(importing, "BATCH", batch)
        bring(write_xlsx(tmp_path / f"{batch}.xlsx", rows), alice)
        account = Account.objects.get(name="丸山商店", deleted_at=None)
        assert account.phone == "03-1111-1111", batch
        assert set(account.note.split("\n")) == {"裏口から", "釣りが趣味", "電話: 03-2222-2222"}, batch
        write.delete(registry.get("account"), list(Account.objects.values_list("pk", flat=True)), by=alice)


def test_files_of_half_a_year_ago_are_gone(
    tmp_path: Path, alice: User, as_alice: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not those of an import that is new or under way, and nobody's own file."""
    settings.HOME = tmp_path / "home"
    folder = settings.HOME / "imports"
    folder.mkdir(parents=True)
    old = timezone.now() - datetime.timedelta(days=files.KEPT_DAYS + 1)
    jobs = {}
    for name in ("古い", "新しい", "途中"):
        rows = [
            ["会社名", "電話", "住所"],
            [f"{name}商店", "03-1111-1111", "東京都港区芝1"],
            ["", "03-1111-2222", "京都府京都市中京区1"],
        ]
        path = write_csv(folder / f"{name}.csv", rows)
        jobs[name] = importing.run(importing.begin(path, path.name, by=alice))
        assert Path(jobs[name].refused_path).parent == folder
    mine = write_csv(tmp_path / "mine.csv", [["会社名"], ["自分の商店"]])
    importing.run(importing.begin(mine, mine.name, by=alice))
    ImportJob.objects.exclude(pk=jobs["新しい"].pk).update(created_at=old)
    ImportJob.objects.filter(pk=jobs["途中"].pk).update(status="running")
    for path in (*folder.iterdir(), mine):
        os.utime(path, (old.timestamp(), old.timestamp()))
    assert files.forget_old() == 2
    left = {Path(path) for name in ("新しい", "途中") for path in (jobs[name].path, jobs[name].refused_path)}
    assert set(folder.iterdir()) == left and mine.is_file()
    page = as_alice.get(f"/import/{jobs['古い'].pk}/")
    assert page.status_code == 200 and "古い.csv" in page.text and "理由付きで受け取る" not in page.text
    assert jobs["新しい"].refused_rows.count() == 1 and not jobs["古い"].refused_rows.exists()
