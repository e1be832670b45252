"""Which column is what: proposed from the headings (`headings`) and from what stands below them (`contents`)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from enishi.exchange import contents, headings
from enishi.exchange.headings import Meaning, importable, is_blank, key
from enishi.japanese import amounts
from enishi.japanese.text import fold
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import FieldKind, Money, Percent

SAMPLE = 400
MOST_NOTES = 40
IMPOSSIBLE = 90
USUAL = {"account", "contact", "deal", "task"}
PERSON = {"name", "family_name", "given_name"}
REACH = {"postal_code", "prefecture", "address", "building", "phone", "fax", "website"}
# Several columns may go into one of these fields: what stands between their texts.
JOINED = {"address": "", "building": " ", "name": " ", "note": "\n", "preferences": "\n"}
# What only companies, only people, only deals have.
COMPANY_ONLY = {"industry", "employees", "corporate_number", "kind", "website", "started_on"}
PERSON_ONLY = {"gender", "birthday", "family_kana", "given_kana", "preferences", "last_purchase_on", "purchase_total"}  # fmt: skip
DEAL_ONLY = {"amount", "stage", "expected_close", "probability", "lost_reason", "competitor", "code"}
# Words for somebody beside the contact; they are it only where the sheet names no other.
SECOND = {
    key(word): 30
    for word in "代表者 代表者名 代表 代表者氏名 代表取締役 社長 社長名 院長 院長名 理事長 紹介者 保護者 保護者名 保護者氏名 更新者 記入者".split()
}


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
    # entity → field by which an existing record is known; "" is always new
    keys: dict[str, str] = field(default_factory=dict)
    on_match: str = "update"  # or "skip"
    more: list[str] = field(default_factory=list)  # further sheets with the same heading (ア行, カ行…)

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
            "more": self.more,
        }

    @classmethod
    def from_json(cls, held: dict[str, Any]) -> "Plan":
        """From the database."""
        columns = [Column(*values) for values in held["columns"]]
        return cls(
            held["table"], held["header_rows"], columns, held["main"], held["keys"], held["on_match"],
            held.get("more", []),
        )  # fmt: skip


class Sheet:
    """The first rows of a sheet, taken apart into heading and columns."""

    def __init__(self, rows: list[list[Any]]) -> None:
        self.heading = headings.find(rows)
        self.header_rows = self.heading.start + self.heading.height
        self.data = [row for row in rows[self.header_rows :] if not is_blank(row)][:SAMPLE]
        width = max((len(row) for row in rows[self.heading.start :]), default=0)
        texts = [*self.heading.texts, *[""] * width][: max(width, len(self.heading.texts))]
        title = " ".join(text for row in rows[: self.heading.start] for text in headings.texts(row) if text)
        self.unit = amounts.unit_in_header(title) if "単位" in title else 1
        self.columns = [
            Column(index, text[:200], sample=[str(cell)[:100] for cell in self.cells(index)[:5]])
            for index, text in enumerate(texts)
            if text or self.cells(index)
        ]
        for column in self.columns:
            column.unit = amounts.unit_in_header(column.heading)
        self.meaning = {column.index: self._meanings(column) for column in self.columns}

    def cells(self, index: int) -> list[Any]:
        """What stands in a column."""
        return [row[index] for row in self.data if index < len(row) and row[index] not in (None, "")]

    def share(self, index: int, test: Callable[[Any], bool]) -> float:
        """How many of a column's cells pass a test."""
        return contents.share(self.cells(index)[:60], test)

    def has(self, entity: str, *names: str) -> bool:
        """Whether some heading may mean one of these fields."""
        return any((entity, name) in found for found in self.meaning.values() for name in names)

    def only(self, entity: str, *names: str) -> int:
        """How many headings mean one of these fields and can't mean anything of another entity."""
        return sum(
            bool(found) and all(one[0] == entity for one in found) and found[0][1] in names
            for found in self.meaning.values()
        )

    def _meanings(self, column: Column) -> list[Meaning]:
        """What the heading says, less what the cells can't be."""
        if self._running_number(column):
            return []
        found = headings.means(column.heading) if column.heading else []
        return [one for one in found if self._fits(column.index, one)]

    def _fits(self, index: int, one: Meaning) -> bool:
        if not self.cells(index):
            return True
        if one[1] in PERSON and one[0] in {"account", "contact"}:
            strange = (contents.is_telephone, contents.is_email, contents.is_address, contents.is_date)
            return not any(self.share(index, test) > 0.6 for test in strange)
        if one[1] in {"phone", "fax", "mobile"}:
            return self.share(index, contents.is_email) < 0.6 and self.share(index, contents.is_person) < 0.6
        return True

    def _running_number(self, column: Column) -> bool:
        """No. columns that only count rows say nothing about anybody."""
        if key(column.heading) not in {
            "no",
            "番号",
            "",
            "連番",
            "項番",
            "行",
            "id",
            "通番",
            "行番号",
            "順番",
            "seq",
        }:
            return False
        cells = self.cells(column.index)
        numbers = [int(cell) for cell in cells if str(cell).isdigit() and not str(cell).startswith("0")]
        steps = [later - earlier for earlier, later in zip(numbers, numbers[1:], strict=False)]
        return bool(numbers) and len(numbers) == len(cells) and all(step == 1 or step < 0 for step in steps)

    # --- what the sheet is about ------------------------------------------------------------------
    @cached_property
    def named(self) -> set[str]:
        """Which of account and contact the sheet names. A heading that may mean either (顧客名) is told by its cells
        and by what else is there."""
        made: set[str] = set()
        for column in self.columns:
            found = self.meaning[column.index]
            company = ("account", "name") in found
            person = any(("contact", name) in found for name in PERSON)
            if company and person:
                loser = "contact" if self._is_company_column(column.index) else "account"
                self.meaning[column.index] = [one for one in found if one[0] != loser]
                company, person = loser == "contact", loser == "account"
            made |= {"account"} if company else set()
            made |= {"contact"} if person else set()
        return made

    def _is_company_column(self, index: int) -> bool:
        company, person = self.share(index, contents.is_company), self.share(index, contents.is_person)
        if company >= 0.3 or person >= 0.6:
            return company >= 0.3
        people = self.only("contact", *PERSON_ONLY)
        return self.only("account", *COMPANY_ONLY) > people or (not people and person < 0.3)

    def main(self, wanted: str) -> str:
        """What a row is about: a deal, a task, a person at a company, a company, a private customer."""
        if wanted and registry.find(wanted) and wanted not in USUAL:
            return wanted
        if not wanted:
            own = [one for one in importable() if one.name not in USUAL]
            scores = {one.name: self.only(one.name, *one.fields) for one in own}
            best = max(scores, key=lambda name: scores[name], default="")
            if (
                best
                and scores[best] >= 2
                and not self.named
                and self.has(best, registry.get(best).title_field)
            ):
                return best
        signs = self.only("deal", *DEAL_ONLY)
        titled = self.only("deal", "name")
        if (
            wanted == "deal"
            or titled
            or (self.has("deal", "name") and signs)
            or (signs >= 3 and self.has("deal", "amount"))
        ):
            return "deal"
        tasks = self.only("task", "name")
        if wanted == "task" or (
            tasks and (not self.named or self.only("task", "due_at", "priority", "done_at"))
        ):
            return "task"
        if "account" in self.named:
            return "contact" if "contact" in self.named and self._is_card_index() else "account"
        if "contact" in self.named:
            plain = wanted == "account" and not self.only("contact", *PERSON_ONLY)
            return "account" if plain and self.has("account", "name") else "contact"
        return wanted or self._main_by_contents()

    def _is_card_index(self) -> bool:
        """A card index is about people at companies; a ledger that ranks or classifies companies is about those."""
        if self.has("contact", "family_name", "department", "met_on"):
            return True
        reached = self.has("contact", "email", "mobile")
        return reached and not self.has(
            "account", "rank", "industry", "employees", "started_on", "corporate_number"
        )

    def _main_by_contents(self) -> str:
        companies = any(self.share(column.index, contents.is_company) > 0.3 for column in self.columns)
        people = any(self.share(column.index, contents.is_person) > 0.5 for column in self.columns)
        return "account" if companies and not people else "contact"


