"""Reports, dashboards, goals, what orders foretell, and the fiscal year."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.insight.goals.models import Goal
from enishi.insight.purchases.models import ProductPair, PurchaseFit

__all__ = ["Dashboard", "FiscalYear", "Goal", "ProductPair", "PurchaseFit", "Report", "Shared"]


class FiscalYear(models.Model):
    """The month in which the company's year begins; one row at most."""

    first_month = models.PositiveSmallIntegerField(default=4)

    def __str__(self) -> str:
        return str(self.first_month)


class Shared(models.Model):
    """What somebody made for himself, his team or all. Who may see it still sees only his own records in it."""

    class Share(models.TextChoices):
        MINE = "mine", _("自分だけ")
        TEAM = "team", _("自分のチーム")
        ALL = "all", _("全員")

    name = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    share = models.CharField(max_length=10, choices=Share.choices, default=Share.MINE)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Report(Shared):
    """A report as it is asked (`reports.spec`)."""

    entity = models.CharField(max_length=40)
    spec = models.JSONField(default=dict)


class Dashboard(Shared):
    """Tiles in their order: [{"report": key, "wide": bool, "look": "chart" | "table" | "number"}…]."""

    tiles = models.JSONField(default=list)
