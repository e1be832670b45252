"""What contacts bought on all channels without an account, added up once by the database; later changes follow by themselves. What is foretold
of them the worker's next run adds: the mark of the orders that the last one saw is taken away, so that it comes soon."""

from django.db import migrations

COUNTED = "account_id IS NULL AND contact_id IS NOT NULL AND deleted_at IS NULL AND order_count IS NOT NULL"
ADD_UP = f"""
    UPDATE people_contact SET (channel_orders, channel_value, channel_last_on) = (
        SELECT sum(order_count), sum(lifetime_value), max(last_order_on) FROM sales_channelcustomer
        WHERE contact_id = people_contact.id AND {COUNTED}
    )
    WHERE id IN (SELECT contact_id FROM sales_channelcustomer WHERE {COUNTED})
"""  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0005_goal_once"),
        ("people", "0010_private_customers"),
        ("sales", "0010_codes"),
    ]

    operations = [
        migrations.RunSQL(ADD_UP, migrations.RunSQL.noop),
        migrations.RunSQL(
            "UPDATE insight_purchasefit SET seen = '' WHERE status = 'done'", migrations.RunSQL.noop
        ),
    ]