def propose(table: str, rows: list[list[Any]], wanted: str = "") -> Plan:
    """The plan for a sheet whose first rows are given.

    Args:
        wanted: the entity that the person came from ("" lets the sheet decide).
    """
    sheet = Sheet(rows)
    _people(sheet)
    named = sheet.named
    main = sheet.main(wanted)
    _assign(sheet, main, named | {main})
    _assign_by_content(sheet, main)
    _note_the_rest(sheet, main)
    for column in sheet.columns:
        found = kind_of(column.target)
        if isinstance(found, Money) and column.unit == 1:
            column.unit = sheet.unit
        elif isinstance(found, Percent):
            numbers = [cell for cell in sheet.cells(column.index) if isinstance(cell, int | float)]
            fractions = any(0 < number < 1 for number in numbers) and max(numbers) <= 1
            column.unit = 100 if fractions else 1  # Excel keeps 30% as 0.3, and 100% as 1
        elif not isinstance(found, Money):
            column.unit = 1
    plan = Plan(table, sheet.header_rows, sheet.columns, main)
    plan.keys = default_keys(plan, sheet)
    return plan


def _people(sheet: Sheet) -> None:
    """担当 and 担当者 are ours or theirs. Beside another column for the other side's person they are ours; alone beside a
    company they are theirs where they carry 様 or differ from row to row; beside private customers they are ours."""
    doubtful = [one for one in sheet.columns if key(one.heading) in headings.OURS_OR_THEIRS]
    certain = any(
        any(entity == "contact" and name in PERSON for entity, name in sheet.meaning[one.index])
        for one in sheet.columns
        if one not in doubtful and key(one.heading) not in SECOND
    )
    ours_named = any(
        one not in doubtful and any(name == "owner" for _entity, name in sheet.meaning[one.index])
        for one in sheet.columns
    )
    company = sheet.has("account", "name")
    theirs: list[Column] = []
    for column in sorted(doubtful, key=lambda one: (-len(key(one.heading)), one.index)):  # 担当者 before 担当
        if certain or not company or theirs:
            is_theirs = False
        else:
            is_theirs = ours_named or _are_theirs(sheet, column, len(doubtful) > 1)
        if is_theirs:
            theirs.append(column)
            sheet.meaning[column.index] = [("contact", "name")]
        else:
            sheet.meaning[column.index] = [(one.name, "owner") for one in importable()]


