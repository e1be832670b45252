"""Who comes from another program hands over its exports as they are: recognised, mapped, tied together, updated by a second import."""

from pathlib import Path
from typing import Any

import pytest

from enishi.access.models import User
from enishi.exchange import importing, profiles, tasks
from enishi.exchange.mapping import Plan
from enishi.exchange.models import ImportJob
from enishi.exchange.programs import whole_id
from enishi.exchange.tests import programs
from enishi.exchange.tests.test_importing import bring, everything, write_csv
from enishi.people.models import Account, Contact
from enishi.records import registry, write
from enishi.records.merge import merge
from enishi.sales.models import Deal, Lead
from enishi.work.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.row("B6")]


def take(folder: Path, text: str, user: User, name: str, encoding: str = "utf-8-sig") -> ImportJob:
    """A sample through the same way as any file."""
    return bring(write_csv(folder / f"{name}.csv", programs.table(text), encoding), user)


FORMS = {
    "HUBSPOT_COMPANIES": "hubspot_companies", "HUBSPOT_CONTACTS": "hubspot_contacts", "HUBSPOT_DEALS": "hubspot_deals",
    "HUBSPOT_COMPANIES_JA": "hubspot_companies", "HUBSPOT_CONTACTS_JA": "hubspot_contacts", "HUBSPOT_DEALS_JA": "hubspot_deals",
    "SALESFORCE_ACCOUNTS": "salesforce_accounts", "SALESFORCE_CONTACTS": "salesforce_contacts", "SALESFORCE_OPPORTUNITIES": "salesforce_opportunities",
    "SALESFORCE_REPORT_ACCOUNTS": "salesforce_accounts", "SALESFORCE_REPORT_CONTACTS": "salesforce_contacts", "SALESFORCE_REPORT_DEALS": "salesforce_opportunities",
    "SALESFORCE_LEADS": "salesforce_leads", "ZOHO_ACCOUNTS": "zoho_accounts", "ZOHO_CONTACTS": "zoho_contacts", "ZOHO_DEALS": "zoho_deals", "ZOHO_LEADS": "zoho_leads",
    "ZOHO_ACCOUNTS_JA": "zoho_accounts", "ZOHO_CONTACTS_JA": "zoho_contacts", "ZOHO_DEALS_JA": "zoho_deals", "KINTONE": "kintone", "SANSAN": "sansan",
    "GOOGLE_OLD": "google", "GOOGLE_NEW": "google", "GOOGLE_FULL": "google", "OUTLOOK": "outlook",
}  # fmt: skip


@pytest.mark.parametrize("sample", FORMS)
def test_each_form_is_recognised_and_comes_in_whole(
    alice: User, bob: User, tmp_path: Path, sample: str
) -> None:
    job = take(tmp_path, getattr(programs, sample), alice, sample)
    plan = Plan.from_json(job.plan)
    assert (plan.profile, job.status, job.error) == (FORMS[sample], "done", "")
    assert (job.figures["refused"], job.figures["asked"]) == (0, 0), [
        r.reason for r in job.refused_rows.all()
    ]
    known = {one for meanings in profiles.get(plan.profile).columns.values() for one in meanings}
    for column in plan.columns:
        form = profiles.get(plan.profile)
        assert (
            column.target or form.leaves(column.heading) or not column.sample or column.heading not in known
        )


def test_every_profile_has_a_sample_and_names_in_both_languages() -> None:
    assert set(profiles.every()) == {*FORMS.values(), "vcard"}
    for one in profiles.every().values():
        assert set(one.names) == {"ja", "en"}


