"""A loose file as rows to be searched."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from enishi.exchange import headings, readers
from enishi.exchange.duplicates import columns
from enishi.exchange.duplicates.features import Raw

HEAD = 1000
_CARDS = re.compile(r"名刺|交換|exchange")


class LooseFile:
    """The sheet of a file with the most rows of a recognised kind; `ids` fills while it is read.

    Raises:
        readers.Unreadable
    """

    def __init__(self, path: Path, about: str = "") -> None:
        tables = readers.open_tables(path, path.name)
        heads = [(table, table.head(HEAD)) for table in tables[:40]]
        heads = [(table, head) for table, head in heads if any(not headings.is_blank(row) for row in head)]
        if not heads:
            from django.utils.translation import gettext as _

            raise readers.Unreadable(_("ファイルに行がありません。中身のあるシートを選んでください。"))
        self.table, head = max(heads, key=lambda pair: len(pair[1]))
        self.start, texts = _heading(head)
        self.roles = columns.roles(
            texts, [row for row in head[self.start :] if not headings.is_blank(row)], about
        )
        people = _is_card_index(texts) or columns.names_people_first(texts, self.roles)
        self.reader = columns.Reader(self.roles, about or ("contact" if people else ""))
        self.ids: list[str] = []

    def rows(self) -> Iterator[tuple[Raw, bool]]:
        """All rows with an id."""
        for number, row in enumerate(self.table.rows()):
            if number < self.start or headings.is_blank(row):
                continue
            self.ids.append(readers.plain(row[0]) if row else "")
            yield self.reader.raw(row), True


def _heading(head: list[list[Any]]) -> tuple[int, list[str]]:
    """The number of rows before the data and the heading's texts: the first row, if its words are known or unlike the rows below."""
    known = [sum(bool(columns.by_heading(text)) for text in headings.texts(row)) for row in head[:10]]
    best = max(range(len(known)), key=lambda place: (known[place], -place))
    if known[best] >= 2 or (known[best] and len(head[best]) <= 3):
        return best + 1, headings.texts(head[best])
    found = headings.find(head)
    if found.height:
        return found.start + found.height, list(found.texts)
    return found.start, []


def _is_card_index(texts: list[str]) -> bool:
    """A list of exchanged cards is about the people on them, not about their firms."""
    return any(
        ("contact", "met_on") in headings.means(text) and _CARDS.search(text.lower()) for text in texts
    )
