"""Tokens of the Japanese search: every 1- and 2-gram of the folded text, so that 東, 田中 and 東京商 all hit.

Runs of Latin letters or digits would give grams that nearly every document holds (03, 09), so those runs are also cut
into 3-grams (letters) and 4-grams (digits), and queries use the longest that fit. A start-marked token for each run ranks
names that begin with the query. Tokens hold letters and digits only, so FTS5's unicode61 and a tsvector keep them whole.
"""

import re
import unicodedata
from functools import lru_cache

from enishi.japanese.text import fold

START = "\u16a0"  # RUNIC LETTER FEHU: a letter in every Unicode version, and in no Japanese text
_DIGITS = re.compile(r"(?<=\d)[-‐ー.()\s]{1,2}(?=\d)")
_RUN = re.compile(r"[a-z]+|[0-9]+|[^a-z0-9]+")


@lru_cache(maxsize=4096)
def _is_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "L"


def normalise_for_search(text: str) -> str:
    """Folded text whose words are apart by one space; groups of digits also stand joined (0312345678 for
    03-1234-5678). Idempotent."""
    words = fold(text)
    joined = " ".join(dict.fromkeys(_joined_numbers(words)))
    out = "".join(c if _is_word(c) else " " for c in words)
    kept = out.split()
    for number in joined.split():
        if number not in kept:
            kept.append(number)
    return " ".join(kept)


_NUMBER = re.compile(r"\+?\d[\d\-‐ー.()/ ]{6,22}\d")


def _joined_numbers(words: str) -> list[str]:
    found = []
    for match in _NUMBER.findall(words):
        if "-" in match or "(" in match or "." in match:
            digits = "".join(c for c in match if c.isdigit())
            if 8 <= len(digits) <= 15:
                found.append(digits)
    return found


def _pieces(run: str) -> list[str]:
    return _RUN.findall(run)


def _grams(run: str, size: int) -> list[str]:
    return [run[i : i + size] for i in range(len(run) - size + 1)]


def index_tokens(text: str) -> list[str]:
    """All tokens of a normalised text, each once."""
    tokens: dict[str, None] = {}
    for run in text.split():
        tokens[START + run[0]] = None
        if len(run) > 1:
            tokens[START + run[:2]] = None
        for piece in _pieces(run):
            for c in piece:
                tokens[c] = None
            if piece[0].isascii():
                size = 4 if piece[0].isdigit() else 3
                tokens.update(dict.fromkeys(_grams(piece, size)))
        tokens.update(dict.fromkeys(_grams(run, 2)))
    return list(tokens)


def query_tokens(query: str) -> list[list[str]]:
    """For each word of the query the tokens that a document must hold: the longest grams that fit."""
    found = []
    for term in normalise_for_search(query).split():
        grams: dict[str, None] = {}
        if len(term) == 1:
            grams[term] = None
        else:
            long: set[str] = set()
            for piece in _pieces(term):
                if piece[0].isascii():
                    size = 4 if piece[0].isdigit() else 3
                    parts = _grams(piece, size)
                    grams.update(dict.fromkeys(parts))
                    if parts:
                        long.update(_grams(piece, 2))
            grams.update(dict.fromkeys(gram for gram in _grams(term, 2) if gram not in long))
        found.append(list(grams))
    return found


def prefix_tokens(query: str) -> list[str]:
    """Tokens of documents in which some word begins with the query's first word, and which hold the rest."""
    terms = normalise_for_search(query).split()
    if not terms:
        return []
    return [START + terms[0][:2], *(gram for grams in query_tokens(query) for gram in grams)]