class TestHubSpot:
    def test_companies_contacts_and_deals_hang_together(self, alice: User, bob: User, tmp_path: Path) -> None:
        take(tmp_path, programs.HUBSPOT_COMPANIES, alice, "companies")
        job = take(tmp_path, programs.HUBSPOT_CONTACTS, alice, "contacts")
        deals = take(tmp_path, programs.HUBSPOT_DEALS, alice, "deals")
        assert Account.objects.count() == 2
        company = Account.objects.get(code="9001")
        assert (company.name, company.status, company.owner, company.prefecture) == (
            "株式会社桐生織物",
            "active",
            bob,
            "群馬県",
        )
        assert company.address == "桐生市本町1-2-3"
        assert "unknown@example.com" in Account.objects.get(code="9002").note
        aya = Contact.objects.get(code="501")
        assert (aya.account, aya.owner, aya.title, aya.status) == (company, bob, "部長", "active")
        assert aya.met_on.isoformat() == "2024-04-05"
        assert "Favourite colour: 青" in aya.note
        second = Contact.objects.get(code="502")
        assert second.account == company and "9002" in second.note and "有限会社日高昆布" in second.note
        assert any("Nobody Known" in text for text in job.figures["kept"])
        won = Deal.objects.get(code="70001")
        assert (won.outcome, won.amount, won.account, won.contact, won.owner) == (
            "won",
            1_200_000,
            company,
            aya,
            bob,
        )
        assert "502" in won.note
        assert Deal.objects.get(code="70002").stage.name == "提案・見積"
        lost = Deal.objects.get(code="70003")
        assert (lost.outcome, lost.account) == ("lost", None)
        assert "9999" in lost.note and any("9999" in text for text in deals.figures["kept"])

    def test_a_second_import_changes_and_doubles_nothing(
        self, alice: User, bob: User, tmp_path: Path
    ) -> None:
        samples = (programs.HUBSPOT_COMPANIES, programs.HUBSPOT_CONTACTS, programs.HUBSPOT_DEALS)
        for place, text in enumerate(samples):
            take(tmp_path, text, alice, str(place))
        counts = (Account.objects.count(), Contact.objects.count(), Deal.objects.count())
        for place, text in enumerate(samples):
            job = take(tmp_path, text.replace("部長", "取締役"), alice, f"again{place}")
            assert job.figures["created"] == {} and job.figures["asked"] == 0
        assert (Account.objects.count(), Contact.objects.count(), Deal.objects.count()) == counts
        assert Contact.objects.get(code="501").title == "取締役"

    def test_contacts_first_and_companies_after_them(self, alice: User, bob: User, tmp_path: Path) -> None:
        take(tmp_path, programs.HUBSPOT_CONTACTS, alice, "contacts")
        take(tmp_path, programs.HUBSPOT_COMPANIES, alice, "companies")
        assert Account.objects.count() == 2
        assert Contact.objects.get(code="501").account.phone == "0277-11-1111"

    def test_companies_known_by_name_only_get_their_number(
        self, alice: User, bob: User, tmp_path: Path
    ) -> None:
        names = "会社名,電話\n株式会社桐生織物,\n"
        bring(write_csv(tmp_path / "a.csv", programs.table(names)), alice)
        job = take(tmp_path, programs.HUBSPOT_COMPANIES, alice, "companies")
        assert (job.figures["updated"], job.figures["asked"]) == ({"account": 1}, 0)
        assert Account.objects.get(name="株式会社桐生織物").code == "9001"

    def test_the_number_of_somebody_else_here_is_asked_about(
        self, alice: User, bob: User, tmp_path: Path
    ) -> None:
        bring(write_csv(tmp_path / "a.csv", [["得意先コード", "会社名"], ["9001", "浅草人形"]]), alice)
        job = take(tmp_path, programs.HUBSPOT_COMPANIES, alice, "companies")
        assert job.figures["asked"] == 1
        assert Account.objects.get(code="9001").name == "浅草人形"


