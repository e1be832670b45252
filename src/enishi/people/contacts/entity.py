"""How contacts and affiliations look and behave."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.japanese import genders, kana, names
from enishi.japanese.text import fold
from enishi.japanese.tidy.persons import person
from enishi.japanese.tidy.proposals import Spanning, Wishes
from enishi.people import buying, tidying
from enishi.people.accounts.entity import RANKS, STATUSES, fill_prefecture
from enishi.people.contacts.models import Affiliation, Contact
from enishi.records import write
from enishi.records.entity import Connection, Entity, ImportHint, Preset, Section
from enishi.records.fields import (
    Choice,
    Date,
    Email,
    FreeChoice,
    Kana,
    Linked,
    LongText,
    Moment,
    Money,
    Option,
    PostalCode,
    Reference,
    Telephone,
    Words,
    YesNo,
)
from enishi.records.registry import get, register


class Gender(Choice):
    """性別, in the spellings of ledgers."""

    def clean(self, raw: Any) -> Any:
        text = str(raw) if isinstance(raw, str | int) else ""
        return super().clean(genders.parse_gender(text) or raw)


def fill_person(record: Any, changed: set[str]) -> None:
    """What follows from a person's names and address (contacts, leads): their parts, the whole, keys, the prefecture."""
    parts = {"family_name", "given_name"}
    if "name" in changed and not parts & changed:
        split = names.split_person(record.name)
        record.family_name, record.given_name = split.family, split.given
        record.name_unsure = not split.confident
        if split.honorific and split.honorific not in {"御中", "さん", "さま", "サマ", "サン"}:
            record.honorific = split.honorific
    elif parts & changed:
        record.name_unsure = False
    joined = " ".join(part for part in (record.family_name, record.given_name) if part)
    if joined:
        apart = not record.name_unsure or " " in record.given_name
        record.name = joined if apart else f"{record.family_name}{record.given_name}"
    if "kana" in changed and not {"family_kana", "given_kana"} & changed:
        head, _space, tail = record.kana.replace("　", " ").strip().partition(" ")
        record.family_kana, record.given_kana = head, tail.strip()
    record.kana = " ".join(part for part in (record.family_kana, record.given_kana) if part)
    record.sort_key = kana.sort_key(record.kana or record.name)
    record.match_key = fold(record.name).replace(" ", "")[:200]
    if {"address", "postal_code", "prefecture"} & changed:
        fill_prefecture(record)


