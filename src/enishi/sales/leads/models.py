"""Leads: whoever asked, left a card or came to the stand, before it is known whether anything comes of it."""

from django.db import models
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
    converted_at = models.DateTimeField(_("転換日時"), null=True, blank=True, editable=False)

    class Meta:
        indexes = [
            *record_indexes(
                "lead", "sort_key", "met_on", "last_contact_at", "next_step_at", filters=("status", "source")
            ),
            models.Index(fields=["email"], name="lead_email"),
            models.Index(fields=["phone"], name="lead_phone"),
            models.Index(fields=["mobile"], name="lead_mobile"),
            models.Index(fields=["owner", "sort_key", "id"], name="lead_owner_sort"),
        ]

    def __str__(self) -> str:
        return self.name
