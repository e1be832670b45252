"""Who should buy next: only of customers of whom that is known, and of one's own through an index too."""

from django.db import migrations, models

from enishi.kit.migrating import gathered

KNOWN = models.Q(("deleted_at__isnull", True), ("buy_state__isnull", False))


class Migration(migrations.Migration):
    dependencies = [("people", "0007_purchases")]

    operations = [
        migrations.RemoveIndex(model_name="account", name="account_buy_next"),
        migrations.RemoveIndex(model_name="account", name="account_buy_worth"),
        *(
            migrations.AddIndex(
                model_name="account", index=models.Index(condition=KNOWN, fields=[*fields, "id"], name=name)
            )
            for name, fields in {
                "account_buy_next": ["buy_state", "buy_next_on"],
                "account_buy_worth": ["buy_state", "buy_value"],
                "account_buy_owner": ["owner", "buy_state", "buy_next_on"],
            }.items()
        ),
    ]
    operations = gathered(operations)