def _are_theirs(sheet: Sheet, column: Column, another: bool) -> bool:
    if another:
        return True
    cells = [str(cell).strip() for cell in sheet.cells(column.index)]
    if any(cell.endswith(("様", "さま", "さん", "殿", "氏")) for cell in cells):
        return True
    bare = {fold(cell) for cell in cells}
    if len(cells) >= 8 and len(bare) <= max(3, len(cells) * 0.25):
        return False  # a few names again and again: our own people
    return key(column.heading) != "担当" or contents.share(cells, lambda cell: " " in fold(cell)) > 0.5


def _assign(sheet: Sheet, main: str, named: set[str]) -> None:
    """Gives the columns their targets, the likeliest pair of column and field first."""
    anchors = _anchors(sheet, main)
    pairs = sorted(
        (
            _rank(one, main, anchors[column.index], named) + SECOND.get(key(column.heading), 0),
            column.index,
            one,
        )
        for column in sheet.columns
        for one in sheet.meaning[column.index]
    )
    by_index = {column.index: column for column in sheet.columns}
    taken: dict[str, Column] = {}
    for rank, index, (entity, name) in pairs:
        column, target = by_index[index], f"{entity}.{name}"
        if (
            rank >= IMPOSSIBLE
            or column.target
            or (target in taken and not _joins(column, taken[target], name))
        ):
            continue
        column.target = target
        taken.setdefault(target, column)
    if "account.name" in taken:
        for column in sheet.columns:
            if headings.is_branch(column.heading) and column.index > taken["account.name"].index:
                column.target = "account.name"
    if main in USUAL - {"task"} and "task.name" not in taken:
        for column in sheet.columns:
            if column.target.startswith("task."):
                column.target = ""