@register
class ContactEntity(Entity):
    """連絡先: people at accounts, and private customers."""

    name = "contact"
    slug = "contacts"
    code = 2
    model = Contact
    label = pgettext_lazy("entities", "連絡先")
    icon = "users"
    hint = _("取引先の担当者や、個人のお客様を登録します。会社が変わっても履歴は残ります。")
    subtitle_field = "kana"
    status_field = "status"
    call_field = "mobile"
    mail_field = "email"
    default_sort = "sort_key"
    built_in = (
        Words("name", aliases=(
            "氏名", "名前", "お名前", "担当者", "担当者名", "先方担当", "先方ご担当", "先方担当者", "ご担当者", "ご担当", "代表者", "代表者名",
            "顧客氏名", "会員名", "お客様名", "生徒名", "患者名", "full name", "name", "contact", "contact name",
        )),
        Kana("kana", aliases=("フリガナ", "ふりがな", "カナ", "氏名カナ", "氏名フリガナ", "ヨミ", "読み", "セイメイ", "kana", "name kana")),
        Words("family_name", aliases=("姓", "苗字", "名字", "last name", "family name", "surname", "氏")),
        Words("given_name", aliases=("名", "first name", "given name", "下の名前")),
        Kana("family_kana", aliases=("セイ", "姓カナ", "姓フリガナ", "姓（カナ）", "last name kana")),
        Kana("given_kana", aliases=("メイ", "名カナ", "名フリガナ", "名（カナ）", "first name kana")),
        YesNo("name_unsure", editable=False),
        Words("honorific", longest=20, default="様", aliases=("敬称",)),
        Reference("account", to="account", carries_up=True),
        Words("department", aliases=("部署", "部署名", "所属", "所属部署", "department", "部門")),
        Words("title", aliases=("役職", "肩書", "肩書き", "役職名", "職位", "title", "job title", "position")),
        Words("code", longest=40, unique=True, half_width=True, aliases=(
            "会員番号", "会員no", "会員id", "顧客番号", "顧客id", "お客様番号", "会員コード", "診察券番号", "生徒番号", "member id", "customer id", "id",
        )),
        Choice("status", options=STATUSES, default="active", aliases=("ステータス", "会員状態", "status")),
        Choice("rank", options=RANKS, aliases=("ランク", "会員ランク", "顧客ランク", "rank")),
        Gender("gender", options=(
            Option("female", _("女性")), Option("male", _("男性")), Option("other", _("その他")),
        ), aliases=("性別", "gender", "sex")),
        Date("birthday", sortable=True, aliases=("生年月日", "誕生日", "birthday", "date of birth", "birth date")),
        Telephone("mobile", aliases=("携帯", "携帯電話", "携帯番号", "mobile", "cell", "mobile phone")),
        Telephone("phone", aliases=("電話", "電話番号", "直通", "自宅電話", "tel", "phone", "telephone", "tel1")),
        Telephone("fax", aliases=("fax", "ファックス")),
        Email("email", aliases=("メール", "メールアドレス", "e-mail", "email", "mail", "email1", "eメール", "アドレス")),
        PostalCode("postal_code", aliases=("〒", "郵便番号", "zip", "zip code", "postal code", "postcode")),
        Words("prefecture", aliases=("都道府県", "prefecture", "state")),
        Words("address", aliases=("住所", "住所1", "住所１", "ご住所", "自宅住所", "address", "street")),
        Words("building", aliases=("建物", "建物名", "マンション名", "住所2", "住所２", "building")),
        LongText("preferences", aliases=("好み", "好み・メモ", "嗜好", "趣味", "アレルギー", "preferences")),
        Date("last_purchase_on", aliases=("最終来店日", "最終来店", "最終購入日", "最終利用日", "前回来店日", "last visit", "last purchase")),
        Money("purchase_total", sortable=True, aliases=("累計購入額", "購入金額合計", "累計金額", "累計売上", "購入総額", "total purchases", "total spent")),
        FreeChoice("source", options=lambda: [Option(word, word) for word in ("紹介", "来店", "Webサイト", "SNS", "チラシ", "名刺交換")],
                   aliases=("獲得元", "来店経路", "きっかけ", "source")),
        Date("met_on", aliases=("名刺交換日", "交換日", "exchanged on", "入会日", "登録日")),
        Linked("deal_roles", _("案件での役割"), to="deal", relation="stakeholders", forward=False, many=True, back="stakeholders",
               offers="account", importable=False),
        LongText("note", aliases=("備考", "メモ", "特記事項", "note", "notes", "memo", "remarks")),
        Moment("last_contact_at", editable=False, sortable=True),
        Moment("next_step_at", editable=False, sortable=True),
        Words("next_step", editable=False, tells=(("task", ""),)),
        *buying.fields("contact"),
    )  # fmt: skip
    columns = ("account", "title", "mobile", "phone", "owner", "last_contact_at", "next_step")
    sections = (
        Section(_("基本情報"), (
            "family_name", "given_name", "family_kana", "given_kana", "account", "department", "title", "mobile", "phone", "email",
            "status", "owner", "tags",
        )),
        Section(_("くわしい情報"), (
            "honorific", "code", "rank", "gender", "birthday", "postal_code", "prefecture", "address", "building", "fax", "preferences",
            "last_purchase_on", "purchase_total", "source", "met_on", "note",
        ), folded=True),
    )  # fmt: skip
    quick_fields = ("family_name", "given_name", "family_kana", "given_kana", "account", "title", "mobile")
    search_fields = ("kana", "account", "phone", "mobile", "email", "code", "address", "prefecture")
    connections = (
        Connection("affiliation", "contact", _("所属"), ("account", "title", "started_on", "ended_on")),
        Connection("deal", "contact", _("案件"), ("stage", "amount")),
        Connection("lead", "contact", _("リード"), ("status", "source")),
        Connection("quote", "contact", _("見積"), ("status", "total")),
        Connection(
            "channel_customer",
            "contact",
            _("チャネル別顧客"),
            ("channel", "outside_id", "last_order_on", "order_count", "lifetime_value"),
        ),
        Connection("order", "contact", _("受注・購買履歴"), ("date", "total")),
        Connection("invoice", "contact", _("請求"), ("status", "balance")),
    )
    presets = (
        Preset("mine", _("担当分"), {"field": "owner", "op": "is", "value": "me"}),
        Preset("private", _("個人のお客様"), {"field": "account", "op": "empty"}),
        Preset("company", _("会社の担当者"), {"field": "account", "op": "not_empty"}),
        *buying.presets(),
    )
    preset_groups = (buying.group(),)
    uncloned = ("purchase_total", "last_purchase_on", "birthday")
    imports = ImportHint(keys=("code", "email", "name"))
    together = (
        ("family_name", "given_name", "family_kana", "given_kana", "name", "kana"),
        ("account", "department", "title"),
        ("postal_code", "prefecture", "address", "building"),
    )

    def unite(self, record: Contact, values: dict[str, Any], by: Any) -> None:
        wanted: dict[str, Any] = {
            name: values[name] for name in ("account", "department", "title") if name in values
        }
        one_affiliation_each(contact=record.pk, by=by, main=wanted)

    def merge_warnings(self, records: Sequence[Contact]) -> list[str]:
        said = []
        if "birthday" in self.fields and len({record.birthday for record in records if record.birthday}) > 1:
            said.append(_t("生年月日が違います。別の人かもしれません。"))
        if (
            "given_name" in self.fields
            and len({fold(record.given_name) for record in records if record.given_name}) > 1
        ):
            said.append(_t("名が違います。家族かもしれません。"))
        if "gender" in self.fields and len({record.gender for record in records if record.gender}) > 1:
            said.append(_t("性別が違います。別の人かもしれません。"))
        if (
            "account" in self.fields
            and len({record.account_id for record in records if record.account_id}) > 1
        ):
            said.append(_t("取引先が違います。同じ名前の別の人か、転職した人かもしれません。"))
        return said

    untidied = ("name", "kana")

    def tidy(self, record: Contact, wishes: Wishes) -> list[Spanning]:
        named = tidying.held(self, record, ("family_name", "given_name", "honorific", "title"))
        return [*person(named), *tidying.place(tidying.held(self, record, tidying.PLACE), wishes)]

    def prepare(self, record: Contact, changed: set[str]) -> None:
        fill_person(record, changed)

    def check(self, record: Contact, changed: set[str]) -> dict[str, list[str]]:
        errors: dict[str, list[str]] = {}
        if not record.name.strip():
            errors["family_name"] = [_t("姓か名を入力してください。")]
        if record.birthday and record.birthday > timezone.localdate():
            errors["birthday"] = [_t("生年月日が未来の日付です。確認してください。")]
        return errors

    def settle(self, records: Sequence[Contact], changes: Sequence[dict[str, Any]], by: Any) -> None:
        """Keeps the main affiliation in step with the account, department and title on the contact."""
        wanted = {"account", "department", "title"}
        moved = [
            (record, change) for record, change in zip(records, changes, strict=True)
            if (not change and record.account_id) or wanted & set(change)
        ]  # fmt: skip
        if not moved or by is None:
            return
        entity = get("affiliation")
        older = [record for record, change in moved if change]  # one that was made just now has none yet
        mains = Affiliation.objects.filter(contact__in=older, is_main=True, deleted_at=None) if older else ()
        held = {one.contact_id: one for one in mains}
        fresh, updates = [], []
        for record, _change in moved:
            main = held.get(record.pk)
            if main is not None and main.account_id != record.account_id:
                updates.append((main, {"is_main": False, "ended_on": main.ended_on or timezone.localdate()}))
                main = None
            if main is None and record.account_id:
                fresh.append({
                    "contact": record.pk, "account": record.account_id, "department": record.department,
                    "title": record.title, "is_main": True, "owner": record.owner_id,
                })  # fmt: skip
            elif main is not None:
                updates.append((main, {"department": record.department, "title": record.title}))
        write.write_many(entity, updates, by=by, operation=None, cleaned=True)
        write.create_many(entity, fresh, by=by, operation=None, cleaned=True)


