"""Names of people in their fields: family and given name, honorific, title."""

import re
from collections.abc import Mapping

from enishi.japanese.names import split_title
from enishi.japanese.tidy.proposals import Spanning

_CERTAIN = re.compile(
    r"(?<=\S)[\s\u3000]*(様|さま|サマ|殿)$|(?<=\S)[\s\u3000]+(先生|さん|サン|氏|君|ちゃん|どの)$"
)
_DOUBTFUL = re.compile(r"(?<=\S{2})(先生|さん|サン|氏|ちゃん)$")
_KEPT = {"殿": "殿", "先生": "先生"}  # what an envelope may say instead of 様
_BLANKS = re.compile(r"[\s\u3000]+")


def person(values: Mapping[str, str]) -> list[Spanning]:
    """Proposals for family_name, given_name, honorific and title (whichever of them there are)."""
    made = [_honorific(values), _title(values), _split(values)]
    return [one for one in made if one is not None]


def _honorific(values: Mapping[str, str]) -> Spanning | None:
    """「太郎様」→「太郎」; 殿 and 先生 go into the field for them. Without a blank さん and 先生 may belong to the name: they ask."""
    name = "given_name" if values.get("given_name") else "family_name"
    text = values.get(name, "")
    found = _CERTAIN.search(text)
    sure = found is not None
    if found is None:
        found = _DOUBTFUL.search(text)
    if found is None:
        return None
    changed = {name: text[: found.start()].rstrip(" \u3000")}
    word = _KEPT.get(next(part for part in found.groups() if part))
    if word and values.get("honorific", "") in {"", "様"}:
        changed["honorific"] = word
    return Spanning("honorific", name, changed, sure)


def _title(values: Mapping[str, str]) -> Spanning | None:
    """「営業部長 山田」 in a name, the title's field empty or saying the same; asks."""
    parts = [values.get("family_name", ""), values.get("given_name", "")]
    joined = " ".join(part for part in parts if part)
    if not parts[0] or not joined:
        return None
    bare, title = split_title(joined)
    if not title or not bare or values.get("title", "") not in {"", title}:
        return None
    family, _blank, given = _BLANKS.sub(" ", bare).partition(" ")
    changed = {"family_name": family, "given_name": given, "title": title}
    return Spanning(
        "title-out", "family_name", {k: v for k, v in changed.items() if v != values.get(k, "")}, sure=False
    )


def _split(values: Mapping[str, str]) -> Spanning | None:
    """「山田　太郎」 in the family name while there is no given one."""
    family, given = values.get("family_name", ""), values.get("given_name", "")
    if given or not _BLANKS.search(family.strip()) or family.isascii():
        return None
    if split_title(family)[1]:
        return None
    head, tail = _BLANKS.split(family.strip(), maxsplit=1)
    return Spanning("name-split", "family_name", {"family_name": head, "given_name": _BLANKS.sub(" ", tail)})
