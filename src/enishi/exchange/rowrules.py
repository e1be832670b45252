"""Which rows of a sheet are records: not repeated headings, totals, footnotes and names of blocks."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from enishi.exchange import contents, headings
from enishi.exchange.headings import key
from enishi.exchange.mapping import Plan
from enishi.japanese.text import fold

# Words that may be a value of their own where nothing stands above them.
_DITTO_WORDS = {"同", "同じ", "同前"}
_LEFT = {"同左", "左に同じ", "左記に同じ"}
# Marks that are values too (売上 ↑): they mean the cell above only where a column says who or where somebody is.
_ARROWS = {"//", "↑", "↓"}
_LONGEST_DITTO = 8
POINTED = {"name", "family_name", "postal_code", "prefecture", "address", "building", "department", "owner"}
_COUNT = re.compile(r"\d+(件|社|名|人|口|行|本|個)?$")
_FOOT = re.compile(
    r"^(※|＊|\*{1,2}\D|注[\d)）:：.]|<注|【注|備考[:：]|以上$|以下余白|次頁|つづく|続く$|[-‐－]\s*\d+\s*[-‐－]$|p\.?\s*\d+$|page\s*\d+|\d+\s*/\s*\d+\s*(頁|ページ)?$|\d+\s*(頁|ページ)$|(印刷|作成|出力|更新)(日|者)?[:：])"
)
_NUMBERED = re.compile(r"[a-z]{0,4}-?\d[\d-]*$")
_SECTION = re.compile(r"^(【.*】|[■●◆▼▲◎★☆□○◇]+.{0,30}|<.*>|《.*》|〔.*〕|[アカサタナハマヤラワ]行|[ア-ン])$")


@lru_cache(maxsize=4096)
def _pointing(cell: str) -> str:
    """Where a short cell points to, if it does: `above`, `word` (which may be a value too), `arrow`, `left`; else ""."""
    bare = cell.strip(" \u3000()（）") or cell
    if contents.says_ditto(cell):
        return "above"
    if bare in _DITTO_WORDS:
        return "word"
    return "arrow" if bare in _ARROWS else "left" if bare in _LEFT else ""


def _is_number_of_some(text: str) -> bool:
    return sum(map(str.isdigit, text)) >= 9


def _is_code(text: str) -> bool:
    return (
        any(c.isdigit() for c in text)
        and not contents.TOTAL.search(text)
        and not re.search("[件社名人]$", text)
    )


# By the field of a column: whether what stands there is somebody's.
_REACHES: dict[str, Callable[[str], bool]] = {
    "code": _is_code,
    "email": lambda text: "@" in text,
    **dict.fromkeys(("corporate_number", "phone", "mobile", "fax"), _is_number_of_some),
}


class RowRules:
    """Tells records from the rest of a sheet."""

    def __init__(self, plan: Plan) -> None:
        self.headings = {column.index: key(column.heading) for column in plan.columns if column.heading}
        self.title = [
            column.index
            for column in plan.columns
            if column.target.endswith((".name", ".family_name", ".given_name"))
        ]
        self.codes = {column.index for column in plan.columns if column.target.endswith(".code")}
        # Who has a number of any kind is somebody, whatever he is called (株式会社総計).
        self.reach = {
            column.index
            for column in plan.columns
            if column.target.endswith((".code", ".phone", ".mobile", ".fax", ".email", ".corporate_number"))
        }
        self.others = [
            column.index
            for column in plan.columns
            if column.target.endswith(".name") and not column.target.startswith(f"{plan.main}.")
        ]
        self.kinds = {column.index: column.target.rpartition(".")[2] for column in plan.columns}
        self.pointed = {index for index, name in self.kinds.items() if name in POINTED}
        self.told = [column.index for column in plan.columns if column.target]
        self.width = len(self.told)

    def fill_dittos(self, row: list[Any], above: list[Any]) -> None:
        """〃 and 同上 say what the row above says, 同左 what the cell to the left says."""
        for place, cell in enumerate(row):
            if not isinstance(cell, str) or not 0 < len(cell) <= _LONGEST_DITTO:
                continue
            says = _pointing(cell)
            if not says:
                continue
            over = above[place] if place < len(above) else None
            points = says == "arrow" and place in self.pointed
            if (says == "above" and place < len(above)) or (
                (points or says == "word") and over not in (None, "")
            ):
                row[place] = over
            elif says == "left" and place and row[place - 1] not in (None, ""):
                row[place] = row[place - 1]

    def is_record(self, row: list[Any]) -> bool:
        """Whether a row with something in it is a record, or at least wants to be one."""
        filled = [place for place, cell in enumerate(row) if cell is not None and cell != ""]
        if self.told and not any(
            place < len(row) and row[place] not in (None, "", 0, False) for place in self.told
        ):
            return False  # only a running number, formulas over nothing
        if self._repeats_heading(row, filled):
            return False
        titles = [str(row[place]) for place in self.title if place in filled]
        if any(map(headings.is_head, titles)):
            return False
        named = [fold(text).replace(" ", "") for text in titles]
        first = fold(str(row[filled[0]])).replace(" ", "")
        if len(filled) > 1 and not contents.BARE_TOTAL.match(first) and self._is_somebody(row, filled):
            return True
        if (
            contents.BARE_TOTAL.match(first)
            or any(contents.TOTAL.search(text) for text in named)
            or (not any(named) and self._is_sum(row, filled, first))
        ):
            return False
        if len(filled) == 1 and (self.width > 1 or filled[0] not in self.title):
            text = fold(str(row[filled[0]]))
            if filled[0] in self.codes and _NUMBERED.match(text):
                return True  # a number without anybody: it shall be said that the name is missing
            if _FOOT.match(text) or _SECTION.match(text) or filled[0] not in self.title:
                return False
        return not (len(filled) == 1 and _FOOT.match(fold(str(row[filled[0]]))))

    def _is_somebody(self, row: list[Any], filled: list[int]) -> bool:
        """Whether a row has a number of somebody's, or names two: then it is no total, whatever it is called. 3名 and 1件 are counts."""
        reached = (
            (self.kinds[place], fold(str(row[place])).replace(" ", ""))
            for place in filled
            if place in self.reach
        )
        if any(_REACHES[kind](text) for kind, text in reached):
            return True
        named = {
            place for place in (*self.others, *self.title)
            if place in filled and not _COUNT.match(fold(str(row[place])).replace(" ", ""))
        }  # fmt: skip
        return len(named) > 1

    def _is_sum(self, row: list[Any], filled: list[int], first: str) -> bool:
        if contents.TOTAL.search(first) or any(
            contents.TOTAL.search(fold(str(row[p])).replace(" ", "")) for p in filled[:3]
        ):
            return True
        return all(isinstance(row[place], int | float) for place in filled)  # sums without a word

    def _repeats_heading(self, row: list[Any], filled: list[int]) -> bool:
        if not self.headings:
            return False
        same, wanted = 0, max(1.0, len(filled) * 0.6)
        for left, place in zip(range(len(filled), 0, -1), filled, strict=True):
            if same + left < wanted:
                return False  # most rows, after three or four cells
            heading = self.headings.get(place, "")
            last = fold(row[place])[-1:] if heading and isinstance(row[place], str) else ""
            if not last or (last.isalnum() and last != heading[-1]):
                continue  # a letter at the end is no mark that `key` takes away
            text = key(row[place])
            word = len(text) > 1 < len(filled) and not text.isdigit()  # 2023年度, below 売上実績
            same += bool(text) and (
                text == heading or (heading.endswith(text) and (word or bool(headings.means(text))))
            )
        return same >= wanted and (same > 1 or len(filled) == 1)