def _joins(column: Column, first: Column, name: str) -> bool:
    """Whether a second column goes on where the first ended (住所1 and 住所2; 市区町村 and 番地)."""
    if name == "name":
        return headings.is_continued(column.heading) and column.index == first.index + 1
    return name in JOINED and name != "preferences"


def _anchors(sheet: Sheet, main: str) -> dict[int, str]:
    """Whose name stands last before each column: フリガナ, 電話 and メール follow the name they belong to."""
    made, anchor = {}, main
    for column in sheet.columns:
        for entity, name in sheet.meaning[column.index]:
            if entity in {"account", "contact"} and name in PERSON and key(column.heading) not in SECOND:
                anchor = entity
                break
        made[column.index] = anchor
    return made


def _rank(one: Meaning, main: str, anchor: str, named: set[str]) -> int:
    """How likely a heading means this field: 0 is best, `IMPOSSIBLE` and more can't be in this sheet."""
    entity, name = one
    if entity not in USUAL or main not in USUAL:
        return 0 if entity == main else 95
    if entity == "deal":
        return 5 if main == "deal" else 95
    if entity == "task":
        if main == "task":
            return 0
        return 40 if main == "deal" and name in {"name", "due_at"} else 95
    if entity not in named:
        return 95
    if name == "name":
        return 10
    if name in {"kana", "email"} and {"account", "contact"} <= named:
        prefers = anchor if name == "kana" else "contact"
        return 10 if entity == prefers else 30
    if name in REACH:
        return 10 if entity == ("account" if "account" in named else "contact") else 50
    if name in {"owner", "tags", "note", "status", "rank", "source", "code"}:
        return 10 if entity == main or (name == "code" and main == "contact" and entity == anchor) else 60
    return 20 if entity == main else 25


_BY_CONTENT: tuple[tuple[Callable[[Any], bool], tuple[str, ...]], ...] = (
    (contents.is_email, ("contact.email", "account.email")),
    (contents.is_postal_code, ("account.postal_code", "contact.postal_code")),
    (contents.is_corporate_number, ("account.corporate_number",)),
    (contents.is_mobile, ("contact.mobile", "contact.phone", "account.phone")),
    (contents.is_telephone, ("account.phone", "contact.phone", "account.fax", "contact.fax")),
    (contents.is_url, ("account.website",)),
    (contents.is_prefecture, ("account.prefecture", "contact.prefecture")),
    (contents.is_address, ("account.address", "contact.address")),
)  # fmt: skip


def _assign_by_content(sheet: Sheet, main: str) -> None:
    """Columns whose heading says nothing, by what stands in them; names first."""
    if main not in USUAL:
        return
    taken = {column.target for column in sheet.columns if column.target}
    unknown = [
        column
        for column in sheet.columns
        if not column.target and not headings.means(column.heading) and not headings.is_ours(column.heading)
        and sheet.cells(column.index) and not headings.is_branch(column.heading)
    ]  # fmt: skip
    if main in {"account", "contact"} and not any(one.endswith((".name", ".family_name")) for one in taken):
        _names_by_content(sheet, unknown, main, taken)
    used = {target.partition(".")[0] for target in taken} | {main}
    for column in unknown:
        if column.target:
            continue
        for test, places in _BY_CONTENT:
            if sheet.share(column.index, test) < 0.7:
                continue
            target = next((one for one in places if one not in taken and one.partition(".")[0] in used), "")
            if target:
                column.target = target
                taken.add(target)
            break
        else:
            if not column.heading and sheet.share(column.index, contents.is_kana) > 0.7:
                target = f"{main}.kana"
                if target not in taken:
                    column.target = target
                    taken.add(target)


