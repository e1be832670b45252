"""Lists go out as they are shown, harmless, and come back the same."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from enishi.access.models import AccessLog, User
from enishi.exchange import exporting, importing
from enishi.people.models import Account
from enishi.records import registry, write
from enishi.records.registry import rebuild
from enishi.records.tests import company

pytestmark = [pytest.mark.django_db, pytest.mark.row("B2")]


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_formulas_are_harmless_and_telephone_numbers_stay(alice: User, as_alice: Client) -> None:
    for name in ('=HYPERLINK("http://x")', "@SUM(1)", "＝１＋１", "-1+1"):
        write.create(registry.get("account"), {"name": name, "phone": "+81 3-1234-5678"}, by=alice)
    answer = as_alice.get("/accounts/export/?format=csv&columns=phone&sort=sort_key")
    rows = list(csv.reader(io.StringIO(body(answer).decode("utf-8-sig"))))[1:]
    assert all(row[0].startswith("'") for row in rows)
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(body(as_alice.get("/accounts/export/?format=xlsx")))
    ).get_sheet_by_index(0)
    assert {row[0] for row in sheet.to_python()[1:]} == {
        '=HYPERLINK("http://x")',
        "@SUM(1)",
        "＝１＋１",
        "-1+1",
    }


def test_what_cp932_lacks_is_told_before_and_never_a_question_mark(alice: User, as_alice: Client) -> None:
    write.create(registry.get("account"), {"name": "𠮷野家具♡"}, by=alice)
    page = as_alice.get("/accounts/export/?format=cp932").content.decode()
    assert "𠮷" in page
    data = body(as_alice.get("/accounts/export/?format=cp932&agreed=1")).decode("cp932")
    assert "吉野家具" in data
    assert "?" not in data


def test_an_export_is_logged_and_only_for_those_who_may(
    alice: User, as_alice: Client, as_carol: Client
) -> None:
    write.create(registry.get("account"), {"name": "丸山"}, by=alice)
    body(as_alice.get("/accounts/export/?format=xlsx"))
    assert AccessLog.objects.filter(user=alice, action="export", entity="account", count=1).count() == 1
    assert as_carol.get("/accounts/export/?format=xlsx").status_code == 403
    assert AccessLog.objects.filter(action="export").count() == 1


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_goes_out_comes_back_the_same(alice: User, as_alice: Client, tmp_path: Path, form: str) -> None:
    entity = registry.get("account")
    for number in range(12):
        write.create(entity, {"name": f"株式会社往復{number}", "kana": "オウフク", "phone": f"03-1234-{number:04}", "postal_code": "060-0001", "address": "札幌市中央区北一条西1", "employees": number * 7 or None, "started_on": "2020/04/01", "code": f"{number:05}", "note": "一行目\n二行目"}, by=alice)  # fmt: skip
    names = "code,kana,status,phone,postal_code,prefecture,address,employees,started_on,note"
    data = body(as_alice.get(f"/accounts/export/?format={form}&columns={names}"))
    path = tmp_path / f"out.{form}"
    path.write_bytes(data)
    columns = ["name", *names.split(",")]
    before = list(Account.objects.order_by("code").values(*columns))
    Account.objects.all().delete()
    job = importing.begin(path, path.name, by=alice)
    importing.run(job)
    job.refresh_from_db()
    assert job.figures["refused"] == 0
    assert list(Account.objects.order_by("code").values(*columns)) == before


def _sold(by: User) -> None:
    """A record of everything that is sold and billed, with lines."""
    make = lambda entity, **values: write.create(registry.get(entity), values, by=by).record  # noqa: E731
    account = make("account", name="丸山商事").pk
    product = make("product", name="煮干し", code="P1").pk
    make("lead", family_name="丸山", given_name="花子", company="丸山商事", budget="50万円")
    make("price_list", name="特価", prices=[{"product": product, "price": "9"}])
    make("terms", account=account)
    channel = make("channel", name="本店").pk
    make("channel_customer", channel=channel, outside_id="7", account=account)
    make("goal", owner=by.pk, target="100万円")
    report = make("daily_report", owner=by.pk, done="訪問1件").pk
    make("daily_comment", report=report, text="おつかれさま")
    lines = [{"product": product, "text": "煮干し", "quantity": "2.5", "unit_price": "100"}, {"text": "送料"}]
    for name in ("quote", "order", "invoice", "deal"):
        make(name, account=account, name="九月分", lines=lines)
    invoice = registry.get("invoice").model._default_manager
    invoice.update(status="issued")
    make("payment", invoice=invoice.get().pk, amount="10")


def test_columns_formed_at_once_are_what_each_field_exports(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quick way through a page says of every kind of field what the field says of a record."""
    company.own_fields()
    company.build(5, [alice, bob], size=25)
    _sold(alice)
    monkeypatch.setattr(exporting, "CHUNK", 10)
    try:
        for entity in registry.all_entities():
            columns = list(entity.fields.values())
            rows = entity.model._default_manager.all()
            assert rows.exists(), entity.name
            formed = list(exporting.value_rows(entity, rows, columns))
            assert formed[0] == [one.label for one in columns]
            assert formed[1:] == [[one.export(record) for one in columns] for record in rows.order_by("pk")]
    finally:
        rebuild()
