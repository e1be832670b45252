"""Rows that may mean somebody who is known wait, are answered, and go again with their import."""

import re
from pathlib import Path
from typing import Any

import pytest

from enishi.access.models import Role, User
from enishi.exchange import importing, tasks
from enishi.exchange.asking import waiting
from enishi.exchange.asking.models import WaitingRow
from enishi.exchange.asking.tests.damaged import ledger
from enishi.exchange.models import ImportJob
from enishi.exchange.roundtrip.models import ReturnedRow
from enishi.exchange.tests.test_importing import everything, write_csv
from enishi.people.models import Account, Contact
from enishi.records import personal, registry, write
from enishi.records.errors import Refused
from enishi.records.limits import serving
from enishi.records.models import Event, NotSame
from enishi.sales.models import Deal

pytestmark = [pytest.mark.django_db, pytest.mark.row("B4")]
HEAD = ["会社名", "住所", "TEL", "担当者", "メール"]
TOWA = ["株式会社東和商事", "東京都千代田区丸の内1-2-3", "03-1111-2222", "", ""]


def bring(
    folder: Path, rows: list[list[Any]], user: User, match: str = "careful", head: list[str] = HEAD
) -> ImportJob:
    path = write_csv(folder / f"{len(list(folder.iterdir()))}.csv", [head, *rows])
    job = importing.begin(path, path.name, by=user)
    job.plan = {**job.plan, "match": match}
    importing.run(job)
    job.refresh_from_db()
    assert job.error == ""
    return job


def account(user: User, **values: Any) -> Account:
    return write.create(registry.get("account"), values, by=user).record  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (["㈱東和商事", "東京都千代田区丸の内一丁目2番3号", "0311112222", "", ""], "update"),
        (["(株)東和商事", "", "03(1111)2222", "", ""], "update"),
        (["東和商事", "", "", "", ""], "ask"),
        (["株式会社東和商寺", "東京都千代田区丸の内1-2-3", "03-1111-2222", "", ""], "ask"),
        (["有限会社東和商事", "東京都千代田区丸の内1-2-3", "", "", ""], "new"),
        (["有限会社東和商事", "東京都千代田区丸の内1-2-3", "03-1111-2222", "", ""], "ask"),
        (["㈱東和商事", "大阪府大阪市北区梅田3-3-3", "06-9999-8888", "", ""], "new"),
        (["株式会社東和商事", "大阪府大阪市北区梅田3-3-3", "06-9999-8888", "", ""], "ask"),
        (["株式会社東和商事 大阪支店", "", "", "", ""], "new"),
        (["北海水産株式会社", "東京都千代田区丸の内1-2-3", "", "", ""], "new"),
    ],
)
def test_of_a_company_each_row_is_new_known_or_asked_about(
    alice: User, tmp_path: Path, row: list[str], what: str
) -> None:
    known = account(alice, name=TOWA[0], address=TOWA[1], phone=TOWA[2])
    job = bring(tmp_path, [row], alice)
    made = Account.objects.exclude(pk=known.pk).count()
    assert (job.figures["asked"], made) == {"update": (0, 0), "ask": (1, 0), "new": (0, 1)}[what]
    known.refresh_from_db()
    assert known.name == TOWA[0]  # found by likeness, it keeps its own spelling


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (["株式会社東和商事", "", "06-9999-8888"], "ask"),  # another of the name, or an office of theirs
        (["株式会社東和商事", "", "03-9999-8888"], "update"),  # another line in the same city
        (["株式会社東和商事", "", "090-9999-8888"], "update"),
        (["株式会社東和商事", "東京都千代田区丸の内1-2-3", "06-9999-8888"], "update"),
        (["株式会社東和商事", "", ""], "update"),
    ],
)
def test_of_a_ledger_of_firms_a_telephone_in_another_city_is_asked_about(
    alice: User, tmp_path: Path, row: list[str], what: str
) -> None:
    account(alice, name=TOWA[0], address=TOWA[1], phone=TOWA[2])
    job = bring(tmp_path, [row, ["林商店", "", ""]], alice, head=HEAD[:3])
    assert job.plan["main"] == "account"
    assert job.figures["asked"] == (what == "ask") and job.figures["created"] == {"account": 1}


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (["株式会社東和商事", "", "06-9999-8888", ""], "ask"),  # its fax alone says where it is
        (["株式会社東和商事", "", "03-9999-8888", ""], "update"),
        (["株式会社東和商事", "03-9999-8888", "", "https://towa-trading.example.jp/"], "ask"),  # another line, another site
        (["株式会社東和商事", "03-9999-8888", "", "https://towa.example.jp/about"], "update"),
        (["株式会社東和商事", "", "", "https://towa-trading.example.jp/"], "update"),
    ],
)  # fmt: skip
def test_a_fax_in_another_city_or_another_line_and_site_is_asked_about(
    alice: User, tmp_path: Path, row: list[str], what: str
) -> None:
    account(alice, name=TOWA[0], phone=TOWA[2], website="https://www.towa.example.jp/")
    job = bring(tmp_path, [row, ["林商店", "", "", ""]], alice, head=["会社名", "電話", "FAX", "URL"])
    assert job.figures["asked"] == (what == "ask") and job.figures["created"] == {"account": 1}


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (["斎藤 健一", "090-1111-2222", "", "", ""], "update"),
        (["齋藤健一 様", "", "s@example.jp", "", ""], "update"),
        (["斎藤 健二", "090-1111-2222", "", "", "東京都港区芝1-1-1"], "new"),  # his brother
        (["斎藤 健二", "", "s@example.jp", "", ""], "ask"),  # at whose mail address he reads
        (["斎藤 健一", "", "", "", ""], "new"),  # one of many of the name
        (["斎藤 健一", "", "", "1980/05/06", ""], "update"),
        (["斎藤 健一", "090-1111-2222", "", "1950/01/01", ""], "new"),  # his father has the same name
        (["林 健一", "090-1111-2222", "s@example.jp", "", ""], "ask"),  # married
    ],
)
def test_of_a_person_each_row_is_new_known_or_asked_about(
    alice: User, tmp_path: Path, row: list[str], what: str
) -> None:
    write.create(
        registry.get("contact"),
        {"family_name": "斎藤", "given_name": "健一", "mobile": "090-1111-2222", "email": "s@example.jp", "birthday": "1980-05-06", "address": "東京都港区芝1-1-1"},
        by=alice,
    )  # fmt: skip
    job = bring(tmp_path, [row], alice, head=["氏名", "携帯", "メール", "生年月日", "住所"])
    made = Contact.objects.count() - 1
    assert (job.figures["asked"], made) == {"update": (0, 0), "ask": (1, 0), "new": (0, 1)}[what]