class TestSalesforce:
    def test_ids_tie_accounts_contacts_and_opportunities(
        self, alice: User, bob: User, tmp_path: Path
    ) -> None:
        take(tmp_path, programs.SALESFORCE_ACCOUNTS, alice, "Account")
        contacts = take(tmp_path, programs.SALESFORCE_CONTACTS, alice, "Contact")
        take(tmp_path, programs.SALESFORCE_OPPORTUNITIES, alice, "Opportunity")
        account = Account.objects.get()
        assert (account.code, account.employees, account.address) == (
            "0015g00000AbCdEAAV",
            120,
            "伊那市伊那部4-5-6",
        )
        assert "A-778" in account.note and "古い付き合い" in account.note
        person = Contact.objects.get(family_name="宮下")
        assert (person.account, person.met_on.isoformat()) == (account, "2023-12-01")  # our day of the moment
        assert (person.mobile, person.title, person.source) == ("080-2222-3333", "課長", "展示会")
        lost = Contact.objects.get(family_name="迷子")
        assert lost.account is None and "0015g00000ZZZZZAAV" in lost.note
        assert any("0015g00000ZZZZZAAV" in text for text in contacts.figures["kept"])
        deal = Deal.objects.get(name="治具の更新")
        assert (deal.account, deal.contact, deal.amount, deal.probability) == (account, person, 2_500_000, 65)
        assert deal.stage.name == "提案・見積" and Task.objects.get().name == "見積を送る"
        assert Deal.objects.get(name="搬送ライン").outcome == "won"

    def test_reports_in_japanese(self, alice: User, bob: User, tmp_path: Path) -> None:
        for name in ("ACCOUNTS", "CONTACTS", "DEALS"):
            take(tmp_path, getattr(programs, f"SALESFORCE_REPORT_{name}"), alice, name, "cp932")
        account = Account.objects.get()
        assert (account.owner, account.prefecture, account.postal_code) == (bob, "島根県", "699-0711")
        assert (Contact.objects.get().account, Contact.objects.get().mobile) == (account, "090-4444-0000")
        deal = Deal.objects.get()
        assert (deal.outcome, deal.amount, deal.account, deal.owner) == ("won", 450_000, account, bob)

    def test_leads_stay_leads_and_converted_ones_stay_out(self, alice: User, tmp_path: Path) -> None:
        lines = programs.SALESFORCE_LEADS.strip().split("\n")
        done = lines[1].replace("LeadAAAA", "LeadBBBB").replace("noumi", "other").replace(",false,", ",true,")
        job = take(tmp_path, "\n".join([*lines, done]), alice, "Lead")
        lead = Lead.objects.get()
        assert (lead.name, lead.company, lead.status, lead.heat) == (
            "能見 透",
            "株式会社能見ガラス",
            "working",
            "hot",
        )
        assert (lead.source, lead.prefecture, lead.title) == ("Web", "広島県", "専務")
        assert sum(job.figures["skipped"].values()) == 1 and not Contact.objects.exists()


class TestZoho:
    @pytest.mark.parametrize("language", ["", "_JA"])
    def test_three_files_hang_together(self, alice: User, bob: User, tmp_path: Path, language: str) -> None:
        for name in ("ACCOUNTS", "CONTACTS", "DEALS"):
            take(tmp_path, getattr(programs, f"ZOHO_{name}{language}"), alice, name)
        account, person, deal = Account.objects.get(), Contact.objects.get(), Deal.objects.get()
        assert (person.account, deal.account, deal.contact) == (account, account, person)
        assert {account.owner, person.owner, deal.owner} == {bob}
        assert account.code.startswith("zcrm_") and person.code.startswith("zcrm_")
        assert deal.outcome == ("open" if language else "lost")


def test_leads_of_zoho_are_no_contacts_of_hubspot(alice: User, bob: User, tmp_path: Path) -> None:
    take(tmp_path, programs.ZOHO_LEADS, alice, "Leads")
    lead = Lead.objects.get()
    assert (lead.name, lead.company, lead.owner, lead.status) == ("白石 四郎", "白石商会", bob, "nurturing")
    assert (lead.address, lead.postal_code, lead.mobile) == (
        "横浜市中区海岸通1-1",
        "231-0002",
        "090-5555-6666",
    )
    assert "資料請求" in lead.note and not Contact.objects.exists()


def test_a_kintone_record_with_a_table_gives_its_people(alice: User, tmp_path: Path) -> None:
    job = take(tmp_path, programs.KINTONE, alice, "顧客管理", "cp932")
    assert job.figures["created"] == {"account": 2, "contact": 3}
    brewery = Account.objects.get(code="1")
    assert (brewery.name, brewery.rank, brewery.prefecture) == ("㈱髙山酒造", "A", "岐阜県")
    assert sorted(brewery.contacts.values_list("name", "email")) == [
        ("二木 恵", "niki@example.jp"),
        ("平瀬 昭", "hirase@example.jp"),
    ]
    assert brewery.contacts.get(family_name="二木").department == "経理"
    again = take(tmp_path, programs.KINTONE.replace("髙山酒造", "髙山酒造本店"), alice, "2", "cp932")
    assert again.figures["created"] == {}
    assert Account.objects.get(code="1").name == "㈱髙山酒造本店"


