"""The form that a text must have, as somebody without regular expressions writes it: `AA-9999`.

9 is a digit, A a Latin letter, ? any one character, * anything; all else stands for itself. Matching takes one pass over the
text, whatever the shape (no backtracking that a text could make slow).
"""

import unicodedata
from fnmatch import fnmatchcase


def matches(shape: str, text: str) -> bool:
    """Whether a text has this form; full-width letters and digits count as what they mean."""
    plain, form = unicodedata.normalize("NFKC", text), unicodedata.normalize("NFKC", shape)
    if "*" not in form:
        return len(plain) == len(form) and all(map(_fits, form, plain))
    wanted = "".join(_GLOB.get(one, "[[]" if one == "[" else one) for one in form)
    return fnmatchcase(plain, _squeezed(wanted))


_GLOB = {"9": "[0-9]", "A": "[A-Za-z]"}


def _squeezed(glob: str) -> str:
    while "**" in glob:
        glob = glob.replace("**", "*")
    return glob


def _fits(wanted: str, one: str) -> bool:
    if wanted == "9":
        return one.isascii() and one.isdigit()
    if wanted == "A":
        return one.isascii() and one.isalpha()
    return wanted in ("?", one)