def one_affiliation_each(*, by: Any, main: dict[str, Any] | None = None, **whose: int) -> None:
    """After a merge: each contact has one affiliation with an account, which holds what its doubles said, and one main one.

    Args:
        main: account, department and title that the contact gets next.
        whose: contact or account, as a filter.
    """
    entity = get("affiliation")
    held: dict[tuple[int, int], list[Affiliation]] = {}
    for one in Affiliation.objects.filter(deleted_at=None, **whose).order_by("-is_main", "pk"):
        held.setdefault((one.contact_id, one.account_id), []).append(one)
    updates: dict[int, tuple[Affiliation, dict[str, Any]]] = {}
    doubles: list[int] = []
    for first, *others in held.values():
        changes: dict[str, Any] = {}
        for name in ("department", "title", "started_on", "ended_on"):
            if not getattr(first, name):
                found = next((value for one in others if (value := getattr(one, name))), None)
                if found and not (name == "ended_on" and first.is_main):
                    changes[name] = found
        updates[first.pk] = first, changes
        doubles += [one.pk for one in others]
    if main is not None:
        firsts = [one for one, *_others in held.values()]
        chosen = next((one for one in firsts if one.account_id == main.get("account")), None)
        for one in firsts:
            if chosen is not None and one is not chosen and one.is_main:
                updates[one.pk][1]["is_main"] = False
        if chosen is not None:
            updates[chosen.pk][1].update(
                {"is_main": True, "department": main.get("department", ""), "title": main.get("title", "")}
            )
    if doubles:
        write.delete(entity, doubles, by=by)
    write.write_many(
        entity, [pair for pair in updates.values() if pair[1]], by=by, operation=None, cleaned=True
    )