def test_a_sansan_card(alice: User, bob: User, tmp_path: Path) -> None:
    take(tmp_path, programs.SANSAN, alice, "meishi", "cp932")
    person = Contact.objects.get()
    assert (person.code, person.owner, person.kana, person.tags) == (
        "BC-100",
        bob,
        "ワジマ ヌリ",
        ["展示会", "漆"],
    )
    assert person.met_on.isoformat() == "2026-07-01"
    assert (person.account.address, person.account.building, person.account.phone) == (
        "輪島市河井町1-1",
        "工芸館2F",
        "0768-22-1111",
    )
    assert "0768-22-1119" in person.note


def test_google_says_of_what_kind_each_number_is(alice: User, tmp_path: Path) -> None:
    take(tmp_path, programs.GOOGLE_OLD, alice, "old")
    person = Contact.objects.get()
    assert (person.mobile, person.fax, person.account.phone) == (
        "090-5555-1111",
        "0597-11-1112",
        "0597-11-1111",
    )
    assert "nagi.home@example.jp" in person.note and person.title == "船長"
    job = take(tmp_path, programs.GOOGLE_NEW, alice, "new")
    assert job.figures["created"] == {} and Contact.objects.count() == 1
    assert any("Photo" in text for text in job.figures["kept"])


class TestGoogle:
    """The form since 2024, with all that a card may hold."""

    @pytest.fixture
    def people(self, alice: User, tmp_path: Path) -> dict[str, Contact]:
        job = take(tmp_path, programs.GOOGLE_FULL, alice, "contacts")
        assert job.figures["refused"] == 0, [one.reason for one in job.refused_rows.all()]
        return {one.family_name: one for one in Contact.objects.all()}

    def test_parts_of_an_address_and_one_written_whole(self, people: dict[str, Contact]) -> None:
        person = people["小野寺"]
        firm = person.account
        assert (firm.postal_code, firm.prefecture, firm.address, firm.building) == (
            "026-0012", "岩手県", "釜石市魚市場前1-2", "海産ビル 3F",
        )  # fmt: skip
        assert (person.postal_code, person.prefecture, person.address) == (
            "026-0031",
            "岩手県",
            "釜石市鈴子町5-6",
        )
        private = people["岬"]
        assert private.account is None
        assert (private.postal_code, private.prefecture, private.address, private.building) == (
            "041-0808", "北海道", "函館市桔梗3-4-5", "コーポ岬 202号室",
        )  # fmt: skip
        abroad = people["Lee"]
        assert abroad.address == "Springfield 10 Main Street USA" and "Formatted" not in abroad.note

    def test_labels_and_several_values_in_a_cell(self, people: dict[str, Contact]) -> None:
        person = people["小野寺"]
        assert (person.kana, person.title, person.department) == ("オノデラ ワタル", "部長", "仕入部")
        assert (person.account.phone, person.mobile, person.fax) == (
            "0193-22-1111",
            "080-4444-5555",
            "0193-22-1119",
        )
        assert (
            person.email == "wataru@sanriku.example.jp"
            and person.account.website == "https://sanriku.example.jp"
        )
        assert set(person.tags) == {"仕入先", "starred"} and str(person.birthday) == "1978-11-03"
        assert person.note.split("\n") == [
            "帆立に詳しい", "朝が早い", "E-mail 1 (Work): onodera@sanriku.example.jp", "E-mail 2 (Home): wataru.home@example.jp", "記念日: 2005-06-07",
            "Spouse: 小野寺 渚", "社員番号: S-77", "Phone 1 (Work): 090-2222-3333",
        ]  # fmt: skip
        private, abroad = people["岬"], people["Lee"]
        assert private.mobile == "070-1111-0000" and private.birthday is None and "4月9日" in private.note
        assert private.tags == [] and abroad.tags == ["friends"]
        assert abroad.phone == "011-222-3333" and "Phone 1 (Home): 011-222-4444" in abroad.note


def test_the_sample_app_for_deals_of_kintone(alice: User, bob: User, tmp_path: Path) -> None:
    rows = (
        "レコード番号,会社名,案件名,先方担当者,案件担当者名,見込み時期,確度,製品名,合計費用\n"
        f"1,甲社,更新,甲野 一郎,{bob.name},2026-12-01,A,ソフト,55000\n"
    )
    path = tmp_path / "案件管理.csv"
    path.write_bytes(rows.encode("cp932"))
    assert bring(path, alice).figures["created"] == {"account": 1, "contact": 1, "deal": 1}
    deal = Deal.objects.get()
    assert (deal.owner, deal.amount, deal.name, deal.account.name) == (bob, 55_000, "更新", "甲社")


