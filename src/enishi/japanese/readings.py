"""How a name written in kanji is most likely read: a guess, for comparing it with a name of which only the reading stands.

By SudachiPy with its small dictionary (names of people are marked in it as family or given name). What was written in kanji can be read
in several ways, so a guess may speak for two names being one, never against it.
"""

import re
import threading
from functools import lru_cache
from typing import Any

from enishi.japanese.text import fold

_KANJI = re.compile(r"[一-鿿々]")
_held = threading.local()


@lru_cache(maxsize=65536)
def reading(text: str) -> str:
    """The likely reading in katakana; "" where there is nothing to be guessed."""
    if not _KANJI.search(text):
        return ""
    return "".join(one.reading_form() for one in _tokenizer().tokenize(text))


@lru_cache(maxsize=65536)
def split_name(text: str) -> tuple[str, str]:
    """Family and given name of a person's name without a space, where the dictionary knows exactly one of each; else ("", "")."""
    parts = [(one.surface(), one.part_of_speech()) for one in _tokenizer().tokenize(text)]
    kinds = [part[3] if part[2] == "人名" else "" for _surface, part in parts]
    return (parts[0][0], parts[1][0]) if kinds == ["姓", "名"] else ("", "")


def likely(text: str) -> str:
    """`reading` of a folded name; what is kana already stays."""
    return reading(text) or fold(text)


def _tokenizer() -> Any:
    """One for each thread: it isn't safe to be shared."""
    found = getattr(_held, "tokenizer", None)
    if found is None:
        found = _held.tokenizer = _dictionary().tokenizer()
    return found


@lru_cache(maxsize=1)
def _dictionary() -> Any:
    from sudachipy import Dictionary

    return Dictionary(dict="small")
