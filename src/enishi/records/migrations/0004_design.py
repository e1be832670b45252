import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from enishi.kit.migrating import gathered


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0003_search_index_in_batches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameModel("CustomField", "FieldDesign"),
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
            ],
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
            },
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
        migrations.AddField(
            model_name="fielddesign",
            name="name",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AlterField(
            model_name="fielddesign",
            name="label",
            field=models.CharField(blank=True, max_length=100, verbose_name="名前"),
        ),
        migrations.AddConstraint(
            model_name="fielddesign",
            constraint=models.UniqueConstraint(
                condition=models.Q(("name", ""), _negated=True),
                fields=("entity", "name"),
                name="field_design_once",
            ),
        ),
        migrations.AddField(
            model_name="drawnrecord",
            name="created_by",
            field=models.ForeignKey(
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
        migrations.AddField(
            model_name="drawnrecord",
            name="deleted_by",
            field=models.ForeignKey(
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
        migrations.AddField(
            model_name="drawnrecord",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="担当",
            ),
        ),
        migrations.AddField(
            model_name="drawnrecord",
            name="updated_by",
            field=models.ForeignKey(
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
        migrations.AddConstraint(
            model_name="entitydesign",
            constraint=models.UniqueConstraint(
                condition=models.Q(("slug", ""), _negated=True), fields=("slug",), name="design_slug_once"
            ),
        ),
        migrations.AddIndex(
            model_name="drawnrecord",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["entity_id", "updated_at", "id"],
                name="drawn_updated_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="drawnrecord",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["entity_id", "created_at", "id"],
                name="drawn_created_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="drawnrecord",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["entity_id", "sort_key", "id"],
                name="drawn_sort_key_s",
            ),
        ),
        migrations.AddIndex(
            model_name="drawnrecord",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["entity_id", "last_contact_at", "id"],
                name="drawn_last_contact_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="drawnrecord",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["entity_id", "next_step_at", "id"],
                name="drawn_next_step_at_s",
            ),
        ),
        migrations.AddIndex(
            model_name="drawnrecord",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["entity_id", "match_key"],
                name="drawn_match",
            ),
        ),
        migrations.AddIndex(
            model_name="drawnrecord",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["entity_id", "owner", "updated_at", "id"],
                name="drawn_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="drawnrecord",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["entity_id", "deleted_at"],
                name="drawn_bin",
            ),
        ),
    ]
    operations = gathered(operations)
