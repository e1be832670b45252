"""Quotes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.sales.lines.models import Document, Line, document_indexes, line_indexes


class Quote(Document):
    """見積書. A new version points to the first one; what was issued stays as it was."""

    status = models.CharField(_("状態"), max_length=10, default="draft")
    expires_on = models.DateField(_("有効期限"), null=True, blank=True)
    delivery = models.CharField(_("納期"), max_length=100, blank=True)
    payment = models.CharField(_("支払条件"), max_length=100, blank=True)
    void_reason = models.CharField(_("取り消した理由"), max_length=200, blank=True, default="")
    revision = models.BigIntegerField(_("版"), default=1)
    first = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="versions", verbose_name=_("はじめの版")
    )

    class Meta:
        indexes = [*document_indexes("quote", "expires_on")]


class QuoteLine(Line):
    """A line of a quote."""

    quote = models.ForeignKey(Quote, models.CASCADE, related_name="lines", verbose_name=_("見積"))

    class Meta:
        indexes = [*line_indexes("quoteline")]


class DealLine(Line):
    """A product that a deal is about."""

    deal = models.ForeignKey("sales.Deal", models.CASCADE, related_name="lines", verbose_name=_("案件"))

    class Meta:
        indexes = [*line_indexes("dealline")]
