"""Tokens of the Japanese search: every 1- and 2-gram of the folded text, so that 東, 田中 and 東京商 all hit.

Runs of Latin letters or digits would give grams that nearly every document holds (03, 09), so those runs are also cut
into 3-grams (letters) and 4-grams (digits), and queries use the longest that fit. A start-marked token for each run ranks
names that begin with the query. Tokens hold letters and digits only, so FTS5's unicode61 and a tsvector keep them whole.
"""

import re
from collections.abc import Callable
from operator import concat
from typing import cast

from enishi.japanese.addresses import split_prefecture
from enishi.japanese.text import fold

START = "\u16a0"  # RUNIC LETTER FEHU: a letter in every Unicode version, and in no Japanese text
_pair = cast(Callable[[str, str], str], concat)
_SIGNS = re.compile(r"[\W_]+")  # what is neither letter nor digit
_RUN = re.compile(r"[a-z]+|[0-9]+|[^a-z0-9]+")
_LONG = re.compile(r"[a-z]{3,}|[0-9]{4,}")
_NUMBER = re.compile(r"\+?\d[\d\-‐ー.()/ ]{6,22}\d")
_NOT_DIGITS = re.compile(r"\D+")


def normalise_for_search(text: str) -> str:
    """Folded text whose words are apart by one space; groups of digits also stand joined (0312345678 for
    03-1234-5678). Idempotent."""
    # Line by line: names, prefectures and departments are folded again and again, whole texts never.
    words = " ".join(map(fold, text.split("\n")))
    kept = _SIGNS.sub(" ", words).split()
    for number in _joined_numbers(words):
        if number not in kept:
            kept.append(number)
    return " ".join(kept)


def _joined_numbers(words: str) -> list[str]:
    found = []
    for match in _NUMBER.findall(words):
        if "-" in match or "(" in match or "." in match:
            digits = _NOT_DIGITS.sub("", match)
            if 8 <= len(digits) <= 15:
                found.append(digits)
    return found


def _pieces(run: str) -> list[str]:
    return _RUN.findall(run)


def _grams(run: str, size: int) -> list[str]:
    return [run[i : i + size] for i in range(len(run) - size + 1)]


def index_tokens(text: str) -> list[str]:
    """All tokens of a normalised text, each once and in no order. Every record that is stored passes here."""
    words = list(dict.fromkeys(text.split()))
    joined = " ".join(words)
    # What stands within another word (青空工業 in 株式会社青空工業, 1234 in 0312341234) has no grams of its own.
    whole = [word for word in words if joined.count(word) == 1]
    tokens = set(text)
    tokens.discard(" ")
    tokens.update(*[map(_pair, word, word[1:]) for word in whole])
    tokens.update([START + word[0] for word in words])
    tokens.update([START + word[:2] for word in words])
    for piece in _LONG.findall(" ".join(whole)):
        tokens.update(_grams(piece, 4 if piece[0].isdigit() else 3))
    return list(tokens)


def query_terms(query: str) -> list[str]:
    """The words of a query, each of which a document must hold somewhere. An address as it is written (東京都北区, 大阪府大阪市) is two:
    records keep the prefecture by itself."""
    found = []
    for term in normalise_for_search(query).split():
        prefecture, rest = split_prefecture(term)
        found += [prefecture, rest] if prefecture and len(rest) > 1 else [term]
    return found


def query_tokens(query: str) -> list[list[str]]:
    """For each word of the query the tokens that a document must hold: the longest grams that fit."""
    found = []
    for term in query_terms(query):
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