def test_one_customer_in_three_spellings_in_one_file_is_one(
    alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        ["株式会社髙山酒造", "岐阜県高山市大新町1-2-3", "0577-11-1111", "平瀬 昭", ""],
        ["㈱高山酒造", "岐阜県高山市大新町1丁目2番3号", "", "平瀬　昭 様", "h@example.jp"],
        ["高山酒造（株）", "", "0577111111", "二木 恵", ""],
    ]
    for batch in (500, 1):
        monkeypatch.setattr(importing, "BATCH", batch)
        job = bring(tmp_path, rows, alice)
        if job.figures["asked"]:  # 前株 against 後株 is asked about
            assert job.figures["asked"] == 1
            waiting.answer(
                job.pk,
                waiting.first(job).pk,
                "same",
                by=alice,
                record_id=Account.objects.get(deleted_at=None).pk,
            )  # type: ignore[union-attr]
        assert Account.objects.filter(deleted_at=None).count() == 1, batch
        assert sorted(Contact.objects.filter(deleted_at=None).values_list("email", "family_name")) == [
            ("", "二木"),
            ("h@example.jp", "平瀬"),
        ]
        tasks.undo(job, alice)
        assert Account.objects.filter(deleted_at=None).count() == 0
        assert Contact.objects.filter(deleted_at=None).count() == 0


def test_exact_and_loose(alice: User, tmp_path: Path) -> None:
    account(alice, name=TOWA[0])
    assert bring(tmp_path, [["東和商事", "", "", "", ""]], alice, "exact").figures["asked"] == 0
    assert Account.objects.count() == 2
    account(alice, name="北海水産株式会社", address="北海道函館市末広町1-2")
    job = bring(tmp_path, [["北海水産", "函館市末広町1-2", "0138-11-1111", "", ""]], alice, "loose")
    assert (job.figures["asked"], Account.objects.count()) == (0, 3)


