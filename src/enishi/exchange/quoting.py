"""Rows of csv whose quotation marks may not be closed (5" pipes, 24" screens): such a mark must not swallow the rows behind it."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator

_MARK = "\ue000"  # stands for a mark that opens nothing while its line is read


class _Lines:
    """Lines that can be given back, and which of them the record at hand took."""

    def __init__(self, stream: Iterable[str]) -> None:
        self.stream = iter(stream)
        self.back: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.back.popleft() if self.back else next(self.stream)
        self.taken.append(line)
        return line


def rows(stream: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The number of the physical line on which each record ends, and its cells as text.

    A record of several lines stays one (a note with line breaks) unless its mark is closed nowhere in the file, or by one with text
    behind it, which opens another cell; then the mark is a letter like others and the lines are records of their own.

    Raises:
        csv.Error: a single line that can't be taken apart.
    """
    lines = _Lines(stream)
    reader, ended = csv.reader(lines, delimiter=delimiter), 0
    while True:
        lines.taken.clear()
        row: list[str] | None = None
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            if len(lines.taken) < 2:
                raise
        taken = lines.taken
        if len(taken) > 1 and (row is None or _swallows("".join(taken), delimiter)):
            lines.back.extendleft(reversed(taken[1:]))
            row = _bare(taken[0], delimiter)
            reader, ended = csv.reader(lines, delimiter=delimiter), ended + 1
        else:
            ended += len(taken)
        assert row is not None
        yield ended, row


def _swallows(text: str, delimiter: str) -> bool:
    """Whether a cell of several lines ends nowhere, or at a mark with text behind it, which opened another cell."""
    return any(
        "\n" in text[first : behind or None]
        and (not behind or text[behind : behind + 1] not in {delimiter, "\r", "\n", ""})
        for first, behind in _marked(text, delimiter)
    )


def _marked(text: str, delimiter: str) -> Iterator[tuple[int, int]]:
    """Where cells begin with a mark, and where what follows the closing one begins (0: it is never closed)."""
    place = 0
    while place < len(text):
        if text[place] == '"':
            end = place + 1
            while (end := text.find('"', end)) >= 0 and text[end : end + 2] == '""':
                end += 2
            yield place, end + 1
            if end < 0:
                return
            place = end + 1
        breaks = [at for mark in (delimiter, "\n", "\r") if (at := text.find(mark, place)) >= 0]
        if not breaks:
            return
        place = min(breaks) + 1


def _bare(line: str, delimiter: str) -> list[str]:
    """One line as a record, marks that open and don't close taken as letters."""
    text = line.rstrip("\r\n")
    while (place := next((first for first, behind in _marked(text, delimiter) if not behind), -1)) >= 0:
        text = f"{text[:place]}{_MARK}{text[place + 1 :]}"
    return [cell.replace(_MARK, '"') for cell in next(csv.reader([text], delimiter=delimiter), [])]
