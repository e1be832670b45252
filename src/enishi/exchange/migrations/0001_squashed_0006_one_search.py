"""All tables of `exchange` as they stand after 0006_one_search: a new installation makes them at once."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from enishi.kit.migrating import gathered


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("exchange", "0001_initial"),
        ("exchange", "0002_duplicates"),
        ("exchange", "0003_cleansing"),
        ("exchange", "0004_waiting"),
        ("exchange", "0005_round_trip"),
        ("exchange", "0006_one_search"),
    ]

    dependencies = [
        ("records", "0001_squashed_0009_attachment_field"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Cleansing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("beat_at", models.DateTimeField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "順番待ち"),
                            ("running", "進行中"),
                            ("done", "完了"),
                            ("failed", "失敗"),
                            ("undoing", "取り消し中"),
                            ("undone", "取り消しました"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("scope", models.JSONField(default=list)),
                ("house", models.CharField(blank=True, default="hyphen", max_length=10)),
                ("place", models.JSONField(default=dict)),
                ("done", models.PositiveBigIntegerField(default=0)),
                ("total", models.PositiveBigIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
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
                "ordering": ["-asked_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="CleansingIgnored",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entity", models.CharField(max_length=40)),
                ("field", models.CharField(max_length=60)),
                ("rule", models.CharField(max_length=30)),
                ("record_id", models.BigIntegerField(null=True)),
                ("digest", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
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
        ),
        migrations.CreateModel(
            name="CleansingLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entity", models.CharField(max_length=40)),
                ("field", models.CharField(max_length=60)),
                ("rule", models.CharField(max_length=30)),
                ("sure", models.BooleanField()),
                (
                    "cleansing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="exchange.cleansing",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CleansingFix",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("beat_at", models.DateTimeField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "順番待ち"),
                            ("running", "進行中"),
                            ("done", "完了"),
                            ("failed", "失敗"),
                            ("undoing", "取り消し中"),
                            ("undone", "取り消しました"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("ids", models.JSONField(null=True)),
                ("after", models.BigIntegerField(default=0)),
                ("seen", models.PositiveBigIntegerField(default=0)),
                ("total", models.PositiveBigIntegerField(default=0)),
                ("written", models.PositiveBigIntegerField(default=0)),
                ("changed", models.PositiveBigIntegerField(default=0)),
                ("refused", models.JSONField(default=list)),
                ("refused_count", models.PositiveBigIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                (
                    "operation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
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
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fixes",
                        to="exchange.cleansingline",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="CleansingRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("record_id", models.BigIntegerField()),
                ("digest", models.BigIntegerField()),
                (
                    "line",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="exchange.cleansingline",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DuplicateRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entity", models.CharField(max_length=40)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "順番待ち"),
                            ("running", "調べています"),
                            ("done", "完了"),
                            ("failed", "失敗"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("began_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("beat_at", models.DateTimeField(null=True)),
                ("done", models.PositiveBigIntegerField(default=0)),
                ("total", models.PositiveBigIntegerField(default=0)),
                ("figures", models.JSONField(default=dict)),
                ("error", models.TextField(blank=True)),
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
                "ordering": ["-asked_at"],
            },
        ),
        migrations.CreateModel(
            name="DuplicatePair",
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
                ("cluster", models.BigIntegerField()),
                ("score", models.FloatField()),
                (
                    "decision",
                    models.CharField(
                        choices=[("automatic", "同じとみてよい"), ("ask", "確認が必要")], max_length=10
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "未確認"), ("merged", "統合済み"), ("not_same", "別のもの")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="exchange.duplicaterun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("file_name", models.CharField(max_length=255)),
                ("path", models.CharField(max_length=300)),
                ("entity", models.CharField(blank=True, max_length=40)),
                ("plan", models.JSONField(default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "確認中"),
                            ("queued", "順番待ち"),
                            ("running", "取り込み中"),
                            ("done", "完了"),
                            ("failed", "失敗"),
                            ("undoing", "取り消し中"),
                            ("undone", "取り消しました"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("figures", models.JSONField(default=dict)),
                ("refused_path", models.CharField(blank=True, max_length=300)),
                ("error", models.TextField(blank=True)),
                ("beat_at", models.DateTimeField(null=True)),
                ("rest", models.CharField(blank=True, max_length=4)),
                (
                    "operation",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to="records.operation"
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
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="RefusedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("cells", models.JSONField()),
                ("reason", models.TextField()),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refused_rows",
                        to="exchange.importjob",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="ReturnedRow",
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
                            ("ask", "どちらも変更"),
                            ("changed", "シートで変更"),
                            ("both", "両方の変更を合わせる"),
                            ("new", "新しい行"),
                            ("gone", "シートにない"),
                            ("here", "Enishiで変更"),
                            ("lost", "もうない記録"),
                            ("bad", "読めないセル"),
                        ],
                        max_length=10,
                    ),
                ),
                ("number", models.PositiveIntegerField(default=0)),
                ("record_id", models.BigIntegerField(null=True)),
                ("seen_version", models.PositiveIntegerField(default=0)),
                ("title", models.CharField(blank=True, max_length=300)),
                ("changes", models.JSONField(default=list)),
                ("errors", models.JSONField(default=list)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("bad", models.BooleanField(default=False)),
                ("chosen", models.BooleanField(default=False)),
                ("answered", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "未反映"), ("applied", "反映済み"), ("refused", "反映できません")],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="returned",
                        to="exchange.importjob",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SentSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("entity", models.CharField(max_length=40)),
                ("form", models.CharField(max_length=10)),
                ("columns", models.JSONField(default=list)),
                ("count", models.PositiveIntegerField(default=0)),
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
        ),
        migrations.CreateModel(
            name="SentRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("record_id", models.BigIntegerField()),
                ("version", models.PositiveIntegerField()),
                ("prints", models.BinaryField()),
                (
                    "sheet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="exchange.sentsheet",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WaitingRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("cells", models.JSONField()),
                ("entity", models.CharField(max_length=40)),
                ("candidates", models.JSONField(default=list)),
                ("keys", models.JSONField(default=dict)),
                ("alike", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "未回答"), ("same", "同じ"), ("new", "別"), ("skip", "とばした")],
                        default="open",
                        max_length=4,
                    ),
                ),
                ("record_id", models.BigIntegerField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("events", models.JSONField(default=list)),
                (
                    "answered_by",
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
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waiting_rows",
                        to="exchange.importjob",
                    ),
                ),
            ],
            options={
                "ordering": ["number", "pk"],
            },
        ),
        migrations.AddIndex(
            model_name="cleansing",
            index=models.Index(fields=["user", "-asked_at"], name="cleansing_of_user"),
        ),
        migrations.AddConstraint(
            model_name="cleansingignored",
            constraint=models.UniqueConstraint(
                condition=models.Q(("record_id__isnull", False)),
                fields=("entity", "record_id", "field", "rule", "digest"),
                name="cleansing_ignored_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="cleansingignored",
            constraint=models.UniqueConstraint(
                condition=models.Q(("record_id__isnull", True)),
                fields=("user", "entity", "field", "rule"),
                name="cleansing_line_ignored_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="cleansingline",
            constraint=models.UniqueConstraint(
                fields=("cleansing", "entity", "field", "rule", "sure"), name="cleansing_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="cleansingrow",
            constraint=models.UniqueConstraint(fields=("line", "record_id"), name="cleansing_row_once"),
        ),
        migrations.AddIndex(
            model_name="duplicaterun",
            index=models.Index(fields=["entity", "-asked_at"], name="duplicate_run"),
        ),
        migrations.AddConstraint(
            model_name="duplicaterun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["queued", "running"])),
                fields=("entity",),
                name="duplicate_run_one",
            ),
        ),
        migrations.AddIndex(
            model_name="duplicatepair",
            index=models.Index(fields=["entity", "state", "-score", "cluster"], name="duplicate_queue"),
        ),
        migrations.AddIndex(
            model_name="duplicatepair",
            index=models.Index(fields=["entity", "cluster"], name="duplicate_cluster"),
        ),
        migrations.AddIndex(
            model_name="duplicatepair",
            index=models.Index(fields=["entity", "high_id"], name="duplicate_high"),
        ),
        migrations.AddConstraint(
            model_name="duplicatepair",
            constraint=models.UniqueConstraint(
                fields=("entity", "low_id", "high_id"), name="duplicate_pair_once"
            ),
        ),
        migrations.AddIndex(
            model_name="returnedrow",
            index=models.Index(fields=["job", "kind", "id"], name="returned_kind"),
        ),
        migrations.AddIndex(
            model_name="returnedrow",
            index=models.Index(fields=["job", "record_id"], name="returned_record"),
        ),
        migrations.AddIndex(
            model_name="returnedrow",
            index=models.Index(condition=models.Q(("bad", True)), fields=["job", "id"], name="returned_bad"),
        ),
        migrations.AddIndex(
            model_name="sentsheet",
            index=models.Index(fields=["at"], name="sent_sheet_at"),
        ),
        migrations.AddConstraint(
            model_name="sentrow",
            constraint=models.UniqueConstraint(fields=("sheet", "record_id"), name="sent_row_once"),
        ),
        migrations.AddIndex(
            model_name="waitingrow",
            index=models.Index(fields=["job", "state", "number"], name="waiting_next"),
        ),
        migrations.AddIndex(
            model_name="waitingrow",
            index=models.Index(fields=["job", "alike", "state"], name="waiting_alike"),
        ),
    ]
    operations = gathered(operations)
