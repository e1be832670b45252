"""What the owner of the company draws in the browser: entities, fields, connections. Rows, never tables.

Names that values are stored under (`e3`, `f12`, `c5`) never change and are never used again; words on the screen may
change at any time. What is retired keeps its values.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.records.models.core import ALIVE, GONE, Record, Touched

FIRST_CODE = 1000  # search keys of drawn entities begin here; those of built-in ones are below


class EntityDesign(models.Model):
    """An entity that was drawn (`drawn`), or how the owner wants a built-in one.

    `layout` holds only what differs: label_en, hint, columns, sections, quick, board, calendar, amount, title_label, title_pattern.
    """

    name = models.CharField(max_length=40, unique=True)
    drawn = models.BooleanField(default=False)
    slug = models.CharField(_("アドレス"), max_length=40, blank=True)
    label = models.CharField(_("名前"), max_length=60, blank=True)
    icon = models.CharField(_("しるし"), max_length=40, blank=True)
    layout = models.JSONField(default=dict, blank=True)
    position = models.IntegerField(default=0)
    in_navigation = models.BooleanField(_("メニューに出す"), default=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["slug"], condition=~models.Q(slug=""), name="design_slug_once")
        ]

    def __str__(self) -> str:
        return self.label or self.name

    @property
    def code(self) -> int:
        """The number in search keys."""
        return FIRST_CODE + int(self.pk)


class FieldDesign(models.Model):
    """A field that the owner added, or how he wants a built-in one (`name` says which).

    Values of added fields live in `Record.custom` under `key`; absent means empty, nothing is ever backfilled.
    """

    entity = models.CharField(max_length=40)
    name = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=20)
    label = models.CharField(_("名前"), max_length=100, blank=True)
    options = models.JSONField(default=dict, blank=True)
    indexed = models.BooleanField(default=False)
    position = models.IntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "name"], condition=~models.Q(name=""), name="field_design_once"
            )
        ]

    def __str__(self) -> str:
        return self.label or self.key

    @property
    def key(self) -> str:
        """The immutable name under which values are stored."""
        return self.name or f"f{self.pk}"


class ConnectionDesign(models.Model):
    """A connection between two entities, named in both directions. Its links have the relation `key`.

    `many` is whether a record at the beginning may be tied to several at the end; at the end there may always be several.
    """

    from_entity = models.CharField(max_length=40)
    to_entity = models.CharField(max_length=40)
    label = models.CharField(_("こちらから見た名前"), max_length=60)
    back_label = models.CharField(_("相手から見た名前"), max_length=60)
    many = models.BooleanField(default=False)
    carries_up = models.BooleanField(default=True)
    options = models.JSONField(default=dict, blank=True)
    position = models.IntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.from_entity}.{self.label} — {self.to_entity}.{self.back_label}"

    @property
    def key(self) -> str:
        """The relation of its links, and the name of its field where it begins."""
        return f"c{self.pk}"

    @property
    def back_key(self) -> str:
        """The name of its field where it ends."""
        return f"c{self.pk}r"


class DesignRound(models.Model):
    """How often the design was changed: a process whose own number is lower reads it anew. One row."""

    number = models.PositiveIntegerField(default=0)


class Sequence(models.Model):
    """The last number that an automatic number has given out, by field and (where it begins anew) year."""

    key = models.CharField(max_length=60, unique=True)
    last = models.BigIntegerField(default=0)


class DrawnRecord(Record, Touched):
    """A record of a drawn entity: its name, and everything else in `custom`. Read through the entity's own proxy
    (`records.design.loading`), which holds to its own rows."""

    entity_id = models.PositiveIntegerField(editable=False)
    name = models.CharField(_("名前"), max_length=200)
    sort_key = models.CharField(max_length=200, blank=True, editable=False)
    drawn_number = 0  # of the entity, on its proxy

    match_key = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        indexes = [
            *(
                models.Index(
                    fields=["entity_id", column, "id"], name=f"drawn_{column}_s"[:30], condition=ALIVE
                )
                for column in ("updated_at", "created_at", "sort_key", "last_contact_at", "next_step_at")
            ),
            models.Index(fields=["entity_id", "match_key"], name="drawn_match", condition=ALIVE),
            models.Index(
                fields=["entity_id", "owner", "updated_at", "id"], name="drawn_owner", condition=ALIVE
            ),
            models.Index(fields=["entity_id", "deleted_at"], name="drawn_bin", condition=GONE),
        ]

    def __str__(self) -> str:
        return self.name
