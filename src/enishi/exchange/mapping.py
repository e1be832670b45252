"""Which column is what: the header row found, columns proposed from their headings and from their contents."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from enishi.japanese import addresses, amounts, emails, telephones, wareki
from enishi.japanese.text import fold
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import FieldKind

HEADER_ROWS = 30
SAMPLE = 60
TOTALS = {"合計", "小計", "総計", "計", "総合計", "累計", "合計金額", "total", "sum"}
PERSON = {"name", "family_name", "given_name"}
REACH = {"postal_code", "prefecture", "address", "building", "phone", "fax", "website"}
OWNER_WORDS = (
    "当社担当",
    "自社担当",
    "担当",
    "営業担当",
    "社内担当",
    "担当営業",
    "owner",
    "sales rep",
    "assigned to",
)
TAG_WORDS = ("タグ", "分類", "tags", "tag", "label")


@dataclass
class Column:
    """One column of the sheet."""

    index: int
    heading: str
    target: str = ""  # "account.name"; "" is not taken in
    unit: int = 1
    sample: list[str] = field(default_factory=list)


@dataclass
class Plan:
    """How a sheet is read."""

    table: str
    header_rows: int  # rows before the data
    columns: list[Column]
    main: str  # the entity that a row is about
    keys: dict[str, str] = field(
        default_factory=dict
    )  # entity → field by which an existing record is known; "" is always new
    on_match: str = "update"  # or "skip"

    @property
    def entities(self) -> list[Entity]:
        """The entities that a row makes, those pointed to first."""
        used = {column.target.partition(".")[0] for column in self.columns if column.target}
        return [entity for entity in registry.all_entities() if entity.name in used]

    def to_json(self) -> dict[str, Any]:
        """For the database."""
        return {
            "table": self.table,
            "header_rows": self.header_rows,
            "columns": [
                [one.index, one.heading, one.target, one.unit, one.sample[:5]] for one in self.columns
            ],
            "main": self.main,
            "keys": self.keys,
            "on_match": self.on_match,
        }

    @classmethod
    def from_json(cls, held: dict[str, Any]) -> "Plan":
        """From the database."""
        columns = [Column(*values) for values in held["columns"]]
        return cls(held["table"], held["header_rows"], columns, held["main"], held["keys"], held["on_match"])


def _key(text: str) -> str:
    folded = re.sub(r"[（(\[【].*?[)）\]】]", "", fold(text))
    return re.sub(r"[\s　:*※■●・._/\-]+", "", folded)


@lru_cache(maxsize=4)
def _words(own_stamp: int = 0) -> dict[str, list[tuple[str, str]]]:
    """Folded heading → (entity, field) that it may mean."""
    made: dict[str, list[tuple[str, str]]] = {}
    for entity in importable():
        for one in entity.fields.values():
            if not one.importable or one.kind in {"reference"} and one.name != "stage":
                continue
            extra = OWNER_WORDS if one.name == "owner" else TAG_WORDS if one.name == "tags" else ()
            for word in (one.label, one.name, *one.aliases, *extra):
                key = _key(str(word))
                if key and (entity.name, one.name) not in made.setdefault(key, []):
                    made[key].append((entity.name, one.name))
    return made


def importable() -> list[Entity]:
    """Entities that sheets are read into."""
    return [
        entity for entity in registry.all_entities() if entity.in_navigation and entity.name != "activity"
    ]


def words() -> dict[str, list[tuple[str, str]]]:
    """`_words`, made anew when own fields change."""
    stamp = hash(tuple((entity.name, tuple(one.name for one in entity.own)) for entity in importable()))
    return _words(stamp)


def is_blank(row: Iterable[Any]) -> bool:
    """Whether a row has nothing in it."""
    return all(value is None or str(value).strip() == "" for value in row)


def _texts(row: list[Any]) -> list[str]:
    return [
        str(value).replace("\n", "").strip()
        if isinstance(value, str)
        else ""
        if value is None
        else str(value)
        for value in row
    ]


def _score(row: list[Any]) -> int:
    known = words()
    return sum(2 for text in _texts(row) if text and _key(text) in known)


def find_header(rows: list[list[Any]]) -> tuple[int, int, list[str]]:
    """Where the heading begins and how many rows it takes, and the headings.

    A second heading row (under merged cells) is recognised by holding only words, some of them headings, below empty
    places of the first. A sheet without any known heading takes its first row with two words as heading.
    """
    scores = [_score(row) for row in rows]
    best = max(range(len(rows)), key=lambda place: (scores[place], -place), default=0)
    if not rows or scores[best] == 0:
        best = next(
            (place for place, row in enumerate(rows) if sum(bool(text) for text in _texts(row)) >= 2), 0
        )
    if best > 0 and scores[best - 1] >= 4 and _complements(rows[best - 1], rows[best]):
        best -= 1
    top = _texts(rows[best]) if rows else []
    if best + 1 < len(rows) and _complements(rows[best], rows[best + 1]):
        below = _texts(rows[best + 1])
        width = max(len(top), len(below))
        top += [""] * (width - len(top))
        below += [""] * (width - len(below))
        group, headings = "", []
        for upper, lower in zip(top, below, strict=True):
            group = upper or (group if lower else "")
            headings.append(lower if lower and (not upper or lower) else upper)
        return best, 2, headings
    return best, 1, top


def _complements(upper: list[Any], lower: list[Any]) -> bool:
    """Whether the lower row completes the upper one to a heading of two lines."""
    above, below = _texts(upper), _texts(lower)
    if any(isinstance(value, int | float | datetime.date) for value in lower):
        return False
    filled = [place for place, text in enumerate(below) if text]
    if len(filled) < 2 or _score(lower) < 4:
        return False
    under_empty = sum(1 for place in filled if place >= len(above) or not above[place])
    return under_empty >= 1 and len(filled) < sum(bool(text) for text in above) + under_empty


def propose(table: str, rows: list[list[Any]], wanted: str = "") -> Plan:
    """The plan for a sheet whose first rows are given.

    Args:
        wanted: the entity that the person came from ("" lets the sheet decide).
    """
    start, height, headings = find_header(rows)
    width = max((len(row) for row in rows[start:]), default=len(headings))
    headings = (headings + [""] * width)[:width]
    data = [row for row in rows[start + height :] if not is_blank(row)][:SAMPLE]
    columns = []
    for index in range(width):
        cells = [row[index] for row in data if index < len(row) and row[index] not in (None, "")]
        if not headings[index] and not cells:
            continue
        columns.append(
            Column(
                index,
                headings[index],
                unit=amounts.unit_in_header(headings[index]),
                sample=[str(cell) for cell in cells[:5]],
            )
        )
    candidates = {column.index: words().get(_key(column.heading), []) for column in columns}
    main = (
        wanted
        if wanted and registry.find(wanted) and wanted not in {"account", "contact", "deal", "task"}
        else _main(candidates, wanted)
    )
    _assign(columns, candidates, data, main)
    _assign_by_content(columns, data, main)
    plan = Plan(table, start + height, columns, main)
    plan.keys = default_keys(plan)
    return plan


def _main(candidates: dict[int, list[tuple[str, str]]], wanted: str) -> str:
    """What a row is about: a deal, a task, a person at a company, a company, a private customer."""

    def has(entity: str, *names: str) -> bool:
        return any((entity, name) in found for found in candidates.values() for name in names)

    def only(entity: str, *names: str) -> bool:
        return any(
            found and all(one[0] == entity for one in found) and found[0][1] in names
            for found in candidates.values()
        )

    if only("deal", "name", "stage", "amount", "expected_close", "lost_reason") and has(
        "deal", "name", "amount", "stage"
    ):
        return "deal"
    company = any(("account", "name") in found for found in candidates.values())
    person = any(("contact", name) in found for found in candidates.values() for name in PERSON)
    if wanted == "task" or (only("task", "name") and not company and not person):
        return "task"
    # A card index is about people at companies; a ledger that ranks or classifies companies is about those.
    cards = has("contact", "family_name", "department", "met_on")
    reached = has("contact", "email", "mobile")
    ledger = has("account", "rank", "industry", "employees", "started_on", "corporate_number")
    if company and person and (cards or (reached and not ledger)):
        return "contact"
    if company:
        return "account"
    if person:
        return wanted if wanted in {"account"} and not has("contact", "gender", "birthday") else "contact"
    return wanted or "contact"


def _assign(
    columns: list[Column], candidates: dict[int, list[tuple[str, str]]], data: list[list[Any]], main: str
) -> None:
    taken: set[str] = set()
    has_company = any(("account", "name") in found for found in candidates.values()) or main == "account"
    has_person = any(("contact", name) in found for found in candidates.values() for name in PERSON)
    anchor = main
    for column in columns:
        found = candidates[column.index]
        if not found or _running_number(column, data):
            continue
        ranked = sorted(found, key=lambda one: _rank(one, main, anchor, has_company, has_person))
        for entity, name in ranked:
            if _rank((entity, name), main, anchor, has_company, has_person) >= 90:
                continue
            target = f"{entity}.{name}"
            if target in taken:
                continue
            column.target = target
            taken.add(target)
            if name == "name" or (entity == "contact" and name in PERSON):
                anchor = entity
            break
    if main in {"account", "contact", "deal"} and "task.name" not in taken:
        for column in columns:
            if column.target.startswith("task."):
                column.target = ""


def _rank(one: tuple[str, str], main: str, anchor: str, has_company: bool, has_person: bool) -> int:
    """How likely a heading means this field: 0 is best, 90 and more is not possible in this sheet."""
    entity, name = one
    if entity not in {"account", "contact", "deal", "task"}:
        return 0 if entity == main else 95
    if entity == "deal" and main != "deal":
        return 95
    if entity == "task":
        if main == "task":
            return 0
        return 40 if main == "deal" and name in {"name", "due_at"} else 95
    if entity == "account" and not has_company:
        return 95
    if entity == "contact" and not has_person and main != "contact":
        return 95
    if name == "name" and entity in {"account", "contact"}:
        return 10
    if name == "kana":
        return 5 if entity == anchor else 30
    if name in REACH:
        return 10 if entity == ("account" if has_company else "contact") else 50
    if name in {"email"}:
        return 10 if entity == ("contact" if has_person else "account") else 50
    if name in {"owner", "tags", "note", "status", "rank", "source", "code"}:
        return 10 if entity == main else 60
    return 20 if entity == main else 25


def _running_number(column: Column, data: list[list[Any]]) -> bool:
    """No. columns that only count rows say nothing about anybody."""
    if _key(column.heading) not in {"no", "番号", "#", "連番", "項番", "行", "id", "ＮＯ"}:
        return False
    cells = [
        row[column.index] for row in data if column.index < len(row) and row[column.index] not in (None, "")
    ]
    numbers = [int(cell) for cell in cells if str(cell).isdigit()]
    return len(numbers) == len(cells) and all(
        later - earlier == 1 for earlier, later in zip(numbers, numbers[1:], strict=False)
    )


def _share(cells: list[Any], test: Any) -> float:
    good = 0
    for cell in cells:
        try:
            good += bool(test(cell))
        except (ValueError, TypeError, OverflowError):
            continue
    return good / len(cells) if cells else 0


_CONTENT = (
    ("email", lambda cell: "@" in str(cell) and emails.clean_email(str(cell)), ("email",)),
    (
        "postal_code",
        lambda cell: re.fullmatch(r"〒?\s*[0-9０-９]{3}[-－‐ー−][0-9０-９]{4}", str(cell).strip()),
        ("postal_code",),
    ),
    (
        "telephone",
        lambda cell: telephones.parse_telephone(str(cell)).valid and isinstance(cell, str),
        ("phone", "mobile"),
    ),
    (
        "prefecture",
        lambda cell: addresses.split_prefecture(str(cell))[0] and len(str(cell)) > 4,
        ("address",),
    ),
)


def _assign_by_content(columns: list[Column], data: list[list[Any]], main: str) -> None:
    taken = {column.target for column in columns if column.target}
    used = {target.partition(".")[0] for target in taken} | {main}
    for column in columns:
        if column.target or words().get(_key(column.heading)):
            continue
        cells = [
            row[column.index]
            for row in data
            if column.index < len(row) and row[column.index] not in (None, "")
        ]
        if len(cells) < 1:
            continue
        for _kind, test, names in _CONTENT:
            if _share(cells, test) < 0.7:
                continue
            order = ["contact", "account"] if names[0] == "email" else ["account", "contact"]
            for entity in order:
                target = next((f"{entity}.{name}" for name in names if f"{entity}.{name}" not in taken), "")
                if entity in used and target:
                    column.target = target
                    taken.add(target)
                    break
            break
    if not any(target.endswith((".name", ".family_name")) for target in taken):
        _name_by_content(columns, data, main)


def _name_by_content(columns: list[Column], data: list[list[Any]], main: str) -> None:
    """Without any known heading: the first column of short texts that are no dates, numbers or addresses is the name."""
    from enishi.japanese.companies import looks_like_company

    for column in columns:
        if column.target:
            continue
        cells = [
            row[column.index]
            for row in data
            if column.index < len(row) and row[column.index] not in (None, "")
        ]
        texts = [
            cell for cell in cells if isinstance(cell, str) and 1 < len(cell) <= 40 and not cell.isdigit()
        ]
        if len(texts) < len(cells) * 0.8 or not texts or _share(texts, wareki.parse_date) > 0.5:
            continue
        company = _share(texts, looks_like_company) > 0.4
        column.target = "account.name" if company and main in {"account", "contact"} else f"{main}.name"
        return


def default_keys(plan: Plan) -> dict[str, str]:
    """By what existing records are known: the first of the entity's keys that the sheet has. A person is known by name
    only within his company; a private customer's name alone is no key."""
    targets = {column.target for column in plan.columns}
    made = {}
    for entity in plan.entities:
        made[entity.name] = next(
            (key for key in entity.imports.keys if f"{entity.name}.{key}" in targets and key != "name"), ""
        )
        if not made[entity.name] and entity.name == "account":
            made[entity.name] = "name"
        if not made[entity.name] and entity.name == "contact" and "account.name" in targets:
            made[entity.name] = "name"
    return made


def targets(plan: Plan) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may be, by entity, for the wizard's choices."""
    made = []
    for entity in importable():
        fields = [
            (f"{entity.name}.{one.name}", one.label)
            for one in entity.fields.values()
            if one.importable
            and (one.kind != "reference" or one.name == "stage")
            and one.kind not in {"contacts", "any_record"}
        ]
        made.append((str(entity), fields))
    return made


def kind_of(target: str) -> FieldKind | None:
    """The field behind a target, or None where it names none (targets come from forms)."""
    name, _dot, field_name = target.partition(".")
    entity = registry.find(name)
    return entity.fields.get(field_name) if entity else None
