"""The migrations make what the models say, and what draws several of their steps at once leaves out none."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, migrations, models

from enishi.kit.migrating import Together, gathered


@pytest.mark.django_db
def test_every_column_and_index_of_every_model_is_there() -> None:
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if not model._meta.managed or model._meta.proxy:
                continue
            table = model._meta.db_table
            columns = {one.name for one in connection.introspection.get_table_description(cursor, table)}
            assert columns == {one.column for one in model._meta.local_concrete_fields}, table
            found = connection.introspection.get_constraints(cursor, table)
            for one in (*model._meta.indexes, *model._meta.constraints):
                assert one.name in found, (table, one.name)
            alone = [one["columns"] for one in found.values() if one["unique"] or one["index"]]
            for field in model._meta.local_concrete_fields:
                if not field.primary_key and (field.unique or getattr(field, "db_index", False)):
                    assert [field.column] in alone, (table, field.column)


def test_only_what_needs_no_step_of_its_own_is_put_together() -> None:
    made = migrations.CreateModel("One", [("id", models.BigAutoField(primary_key=True))])
    column: Any = migrations.AddField("other", "note", models.TextField(null=True))
    filled: Any = migrations.AddField("other", "kind", models.TextField(default="x"))
    own: Any = migrations.AddField("one", "kind", models.TextField(default="x"))
    code: Any = migrations.RunPython(migrations.RunPython.noop)
    found = gathered([made, own, column, filled, code, column])
    assert [type(one) for one in found] == [
        Together,
        migrations.AddField,
        migrations.RunPython,
        migrations.AddField,
    ]
    assert found[0].operations == [made, own, column]
    for one in (filled, code):
        with pytest.raises(ValueError, match="step of its own"):
            Together([made, one])