class TestAnswers:
    @pytest.fixture
    def job(self, alice: User, tmp_path: Path) -> ImportJob:
        account(alice, name=TOWA[0], address=TOWA[1], phone=TOWA[2], note="大切")
        rows = [
            ["東和商事", "", "", "山田 太郎", "y@example.jp", "見積の件"],
            ["東和商事", "", "", "林 花子", "", "修理の件"],
            ["新しい会社", "", "", "", "", "新しい件"],
        ]
        return bring(tmp_path, rows, alice, head=[*HEAD, "案件名"])

    def test_nothing_of_a_waiting_row_is_stored(self, job: ImportJob) -> None:
        assert job.figures["asked"] == 2
        assert (Account.objects.count(), Contact.objects.count(), Deal.objects.count()) == (2, 0, 1)
        row = waiting.first(job)
        assert row is not None and row.candidates[0]["reasons"] == [["name_key", 60]]

    def test_the_same_takes_all_rows_of_the_question_with_their_people_and_deals(
        self, job: ImportJob, alice: User
    ) -> None:
        towa = Account.objects.get(name=TOWA[0])
        row = waiting.first(job)
        assert row is not None
        waiting.answer(job.pk, row.pk, "same", by=alice, record_id=towa.pk)
        assert Account.objects.count() == 2
        assert sorted(towa.contacts.values_list("family_name", flat=True)) == ["山田", "林"]
        assert towa.deals.count() == 2
        towa.refresh_from_db()
        assert (towa.name, towa.note) == (TOWA[0], "大切")
        assert waiting.counts(job)["same"] == 2
        with pytest.raises(Refused):
            waiting.answer(job.pk, row.pk, "new", by=alice)

    def test_another_is_remembered_and_asked_no_more(self, job: ImportJob, alice: User) -> None:
        towa = Account.objects.get(name=TOWA[0])
        row = waiting.first(job)
        assert row is not None
        waiting.answer(job.pk, row.pk, "new", by=alice)
        other = Account.objects.get(name="東和商事")
        assert other.deals.count() == 2
        assert NotSame.objects.filter(entity="account", low_id=towa.pk, high_id=other.pk).exists()
        again = importing.begin(Path(job.path), job.file_name, by=alice)
        importing.run(again)
        assert (again.figures["asked"], Account.objects.filter(deleted_at=None).count()) == (0, 3)

    def test_answers_go_back_one_by_one_and_with_the_import(self, job: ImportJob, alice: User) -> None:
        columns = ("name", "address", "phone", "note", "owner_id", "deleted_at", "prefecture")
        before = list(Account.objects.order_by("pk").values(*columns))
        row = waiting.first(job)
        assert row is not None
        waiting.answer(job.pk, row.pk, "new", by=alice)
        waiting.take_back(job.pk, by=alice)
        alive = Account.objects.filter(deleted_at=None).order_by("pk")
        assert list(alive.values(*columns)) == before
        assert Contact.objects.filter(deleted_at=None).count() == 0 and not NotSame.objects.exists()
        assert waiting.counts(job)["open"] == 2
        waiting.answer(job.pk, row.pk, "new", by=alice)
        tasks.undo(job, alice)
        assert list(Account.objects.filter(deleted_at=None).values_list("name", flat=True)) == [TOWA[0]]
        assert not Deal.objects.filter(deleted_at=None).exists() and not NotSame.objects.exists()
        with pytest.raises(Refused):
            waiting.answer(job.pk, row.pk, "skip", by=alice)

    @pytest.mark.parametrize(("what", "accounts", "deals"), [("same", 2, 3), ("new", 3, 3), ("skip", 2, 1)])
    def test_all_the_rest_alike(
        self, job: ImportJob, alice: User, what: str, accounts: int, deals: int
    ) -> None:
        job.rest = what
        job.save()
        tasks.answer_rest.func(job.pk, alice.pk)
        job.refresh_from_db()
        assert (Account.objects.count(), Deal.objects.count(), job.rest) == (accounts, deals, "")
        assert waiting.counts(job)["open"] == 0

    def test_whoever_may_not_change_the_record_is_told(self, job: ImportJob, alice: User, bob: User) -> None:
        towa = Account.objects.get(name=TOWA[0])
        row = waiting.first(job)
        assert row is not None
        write.delete(registry.get("account"), [towa.pk], by=alice)
        from enishi.records.errors import NotFound

        with pytest.raises(NotFound):
            waiting.answer(job.pk, row.pk, "same", by=alice, record_id=towa.pk)
        assert waiting.counts(job)["open"] == 2


