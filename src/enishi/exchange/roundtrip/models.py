"""What a sheet that went out held, and what one that came back says."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enishi.records.models import user_key


class SentSheet(models.Model):
    """An export whose rows carry marks: of which entity, with which columns, in the order of the file.

    `columns` holds `{"name", "label", "carried"}`; a carried column may be changed in the sheet, the others are only read.
    """

    user = user_key()
    at = models.DateTimeField(default=timezone.now)
    entity = models.CharField(max_length=40)
    form = models.CharField(max_length=10)
    columns: Any = models.JSONField(default=list)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["at"], name="sent_sheet_at")]

    def __str__(self) -> str:
        return f"{self.entity} {self.at:%Y-%m-%d}"


class SentRow(models.Model):
    """A record as it went out: its version, and a keyed print of each carried cell (`marks.PRINT` bytes each, in the
    columns' order). The values themselves are not kept: what goes with a record when it is erased isn't held here."""

    sheet = models.ForeignKey(SentSheet, models.CASCADE, related_name="rows", db_index=False)
    record_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    prints = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "record_id"], name="sent_row_once")]

    def __str__(self) -> str:
        return f"{self.record_id} v{self.version}"


class ReturnedRow(models.Model):
    """A row of a sheet that came back, as far as there is something to say of it; what is unchanged is only counted.

    `changes` is a list of fields (see `comparing.change`), `errors` of cells that can't be read: `{"label", "raw", "text"}`.
    """

    class Kind(models.TextChoices):
        ASK = "ask", _("どちらも変更")
        CHANGED = "changed", _("シートで変更")
        BOTH = "both", _("両方の変更を合わせる")
        NEW = "new", _("新しい行")
        GONE = "gone", _("シートにない")
        HERE = "here", _("Enishiで変更")
        LOST = "lost", _("もうない記録")
        BAD = "bad", _("読めないセル")

    class State(models.TextChoices):
        OPEN = "open", _("未反映")
        APPLIED = "applied", _("反映済み")
        REFUSED = "refused", _("反映できません")

    job = models.ForeignKey("exchange.ImportJob", models.CASCADE, related_name="returned", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    number = models.PositiveIntegerField(default=0)  # as Excel counts; 0 where the sheet has no such row
    record_id = models.BigIntegerField(null=True)
    seen_version = models.PositiveIntegerField(default=0)  # of the record when it was compared
    title = models.CharField(max_length=300, blank=True)
    changes: Any = models.JSONField(default=list)
    errors: Any = models.JSONField(default=list)
    note = models.CharField(max_length=500, blank=True)
    bad = models.BooleanField(default=False)  # has cells that can't be read, whatever else it says
    chosen = models.BooleanField(default=False)
    answered = models.BooleanField(default=False)  # every question of the row has its answer
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)

    class Meta:
        indexes = [
            models.Index(fields=["job", "kind", "id"], name="returned_kind"),
            models.Index(fields=["job", "record_id"], name="returned_record"),
            models.Index(fields=["job", "id"], name="returned_bad", condition=models.Q(bad=True)),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.kind}"