@register
class AffiliationEntity(Entity):
    """所属: a contact at an account, from–to."""

    name = "affiliation"
    rights_through, rights_of = "contact", "contact"
    slug = "affiliations"
    code = 6
    model = Affiliation
    label = pgettext_lazy("entities", "所属")
    icon = "id-card"
    title_field = "account"
    in_navigation = False
    in_search = False
    has_timeline = False  # what changes here shows as a change of the contact
    built_in = (
        Reference("contact", to="contact", required=True, carries_up=True),
        Reference("account", to="account", required=True),
        Words("department"),
        Words("title"),
        Date("started_on"),
        Date("ended_on"),
        YesNo("is_main", default=False),
    )
    columns = ("contact", "account", "department", "title", "started_on", "ended_on", "is_main")
    sections = (
        Section(
            _("所属"), ("contact", "account", "department", "title", "started_on", "ended_on", "is_main")
        ),
    )

    def title(self, record: Affiliation) -> str:
        account = self.whole.field("account").value_text(record)  # whose name not everybody may read
        return " ".join(part for part in (account, record.department, record.title) if part)

    def check(self, record: Affiliation, changed: set[str]) -> dict[str, list[str]]:
        if record.started_on and record.ended_on and record.ended_on < record.started_on:
            return {"ended_on": [_t("「いつまで」が「いつから」より前です。")]}
        return {}

    def settle(self, records: Sequence[Affiliation], changes: Sequence[dict[str, Any]], by: Any) -> None:
        """One main affiliation per contact; the contact repeats its account, department and title."""
        watched = {"is_main", "account", "department", "title"}
        mains = {
            record.contact_id: record
            for record, change in zip(records, changes, strict=True)
            if record.is_main and not record.deleted_at and (not change or watched & set(change))
        }
        if not mains:
            return
        others = Affiliation.objects.filter(contact__in=mains, is_main=True, deleted_at=None).exclude(
            pk__in=[record.pk for record in mains.values()]
        )
        write.write_many(
            get("affiliation"),
            [(one, {"is_main": False}) for one in others],
            by=by,
            operation=None,
            cleaned=True,
        )
        wanted = {
            key: {"account": main.account_id, "department": main.department, "title": main.title}
            for key, main in mains.items()
        }
        contacts = Contact.objects.select_for_update(no_key=True).filter(pk__in=mains).order_by("pk")
        # Those that made their affiliation themselves agree with it: only what differs is loaded whole.
        differ = [
            key
            for key, *told in contacts.values_list("pk", "account_id", "department", "title")
            if told != list(wanted[key].values())
        ]
        stale = [
            (contact, wanted[contact.pk]) for contact in (contacts.filter(pk__in=differ) if differ else ())
        ]
        write.write_many(get("contact"), stale, by=by, operation=None, cleaned=True)
