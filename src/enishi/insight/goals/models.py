"""What somebody means to reach in a month, a week or on a day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.records.models import ALIVE, Record, record_indexes


class Goal(Record):
    """A figure to reach. Of a person's goal `owner` is that person; of the others who answers for it."""

    name = models.CharField(_("目標"), max_length=200, editable=False)
    scope = models.CharField(_("だれの目標"), max_length=10, default="person")
    team = models.ForeignKey(
        "access.Team", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("チーム")
    )
    period = models.CharField(_("期間"), max_length=10, default="month")
    start = models.DateField(_("開始日"))
    measure = models.CharField(_("指標"), max_length=20, default="won_amount")
    target = models.BigIntegerField(_("目標値"))
    note = models.TextField(_("備考"), blank=True)

    class Meta:
        indexes = [
            *record_indexes("goal", "start"),
            models.Index(fields=["period", "start"], name="goal_span", condition=ALIVE),
        ]
        constraints = [  # of each person, of each team, and of the company
            models.UniqueConstraint(
                fields=[*whose, "period", "start", "measure"],
                name=f"goal_{scope}_once",
                condition=ALIVE & models.Q(scope=scope),
            )
            for scope, whose in (("person", ["owner"]), ("team", ["team"]), ("company", []))
        ]

    def __str__(self) -> str:
        return self.name
