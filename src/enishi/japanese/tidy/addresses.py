"""Addresses in their fields: prefecture, house numbers, building, postal code.

House numbers follow 住居表示に関する法律 (街区符号 and 住居番号: 番, 号) and 不動産登記 (番地); which of the two an address with
hyphens means can't be told, so writing it out asks. ヶ, ケ and が and 大字, 字 stay as they were typed.
"""

import re
from collections.abc import Mapping

from enishi.japanese.addresses import lookup_postal_code, split_prefecture
from enishi.japanese.numerals import kanji_number
from enishi.japanese.tidy.places import SHORT_PREFECTURES, postal_code_of
from enishi.japanese.tidy.proposals import Proposal, Spanning, Wishes
from enishi.japanese.variants import FOLD

_DIGITS = {**{chr(0xFF10 + n): str(n) for n in range(10)}, **{str(n): str(n) for n in range(10)}}
_NUMERALS = set("〇一二三四五六七八九十百千")
_N = "(?:[0-9０-９]+|[〇一二三四五六七八九十百千]+)"
_BAR = "[-－−‐‑―–—ー]"
_SEPARATOR = f"(?:丁目[ \\u3000]?|番地(?:の|ノ)?|番(?![町丁館街組通線])|号(?![室棟館線車地])|[ \\u3000]?{_BAR}[ \\u3000]?|[のノ之])"
_END = "(?:丁目|番地|番(?![町丁館街組通線])|号(?![室棟館線車地]))"
_RUN = re.compile(f"(?<![0-9０-９])(?:(?:{_N}{_SEPARATOR})+{_N}{_END}?|{_N}{_END})")
# 「3番1号館」, 「1-2-3F」: the last number isn't the house's; 「1番地番地」: nobody knows what is meant.
_GOES_ON = re.compile("[0-9０-９FＦ階号]|番地|丁目|番(?![町丁館街組通線])")
# 「1ー千代田」, 「2丁目八千代」: the last numeral belongs to a name.
_TOWN = re.compile(f"(?:[のノ之]|{_BAR}|丁目|番地|番|号)[ \\u3000]?[〇一二三四五六七八九十百千]+[一-鿿]$")
_TOKEN = re.compile(f"({_N})|(丁目|番地|番|号|{_BAR}|[のノ之])|[ \\u3000]")


def _number(text: str) -> str:
    """「十二」, 「二〇」, 「１２」 in digits; leading zeros stay."""
    if text[0] in _DIGITS:
        return "".join(_DIGITS[c] for c in text)
    return kanji_number(text)


def _run(address: str) -> tuple[int, int, list[tuple[str, str]]] | None:
    """Where the house number stands, and its parts: (number, the word behind it or "-")."""
    for match in _RUN.finditer(address):
        name_behind = match[0][-1] in _NUMERALS and _TOWN.search(address[: match.end() + 1])
        if name_behind or _GOES_ON.match(address, match.end()):
            return None
        parts: list[tuple[str, str]] = []
        for token in _TOKEN.finditer(match[0]):
            if token[1]:
                parts.append((_number(token[1]), ""))
            elif token[2] and parts:
                word = token[2] if token[2] in {"丁目", "番地", "番", "号"} else "-"
                if not parts[-1][1]:  # 番地の: the first word counts
                    parts[-1] = (parts[-1][0], word)
        return match.start(), match.end(), parts
    return None


def house_number(address: str, wishes: Wishes = Wishes()) -> Proposal | None:  # noqa: B008 (it can't be changed)
    """「六丁目四番四号」→「6-4-4」 or 「6丁目4番4号」, as the company wishes. Kanji numerals change only where house numbers
    stand (六本木, 三番町 stay), and what follows them (a building's 3号館, 101号室) isn't touched."""
    found = _run(address) if wishes.house else None
    if found is None:
        return None
    start, end, parts = found
    if wishes.house == "hyphen":
        made, sure = _hyphens(parts), True
    else:
        made, sure = _words(parts)
    whole = address[:start] + made + address[end:]
    return Proposal(f"house-{wishes.house}", whole, sure) if whole != address else None


def _hyphens(parts: list[tuple[str, str]]) -> str:
    """A 丁目 that nothing follows is part of the town's name and keeps its word."""
    last, word = parts[-1]
    return "".join(f"{number}-" for number, _word in parts[:-1]) + last + ("丁目" if word == "丁目" else "")


def _words(parts: list[tuple[str, str]]) -> tuple[str, bool]:
    """Words where they can be known: three numbers joined by hyphens are likely 丁目, 番, 号 (asks); fewer stay hyphens."""
    said = [word for _number, word in parts]
    numbers = [number for number, _word in parts]
    if len(parts) == 3 and said[0] in {"-", "丁目"} and said[1] == "-":
        return f"{numbers[0]}丁目{numbers[1]}番{numbers[2]}号", False
    return "".join(number + word for number, word in parts), True


_BEFORE_NUMBER = re.compile("^[^0-9０-９A-Za-zＡ-Ｚａ-ｚ]*")
_INNER_BLANK = re.compile("(?<=[一-鿿ぁ-んァ-ヶ々])[ \\u3000]+(?=[一-鿿ぁ-んァ-ヶ々])")