class TestCards:
    def take(self, folder: Path, data: bytes | str, user: User, name: str = "連絡先.vcf") -> ImportJob:
        path = folder / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return bring(path, user)

    def test_version_3(self, alice: User, tmp_path: Path) -> None:
        job = self.take(tmp_path, programs.CARDS_3.replace("\n", "\r\n"), alice)
        assert job.figures["created"] == {"account": 2, "contact": 1}, job.plan
        person = Contact.objects.get()
        assert (person.name, person.kana, person.mobile, person.title) == (
            "森下 岬",
            "モリシタ ミサキ",
            "090-3333-4444",
            "課長",
        )
        assert (person.department, person.birthday.isoformat()) == ("営業部 第一課", "1985-12-24")
        assert person.email == "misaki@example.jp" and "misaki.home@example.jp" in person.note
        assert "展示会で\n名刺交換, 海が好き" in person.note and "twitter" in person.note
        account = person.account
        assert (account.phone, account.fax, account.kana) == (
            "0739-11-1111",
            "0739-11-1112",
            "シラハマカンコウ",
        )
        assert (account.prefecture, account.address, account.building) == (
            "和歌山県",
            "西牟婁郡白浜町1-2-3 湯崎",
            "白浜ビル5F",
        )
        assert any("写真" in text for text in job.figures["kept"])
        assert Account.objects.get(name="白浜町役場").phone == "0739-43-5555"

    def test_groups_are_nobody_and_stay_as_tags(self, alice: User, tmp_path: Path) -> None:
        cards = (
            "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:忘年会\nMEMBER:urn:uuid:A-1\nEND:VCARD\n"
            "BEGIN:VCARD\nVERSION:4.0\nFN:森下 岬\nN:森下;岬;;;\nTEL:090-1111-2222\nCATEGORIES:紹介\nUID:urn:uuid:a-1\nEND:VCARD\n"
            "BEGIN:VCARD\nVERSION:4.0\nFN:林 学\nN:林;学;;;\nTEL:090-1111-3333\nUID:b-2\nEND:VCARD\n"
        )
        assert self.take(tmp_path, cards, alice).figures["created"] == {"contact": 2}
        assert {one.family_name: sorted(one.tags) for one in Contact.objects.all()} == {
            "森下": ["忘年会", "紹介"],
            "林": [],
        }

    def test_version_4(self, alice: User, tmp_path: Path) -> None:
        self.take(tmp_path, programs.CARDS_4, alice)
        person = Contact.objects.get()
        assert (person.mobile, person.kana, person.gender, person.tags) == (
            "080-1111-2222",
            "オオトウ ナギサ",
            "female",
            ["取引先", "林業"],
        )
        assert person.birthday is None and "誕生日: 5月6日" in person.note
        assert (person.postal_code, person.address, person.code) == (
            "649-5301",
            "東牟婁郡那智勝浦町那智山1",
            "nachi-1",
        )

    def test_version_2_1_of_old_telephones(self, alice: User, tmp_path: Path) -> None:
        self.take(tmp_path, programs.CARD_21, alice)
        person = Contact.objects.get()
        assert (person.name, person.kana, person.mobile, person.note) == (
            "山本 太郎",
            "ヤマモト タロウ",
            "090-1234-5678",
            "長い話",
        )

    def test_a_second_import_doubles_nothing_and_undo_takes_all_back(
        self, alice: User, tmp_path: Path
    ) -> None:
        before = everything()
        first = self.take(tmp_path, programs.CARDS_3 + programs.CARDS_4, alice)
        again = self.take(tmp_path, programs.CARDS_3 + programs.CARDS_4, alice)
        assert again.figures["created"] == {} and again.figures["asked"] == 0
        tasks.undo(again, alice)
        tasks.undo(first, alice)
        assert not Contact.objects.filter(deleted_at=None).exists()
        assert not Account.objects.filter(deleted_at=None).exists()
        assert before != everything()  # the bin and the history have them

    def test_what_is_only_called_so_is_refused(self, alice: User, tmp_path: Path) -> None:
        from enishi.exchange.readers import Unreadable

        with pytest.raises(Unreadable, match="vCard"):
            self.take(tmp_path, b"hello", alice)

    @pytest.mark.parametrize("cut", range(0, 900, 37))
    def test_a_cut_file_crashes_nothing(self, alice: User, tmp_path: Path, cut: int) -> None:
        data = (programs.CARDS_3 + programs.CARDS_4).encode()[: 14 + cut]
        assert self.take(tmp_path, data, alice).status == "done"


