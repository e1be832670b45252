"""Department and title in one column (部署・役職): each goes where it belongs."""

import re
from typing import TYPE_CHECKING

from enishi.exchange.headings import key

if TYPE_CHECKING:
    from enishi.exchange.mapping import Plan
    from enishi.exchange.parsed import Parsed

_BEHIND = r"(?:代理|補佐|心得|待遇|代行)?"
_RANK = (
    r"(?:代表取締役|取締役|執行役員|専務|常務|代表|会長|社長|副社長|理事長|理事|院長|園長|校長|学長|店長|所長|支店長|支社長|支配人|工場長|事務長|事務局長|局長|室長|センター長|館長|"
    r"本部長|部長|副部長|次長|課長|係長|班長|主任|主査|主幹|参事|顧問|監査役|師長|看護師長|マネージャー|マネジャー|リーダー|チーフ|組合長|団長|施設長)"
)
_TITLE = re.compile(rf"(?:{_RANK}(?:[兼・]?))*{_RANK}{_BEHIND}\Z")
_PLAIN = r"(?!取締役|代表|専務|常務|執行役員|理事|\S*兼)"  # 取締役営業部長 is one title
# 総務課長 is the head of the 総務課; in 担当部長 and 副部長 the word before belongs to the title.
_GLUED = re.compile(
    rf"(?P<unit>{_PLAIN}\S+?(?<!担当)(?<![副次長])(?P<kind>本部|支店|支社|営業所|事務所|工場|センター|部|課|室|係|局|所))(?P<title>長{_BEHIND})\Z"
)
_TWICE = re.compile(
    rf"(?P<unit>{_PLAIN}\S+(?:本部|支店|営業所|工場|部|課|室|係|局))(?P<title>{_RANK}{_BEHIND})\Z"
)
_PLACES, _POSTS = ("部署", "所属", "部門"), ("役職", "肩書", "職名")


def stand_together(plan: "Plan") -> bool:
    """Whether one column holds both, and no other holds titles."""
    titles = [one for one in plan.columns if one.target == "contact.title"]
    departments = [one for one in plan.columns if one.target == "contact.department"]
    if len(departments) != 1 or titles:
        return False
    head = key(departments[0].heading)
    return any(word in head for word in _PLACES) and any(word in head for word in _POSTS)


def part(parsed: "Parsed") -> None:
    """Moves the title of a row out of its department."""
    values = parsed.values.get("contact", {})
    if not values.get("department") or values.get("title"):
        return
    department, title = split(values["department"])
    if title:
        values.update(department=department, title=title)
        if not department:
            del values["department"]


def split(text: str) -> tuple[str, str]:
    """営業部 部長 and 営業部部長 are 営業部 and 部長, 総務課長 is 総務課 and 課長, 事務長 is a title alone; what is not clear is a department."""
    *before, last = text.replace("/", " ").replace("／", " ").split() or [""]
    front, _dot, behind = last.rpartition("・")
    if front and _TITLE.match(behind) and not _TITLE.match(last):  # 財務部・部長
        return " ".join([*before, front]), behind
    if any(_TITLE.match(one) for one in before):  # 常務取締役 営業部長
        return text, ""
    if _TITLE.match(last):
        return " ".join(before), last
    if match := _TWICE.match(last):
        return " ".join([*before, match["unit"]]), match["title"]
    if match := _GLUED.match(last):
        return " ".join([*before, match["unit"]]), f"{match['kind']}{match['title']}"
    return text, ""
