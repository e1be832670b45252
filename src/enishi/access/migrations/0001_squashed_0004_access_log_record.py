"""All tables of `access` as they stand after 0004_access_log_record: a new installation makes them at once."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from enishi.kit.migrating import gathered


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("access", "0001_initial"),
        ("access", "0002_user_session_round_accesslog"),
        ("access", "0003_teams_roles"),
        ("access", "0004_access_log_record"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Role",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="役割の名前")),
                ("rights", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="チーム名")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="access.team",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "email",
                    models.EmailField(
                        error_messages={"unique": "このメールアドレスはすでに登録されています。"},
                        max_length=254,
                        unique=True,
                        verbose_name="メールアドレス",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="氏名")),
                ("role", models.CharField(default="member", max_length=20, verbose_name="役割")),
                ("is_active", models.BooleanField(default=True, verbose_name="利用中")),
                ("language", models.CharField(default="ja", max_length=5, verbose_name="言語")),
                (
                    "theme",
                    models.CharField(
                        choices=[("system", "端末に合わせる"), ("light", "明るい"), ("dark", "暗い")],
                        default="system",
                        max_length=10,
                        verbose_name="画面の明るさ",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("session_round", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="access.team",
                        verbose_name="チーム",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AccessLog",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("action", models.CharField(max_length=20)),
                ("entity", models.CharField(blank=True, max_length=40)),
                ("record_id", models.BigIntegerField(null=True)),
                ("count", models.PositiveIntegerField(default=0)),
                ("detail", models.TextField(blank=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "indexes": [
                    models.Index(fields=["user", "-at"], name="access_log_user"),
                    models.Index(fields=["entity", "record_id", "-id"], name="access_log_record"),
                ],
            },
        ),
    ]
    operations = gathered(operations)
