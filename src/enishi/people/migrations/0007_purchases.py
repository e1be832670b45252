from django.conf import settings
from django.db import migrations, models

from enishi.kit.migrating import gathered


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_birthdays"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="buy_alive",
            field=models.BigIntegerField(editable=False, null=True, verbose_name="購入が続く確率"),
        ),
        migrations.AddField(
            model_name="account",
            name="buy_basis",
            field=models.CharField(editable=False, max_length=10, null=True, verbose_name="見込みの根拠"),
        ),
        migrations.AddField(
            model_name="account",
            name="buy_count",
            field=models.BigIntegerField(editable=False, null=True, verbose_name="購入回数"),
        ),
        migrations.AddField(
            model_name="account",
            name="buy_every",
            field=models.BigIntegerField(editable=False, null=True, verbose_name="購入の間隔"),
        ),
        migrations.AddField(
            model_name="account",
            name="buy_last_on",
            field=models.DateField(editable=False, null=True, verbose_name="前回の購入"),
        ),
        migrations.AddField(
            model_name="account",
            name="buy_next_on",
            field=models.DateField(editable=False, null=True, verbose_name="次の購入の見込み日"),
        ),
        migrations.AddField(
            model_name="account",
            name="buy_often",
            field=models.DecimalField(
                decimal_places=1, editable=False, max_digits=9, null=True, verbose_name="1年の購入見込み"
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="buy_state",
            field=models.CharField(editable=False, max_length=10, null=True, verbose_name="購入の状態"),
        ),
        migrations.AddField(
            model_name="account",
            name="buy_value",
            field=models.BigIntegerField(editable=False, null=True, verbose_name="1年の購入見込み額"),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["buy_next_on", "id"],
                name="account_buy_next_on_s",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["buy_value", "id"],
                name="account_buy_value_s",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["buy_state", "buy_next_on", "id"],
                name="account_buy_next",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["buy_state", "buy_value", "id"],
                name="account_buy_worth",
            ),
        ),
    ]
    operations = gathered(operations)
