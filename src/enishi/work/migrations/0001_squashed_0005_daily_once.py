"""All tables of `work` as they stand after 0005_daily_once: a new installation makes them at once."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from enishi.kit.migrating import gathered


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("work", "0001_initial"),
        ("work", "0002_bin_index"),
        ("work", "0003_daily"),
        ("work", "0004_calendar"),
        ("work", "0005_daily_once"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CompanyWeek",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("weekdays", models.JSONField(blank=True, default=list)),
                ("holidays", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="DayOff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("name", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "ordering": ["day"],
            },
        ),
        migrations.CreateModel(
            name="DailyReport",
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
                ("name", models.CharField(editable=False, max_length=200, verbose_name="日報")),
                ("day", models.DateField(verbose_name="日付")),
                ("done", models.TextField(blank=True, verbose_name="今日したこと")),
                ("result", models.TextField(blank=True, verbose_name="成果・気づき")),
                ("plan", models.TextField(blank=True, verbose_name="次の予定")),
                (
                    "submitted_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="提出日時"),
                ),
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
        ),
        migrations.CreateModel(
            name="DailyComment",
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
                ("text", models.TextField(verbose_name="コメント")),
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
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="work.dailyreport",
                        verbose_name="日報",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Task",
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
                ("name", models.CharField(max_length=200, verbose_name="内容")),
                ("kind", models.CharField(default="todo", max_length=20, verbose_name="種類")),
                (
                    "about",
                    models.CharField(blank=True, db_index=True, max_length=60, verbose_name="相手・案件"),
                ),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="期限")),
                ("all_day", models.BooleanField(default=True, verbose_name="終日")),
                ("minutes", models.BigIntegerField(blank=True, null=True, verbose_name="所要時間（分）")),
                ("priority", models.CharField(default="normal", max_length=10, verbose_name="優先度")),
                ("repeat", models.CharField(blank=True, max_length=20, verbose_name="繰り返し")),
                ("remind_at", models.DateTimeField(blank=True, null=True, verbose_name="通知")),
                ("reminded_at", models.DateTimeField(editable=False, null=True)),
                ("note", models.TextField(blank=True, verbose_name="メモ")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="完了日時")),
                ("done_by_task", models.BigIntegerField(editable=False, null=True)),
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
        ),
        migrations.CreateModel(
            name="Activity",
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
                ("kind", models.CharField(default="note", max_length=20, verbose_name="種類")),
                (
                    "about",
                    models.CharField(blank=True, db_index=True, max_length=60, verbose_name="相手・案件"),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="日時")),
                ("text", models.TextField(blank=True, verbose_name="内容")),
                ("outcome", models.CharField(blank=True, max_length=20, verbose_name="結果")),
                ("minutes", models.BigIntegerField(blank=True, null=True, verbose_name="時間")),
                ("met", models.JSONField(blank=True, default=list, verbose_name="会った人")),
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
                (
                    "next_task",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="work.task",
                        verbose_name="次の予定",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attended",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("until", models.DateField()),
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
                "indexes": [models.Index(fields=["until"], name="attended_until")],
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="attended_once")],
            },
        ),
        migrations.AddIndex(
            model_name="dailyreport",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="daily_report_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="dailyreport",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="daily_report_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="dailyreport",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["day", "id"],
                name="daily_report_day_s",
            ),
        ),
        migrations.AddIndex(
            model_name="dailyreport",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["deleted_at"],
                name="daily_report_bin",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailyreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=("owner", "day"),
                name="daily_report_once",
            ),
        ),
        migrations.AddIndex(
            model_name="dailycomment",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="daily_comment_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="dailycomment",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="daily_comment_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="dailycomment",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["deleted_at"],
                name="daily_comment_bin",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="task_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="task_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["due_at", "id"],
                name="task_due_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="task_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("done_at__isnull", True)),
                fields=["owner", "due_at", "id"],
                name="task_open_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("done_at__isnull", True)),
                fields=["due_at", "id"],
                name="task_open",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("done_at__isnull", True)),
                fields=["remind_at"],
                name="task_remind",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["updated_at", "id"],
                name="activity_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["created_at", "id"],
                name="activity_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)), fields=["at", "id"], name="activity_at_s"
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="activity_bin"
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["owner", "at", "id"], name="activity_owner_at"),
        ),
    ]
    operations = gathered(operations)
