"""What private customers buy and are expected to buy stands on contacts, as on accounts. Columns that may be empty and indexes: no row is
written; the worker fills in whom it knows purchases of."""

from django.conf import settings
from django.db import migrations, models

from enishi.kit.migrating import gathered

ALIVE = models.Q(("deleted_at__isnull", True))
KNOWN = models.Q(("deleted_at__isnull", True), ("buy_state__isnull", False))
COLUMNS = {
    "channel_orders": models.BigIntegerField(
        editable=False, null=True, verbose_name="チャネル合計の購入回数"
    ),
    "channel_value": models.BigIntegerField(editable=False, null=True, verbose_name="チャネル合計の購入額"),
    "channel_last_on": models.DateField(editable=False, null=True, verbose_name="チャネル合計の最終購入日"),
    "buy_last_on": models.DateField(editable=False, null=True, verbose_name="前回の購入"),
    "buy_count": models.BigIntegerField(editable=False, null=True, verbose_name="購入回数"),
    "buy_every": models.BigIntegerField(editable=False, null=True, verbose_name="購入の間隔"),
    "buy_next_on": models.DateField(editable=False, null=True, verbose_name="次の購入の見込み日"),
    "buy_alive": models.BigIntegerField(editable=False, null=True, verbose_name="購入が続く確率"),
    "buy_often": models.DecimalField(
        decimal_places=1, editable=False, max_digits=9, null=True, verbose_name="1年の購入見込み"
    ),
    "buy_value": models.BigIntegerField(editable=False, null=True, verbose_name="1年の購入見込み額"),
    "buy_state": models.CharField(editable=False, max_length=10, null=True, verbose_name="購入の状態"),
    "buy_basis": models.CharField(editable=False, max_length=10, null=True, verbose_name="見込みの根拠"),
}
INDEXES = {
    "channel_value_s": (["channel_value"], ALIVE),
    "channel_last_on_s": (["channel_last_on"], ALIVE),
    "buy_next_on_s": (["buy_next_on"], ALIVE),
    "buy_value_s": (["buy_value"], ALIVE),
    "buy_next": (["buy_state", "buy_next_on"], KNOWN),
    "buy_worth": (["buy_state", "buy_value"], KNOWN),
    "buy_owner": (["owner", "buy_state", "buy_next_on"], KNOWN),
}


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0009_codes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(migrations.AddField("contact", name, field) for name, field in COLUMNS.items()),
        *(
            migrations.AddIndex(
                "contact", models.Index(condition=condition, fields=[*fields, "id"], name=f"contact_{name}")
            )
            for name, (fields, condition) in INDEXES.items()
        ),
    ]
    operations = gathered(operations)
