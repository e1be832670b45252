"""Words of built-in fields that the owner sets down himself: a choice that grows (reasons for losing a deal, sources), the roles of a
connection. What is stored on records is the word itself, so nothing is ever renamed there: a changed word is a new one, and the old one rests."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from enishi.japanese.text import clean
from enishi.records.errors import Refused
from enishi.records.fields import FieldKind, FreeChoice, Linked, Option

LONGEST, MOST = 60, 200
Kept = list[dict[str, Any]]  # {"word", "retired"} in their order


def wordy(kind: type[FieldKind]) -> bool:
    """Whether a built-in field of this kind has words that can be set down."""
    return issubclass(kind, FreeChoice | Linked)


def words_of(found: FieldKind | None) -> list[dict[str, Any]]:
    """The words as the editor of choices shows them."""
    if isinstance(found, Linked):
        held = [(role, False) for role in found.roles] + [(role, True) for role in found.old_roles]
    elif isinstance(found, FreeChoice):
        held = [(one.value, one.retired) for one in found.options]
    else:
        held = []
    return [{"value": word, "label": word, "retired": rests} for word, rests in held]


def read_words(raw: Any) -> Kept:
    """What the editor (or a file) gives.

    Raises:
        Refused
    """
    if raw in ("", None):
        return []
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise Refused({"choices": [_("選択肢の形式が正しくありません。")]})
    made: dict[str, bool] = {}
    rests: list[str] = []
    for one in raw:
        said = one.get("label") or one.get("word") or ""
        if not isinstance(said, str):
            raise Refused({"choices": [_("選択肢の形式が正しくありません。")]})
        word = clean(said).strip()[:LONGEST]
        retired, before = bool(one.get("retired")), str(one.get("value") or "")[:LONGEST]
        if not word:
            continue
        if word in made and not (retired or made[word]):
            raise Refused({"choices": [_("選択肢「%(label)s」が2つあります。") % {"label": word}]})
        made[word] = retired and made.get(word, True)
        if before and before != word:
            rests.append(before)
    for word in rests:
        made.setdefault(word, True)
    if len(made) > MOST:
        raise Refused({"choices": [_("選択肢は%(most)d個までです。") % {"most": MOST}]})
    return [{"word": word, "retired": retired} for word, retired in made.items()]


def set_down(found: FieldKind, kept: Sequence[dict[str, Any]]) -> None:
    """Gives a field the owner's words in the place of those that it is built with."""
    if isinstance(found, Linked):
        found.roles = tuple(one["word"] for one in kept if not one["retired"])
        found.old_roles = tuple(one["word"] for one in kept if one["retired"])
    elif isinstance(found, FreeChoice):
        found.set_options([Option(one["word"], one["word"], retired=one["retired"]) for one in kept])
