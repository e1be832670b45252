"""Contacts: people, and where they work or worked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.people.accounts.models import BUYER_SORTS, Account, Buyer, Reachable, buyer_indexes
from enishi.people.contacts.birthdays import MonthDay
from enishi.records.models import ALIVE, Record, Touched, record_indexes


class Contact(Record, Touched, Reachable, Buyer):
    """A person: somebody at an account, or a private customer with none.

    `account`, `department` and `title` repeat the main affiliation, for lists and search.
    """

    family_name = models.CharField(_("姓"), max_length=100, blank=True)
    given_name = models.CharField(_("名"), max_length=100, blank=True)
    family_kana = models.CharField(_("セイ"), max_length=100, blank=True)
    given_kana = models.CharField(_("メイ"), max_length=100, blank=True)
    name = models.CharField(_("氏名"), max_length=200)
    kana = models.CharField(_("フリガナ"), max_length=200, blank=True)
    name_unsure = models.BooleanField(_("姓名の区切りが未確認"), default=False)
    sort_key = models.CharField(max_length=400, editable=False)
    match_key = models.CharField(max_length=200, editable=False, db_index=True)
    honorific = models.CharField(_("敬称"), max_length=20, default="様", blank=True)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="contacts", verbose_name=_("取引先")
    )
    department = models.CharField(_("部署"), max_length=100, blank=True)
    title = models.CharField(_("役職"), max_length=100, blank=True)
    code = models.CharField(_("会員番号"), max_length=40, blank=True)
    status = models.CharField(_("状態"), max_length=20, default="active")
    rank = models.CharField(_("ランク"), max_length=5, blank=True)
    gender = models.CharField(_("性別"), max_length=10, blank=True)
    birthday = models.DateField(_("生年月日"), null=True, blank=True)
    mobile = models.CharField(_("携帯"), max_length=60, blank=True)
    preferences = models.TextField(_("好み"), blank=True)
    note = models.TextField(_("備考"), blank=True)
    source = models.CharField(_("獲得元"), max_length=100, blank=True)
    met_on = models.DateField(_("登録日・名刺交換日"), null=True, blank=True)
    last_purchase_on = models.DateField(_("最終来店・購入日"), null=True, blank=True)
    purchase_total = models.BigIntegerField(_("累計購入額"), null=True, blank=True)

    class Meta:
        indexes = [
            *record_indexes(
                "contact",
                "sort_key",
                "last_contact_at",
                "next_step_at",
                "purchase_total",
                "birthday",
                *BUYER_SORTS,
            ),
            *buyer_indexes("contact"),
            models.Index(fields=["code"], name="contact_code"),
            models.Index(fields=["email"], name="contact_email"),
            models.Index(fields=["phone"], name="contact_phone"),
            models.Index(fields=["mobile"], name="contact_mobile"),
            models.Index(fields=["owner", "sort_key", "id"], name="contact_owner_sort"),
            # Whose birthday it is this week, among somebody's contacts.
            models.Index(
                models.F("owner"),
                MonthDay("birthday"),
                name="contact_owner_birthday",
                condition=ALIVE & models.Q(birthday__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Affiliation(Record):
    """Somebody's place at an account, from when to when. A person changes company; a person can serve two."""

    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="affiliations", verbose_name=_("連絡先")
    )
    account = models.ForeignKey(
        Account, models.CASCADE, related_name="affiliations", verbose_name=_("取引先")
    )
    department = models.CharField(_("部署"), max_length=100, blank=True)
    title = models.CharField(_("役職"), max_length=100, blank=True)
    started_on = models.DateField(_("いつから"), null=True, blank=True)
    ended_on = models.DateField(_("いつまで"), null=True, blank=True)
    is_main = models.BooleanField(_("主な所属"), default=True)

    class Meta:
        indexes = [
            *record_indexes("affiliation"),
            models.Index(fields=["contact", "is_main"], name="affiliation_main", condition=ALIVE),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.account.name, self.department, self.title) if part)