def inner_spaces(address: str) -> Proposal | None:
    """「千代田区　丸の内 1-1」→「千代田区丸の内1-1」; blanks behind the number stand before a building and stay."""
    if " " not in address and "\u3000" not in address:
        return None
    head = _BEFORE_NUMBER.match(address)
    if head is None or head.end() == len(address):
        return None
    front = _INNER_BLANK.sub("", head[0]).rstrip(" \u3000")
    made = front + address[head.end() :]
    return Proposal("address-space", made) if front and made != address else None


_PARTED = re.compile(
    f"^(?P<head>.*?(?:[0-9０-９]|丁目|番地?|号))[ \\u3000]+(?P<tail>[^0-9０-９\\s{'ー－−‐'}-].*)$"
)
_BUILDING = re.compile(
    "ビル|マンション|ハイツ|コーポ|タワー|荘|アパート|メゾン|レジデンス|プラザ|センター|ヒルズ|ハウス|パレス|ガーデン|スクエア|会館|[0-9０-９]+(?:F|Ｆ|階)|号室|号棟|[Bb]ldg"
)
_GLUED = re.compile(
    f"^(?P<head>[^0-9０-９]+[0-9０-９]+(?:{_SEPARATOR}[0-9０-９]+)+号?)(?P<tail>[^0-9０-９\\s丁番号の之ノ{'ー－−‐'}-].*)$"
)


def _building(address: str) -> tuple[str, str, bool] | None:
    """The address without its building, the building, and whether that is sure: behind a blank and called like one."""
    parted = _PARTED.match(address)
    if parted is not None:
        named = bool(_BUILDING.search(parted["tail"]))
        return parted["head"], parted["tail"].strip(" \u3000"), named
    glued = _GLUED.match(address)
    if glued is not None and _BUILDING.search(glued["tail"]):
        return glued["head"], glued["tail"].strip(" \u3000"), False
    return None


def address_fields(values: Mapping[str, str]) -> list[Spanning]:
    """Proposals over postal_code, prefecture, address and building (whichever of them there are): each on what is stored now,
    so that any of them may be agreed to alone."""
    made = [_prefecture_out(values), _prefecture_form(values), _prefecture_fill(values), _postal_fill(values), _building_out(values)]  # fmt: skip
    return [one for one in made if one is not None]


def _prefecture_out(values: Mapping[str, str]) -> Spanning | None:
    address = values.get("address", "")
    prefecture, rest = split_prefecture(address)
    held = values.get("prefecture")
    if not prefecture or not rest or held is None or held not in {"", prefecture}:
        return None
    return Spanning("prefecture-out", "address", {"prefecture": prefecture, "address": rest})


def _prefecture_form(values: Mapping[str, str]) -> Spanning | None:
    whole = SHORT_PREFECTURES.get(values.get("prefecture", ""))
    return Spanning("prefecture-form", "prefecture", {"prefecture": whole}) if whole else None


def _prefecture_fill(values: Mapping[str, str]) -> Spanning | None:
    code = values.get("postal_code", "")
    if not code or values.get("prefecture", "x") or split_prefecture(values.get("address", ""))[0]:
        return None
    found = {place.prefecture for place in lookup_postal_code(code)}
    return Spanning("prefecture-fill", "prefecture", {"prefecture": found.pop()}) if len(found) == 1 else None


def _postal_fill(values: Mapping[str, str]) -> Spanning | None:
    address = values.get("address", "")
    if values.get("postal_code", "x") or not address:
        return None
    code, sure = postal_code_of(values.get("prefecture", ""), address)
    return Spanning("postal-fill", "postal_code", {"postal_code": code}, sure) if code else None


def _building_out(values: Mapping[str, str]) -> Spanning | None:
    address = values.get("address", "")
    if not address or values.get("building", "x"):
        return None
    found = _building(address)
    if found is None:
        return None
    head, tail, sure = found
    return Spanning("building-out", "address", {"address": head, "building": tail}, sure)


_LINE = re.compile("^(?P<code>〒[0-9]{3}-[0-9]{4} )(?P<rest>.+)$")


def address_line(text: str, wishes: Wishes) -> list[Proposal]:
    """The same for an address in one line, 「〒060-0001 北海道…」."""
    line = _LINE.match(text)
    code, rest = (line["code"], line["rest"]) if line else ("", text)
    made = [
        Proposal(one.rule, code + one.value, one.sure)
        for one in (inner_spaces(rest), house_number(rest, wishes))
        if one is not None
    ]
    prefecture = split_prefecture(rest)[0]
    if not prefecture and code:
        places = lookup_postal_code(code)
        if len({(one.prefecture, one.city) for one in places}) == 1 and rest.startswith(places[0].city):
            made.append(Proposal("prefecture-fill", f"{code}{places[0].prefecture}{rest}"))
    elif prefecture and not code and "〒" not in text:
        found, sure = postal_code_of("", rest)
        if found:
            made.append(Proposal("postal-fill", f"〒{found} {rest}", sure))
    return made


def old_kanji(address: str, code: str) -> Proposal | None:
    """「會津」→「会津」 in the address of a company; asks. What the postal data write so (龍ケ崎市) stays."""
    if address.translate(FOLD) == address:
        return None
    official = (
        "".join(f"{one.prefecture}{one.city}{one.town}" for one in lookup_postal_code(code)) if code else ""
    )
    made = "".join(
        FOLD.get(ord(one), one) if one not in official and "一" <= one <= "鿿" or one > "\uffff" else one
        for one in address
    )
    return Proposal("old-kanji", made, sure=False) if made != address else None
