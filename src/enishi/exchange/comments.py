"""What people wrote beside cells of a workbook (Excel's comments and notes): a ledger keeps there who changed and what to mind."""

import re
import zipfile
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from typing import Any

from enishi.exchange import formats

HEADING = "コメント"
_BEFORE = f"{HEADING}："
_MOST = 50_000_000  # bytes of comments that are looked at
_LINK = re.compile(r'\bType="[^"]*/comments"')
_TARGET = re.compile(r'\bTarget="([^"]*)"')
_COMMENT = re.compile(r'<comment\s[^>]*?\bref="[A-Z]{1,3}(\d+)"([^>]*)>(.*?)</comment>', re.DOTALL)
_AUTHOR = re.compile(r"<author>(.*?)</author>|<author\s*/>", re.DOTALL)
_WHOSE = re.compile(r'\bauthorId="(\d+)"')
_TEXT = re.compile(r"<t(?:\s[^>]*)?>(.*?)</t>", re.DOTALL)
# What Excel puts before a comment of a conversation, for programs that know notes only.
_CONVERSATION = re.compile(r"\A\[[^\]]*\]\s.*?(?:Comment|コメント)\s*[:：]\s*", re.DOTALL)


def beside(path: Path, sheet: str) -> dict[int, str]:
    """Row (from 0) → what stands beside its cells, each 「コメント：…」; {} for other files than xlsx and where there is none."""
    try:
        with zipfile.ZipFile(path) as book:
            part = formats.part_of(book, sheet)
            folder, _slash, name = part.rpartition("/")
            links = formats.read(book, f"{folder}/_rels/{name}.rels")
            found = [one for one in formats.RELATION.findall(links) if _LINK.search(one)]
            target = _TARGET.search(found[0]) if found else None
            if target is None:
                return {}
            text = formats.read(book, _place(folder, target.group(1)), _MOST)
    except formats.BROKEN:  # no book of this kind, or one whose cells alone can be read
        return {}
    return _by_row(text)


def are(cells: Iterable[Any]) -> bool:
    """Whether a column without heading holds what `beside` found."""
    texts = [str(one) for one in cells]
    return bool(texts) and all(one.startswith(_BEFORE) for one in texts)


def _place(folder: str, target: str) -> str:
    parts = [] if target.startswith("/") else folder.split("/")
    for one in target.strip("/").split("/"):
        parts = parts[:-1] if one == ".." else [*parts, one]
    return "/".join(parts)


def _by_row(text: str) -> dict[int, str]:
    authors = [unescape(one).strip() for one in _AUTHOR.findall(text)]
    made: dict[int, list[str]] = {}
    for row, more, inner in _COMMENT.findall(text):
        said = "".join(unescape(one) for one in _TEXT.findall(inner)).replace("\r", "").strip()
        said = _CONVERSATION.sub("", said).strip()
        whose = _WHOSE.search(more)
        author = authors[int(whose.group(1))] if whose and int(whose.group(1)) < len(authors) else ""
        for mark in (":", "："):
            if author and said.startswith(f"{author}{mark}"):
                said = said[len(author) + 1 :].strip()
        if said:
            made.setdefault(int(row) - 1, []).append(_BEFORE + " ".join(said.split("\n")))
    return {row: "\n".join(texts) for row, texts in made.items()}
