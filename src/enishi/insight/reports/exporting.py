"""A report as a file: figures stay figures; above them its name, what it is about, and when it was made."""

import tempfile
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.exchange import exporting, xlsx
from enishi.insight.reports.shown import Shown
from enishi.records.conditions import Scope, describe

FORMS = {"xlsx": ".xlsx", "csv": ".csv"}


def about(shown: Shown, user: Any) -> list[tuple[str, str]]:
    """What the report is about, in words."""
    spec, made = shown.spec, [(_("対象"), str(shown.spec.entity))]
    if spec.filter:
        made.append((_("条件"), describe(spec.entity, spec.filter, Scope.of(user))))
    if shown.result.days:
        first, last = shown.result.days
        made.append((_("期間"), f"{spec.entity.field(spec.period).label} {first:%Y/%m/%d}–{last:%Y/%m/%d}"))
    if shown.result.before_days:
        first, last = shown.result.before_days
        made.append((_("比べる期間"), f"{first:%Y/%m/%d}–{last:%Y/%m/%d}"))
    return made


def lines(name: str, shown: Shown, user: Any) -> list[list[Any]]:
    """The file's rows, all of one length."""
    body = _table(shown)
    head: list[list[Any]] = [[name], *([word, text] for word, text in about(shown, user))]
    head += [[_("作成日時"), timezone.localtime().replace(tzinfo=None, microsecond=0)], []]
    width = max(map(len, [*head, *body]))
    return [[*row, *[""] * (width - len(row))] for row in [*head, *body]]


def _table(shown: Shown) -> list[list[Any]]:
    spec, step = shown.spec, len(shown.measure_labels)
    # Figures are whole here: 万円 is a way of reading them on the screen.
    measures = [one.label for one in spec.measures]
    heads: list[Any] = list(shown.heads)
    for name in shown.column_labels:
        heads += [f"{name} {one}" if step > 1 else name for one in measures]
    heads += [f"{_('合計')} {one}" for one in measures] if shown.pivoted else measures
    heads += [f"{_('前の期間')} {one}" for one in measures] if spec.compare else []
    body = [heads]
    for row in shown.lines:
        before = (row.before or [""] * step) if spec.compare else []
        labels = [*row.labels, *[""] * (len(shown.heads) - len(row.labels))]
        body.append([*labels, *(one.value for one in row.cells), *(one.value for one in row.total), *before])
    if spec.rows:
        before = (shown.result.before or []) if spec.compare else []
        first = [_("合計"), *[""] * (len(shown.heads) - 1)]
        body.append(
            [*first, *(one.value for one in shown.foot), *(one.value for one in shown.total), *before]
        )
    else:
        before = (shown.result.before or []) if spec.compare else []
        body.append([*(one.value for one in shown.total), *before])
    return body


def write(name: str, shown: Shown, user: Any, form: str) -> Path:
    """Writes the file; whoever asks deletes it.

    Args:
        form: a key of `FORMS`.
    """
    with tempfile.NamedTemporaryFile(suffix=FORMS[form], delete=False) as stream:
        path = Path(stream.name)
    rows = lines(name, shown, user)
    if form == "xlsx":
        xlsx.write(path, rows, figures=True)
    else:
        exporting.write_csv(path, iter(rows), "utf-8-sig")
    return path
