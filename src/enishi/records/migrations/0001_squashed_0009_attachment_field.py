"""All tables of `records` as they stand after 0009_attachment_field: a new installation makes them at once."""

import django.contrib.postgres.search
import importlib

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from enishi.kit.migrating import gathered


search_table = importlib.import_module("enishi.records.migrations.0002_search_table")
search_batches = importlib.import_module("enishi.records.migrations.0003_search_index_in_batches")


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("records", "0001_initial"),
        ("records", "0002_search_table"),
        ("records", "0003_search_index_in_batches"),
        ("records", "0004_design"),
        ("records", "0005_handover"),
        ("records", "0006_retention"),
        ("records", "0007_merging"),
        ("records", "0008_handover_failed"),
        ("records", "0009_attachment_field"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConnectionDesign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_entity", models.CharField(max_length=40)),
                ("to_entity", models.CharField(max_length=40)),
                ("label", models.CharField(max_length=60, verbose_name="こちらから見た名前")),
                ("back_label", models.CharField(max_length=60, verbose_name="相手から見た名前")),
                ("many", models.BooleanField(default=False)),
                ("carries_up", models.BooleanField(default=True)),
                ("options", models.JSONField(blank=True, default=dict)),
                ("position", models.IntegerField(default=0)),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="DesignRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="SearchDoc",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=300)),
                ("text", models.TextField()),
                ("tokens", django.contrib.postgres.search.SearchVectorField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Sequence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=60, unique=True)),
                ("last", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True)),
                ("colour", models.CharField(default="grey", max_length=10)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="EntityDesign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, unique=True)),
                ("drawn", models.BooleanField(default=False)),
                ("slug", models.CharField(blank=True, max_length=40, verbose_name="アドレス")),
                ("label", models.CharField(blank=True, max_length=60, verbose_name="名前")),
                ("icon", models.CharField(blank=True, max_length=40, verbose_name="しるし")),
                ("layout", models.JSONField(blank=True, default=dict)),
                ("position", models.IntegerField(default=0)),
                ("in_navigation", models.BooleanField(default=True, verbose_name="メニューに出す")),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["position", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("slug", ""), _negated=True),
                        fields=("slug",),
                        name="design_slug_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FieldDesign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entity", models.CharField(max_length=40)),
                ("name", models.CharField(blank=True, max_length=60)),
                ("kind", models.CharField(max_length=20)),
                ("label", models.CharField(blank=True, max_length=100, verbose_name="名前")),
                ("options", models.JSONField(blank=True, default=dict)),
                ("indexed", models.BooleanField(default=False)),
                ("position", models.IntegerField(default=0)),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["position", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        fields=("entity", "name"),
                        name="field_design_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("relation", models.CharField(max_length=40)),
                ("from_entity", models.CharField(max_length=40)),
                ("from_id", models.BigIntegerField()),
                ("to_entity", models.CharField(max_length=40)),
                ("to_id", models.BigIntegerField()),
                ("direct", models.BooleanField(default=True)),
                ("role", models.CharField(blank=True, max_length=100)),
                ("position", models.IntegerField(default=0)),
                ("data", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["to_entity", "to_id", "relation", "from_entity", "from_id"], name="link_back"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("from_entity", "from_id", "relation", "to_entity", "to_id"), name="link_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MergeRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entity", models.CharField(max_length=40, unique=True)),
                ("automatic", models.BooleanField(default=False)),
                ("at", models.DateTimeField(auto_now=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Operation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("edit", "変更"),
                            ("bulk", "一括変更"),
                            ("import", "取り込み"),
                            ("undo", "元に戻す"),
                            ("merge", "統合"),
                            ("anonymise", "匿名化"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("summary", models.CharField(blank=True, max_length=300)),
                ("figures", models.JSONField(blank=True, default=dict)),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "undone_by_operation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="undoes",
                        to="records.operation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="",
                    ),
                ),
            ],
            options={
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField()),
                ("plan", models.JSONField(default=dict)),
                ("figures", models.JSONField(default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "予定"),
                            ("running", "引継ぎ中"),
                            ("done", "完了"),
                            ("failed", "できませんでした"),
                            ("cancelled", "取りやめ"),
                            ("undoing", "取り消し中"),
                            ("undone", "取り消しました"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="records.operation",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("kind", models.CharField(max_length=20)),
                ("entity", models.CharField(max_length=40)),
                ("record_id", models.BigIntegerField()),
                ("version", models.PositiveIntegerField(null=True)),
                ("data", models.JSONField(default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="events",
                        to="records.operation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RetentionRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entity", models.CharField(max_length=40, unique=True)),
                ("years", models.PositiveSmallIntegerField()),
                ("automatic", models.BooleanField(default=False)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entity", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=60, verbose_name="名前")),
                ("shared", models.BooleanField(default=False, verbose_name="全員で使う")),
                ("state", models.JSONField(default=dict)),
                ("position", models.IntegerField(default=0)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entity", models.CharField(max_length=40)),
                ("record_id", models.BigIntegerField()),
                ("field", models.CharField(blank=True, db_default="", max_length=40)),
                ("name", models.CharField(max_length=255)),
                ("path", models.CharField(max_length=120, unique=True)),
                ("size", models.BigIntegerField()),
                ("content_type", models.CharField(max_length=100)),
                ("sha256", models.CharField(max_length=64)),
                ("uploaded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("deleted_at", models.DateTimeField(null=True)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["entity", "record_id"], name="attachment_record")],
            },
        ),
        migrations.CreateModel(
            name="DrawnRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登録日時"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新日時"
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="タグ")),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="削除日時")),
                (
                    "last_contact_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="最終接触"),
                ),
                (
                    "next_step_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="次の予定日"),
                ),
                (
                    "next_step",
                    models.CharField(blank=True, editable=False, max_length=200, verbose_name="次の一手"),
                ),
                ("next_task_id", models.BigIntegerField(editable=False, null=True)),
                ("entity_id", models.PositiveIntegerField(editable=False)),
                ("name", models.CharField(max_length=200, verbose_name="名前")),
                ("sort_key", models.CharField(blank=True, editable=False, max_length=200)),
                ("match_key", models.CharField(blank=True, editable=False, max_length=200)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登録者",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="削除者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="担当",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更新者",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["entity_id", "updated_at", "id"],
                        name="drawn_updated_at_s",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["entity_id", "created_at", "id"],
                        name="drawn_created_at_s",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["entity_id", "sort_key", "id"],
                        name="drawn_sort_key_s",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["entity_id", "last_contact_at", "id"],
                        name="drawn_last_contact_at_s",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["entity_id", "next_step_at", "id"],
                        name="drawn_next_step_at_s",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["entity_id", "match_key"],
                        name="drawn_match",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=["entity_id", "owner", "updated_at", "id"],
                        name="drawn_owner",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", False)),
                        fields=["entity_id", "deleted_at"],
                        name="drawn_bin",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EventSubject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entity", models.CharField(max_length=40)),
                ("record_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=20)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subjects",
                        to="records.event",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["entity", "record_id", "-at", "-event"], name="subject_timeline")
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("entity", models.CharField(max_length=40)),
                ("record_id", models.BigIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="idempotency_once")],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("text", models.CharField(max_length=300)),
                ("url", models.CharField(blank=True, max_length=300)),
                ("key", models.CharField(blank=True, max_length=100)),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at"],
                "indexes": [models.Index(fields=["user", "read_at", "-at"], name="notification_unread")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("user", "key"),
                        name="notification_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NotSame",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entity", models.CharField(max_length=40)),
                ("low_id", models.BigIntegerField()),
                ("high_id", models.BigIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["entity", "high_id"], name="not_same_high")],
                "constraints": [
                    models.UniqueConstraint(fields=("entity", "low_id", "high_id"), name="not_same_once"),
                    models.CheckConstraint(
                        condition=models.Q(("low_id__lt", models.F("high_id"))), name="not_same_order"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MergedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entity", models.CharField(max_length=40)),
                ("survivor", models.BigIntegerField()),
                ("model", models.CharField(max_length=80)),
                ("keys", models.JSONField()),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                (
                    "operation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="records.operation"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["operation", "id"], name="merged_row_operation"),
                    models.Index(fields=["entity", "survivor"], name="merged_row_survivor"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Forward",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entity", models.CharField(max_length=40)),
                ("old_id", models.BigIntegerField()),
                ("new_id", models.BigIntegerField()),
                (
                    "operation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="records.operation",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["entity", "new_id"], name="forward_new")],
                "constraints": [models.UniqueConstraint(fields=("entity", "old_id"), name="forward_once")],
            },
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["entity", "record_id", "version"], name="event_record"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["at", "id"], name="event_day"),
        ),
        migrations.AddIndex(
            model_name="savedview",
            index=models.Index(fields=["entity", "user"], name="view_entity"),
        ),
    ]
    operations = gathered(operations)
    operations += [
        migrations.RunPython(search_table.create, search_table.drop),
        migrations.RunPython(search_batches.in_batches, search_batches.one_by_one),
    ]
