from django.db import migrations, models

from enishi.kit.migrating import gathered


class Migration(migrations.Migration):
    dependencies = [("people", "0003_contact_met_on")]

    operations = [
        migrations.AddIndex("account", models.Index(fields=["email"], name="account_email")),
        migrations.AddIndex("account", models.Index(fields=["corporate_number"], name="account_corporate")),
        migrations.AddIndex("account", models.Index(fields=["postal_code"], name="account_postal")),
    ]
    operations = gathered(operations)
