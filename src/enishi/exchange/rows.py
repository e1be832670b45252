"""The rows of a sheet that are records, and what each cell of them says."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.exchange import contents, headings, readers, turned, vocabulary
from enishi.exchange.headings import is_blank
from enishi.exchange.mapping import JOINED, Plan, kind_of
from enishi.exchange.models import ImportJob
from enishi.exchange.rowrules import RowRules
from enishi.exchange.sheet import PERSON, USUAL, Column
from enishi.japanese import addresses, amounts, emails, names, odds, telephones
from enishi.japanese.text import fold
from enishi.records import registry
from enishi.records.bulk import Packed
from enishi.records.entity import Entity
from enishi.records.fields import (
    Choice,
    Date,
    Email,
    FieldKind,
    FreeChoice,
    Kana,
    Linked,
    LongText,
    Money,
    Number,
    Percent,
    Person,
    PostalCode,
    Reference,
    Tags,
    Telephone,
    Words,
)

TOWNS = [headings.key(word) for word in vocabulary.TOWNS.split()]
BLOCKS = [headings.key(word) for word in vocabulary.BLOCKS.split()]
NOTHING = set("- － ー — ― ‐ なし 無し 無 不明 未定 未登録 該当なし n/a na none null * / 0000-00-00 0/0/00 #n/a #ref! #value! #div/0! #name? #null! #num!".split())  # fmt: skip
DONE = {
    "完了",
    "済",
    "済み",
    "完",
    "対応済",
    "対応済み",
    "終了",
    "done",
    "completed",
    "○",
    "〇",
    "✓",
    "✔",
    "レ",
}
UNTOUCHED = {"未", "未完了", "未着手", "未対応", "×", "open", "todo", "not started"}
NOT_DONE = {*UNTOUCHED, "対応中", "進行中", "作業中", "着手", "着手中", "保留", "in progress", "deferred", "waiting", "待機中", "延期"}  # fmt: skip
_DAY_ONLY = re.compile(r"^\s*\d{1,2}\s*[月/.-]\s*\d{1,2}\s*日?\s*(\([月火水木金土日]\))?$")
_ABOUT = re.compile(
    r"\d[^\d]*[〜～~][^\d]*\d|以上|以下|未満|程度|前後|未定|相談|見積|別途|要|なし|無|不明|確認|検討|調整|込み"
)
_POSTAL = re.compile(r"^〒?\s*(\d{3}-\d{4}|\d{7})[\s　,、]+(?=\D)|^〒\s*(\d{3}-?\d{4})\s*")
_SEVERAL_MAILS = re.compile(r"\s*(?::::|[;；,，、/／\n]|\s)\s*")
_BROKEN = "\ufffd"


@dataclass
class Parsed:
    """One row: its values by entity, or why it can't come in."""

    number: int
    cells: list[Any]
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    outcome: dict[str, str] = field(default_factory=dict)  # entity → new / update / same
    keys: dict[str, int] = field(default_factory=dict)
    drafts: dict[str, Packed] = field(default_factory=dict)  # by entity, where another process drafted it


# --- which rows -------------------------------------------------------------------------------------
def tables_of(job: ImportJob, plan: Plan) -> list[readers.Table]:
    """The sheets that the plan reads, the chosen one first.

    Raises:
        readers.Unreadable
    """
    found = {table.name: table for table in readers.open_tables(Path(job.path), job.file_name)}
    first = found.get(plan.table) or next(iter(found.values()))
    return [first, *(found[name] for name in plan.more if name in found and found[name] is not first)]