def test_a_form_can_be_read_as_any_sheet(alice: User, tmp_path: Path, as_alice: Any) -> None:
    path = write_csv(tmp_path / "contacts.csv", programs.table(programs.HUBSPOT_CONTACTS))
    job = importing.begin(path, path.name, by=alice)
    page = as_alice.get(f"/import/{job.pk}/").content.decode()
    assert "HubSpotの連絡先として読みました" in page
    page = as_alice.post(f"/import/{job.pk}/", {"profile": "off"}).content.decode()
    job.refresh_from_db()
    assert Plan.from_json(job.plan).profile == "" and "HubSpotの連絡先として読む" in page
    as_alice.post(f"/import/{job.pk}/", {"profile": "on"})
    job.refresh_from_db()
    assert Plan.from_json(job.plan).profile == "hubspot_contacts"


def test_an_id_of_a_salesforce_report_is_that_of_the_data_export() -> None:
    assert whole_id("0015g00000AbCdE") == "0015g00000AbCdEAAV"
    assert whole_id("0015g00000AbCdEAAV") == "0015g00000AbCdEAAV"
    for other in (
        "A-778",
        "TokyoBranch2024",
        "0055g000001xyzA",
        "a015g00000AbCdE",
        "0015g00000AbCd",
        "0015g00000AbC-E",
    ):
        assert whole_id(other) == other


def test_people_of_a_report_find_their_company_of_the_data_export(alice: User, tmp_path: Path) -> None:
    files = [
        programs.SALESFORCE_ACCOUNTS,
        programs.SALESFORCE_CONTACTS.replace("0015g00000AbCdEAAV", "0015g00000AbCdE"),
    ]
    for number, text in enumerate(files):
        path = tmp_path / f"{number}.csv"
        path.write_text(text.strip(), encoding="utf-8")
        bring(path, alice)
    assert Contact.objects.get(family_name="宮下").account == Account.objects.get(name="株式会社南信精機")


@pytest.mark.parametrize("merged", [False, True])
def test_a_base_of_short_ids_is_met_by_whole_ones(alice: User, tmp_path: Path, merged: bool) -> None:
    """Before ids were made whole, those of reports were stored as they stood there: in 15 characters that differ by capitals."""
    take(tmp_path, programs.SALESFORCE_ACCOUNTS, alice, "Account")
    Account.objects.update(code="0015g00000AbCdE")
    entity = registry.get("account")
    other = write.create(entity, {"name": "別の会社", "code": "0015g00000aBCDe"}, by=alice).record
    if merged:
        kept = write.create(entity, {"name": "南信精機"}, by=alice).record
        merge(entity, kept.pk, [Account.objects.get(code="0015g00000AbCdE").pk], {"code": ""}, by=alice)
    again = take(tmp_path, programs.SALESFORCE_ACCOUNTS, alice, "Account").figures
    assert (again["created"], again["asked"]) == ({}, 0)
    take(tmp_path, programs.SALESFORCE_CONTACTS, alice, "Contact")
    mine = Account.objects.filter(deleted_at=None).exclude(pk=other.pk).get()
    assert mine.code == "0015g00000AbCdEAAV" and Contact.objects.get(family_name="宮下").account == mine
    Account.objects.filter(pk=mine.pk).update(code="0015g00000AbCdE")
    Contact.objects.update(account=None, code="")
    take(tmp_path, programs.SALESFORCE_OPPORTUNITIES, alice, "Opportunity")  # which only names the id
    assert set(Deal.objects.values_list("account", flat=True)) == {mine.pk}
    other.refresh_from_db()
    assert (other.name, other.code) == ("別の会社", "0015g00000aBCDe")


def test_codes_of_ones_own_are_no_ids_of_salesforce(alice: User, tmp_path: Path) -> None:
    text = programs.SALESFORCE_ACCOUNTS.replace("0015g00000AbCdEAAV", "TokyoBranch2024")
    take(tmp_path, text, alice, "Account")
    assert Account.objects.get().code == "TokyoBranch2024"
