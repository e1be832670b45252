"""What every record, link and event is stored in.

`Record` is the base of every entity's model. `Event` is anything that happened at a time; the timeline of a
record is its `EventSubject` rows, newest first. `Link` ties any two records. The rest serves them: operations
(what was done in one action and can be undone as one), tags, saved views, search texts, own fields, files.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ALIVE = Q(deleted_at__isnull=True)
GONE = Q(deleted_at__isnull=False)  # not ~ALIVE: SQLite doesn't see that NOT (x IS NULL) is x IS NOT NULL


def user_key(verbose: Any = "", **options: Any) -> "models.ForeignKey[Any, Any]":
    """A reference to a user that outlives him: users are deactivated, never deleted."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=verbose,
        **options,
    )


class Record(models.Model):
    """A thing with fields. `version` counts its changes; `custom` holds the owner's own fields by immutable key."""

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("登録日時"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("更新日時"), default=timezone.now, editable=False)
    created_by = user_key(_("登録者"), editable=False, db_index=False)
    updated_by = user_key(_("更新者"), editable=False, db_index=False)
    owner = user_key(_("担当"))
    tags = models.JSONField(_("タグ"), default=list, blank=True)
    custom = models.JSONField(default=dict, blank=True, editable=False)
    deleted_at = models.DateTimeField(_("削除日時"), null=True, editable=False)
    deleted_by = user_key(_("削除者"), editable=False, db_index=False)

    # Not stored: the record comes from a file, of which entities may ask less than of a form.
    importing = False

    class Meta:
        abstract = True


def record_indexes(table: str, *sorts: str, filters: tuple[str, ...] = ()) -> list[models.Index]:
    """Indexes of a record table: one per sort column and per filter column over the living, one for the bin.

    Each ends in the primary key, because lists page by (sort value, id). Descending order reads them backwards.
    """
    made = [
        models.Index(fields=[column, "id"], name=f"{table}_{column}_s"[:30], condition=ALIVE)
        for column in ("updated_at", "created_at", *sorts)
    ]
    made += [
        models.Index(fields=[column, "id"], name=f"{table}_{column}_f"[:30], condition=ALIVE)
        for column in filters
    ]
    made.append(models.Index(fields=["deleted_at"], name=f"{table}_bin", condition=GONE))
    return made


class Touched(models.Model):
    """What a customer or deal shows of the work on it; kept up to date by `enishi.work`.

    Who doesn't see all tasks doesn't have the words of the next one (they are somebody's text). The two times stay: they say of a customer
    whom he may see no more than that somebody is at it, and keep two from calling on the same day.
    """

    last_contact_at = models.DateTimeField(_("最終接触"), null=True, blank=True, editable=False)
    next_step_at = models.DateTimeField(_("次の予定日"), null=True, blank=True, editable=False)
    next_step = models.CharField(_("次の一手"), max_length=200, blank=True, editable=False)
    next_task_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        abstract = True


UNDOING_STALE = 600  # seconds without a sign of the worker after which it may be asked again


class Operation(models.Model):
    """One action that changed records (an import, a bulk change, an undo…): what can be put back as one."""

    class Kind(models.TextChoices):
        EDIT = "edit", _("変更")
        BULK = "bulk", _("一括変更")
        IMPORT = "import", _("取り込み")
        UNDO = "undo", _("元に戻す")
        MERGE = "merge", _("統合")
        ANONYMISE = "anonymise", _("匿名化")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField(default=timezone.now)
    user = user_key()
    summary = models.CharField(max_length=300, blank=True)
    figures = models.JSONField(default=dict, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by_operation = models.ForeignKey("self", models.SET_NULL, null=True, related_name="undoes")

    class Meta:
        ordering = ["-at"]

    @property
    def undoing(self) -> dict[str, Any]:
        """How far the worker has taken it back: done, total, error; nothing where it isn't at it, or has given no sign for long."""
        told = (self.figures or {}).get("undoing") or {}
        quiet = timezone.now().timestamp() - told.get("at", 0)
        return dict(told) if told.get("error") or quiet < UNDOING_STALE else {}


class Event(models.Model):
    """Something that happened at a time to the record (entity, record_id): a value changed, a visit, a file."""

    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=20)
    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    version = models.PositiveIntegerField(null=True)
    actor = user_key(db_index=False)
    operation = models.ForeignKey(Operation, models.SET_NULL, null=True, related_name="events")
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["entity", "record_id", "version"], name="event_record"),
            models.Index(fields=["at", "id"], name="event_day"),
        ]


class EventSubject(models.Model):
    """An event as it shows on one record's timeline: its own record's, and those it is carried up to."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="subjects")
    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)

    class Meta:
        indexes = [models.Index(fields=["entity", "record_id", "-at", "-event"], name="subject_timeline")]


class Link(models.Model):
    """A connection from one record to another; `direct` is false where it was carried up (a deal's task on its account)."""

    relation = models.CharField(max_length=40)
    from_entity = models.CharField(max_length=40)
    from_id = models.BigIntegerField()
    to_entity = models.CharField(max_length=40)
    to_id = models.BigIntegerField()
    direct = models.BooleanField(default=True)
    role = models.CharField(max_length=100, blank=True)
    position = models.IntegerField(default=0)
    data = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["from_entity", "from_id", "relation", "to_entity", "to_id"], name="link_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["to_entity", "to_id", "relation", "from_entity", "from_id"], name="link_back"
            )
        ]


class Tag(models.Model):
    """A word that users put on records."""

    name = models.CharField(max_length=60, unique=True)
    colour = models.CharField(max_length=10, default="grey")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """A list as someone likes to see it: conditions, order and columns."""

    entity = models.CharField(max_length=40)
    name = models.CharField(_("名前"), max_length=60)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    shared = models.BooleanField(_("全員で使う"), default=False)
    state = models.JSONField(default=dict)
    position = models.IntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["entity", "user"], name="view_entity")]


class SearchDoc(models.Model):
    """The searchable text of a record. `id` is record id × 4096 + the entity's code, on both databases, so that a
    hit names its record without a look-up. `tokens` is filled on PostgreSQL only; SQLite has an FTS5 table beside it.
    """

    id = models.BigIntegerField(primary_key=True)
    title = models.CharField(max_length=300)
    text = models.TextField()
    tokens = SearchVectorField(null=True)  # its GIN index is made by migration 0002, on PostgreSQL only


class Attachment(models.Model):
    """A file on a record. The bytes lie outside the database under an unguessable name."""

    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    field = models.CharField(
        max_length=40, blank=True, db_default=""
    )  # of files and pictures that it was put into
    name = models.CharField(max_length=255)
    path = models.CharField(max_length=120, unique=True)
    size = models.BigIntegerField()
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    uploaded_by = user_key(db_index=False)
    uploaded_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["entity", "record_id"], name="attachment_record")]


class IdempotencyKey(models.Model):
    """What a form or call with this key has already made: a double click or a resend gets the same answer."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_once")]


class Notification(models.Model):
    """A line under the bell."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    at = models.DateTimeField(default=timezone.now)
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=100, blank=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at"]
        indexes = [models.Index(fields=["user", "read_at", "-at"], name="notification_unread")]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], condition=~Q(key=""), name="notification_once")
        ]
