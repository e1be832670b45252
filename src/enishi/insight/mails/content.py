"""What one person gets: his report or dashboard as mail, with tables, pictures, and a file of the figures."""

import datetime
import logging
from dataclasses import dataclass, field
from email.mime.image import MIMEImage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.access.rights import log_access
from enishi.exchange import xlsx
from enishi.insight import store
from enishi.insight.mails import picture, schedule
from enishi.insight.models import ReportMail, ReportMailing
from enishi.insight.reports import exporting
from enishi.insight.reports.shown import Shown, show
from enishi.records.errors import NotFound, RecordError
from enishi.records.limits import serving
from enishi.records.visible import allowed, exports_all

logger = logging.getLogger(__name__)
MOST_ROWS = 30  # of a table in the mail; the file holds all
WIDE_FROM = 6  # columns of a table that the usual width of a mail holds
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Unsent(Exception):
    """The person gets no mail, and why."""


@dataclass
class Part:
    """One report of a mail."""

    name: str
    shown: Shown
    about: list[tuple[str, str]]
    picture: str = ""  # its Content-ID
    png: bytes | None = None
    exported: bool = False
    rows: list[Any] = field(default_factory=list)
    cut: bool = False
    pairs: list[Any] = field(default_factory=list)

    @property
    def two_heads(self) -> bool:
        """Whether each column has several figures, so that they have headings of their own below its name."""
        return self.shown.pivoted and len(self.shown.measure_labels) > 1

    @property
    def heads(self) -> list[str]:
        """The headings as lines of plain text: over the rows and columns, below them those of the figures."""
        rows, columns = " / ".join(self.shown.heads), [*self.shown.column_labels, _("合計")]
        figures = " / ".join(self.shown.measure_labels)
        if not self.shown.pivoted:
            return [f"{rows}: {figures}"]
        lines = [f"{rows}: {' | '.join(columns)}"]
        return lines + ([f"（{figures}）"] if self.two_heads else [])

    @property
    def lines(self) -> list[tuple[str, list[list[Any]]]]:
        """The rows of plain text: what each is called, and the figures of each of its columns."""
        made = [(row.label, self._columns(row.cells, row.total)) for row in self.rows]
        if self.shown.spec.rows:
            made.append((_("合計"), self._columns(self.shown.foot, self.shown.total)))
        return made

    def _columns(self, cells: list[Any], total: list[Any]) -> list[list[Any]]:
        step = len(self.shown.measure_labels)
        return [*(cells[start : start + step] for start in range(0, len(cells), step)), total]


def title(mail: ReportMail, user: User) -> str:
    """What a report or dashboard is called.

    Raises:
        NotFound: the person doesn't see it.
    """
    return (store.report if mail.kind == "report" else store.dashboard)(user, mail.key).name


def sees(user: User, kind: str, key: str) -> bool:
    """Whether somebody may see a report or dashboard at all."""
    with serving(user):
        try:
            if kind == "report":
                store.report(user, key).spec()
            else:
                store.dashboard(user, key)
        except RecordError:
            return False
    return True


def address(mail: ReportMail) -> str:
    """Where it stands in the program; made of the public address, never of a request."""
    name = "report" if mail.kind == "report" else "dashboard"
    return f"{settings.PUBLIC_URL}{reverse(name, args=[mail.key])}"


def message(row: ReportMailing) -> tuple[EmailMultiAlternatives, list["Part"]]:
    """The mail of one person, counted as he may see it and in his language; and the reports that are in its file.

    Raises:
        Unsent
    """
    user, mail = row.user, row.mail
    with translation.override(user.language), serving(user):
        try:
            name = title(mail, user)
            parts = _parts(mail, user)
        except NotFound:
            raise Unsent(ReportMailing.Problem.GONE.value) from None
        except RecordError as error:
            raise Unsent(str(error)) from None
        if not parts:
            raise Unsent(ReportMailing.Problem.NOTHING.value)
        context = {
            "name": name, "parts": parts, "url": address(mail), "when": schedule.words(mail), "language": user.language,
            "wide": any(len(part.shown.column_labels) > WIDE_FROM for part in parts), "most_rows": MOST_ROWS, "mails_url": f"{settings.PUBLIC_URL}{reverse('report-mails')}", "today": timezone.localdate(), "owner": mail.owner,
        }  # fmt: skip
        subject = _("%(name)s（%(day)s）") % {"name": name, "day": f"{timezone.localdate():%Y/%m/%d}"}
        made = EmailMultiAlternatives(
            " ".join(subject.split()), render_to_string("insight/mail.txt", context).strip() + "\n", None, [user.email],
            headers={"Auto-Submitted": "auto-generated", "Message-ID": _message_id(row)},
        )  # fmt: skip
        made.attach_alternative(render_to_string("insight/mail.html", context), "text/html")
        for part in parts:
            if part.png is not None:
                image = MIMEImage(part.png, "png")
                image.add_header("Content-ID", f"<{part.picture}>")
                image.add_header("Content-Disposition", "inline", filename=f"{part.picture}.png")
                made.attach(image)
        exported = [part for part in parts if part.exported]
        if exported:
            day = f"{timezone.localdate():%Y%m%d}"
            made.attach(f"{name}_{day}.xlsx".replace("/", "／"), _book(exported, user), SHEET)
        return made, exported


def log_sent(user: User, parts: list["Part"]) -> None:
    """Notes what left the house, once it has."""
    for part in parts:
        log_access(user, "export", part.shown.spec.entity.name, len(part.shown.rows), f"report mail xlsx: {part.name}"[:100])  # fmt: skip


def _message_id(row: ReportMailing) -> str:
    """The same whenever the same mail is tried again, so that a reader's program tells a second one."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<enishi-report-{row.mail_id}-{row.pk}-{row.due_at.astimezone(datetime.UTC):%Y%m%d%H%M}@{host}>"


def _parts(mail: ReportMail, user: User) -> list[Part]:
    if mail.kind == "report":
        named = store.report(user, mail.key)
        return [_part(named.name, show(named.spec(), user), user, 0)]
    made = []
    for place, tile in enumerate(store.dashboard(user, mail.key).tiles):
        try:
            named = store.report(user, str(tile.get("report")))
            made.append(_part(named.name, show(named.spec(), user), user, place))
        except RecordError:  # what this person doesn't see stands on his dashboard neither
            continue
    return made


def _part(name: str, shown: Shown, user: User, place: int) -> Part:
    part = Part(
        name,
        shown,
        exporting.about(shown, user),
        exported=allowed(user, shown.spec.entity).export and exports_all(shown.spec.entity, user),
    )
    part.pairs = list(zip(shown.measure_labels, shown.total, strict=True))
    part.rows, part.cut = shown.lines[:MOST_ROWS], len(shown.lines) > MOST_ROWS
    if not shown.empty:
        try:
            part.png, part.picture = picture.png(shown), f"chart{place}"
        except Exception:  # the figures are worth sending without it
            logger.exception("picture of the report %s", name)
    return part


def _book(parts: list[Part], user: User) -> bytes:
    """The figures of all reports, one below the other."""
    import tempfile

    tables = [exporting.lines(part.name, part.shown, user) for part in parts]
    width = max(len(table[0]) for table in tables)
    rows = [[*row, *[""] * (width - len(row))] for table in tables for row in [*table, [], []]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        xlsx.write(path, rows, figures=True)
        return path.read_bytes()
