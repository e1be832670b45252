"""Files know of which field they are, or were: what a field's right hides stays hidden when the file is taken out of it."""

from typing import Any

from django.db import migrations, models

STEP = 500


def name_fields(apps: Any, _schema_editor: Any) -> None:
    """Of the files on records whose entity has fields of files: by what the history says stands in them, or stood there."""
    attachment, event, forward = (
        apps.get_model("records", one) for one in ("Attachment", "Event", "Forward")
    )
    kinds: dict[str, set[str]] = {}
    rows = apps.get_model("records", "FieldDesign").objects.filter(name="", kind__in=["file", "picture"])
    for entity, key in rows.values_list("entity", "pk"):
        kinds.setdefault(entity, set()).add(f"f{key}")
    for entity, names in kinds.items():
        held = attachment.objects.filter(entity=entity).order_by("record_id", "pk")
        of_record: dict[int, list[int]] = {}
        for record, key in held.values_list("record_id", "pk"):
            of_record.setdefault(record, []).append(key)
        records = list(of_record)
        for start in range(0, len(records), STEP):
            part = records[start : start + STEP]
            # The files of a record that was merged are the survivor's; its history stands under its old key.
            moved = dict(
                forward.objects.filter(entity=entity, new_id__in=part).values_list("old_id", "new_id")
            )
            told = event.objects.filter(
                entity=entity, record_id__in=[*part, *moved], kind__in=["changed", "created"]
            )
            for written, data in told.order_by("pk").values_list("record_id", "data"):
                record = moved.get(written, written)
                for name, pair in (data.get("changes") or {}).items():
                    if name in names and isinstance(pair, list):
                        keys = {
                            key
                            for side in pair
                            if isinstance(side, list)
                            for key in side
                            if isinstance(key, int)
                        }
                        attachment.objects.filter(pk__in=keys & set(of_record[record])).update(field=name)


class Migration(migrations.Migration):
    dependencies = [("records", "0008_handover_failed")]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="field",
            field=models.CharField(blank=True, db_default="", max_length=40),
        ),
        migrations.RunPython(name_fields, migrations.RunPython.noop),
    ]
