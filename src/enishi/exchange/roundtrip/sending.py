"""Rows on their way out: marked, and their cells remembered by their prints."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from enishi.access.models import User
from enishi.exchange.models import ImportJob, ReturnedRow, SentRow, SentSheet
from enishi.exchange.roundtrip import marks
from enishi.records.entity import Entity
from enishi.records.fields import FieldKind
from enishi.records.rows import insert_rows, new

KEPT_DAYS = 400  # a sheet that comes back after its year is still known
DECIDED_DAYS = (
    30  # rows of a sheet that came back hold values, which aren't kept for longer than what lies in the bin
)


class Sender:
    """Marks the rows of one export (see `exporting.Marker`)."""

    def __init__(self, entity: Entity, columns: Sequence[FieldKind], form: str, *, by: User) -> None:
        self.heading = marks.heading()
        whole = entity.whole.fields
        self.places = [place for place, one in enumerate(columns) if marks.carried(whole[one.name])]
        self.carried = [columns[place] for place in self.places]
        told = [
            {"name": one.name, "label": one.label, "carried": place in self.places}
            for place, one in enumerate(columns)
        ]
        self.sheet = SentSheet.objects.create(user=by, entity=entity.name, form=form, columns=told)

    def marks(
        self, keys: Sequence[int], versions: Sequence[int], cells: Sequence[Sequence[Any]]
    ) -> list[str]:
        """Remembers a page of rows, and returns their marks."""
        lines = list(zip(*(cells[place] for place in self.places), strict=True)) or [()] * len(keys)
        sheet = self.sheet.pk
        rows = [
            new(
                SentRow,
                sheet_id=sheet,
                record_id=key,
                version=version,
                prints=marks.prints(sheet, self.carried, line),
            )
            for key, version, line in zip(keys, versions, lines, strict=True)
        ]
        self.sheet.count += len(keys)
        with transaction.atomic():
            insert_rows(SentRow, rows)
            self.sheet.save(update_fields=["count"])
        return [
            marks.write_mark(marks.Mark(sheet, key, version))
            for key, version in zip(keys, versions, strict=True)
        ]


def forget_old() -> int:
    """Forgets sheets that won't come back any more, and the rows of those that did; returns how many sheets."""
    decided = timezone.now() - datetime.timedelta(days=DECIDED_DAYS)
    done = ImportJob.objects.filter(created_at__lt=decided, beat_at__lt=decided).values("pk")
    ReturnedRow.objects.filter(job__in=done)._raw_delete("default")
    old = SentSheet.objects.filter(at__lt=timezone.now() - datetime.timedelta(days=KEPT_DAYS))
    keys = list(old.values_list("pk", flat=True))
    SentRow.objects.filter(sheet__in=keys)._raw_delete("default")
    SentSheet.objects.filter(pk__in=keys).delete()
    return len(keys)