def data_rows(job: ImportJob, plan: Plan) -> Iterator[tuple[int, list[Any]]]:
    """Row numbers as Excel shows them, and cells, without headings, blanks, repeated headings, totals and footnotes.

    Raises:
        readers.Unreadable
    """
    if plan.cards:
        raise readers.Unreadable(
            _("1件ずつのカードの形のシートです。1行が1件の表（1行目に見出し）にしてからお試しください。")
        )
    rules = RowRules(plan)
    for table in tables_of(job, plan):
        above: list[Any] = []
        lines = table.rows()
        if plan.turned >= 0:
            lines = iter(turned.turn(table.head(turned.MOST_ROWS), plan.turned))
        for number, row in enumerate(lines, 1):
            if number <= plan.header_rows or is_blank(row):
                continue
            rules.fill_dittos(row, above)
            if rules.is_record(row):
                above = row
                yield number, row


# --- one row ----------------------------------------------------------------------------------------
class RowReader:
    """Reads rows by a plan; looks fields up once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.columns: list[tuple[Column, Entity, FieldKind]] = []
        for column in plan.columns:
            found = kind_of(column.target) if column.target else None
            if found is not None and found.entity is not None:
                self.columns.append((column, found.entity, found))
        self.columns.sort(key=lambda one: self._order(one[0]))  # stable: the sheet's order otherwise
        self.entities = plan.entities
        self.names = {entity.name for entity in self.entities}
        targets = {column.target for column in plan.columns}
        self.free = {  # where a second number of a cell may go
            kind: [
                f"{entity}.{kind}" for entity in ("contact", "account")
                if entity in self.names and f"{entity}.{kind}" not in targets and not (entity == "account" and kind == "mobile")
            ]
            for kind in ("mobile", "fax", "phone")
        }  # fmt: skip
        self.has = {
            target: target in targets
            for target in ("contact.title", "account.postal_code", "contact.postal_code")
        }
        self.prefixed = {
            column.index: f"{column.heading}: "
            for column, _entity, found in self.columns
            if found.name == "note" and column.heading
            and not any(name == "note" for _e, name in headings.means(column.heading))
        }  # fmt: skip
        self.as_is = {column.index for column, entity, found in self.columns if self._as_is(entity, found)}
        main = registry.find(plan.main)
        self.with_lines = main is not None and bool(main.imports.together)
        self.tied: dict[str, dict[str, int]] = {}  # names of connected records that were looked up
        self.joined = {column.index: self._joint(column, found) for column, _entity, found in self.columns}

    @staticmethod
    def _order(column: Column) -> int:
        """Outlook has 番地 before 市区町村; an address is read the other way round."""
        if not column.target.endswith(".address"):
            return 0
        head = headings.key(column.heading)
        return -1 if any(word in head for word in TOWNS) else 1 if any(word in head for word in BLOCKS) else 0

    @staticmethod
    def _as_is(entity: Entity, found: FieldKind) -> bool:
        """Whether a cell of letters goes to the field as it is: most columns of most ledgers."""
        if type(found) not in {Words, Kana, LongText, FreeChoice, PostalCode}:
            return False
        return found.name not in {"name", "address"} or entity.name not in USUAL

    @staticmethod
    def _joint(column: Column, found: FieldKind) -> str | None:
        return JOINED.get(found.name) if isinstance(found, Words) else None

    def read(self, number: int, cells: list[Any]) -> Parsed:
        """The row's values; what can't be read is an error with the column's name."""
        parsed = Parsed(number, cells)
        for column, entity, found in self.columns:
            cell = cells[column.index] if column.index < len(cells) else None
            if cell is None or cell == "":
                continue
            if isinstance(cell, str):
                if _BROKEN in cell:
                    heading = column.heading or found.label
                    parsed.errors.append(_("%(heading)s: 読めない文字があります。") % {"heading": heading})
                    continue
                formed = not isinstance(found, Words) or found.kind in {
                    "email",
                    "telephone",
                    "postal_code",
                    "url",
                }
                if (formed or cell.startswith("#")) and cell.strip().lower() in NOTHING:
                    continue
            elif isinstance(cell, datetime.date) and cell.year < 1900:
                continue  # an empty cell with the form of a date
            self._read_cell(parsed, column, entity, found, cell)
        self._finish(parsed)
        return parsed

    def _read_cell(self, parsed: Parsed, column: Column, entity: Entity, found: FieldKind, cell: Any) -> None:
        values = parsed.values.setdefault(entity.name, {})
        heading = column.heading or found.label
        try:
            if isinstance(found, Telephone):
                value = self._telephones(parsed, entity, found, heading, cell)
            else:
                if not (column.index in self.as_is and isinstance(cell, str)):
                    cell = self._mended(parsed, column, entity, found, cell)
                value = found.clean(cell)
        except (ValidationError, ValueError, OverflowError) as error:
            text = "、".join(error.messages) if isinstance(error, ValidationError) else str(error)
            if self._keeps(found, cell):
                self._keep(parsed, entity, found, heading, readers.plain(cell))
            else:
                parsed.errors.append(f"{heading}: {text}")
            return
        if found.is_empty(value):
            return
        if column.index in self.prefixed:
            value = f"{self.prefixed[column.index]}{value}"
        held = values.get(found.name)
        if isinstance(value, str) and isinstance(held, str) and held:
            joint = self.joined[column.index]
            if joint is None:
                if held != value:
                    self._note(parsed, entity.name, f"{heading}: {value}")
                return
            joint = joint or (" " if value[0].isascii() and value[0].isalpha() else "")
            value = held if held.endswith(value) else f"{held}{joint}{value}"
            longest = getattr(found, "longest", 0)
            if longest and len(value) > longest:
                parsed.errors.append(f"{heading}: " + _("%(longest)d文字までです。") % {"longest": longest})
                return
        values[found.name] = value

    def _mended(self, parsed: Parsed, column: Column, entity: Entity, found: FieldKind, cell: Any) -> Any:
        """The cell as the field takes it."""
        if isinstance(found, Money):
            return amounts.parse_yen(cell, column.unit)
        if isinstance(found, Linked):
            return self._tied(found, readers.plain(cell))
        if isinstance(found, Percent) and isinstance(cell, str) and not contents.has_digit(cell):
            return self._odds(parsed, entity, column.heading or found.label, cell)
        if isinstance(found, Percent):
            return round(cell * 100) if column.unit == 100 and isinstance(cell, int | float) else cell
        if isinstance(found, Number) and isinstance(cell, datetime.date):
            raise ValueError(_("日付ではなく数字を入力してください。"))
        if isinstance(cell, datetime.date) and isinstance(found, Words | Choice):
            return readers.plain(cell)
        if isinstance(found, Person | Reference) and contents.is_number(cell):
            raise ValueError  # the company's number of somebody says nothing to us
        if not isinstance(cell, str):
            return readers.plain(cell) if isinstance(cell, datetime.time | bool) else cell
        if entity.name == "task" and found.name == "done_at":
            return self._done(parsed, column.heading or found.label, cell)
        if isinstance(found, Email):
            return self._email(parsed, entity, column.heading or found.label, cell)
        if isinstance(found, Tags):
            return re.sub(
                r"\s*(:::|[;；|｜\n])\s*(\*\s*)?", ",", cell.removeprefix("* ")
            )  # Google's and Outlook's lists
        if found.name == "name" and entity.name == "account":
            return names.strip_honorific(cell)[0] if cell.rstrip().endswith(("様", "御中", "殿")) else cell
        if found.name == "name" and entity.name == "contact":
            return self._person(parsed, cell)
        if found.name == "address" and entity.name in USUAL:
            return self._address(parsed, entity, cell)
        if isinstance(found, Choice) and not isinstance(found, FreeChoice) and found.name == "rank":
            return cell.strip().removesuffix("ランク").strip() or cell
        return cell

    def _tied(self, found: Linked, text: str) -> list[tuple[int, None]]:
        """The records that a cell names; each name is looked up once."""
        made: list[tuple[int, None]] = []
        for name in found.names(text):
            known = self.tied.setdefault(found.name, {})
            if name not in known:
                known[name] = found.by_name(name)
            made.append((known[name], None))
        return made

    def _done(self, parsed: Parsed, heading: str, cell: str) -> Any:
        """済 is done now; a day, also from another column, is when it was done; 進行中 is a remark."""
        word = fold(cell)
        if word in DONE:
            return parsed.values["task"].get("done_at") or timezone.localtime().replace(microsecond=0)
        if word not in NOT_DONE:
            return cell
        if word not in UNTOUCHED:
            self._note(parsed, "task", f"{heading}: {cell}")
        return parsed.values["task"].get("done_at")

    def _odds(self, parsed: Parsed, entity: Entity, heading: str, cell: str) -> int:
        """確度 A is a number to us; what was written stays beside it."""
        found = odds.percent(cell)
        if found is None:
            raise ValueError(_("確率として読めません。"))
        self._note(parsed, entity.name, f"{heading}: {cell.strip()}")
        parsed.kept.append(f"{heading}「{cell.strip()[:40]}」→ {found}%")
        return found

    def _email(self, parsed: Parsed, entity: Entity, heading: str, cell: str) -> str:
        """The cell's address; further ones in it go into the note."""
        several = [part for part in _SEVERAL_MAILS.split(cell) if "@" in part or "＠" in part]
        if len(several) < 2:
            return cell
        for one in several[1:]:
            self._note(parsed, entity.name, f"{heading}: {emails.clean_email(one)}")
        return several[0]

    def _person(self, parsed: Parsed, cell: str) -> str:
        """A title beside the name goes where titles go."""
        name, title = names.split_title(" ".join(cell.split("\n")))
        if title and not self.has["contact.title"]:
            parsed.values["contact"].setdefault("title", title)
            return name
        return cell

    def _address(self, parsed: Parsed, entity: Entity, cell: str) -> str:
        """A postal code in front of the address goes where postal codes go."""
        match = _POSTAL.match(fold(cell)) if not self.has.get(f"{entity.name}.postal_code") else None
        code = addresses.parse_postal_code(match[1] or match[2]) if match else None
        if code is None:
            return cell
        parsed.values[entity.name].setdefault("postal_code", code)
        return re.sub(r"^[〒\s　]*[\d０-９\-－‐ー−]+[\s　,、]*", "", cell)

    def _telephones(self, parsed: Parsed, entity: Entity, found: FieldKind, heading: str, cell: Any) -> str:
        """The cell's number; further ones in it go to the fields that are free, or into the note."""
        several = telephones.find_telephones(cell)
        if len(several) < 2:
            mended = several[0].number.display if several else telephones.mend_zero(cell)
            return str(found.clean(mended))
        order = [
            word
            for word, part in (("phone", "tel"), ("phone", "電話"), ("fax", "fax"), ("mobile", "携帯"))
            if part in fold(heading)
        ]
        main = ""
        for place, one in enumerate(several):
            number = one.number.display
            mobile = one.number.digits.startswith(("070", "080", "090"))
            kind = one.label or ("mobile" if mobile else "")
            if not kind and "fax" in order and len(order) > 1 and place == 1:
                kind = "fax"
            if not main and (kind in {"", found.name} or place == len(several) - 1):
                main = number
                continue
            place_for = next(
                (t for t in self.free.get(kind or "phone", ()) if t.split(".")[1] not in parsed.values.get(t.split(".")[0], {})),
                "",
            )  # fmt: skip
            if place_for and kind:
                name, _dot, field_name = place_for.partition(".")
                parsed.values.setdefault(name, {})[field_name] = number
            else:
                self._note(parsed, entity.name, f"{heading}: {number}")
        return main

    @staticmethod
    def _keeps(found: FieldKind, cell: Any) -> bool:
        """Whether what the field can't take stays as text: unknown users and choices, vague dates."""
        if isinstance(found, Person | Reference):
            return True
        if isinstance(found, Percent):
            return isinstance(cell, str) and (not contents.has_digit(cell) or bool(_ABOUT.search(cell)))
        if isinstance(found, Money | Number):
            return isinstance(cell, str) and bool(_ABOUT.search(cell))
        if isinstance(found, Date):
            return isinstance(cell, str) and bool(contents.VAGUE.search(cell) or _DAY_ONLY.match(fold(cell)))
        return isinstance(found, Choice) and not isinstance(found, FreeChoice)

    def _keep(self, parsed: Parsed, entity: Entity, found: FieldKind, heading: str, text: str) -> None:
        """A word that is no known user or choice is not lost: it stays as text, and is reported."""
        if isinstance(found, Person) and "their_owner" in entity.fields:
            parsed.values[entity.name]["their_owner"] = text[:100]
        else:
            self._note(parsed, entity.name, f"{heading}: {text}")
        parsed.kept.append(f"{heading}「{text[:40]}」")

    def _note(self, parsed: Parsed, entity: str, line: str) -> None:
        values = parsed.values.setdefault(entity, {})
        if any(one.name == entity and "note" in one.fields for one in self.entities):
            held = values.get("note")
            if line not in str(held or "").split("\n"):
                values["note"] = f"{held}\n{line}"[:20_000] if held else line[:20_000]

    def _finish(self, parsed: Parsed) -> None:
        """Drops what has no name, or says that the row's main thing has none."""
        if self.with_lines:  # whom it is about may be known by a number alone, and an order needs no name
            parsed.values = {self.plan.main: parsed.values.get(self.plan.main, {}), **parsed.values}
            return
        contact, account = parsed.values.get("contact"), parsed.values.get("account")
        someone = contact is not None and any(contact.get(part) for part in PERSON)
        company = bool((account or {}).get("name"))
        if not someone and self.plan.main == "contact" and not company:
            parsed.errors.append(_("氏名がありません。"))
        elif contact is not None and not someone:
            self._hand_over(parsed, "contact", "account")
        if not company and self.plan.main == "account":
            parsed.errors.append(_("取引先の名前がありません。"))
        elif account is not None and not company:
            self._hand_over(parsed, "account", "contact")
        for entity in self.entities:
            if entity.name not in {self.plan.main, "deal", "task"} or entity.name in {"account", "contact"}:
                continue
            values = parsed.values.get(entity.name)
            if values is not None and values.get(entity.title_field):
                continue
            if entity.name != self.plan.main:
                if values:
                    self._hand_over(parsed, entity.name, self.plan.main)
            elif entity.name == "deal" and "deal.name" not in {c.target for c, _e, _f in self.columns}:
                self._name_deal(parsed)
            else:
                parsed.errors.append(_("%(entity)sの名前がありません。") % {"entity": entity})

    def _hand_over(self, parsed: Parsed, nobody: str, other: str) -> None:
        """What the row says of somebody without a name (a company without its person, a person without a company) is
        the other's: in the field of the same name where that is free, else in the note."""
        values = parsed.values.pop(nobody)
        held = parsed.values.get(other) or (parsed.values.get(self.plan.main) if parsed.values else None)
        if held is None:
            return
        entity = registry.get(next(name for name, one in parsed.values.items() if one is held))
        for name, value in values.items():
            field = registry.get(nobody).fields[name]
            place = "phone" if name == "mobile" and "mobile" not in entity.fields else name
            mine = entity.fields.get(place)
            if (
                mine is not None
                and name not in {"name", "code", "kana", "note"}
                and type(mine) is type(field)
            ):
                if not held.get(place):
                    held[place] = value
                    continue
                if held[place] == value:
                    continue
            for line in field.text(value).split("\n"):
                self._note(parsed, entity.name, line if name == "note" else f"{field.label}: {line}")

    def _name_deal(self, parsed: Parsed) -> None:
        """A list of quotes without subjects: each is called by its customer."""
        for name in ("account", "contact"):
            values = parsed.values.get(name, {})
            title = values.get("name") or f"{values.get('family_name', '')}{values.get('given_name', '')}"
            if title:
                parsed.values.setdefault("deal", {})["name"] = _("%(customer)sの案件") % {
                    "customer": title[:150]
                }
                return
        parsed.errors.append(_("案件の名前がありません。"))
