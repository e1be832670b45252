"""Deals on their way through the stages of a pipeline."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enishi.people.models import Account, Contact
from enishi.records.models import ALIVE, Record, Touched, record_indexes


class Pipeline(Record):
    """A way in which deals are won: its own row of stages."""

    name = models.CharField(_("名前"), max_length=100)
    position = models.BigIntegerField(_("並び順"), default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class Stage(Record):
    """A step of a pipeline. `outcome` says what a deal that stands there is: open, won, lost or on hold."""

    pipeline = models.ForeignKey(
        Pipeline, models.PROTECT, related_name="stages", verbose_name=_("パイプライン")
    )
    name = models.CharField(_("名前"), max_length=100)
    position = models.BigIntegerField(_("並び順"), default=0)
    outcome = models.CharField(_("扱い"), max_length=10, default="open")
    probability = models.BigIntegerField(_("確度"), default=0)
    stale_days = models.BigIntegerField(_("滞留とみなす日数"), default=14)

    class Meta:
        ordering = ["pipeline__position", "pipeline_id", "position", "pk"]

    def __str__(self) -> str:
        return self.name


class Deal(Record, Touched):
    """A chance to sell: who, what, how much, how far."""

    name = models.CharField(_("案件名"), max_length=200)
    code = models.CharField(_("案件番号"), max_length=40, blank=True)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="deals", verbose_name=_("取引先")
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="deals", verbose_name=_("先方担当")
    )
    pipeline = models.ForeignKey(
        Pipeline, models.PROTECT, related_name="deals", verbose_name=_("パイプライン")
    )
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="deals", verbose_name=_("ステージ"))
    outcome = models.CharField(_("結果"), max_length=10, default="open", editable=False)
    stage_changed_at = models.DateTimeField(_("ステージ変更日時"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("決着日"), null=True, blank=True, editable=False)
    amount = models.BigIntegerField(_("金額"), null=True, blank=True)
    amount_from_lines = models.BooleanField(_("金額は明細の合計"), default=True)
    probability = models.BigIntegerField(_("確度"), null=True, blank=True)
    expected_close = models.DateField(_("受注予定日"), null=True, blank=True)
    forecast_category = models.CharField(_("見通し"), max_length=10, blank=True, default="")
    source = models.CharField(_("獲得元"), max_length=100, blank=True)
    competitor = models.CharField(_("競合"), max_length=200, blank=True)
    lost_reason = models.CharField(_("失注理由"), max_length=100, blank=True)
    lost_to = models.CharField(_("選ばれた競合"), max_length=100, blank=True, default="")
    lost_detail = models.TextField(_("失注の詳細"), blank=True)
    their_owner = models.CharField(_("元の担当者名"), max_length=100, blank=True)
    note = models.TextField(_("備考"), blank=True)

    class Meta:
        indexes = [
            *record_indexes("deal", "amount", "expected_close", "next_step_at", "last_contact_at"),
            models.Index(fields=["code"], name="deal_code"),
            # The board's cards and figures come from these two indexes alone.
            models.Index(
                fields=["stage", "stage_changed_at", "id", "amount", "probability"],
                name="deal_stage",
                condition=ALIVE,
            ),
            models.Index(
                fields=["stage", "closed_at", "amount", "probability"], name="deal_closed", condition=ALIVE
            ),
            models.Index(fields=["pipeline", "outcome"], name="deal_pipeline", condition=ALIVE),
            # What was won in a span, by person, from this index alone.
            models.Index(
                fields=["outcome", "closed_at", "owner", "amount"], name="deal_won_owner", condition=ALIVE
            ),
            models.Index(
                fields=["owner", "outcome", "next_step_at", "stage_changed_at", "id", "amount"],
                name="deal_owner_open",
                condition=ALIVE,
            ),
        ]

    def __str__(self) -> str:
        return self.name


# What is sold and how it is billed; these point to deals, so they come after.
from enishi.sales.channels.models import Channel, ChannelCustomer  # noqa: E402
from enishi.sales.documents.models import DocumentText, Issuer  # noqa: E402
from enishi.sales.invoices.models import Invoice, InvoiceLine, Payment  # noqa: E402
from enishi.sales.leads.models import Lead, LeadAbsence, LeadQuestion, LeadRule  # noqa: E402
from enishi.sales.orders.models import Order, OrderLine  # noqa: E402
from enishi.sales.products.models import Price, PriceList, Product, Terms  # noqa: E402
from enishi.sales.quotes.models import DealLine, Quote, QuoteLine  # noqa: E402

__all__ = [
    "Channel", "ChannelCustomer", "Deal", "DealLine", "DocumentText", "Invoice", "InvoiceLine", "Issuer", "Lead", "LeadAbsence", "LeadQuestion", "LeadRule", "Order", "OrderLine", "Payment", "Pipeline", "Price", "PriceList",
    "Product", "Quote", "QuoteLine", "Stage", "Terms",
]  # fmt: skip
