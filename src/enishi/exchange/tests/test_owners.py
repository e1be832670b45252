"""Exports of Salesforce and Zoho that say by mail, name or number whom a customer belongs to; rows that are deleted there."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from enishi.access.models import User
from enishi.exchange import importing
from enishi.exchange.mapping import Plan
from enishi.exchange.tests.test_importing import write_csv
from enishi.exchange.tests.test_programs import take
from enishi.people.models import Account, Contact
from enishi.work.models import Activity

pytestmark = [pytest.mark.django_db, pytest.mark.row("B6")]

# Salesforce, "Data Export" and the Data Loader with fields of the owner (developer.salesforce.com, objects Account and Contact).
ACCOUNTS = """
Id,IsDeleted,Name,Type,BillingStreet,BillingCity,BillingState,BillingPostalCode,BillingCountry,ShippingCity,Phone,OwnerId,Owner.Email,Owner.Name
0015g00000NewerAAA,false,株式会社近江工業,Customer,"膳所1-2-3
近江ビル 4F",大津市,滋賀県,520-0802,Japan,草津市,077-511-1111,0055g000001xyz,{bob},Tsutomu Baba
0015g00000GoneBAAA,true,消えた商会,,,,,,,,,0055g000001xyz,{bob},
0015g00000NewerCAA,FALSE,有限会社湖東紙器,,八日市1,東近江市,滋賀県,527-0001,日本,,,0055g000001xyz,gone@example.com,{bob_name}
0015g00000NewerDAA,false,比叡印刷,,,,,,,,,0055g000009zzz,,
"""
CONTACTS = """
Id,IsDeleted,AccountId,LastName,FirstName,MailingStreet,MailingCity,MailingState,MailingPostalCode,MailingCountry,Email,OwnerId,Owner.Email
0035g00000NewerAAA,false,0015g00000NewerAAA,堀,湖太郎,"西の庄5-6
ハイツ湖南 201号室",大津市,滋賀県,520-0818,Japan,hori@example.jp,0055g000001xyz,{bob}
0035g00000GoneBAAA,true,0015g00000NewerAAA,退社,済,,,,,,,0055g000001xyz,{bob}
"""
ZOHO = """
連絡先の担当者,姓,名,取引先名,取引先の担当者,メール,郵送先の郵便番号,郵送先の都道府県,郵送先の市区町村,郵送先の番地,郵送先の建物,郵送先の国,タグ
{bob_name},村上,檸檬,瀬戸内レモン園,{alice},murakami@example.jp,722-2411,広島県,尾道市,瀬戸田町1-2,レモン館 2F,日本,"果物,島"
{bob},因島,八朔,,,,,,,,,,
"""


def filled(text: str, alice: User, bob: User) -> str:
    return text.replace("{bob}", bob.email).replace("{bob_name}", str(bob)).replace("{alice}", alice.email)


def test_salesforce_says_the_owner_by_mail_and_by_name(alice: User, bob: User, tmp_path: Path) -> None:
    job = take(tmp_path, filled(ACCOUNTS, alice, bob), alice, "Account")
    assert Plan.from_json(job.plan).profile == "salesforce_accounts"
    first = Account.objects.get(code="0015g00000NewerAAA")
    assert first.owner == bob and "Tsutomu" not in first.note and "0055g" not in first.note
    assert (first.postal_code, first.prefecture, first.address, first.building) == (
        "520-0802", "滋賀県", "大津市膳所1-2-3", "近江ビル 4F",
    )  # fmt: skip
    assert "ShippingCity: 草津市" in first.note and "Japan" not in first.note
    by_name = Account.objects.get(code="0015g00000NewerCAA")
    assert by_name.owner == bob and "gone@example.com" in by_name.note and "日本" not in by_name.note
    unknown = Account.objects.get(code="0015g00000NewerDAA")
    assert unknown.owner == alice and "0055g000009zzz" in unknown.note
    assert any("0055g000009zzz" in text for text in job.figures["kept"])


def test_rows_that_are_deleted_there_stay_out_and_are_said(
    alice: User, bob: User, as_alice: Client, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "Account.csv",
        [line.split(",") for line in ["Id,IsDeleted,Name,OwnerId,BillingCity", "001A,false,近江工業,005,大津市", "001B,true,消えた商会,005,大津市"]],
    )  # fmt: skip
    job = importing.begin(path, path.name, by=alice)
    page = as_alice.get(f"/import/{job.pk}/").content.decode()
    assert "元のシステムで削除されたもの" in page and "とばす" in page
    importing.run(job)
    assert Account.objects.get().name == "近江工業"
    assert list(job.figures["skipped"].values()) == [1] and job.figures["refused"] == 0
    assert "元のシステムで削除されたもの" in as_alice.get(f"/import/{job.pk}/").content.decode()


def test_the_outside_number_ties_a_person_to_the_firm_of_another_file(
    alice: User, bob: User, tmp_path: Path
) -> None:
    take(tmp_path, filled(ACCOUNTS, alice, bob), alice, "Account")
    job = take(tmp_path, filled(CONTACTS, alice, bob), alice, "Contact")
    assert Plan.from_json(job.plan).profile == "salesforce_contacts"
    person = Contact.objects.get()
    assert (person.account.name, person.owner) == ("株式会社近江工業", bob)
    assert (person.postal_code, person.address, person.building) == (
        "520-0818", "大津市西の庄5-6", "ハイツ湖南 201号室",
    )  # fmt: skip
    assert person.note == ""


def test_a_choice_in_the_wizard_leaves_both_columns_of_the_owner(
    alice: User, bob: User, as_alice: Client, tmp_path: Path
) -> None:
    path = tmp_path / "Account.csv"
    path.write_text(filled(ACCOUNTS, alice, bob).strip(), encoding="utf-8")
    job = importing.begin(path, path.name, by=alice)
    plan = Plan.from_json(job.plan)
    choices = {f"c{one.index}": one.target for one in plan.columns}
    as_alice.post(f"/import/{job.pk}/", {**choices, "header_rows": "1", "main": plan.main})
    job.refresh_from_db()
    owners = [one.heading for one in Plan.from_json(job.plan).columns if one.target == "account.owner"]
    assert owners == ["OwnerId", "Owner.Email", "Owner.Name"]


def test_zoho_in_japanese(alice: User, bob: User, tmp_path: Path) -> None:
    job = take(tmp_path, filled(ZOHO, alice, bob), alice, "連絡先")
    assert Plan.from_json(job.plan).profile == "zoho_contacts" and job.figures["kept"] == {}
    person = Contact.objects.get(family_name="村上")
    assert (person.owner, person.account.owner) == (bob, alice)
    assert (person.postal_code, person.prefecture, person.address, person.building) == (
        "722-2411", "広島県", "尾道市瀬戸田町1-2", "レモン館 2F",
    )  # fmt: skip
    assert set(person.tags) == {"果物", "島"}
    assert person.note == "" and Contact.objects.get(family_name="因島").owner == bob


def test_a_choice_in_the_wizard_leaves_a_day_and_its_time_together(
    alice: User, as_alice: Client, tmp_path: Path
) -> None:
    rows = [["訪問日", "訪問時刻", "得意先名", "訪問内容"], ["2026/10/1", "10:30", "桜商店", "見積を届けた"]]
    path = write_csv(tmp_path / "訪問.csv", rows)
    job = importing.begin(path, path.name, by=alice)
    plan = Plan.from_json(job.plan)
    choices = {f"c{one.index}": one.target for one in plan.columns}
    assert [one.target for one in plan.columns][:2] == ["activity.at", "activity.at"]
    as_alice.post(f"/import/{job.pk}/", {**choices, "header_rows": "1", "main": plan.main})
    job.refresh_from_db()
    importing.run(job)
    assert timezone.localtime(Activity.objects.get().at).strftime("%H:%M") == "10:30"