def _names_by_content(sheet: Sheet, unknown: list[Column], main: str, taken: set[str]) -> None:
    """Without any known heading: company and person by how the cells read, else the first column of short texts."""
    for target, test in (("account.name", contents.is_company), ("contact.name", contents.is_person)):
        for column in unknown:
            if not column.target and sheet.share(column.index, test) > (
                0.3 if target == "account.name" else 0.5
            ):
                column.target = target
                taken.add(target)
                break
    if taken & {"account.name", "contact.name"}:
        return
    tests = (
        contents.is_date,
        contents.is_telephone,
        contents.is_email,
        contents.is_address,
        contents.is_number,
    )
    for column in unknown:
        cells = [cell for cell in sheet.cells(column.index) if isinstance(cell, str) and 1 < len(cell) <= 40]
        if cells and not any(sheet.share(column.index, test) > 0.5 for test in tests):
            column.target = f"{main}.name"
            taken.add(column.target)
            return


def _note_the_rest(sheet: Sheet, main: str) -> None:
    """What has no field of its own is not lost: it goes into the note, with its heading in front."""
    entity = registry.find(main)
    if entity is None or "note" not in entity.fields or not any(column.target for column in sheet.columns):
        return
    count = 0
    for column in sheet.columns:
        if column.target or count >= MOST_NOTES or not column.heading or not sheet.cells(column.index):
            continue
        if headings.is_ours(column.heading) or sheet._running_number(column):  # noqa: SLF001 (its own sheet)
            continue
        if _is_dull(sheet, column):
            continue
        column.target = f"{main}.note"
        count += 1


def _is_dull(sheet: Sheet, column: Column) -> bool:
    """A due day without its task (期日 beside an empty 次回アクション) says nothing by itself."""
    return False


def default_keys(plan: Plan, sheet: Sheet | None = None) -> dict[str, str]:
    """By what existing records are known: the first of the entity's keys that the sheet has. A person is known by name
    only within his company, a private customer by name and telephone or birthday together (`importing`). A mail
    address that several people of the sheet share is no key."""
    targets = {column.target for column in plan.columns}
    made = {}
    for entity in plan.entities:
        made[entity.name] = next(
            (name for name in entity.imports.keys if f"{entity.name}.{name}" in targets and name != "name"),
            "",
        )
        if (
            entity.name == "contact"
            and made["contact"] == "email"
            and sheet is not None
            and _shared(sheet, plan)
        ):
            made["contact"] = ""
        if not made[entity.name] and entity.name == "account":
            made[entity.name] = "name"
        told = {"account.name", "contact.mobile", "contact.phone", "contact.birthday"} & targets
        if not made[entity.name] and entity.name == "contact" and told:
            made[entity.name] = "name"
    return made


def _shared(sheet: Sheet, plan: Plan) -> bool:
    """Whether one mail address stands beside different names."""
    mail = next((one.index for one in plan.columns if one.target == "contact.email"), None)
    parts = [one.index for one in plan.columns if one.target in {f"contact.{name}" for name in PERSON}]
    held: dict[str, str] = {}
    for row in sheet.data:
        address = fold(str(row[mail])) if mail is not None and mail < len(row) and row[mail] else ""
        name = "".join(fold(str(row[part])) for part in parts if part < len(row)).replace(" ", "")
        if "@" in address and name and held.setdefault(address, name) != name:
            return True
    return False


def targets(plan: Plan) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may be, by entity, for the wizard's choices."""
    return [
        (
            str(entity),
            [
                (f"{entity.name}.{one.name}", one.label)
                for one in entity.fields.values()
                if headings.takes(one)
            ],
        )
        for entity in importable()
    ]


def kind_of(target: str) -> FieldKind | None:
    """The field behind a target, or None where it names none (targets come from forms)."""
    name, _dot, field_name = target.partition(".")
    entity = registry.find(name)
    return entity.fields.get(field_name) if entity else None