def test_a_person_is_asked_about_after_his_company(alice: User, tmp_path: Path) -> None:
    towa = account(alice, name=TOWA[0])
    write.create(
        registry.get("contact"),
        {"family_name": "山田", "given_name": "太郎", "account": towa.pk, "email": "old@example.jp"},
        by=alice,
    )
    job = bring(tmp_path, [["東和商事", "", "", "山田", "new@example.jp"]], alice)
    row = waiting.first(job)
    assert row is not None and row.entity == "account"
    row = waiting.answer(job.pk, row.pk, "same", by=alice, record_id=towa.pk)
    assert (row.state, row.entity) == ("open", "contact")
    person = Contact.objects.get()
    waiting.answer(job.pk, row.pk, "same", by=alice, record_id=person.pk)
    person.refresh_from_db()
    assert (person.email, person.account, Contact.objects.count()) == ("new@example.jp", towa, 1)


def test_an_import_that_was_cut_off_asks_nothing_twice(
    alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 10)
    for n in range(40):
        account(alice, name=f"株式会社試作{n:02}番")
    path = write_csv(tmp_path / "a.csv", [["会社名"], *[[f"試作{n:02}番"] for n in range(40)]])
    job = importing.begin(path, path.name, by=alice)
    stored, calls = importing._store_batch, []

    def dies(*values: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        stored(*values)

    monkeypatch.setattr(importing, "_store_batch", dies)
    with pytest.raises(KeyboardInterrupt):
        importing.run(job)
    monkeypatch.setattr(importing, "_store_batch", stored)
    importing.run(ImportJob.objects.get(pk=job.pk))
    assert WaitingRow.objects.filter(job=job).count() == 40
    assert ImportJob.objects.get(pk=job.pk).figures["asked"] == 40
    assert Account.objects.count() == 40


def test_a_dry_run_asks_and_keeps_nothing(alice: User, tmp_path: Path) -> None:
    account(alice, name=TOWA[0])
    before = everything()
    path = write_csv(tmp_path / "a.csv", [HEAD, ["東和商事", "", "", "", ""]])
    job = importing.begin(path, path.name, by=alice)
    importing.run(job, dry=True)
    assert (job.figures["asked"], WaitingRow.objects.count(), everything()) == (1, 0, before)


def test_the_queries_of_a_batch_do_not_grow_with_its_rows(
    alice: User, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    rows, _truth = ledger(400, seed=5)
    path = write_csv(tmp_path / "a.csv", rows)
    job = importing.begin(path, path.name, by=alice)
    with django_assert_max_num_queries(90):
        importing.run(job)


def test_a_damaged_ledger_joins_none_that_are_two_and_finds_most(alice: User, tmp_path: Path) -> None:
    """Of each customer's rows: stored as one, asked about with the right candidate, or (rarely) missed; never joined with
    another's but where the file itself calls the two alike to the letter."""
    rows, truth = ledger(1200, seed=3)
    for row, number in zip(rows[1:], truth, strict=True):
        row[rows[0].index("備考")] = f"顧客{number}。"  # a note that tells whose row came in where
    path = write_csv(tmp_path / "a.csv", rows)
    job = importing.begin(path, path.name, by=alice)
    importing.run(job)
    alike: dict[str, set[int]] = {}  # homonyms to the letter are one customer to an import by name
    for row, number in zip(rows[1:], truth, strict=True):
        alike.setdefault(row[0], set()).add(number)
    told = {pk: {note} for pk, note in Account.objects.values_list("pk", "note")}
    for event in Event.objects.filter(entity="account"):
        told[event.record_id] |= {str(text) for text in event.data.get("changes", {}).get("note", ())}
    homonyms = {number for numbers in alike.values() if len(numbers) > 1 for number in numbers}
    joined = [
        found for texts in told.values() if len(found := set(re.findall(r"顧客(\d+)。", " ".join(texts)))) > 1
    ]
    assert not [one for one in joined if not {int(number) for number in one} <= homonyms], joined
    asked = {row.number for row in WaitingRow.objects.filter(job=job, entity="account")}
    customers = len(set(truth))
    accounts = Account.objects.count()
    assert customers * 0.93 < accounts < customers * 1.02
    assert 0 < len(asked) < len(truth) * 0.08
    again = importing.begin(path, path.name, by=alice)
    importing.run(again)
    assert sum(again.figures["created"].values()) < 10


class TestPages:
    @pytest.fixture
    def job(self, alice: User, tmp_path: Path) -> ImportJob:
        account(alice, name=TOWA[0], phone=TOWA[2])
        return bring(
            tmp_path,
            [
                ["東和商事", "東京都千代田区丸の内1-2-3", "", "山田 太郎", ""],
                ["㈱東和商事", "東京都千代田区丸の内1-2-3", "", "", ""],
            ],
            alice,
        )

    def test_the_import_leads_to_its_questions_and_they_to_the_end(
        self, job: ImportJob, as_alice: Any
    ) -> None:
        assert "確認待ち 2行" in as_alice.get("/import/").content.decode()
        assert f"/import/{job.pk}/asks/" in as_alice.get(f"/import/{job.pk}/").content.decode()
        page = as_alice.get(f"/import/{job.pk}/asks/").content.decode()
        for word in ("名前が同じ（表記の違い）", "株式会社東和商事", "山田 太郎", "追加"):
            assert word in page
        row = waiting.first(job)
        assert row is not None
        record = Account.objects.get().pk
        answer = as_alice.post(
            f"/import/{job.pk}/asks/{row.pk}/",
            {"answer": "same", "record": record},
            headers={"HX-Request": "true"},
        )
        assert "3行目の取引先" in answer.content.decode() and "back/" in answer.headers["HX-Trigger"]
        assert Account.objects.get().address == "千代田区丸の内1-2-3"
        as_alice.post(f"/import/{job.pk}/asks/back/")
        assert Account.objects.get().address == ""
        as_alice.post(f"/import/{job.pk}/asks/rest/", {"answer": "skip"})
        job.refresh_from_db()
        assert job.rest == "skip"

    def test_others_may_not_answer(self, job: ImportJob, as_bob: Any) -> None:
        row = waiting.first(job)
        assert row is not None
        assert as_bob.get(f"/import/{job.pk}/asks/").status_code == 404
        for path in (f"{row.pk}/", "rest/", "back/"):
            assert as_bob.post(f"/import/{job.pk}/asks/{path}", {"answer": "skip"}).status_code == 404
        assert waiting.counts(job)["open"] == 2


def test_who_does_not_see_the_state_answers_too(alice: User, tmp_path: Path) -> None:
    """What the program adds to records out of a sheet of sales is nobody's to write."""
    every = {"see": "all", "create": "all", "change": "all"}
    hidden = {"account": {"status": "hidden"}, "order": {"status": "hidden"}}
    role = Role.objects.create(
        name="受付", rights={"default": every, "entities": {}, "fields": hidden, "imports": True}
    )
    user = User.objects.create_user("uketsuke@example.jp", "とても長い合言葉です", name="受付", role=role.key)
    account(alice, name=TOWA[0], address=TOWA[1], phone=TOWA[2])
    rows = [["A-1", "2020/4/1", "東和商事", "茶", "1", "1000"]]
    job = bring(tmp_path, rows, user, head=["伝票番号", "売上日", "得意先名", "商品名", "数量", "金額"])
    assert job.figures["asked"] == 1
    row = waiting.first(job)
    assert row is not None
    with serving(user):
        waiting.answer(job.pk, row.pk, "new", by=user)
    assert Account.objects.count() == 2


def test_what_a_question_kept_of_somebody_goes_with_his_name(alice: User, tmp_path: Path) -> None:
    values = {"family_name": "斎藤", "given_name": "健一", "mobile": "090-1111-2222", "email": "s@example.jp"}
    known = write.create(registry.get("contact"), values, by=alice).record
    job = bring(tmp_path, [["斎藤 健二", "", "s@example.jp"]], alice, head=["氏名", "携帯", "メール"])
    row = waiting.first(job)
    assert row is not None
    waiting.answer(job.pk, row.pk, "same", by=alice, record_id=known.pk)
    sheet = ImportJob.objects.create(user=alice, file_name="戻り.xlsx", path="x", entity="contact")
    ReturnedRow.objects.create(
        job=sheet, kind="changed", record_id=known.pk, title="斎藤 健一", changes=[{"label": "携帯"}]
    )
    personal.anonymise(registry.get("contact"), known.pk, by=alice)
    assert WaitingRow.objects.get(pk=row.pk).cells == []
    job.refresh_from_db()
    assert "斎藤" not in str(job.plan) and "氏名" in str(job.plan)
    held = ReturnedRow.objects.get()
    assert (held.title, held.changes) == ("", [])
