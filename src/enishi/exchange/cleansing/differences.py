"""What differs between a value before and after, character by character, for the eye."""

from difflib import SequenceMatcher
from html import escape

from django.utils.safestring import SafeString, mark_safe

LONGEST = 300  # characters that are compared; of more only the beginning is shown
AROUND = 40  # characters that are left beside a difference in long texts


def marked(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Both texts as HTML, escaped, what goes as <del> and what comes as <ins>."""
    before, after = _shortened(before, after)
    old, new = [], []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        left, right = escape(_seen(before[a:b])), escape(_seen(after[c:d]))
        if what == "equal":
            old.append(escape(before[a:b]))
            new.append(escape(after[c:d]))
            continue
        if left:
            old.append(f"<del>{left}</del>")
        if right:
            new.append(f"<ins>{right}</ins>")
    return mark_safe("".join(old)), mark_safe("".join(new))  # noqa: S308 (every piece is escaped)


def _seen(text: str) -> str:
    """A blank that goes or comes can be seen."""
    return text.replace("\u3000", "□").replace(" ", "␣")


def _shortened(before: str, after: str) -> tuple[str, str]:
    """Of long texts the part around the first difference."""
    if max(len(before), len(after)) <= LONGEST:
        return before, after
    first = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    start = max(0, first - AROUND)
    lead = "…" if start else ""
    return lead + before[start : start + LONGEST], lead + after[start : start + LONGEST]
