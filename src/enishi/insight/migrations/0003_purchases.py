import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from enishi.kit.migrating import gathered


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0002_goals"),
        ("sales", "0007_goals"),
    ]

    operations = [
        migrations.CreateModel(
            name="PurchaseFit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("beat_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("seen", models.CharField(blank=True, max_length=80)),
                ("figures", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ProductPair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("both", models.BigIntegerField()),
                ("buyers", models.BigIntegerField()),
                ("other_buyers", models.BigIntegerField()),
                ("customers", models.BigIntegerField()),
                ("place", models.BigIntegerField()),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="sales.product"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="sales.product"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["product", "place"], name="pair_product")],
                "constraints": [models.UniqueConstraint(fields=("product", "other"), name="pair_once")],
            },
        ),
    ]
    operations = gathered(operations)
