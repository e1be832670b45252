"""Leads: whoever asked, left a card or came to the stand, before it is known whether anything comes of it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enishi.people.accounts.models import Reachable
from enishi.people.models import Account, Contact
from enishi.records.models import Record, Touched, record_indexes
from enishi.sales.models import Deal


class Lead(Record, Touched, Reachable):
    """A person, a company or both. What it was converted into stands in `account`, `contact` and `deal`."""

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
    company = models.CharField(_("会社名"), max_length=200, blank=True)
    department = models.CharField(_("部署"), max_length=100, blank=True)
    title = models.CharField(_("役職"), max_length=100, blank=True)
    mobile = models.CharField(_("携帯"), max_length=60, blank=True)
    website = models.CharField(_("Web"), max_length=500, blank=True)
    industry = models.CharField(_("業種"), max_length=100, blank=True)
    employees = models.BigIntegerField(_("従業員数"), null=True, blank=True)
    source = models.CharField(_("獲得元"), max_length=100, blank=True)
    campaign = models.CharField(_("施策・展示会名"), max_length=200, blank=True)
    met_on = models.DateField(_("獲得日・名刺交換日"), null=True, blank=True)
    status = models.CharField(_("状態"), max_length=20, default="new")
    heat = models.CharField(_("温度感"), max_length=10, blank=True)
    need = models.TextField(_("ご要望・課題"), blank=True)
    budget = models.BigIntegerField(_("予算"), null=True, blank=True)
    timing = models.CharField(_("導入時期"), max_length=100, blank=True)
    reason = models.CharField(_("対象外の理由"), max_length=100, blank=True)
    note = models.TextField(_("備考"), blank=True)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("取引先")
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("連絡先")
    )
    deal = models.ForeignKey(
        Deal, models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("案件")
    )
    # What the answers to the company's questions come to, of 100; None where nothing is asked or nothing is answered.
    score = models.BigIntegerField(_("見込み点"), null=True, blank=True, editable=False)
    converted_at = models.DateTimeField(_("転換日時"), null=True, blank=True, editable=False)

    assigned: dict[str, Any]  # while it is stored: by which rule it got its owner (`leads.assignment`)

    class Meta:
        indexes = [
            *record_indexes(
                "lead",
                "sort_key",
                "met_on",
                "last_contact_at",
                "next_step_at",
                "score",
                filters=("status", "source"),
            ),
            models.Index(fields=["email"], name="lead_email"),
            models.Index(fields=["phone"], name="lead_phone"),
            models.Index(fields=["mobile"], name="lead_mobile"),
            models.Index(fields=["owner", "sort_key", "id"], name="lead_owner_sort"),
            models.Index(
                fields=["owner", "last_contact_at"],
                name="lead_open_owner",
                condition=Q(deleted_at=None, status__in=("new", "working", "nurturing")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LeadRule(models.Model):
    """Who gets leads of which nobody is said to look after them; of the rules in their order the first that fits decides."""

    class How(models.TextChoices):
        TURN = "turn", _("順番に割り当てる")
        HAND = "hand", _("割り当てずに残す（手で割り当てる）")

    name = models.CharField(_("ルールの名前"), max_length=80)
    position = models.PositiveIntegerField(default=0)
    how = models.CharField(max_length=10, choices=How.choices, default=How.TURN)
    sources = models.JSONField(default=list)  # words; none: of any source
    prefectures = models.JSONField(default=list)  # 東京都…; none: from anywhere
    people = models.JSONField(default=list)  # keys of users, in their order
    team = models.ForeignKey("access.Team", models.SET_NULL, null=True, blank=True, related_name="+")
    last = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )  # who had his turn last
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class LeadAbsence(models.Model):
    """Days on which somebody gets no leads: his turn goes to the next."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    first = models.DateField(_("開始日"))
    last = models.DateField(_("終了日"))

    class Meta:
        ordering = ["first", "pk"]

    def __str__(self) -> str:
        return f"{self.user} {self.first}–{self.last}"


class LeadQuestion(models.Model):
    """One of the company's own choice fields of a lead whose answers say how good its prospects are."""

    field = models.CharField(max_length=20, unique=True)  # its name in the entity: f12
    points = models.JSONField(default=dict)  # by value of the choice, 0–10
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.field
