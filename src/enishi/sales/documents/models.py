"""Who issues documents, and the words that stand on them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Issuer(models.Model):
    """The company as it stands on its documents. One row. `registration` is T and 13 digits; without it the company is exempt
    (免税事業者) and its documents show no tax apart."""

    name = models.CharField(_("名称"), max_length=100, blank=True)
    postal_code = models.CharField(_("郵便番号"), max_length=10, blank=True)
    address = models.CharField(_("住所"), max_length=200, blank=True)
    building = models.CharField(_("建物"), max_length=200, blank=True)
    phone = models.CharField(_("電話"), max_length=40, blank=True)
    fax = models.CharField(_("FAX"), max_length=40, blank=True)
    email = models.CharField(_("メール"), max_length=200, blank=True)
    person = models.CharField(_("代表者・担当者"), max_length=100, blank=True)
    registration = models.CharField(_("登録番号"), max_length=14, blank=True)
    exempt = models.BooleanField(_("免税事業者（消費税を分けて載せない）"), default=False)
    bank = models.TextField(_("振込先"), blank=True)
    seal = models.TextField(blank=True)  # a picture as base64, so that a backup holds it with the rest
    rounding = models.CharField(_("消費税の端数"), max_length=10, default="floor")
    tax_mode = models.CharField(_("税の計算"), max_length=10, default="excluded")
    closing_day = models.PositiveIntegerField(_("締日"), default=31)
    pay_months = models.PositiveIntegerField(_("支払月"), default=1)
    pay_day = models.PositiveIntegerField(_("支払日"), default=31)
    quote_days = models.PositiveIntegerField(_("見積の有効日数"), default=30)
    japanese_era = models.BooleanField(_("日付を和暦で書く"), default=False)
    forms = models.JSONField(default=dict)  # the form of numbers by kind, where it isn't the usual one


class DocumentText(models.Model):
    """The words on one kind of document, where they aren't the usual ones."""

    kind = models.CharField(max_length=20, unique=True)
    title = models.CharField(_("表題"), max_length=40, blank=True)
    greeting = models.CharField(_("あいさつ"), max_length=200, blank=True)
    remarks = models.TextField(_("備考の定型文"), blank=True)
    footer = models.CharField(_("いちばん下の文"), max_length=200, blank=True)
