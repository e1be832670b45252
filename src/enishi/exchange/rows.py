"""What each cell of a row that is a record says."""

import datetime
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.exchange import (
    channels,
    contents,
    forall,
    headings,
    oddcells,
    places,
    posts,
    reach,
    readers,
    rowends,
    todo,
    visits,
    vocabulary,
)
from enishi.exchange.mapping import JOINED, Plan, kind_of
from enishi.exchange.parsed import Parsed
from enishi.exchange.programs import ProgramReader
from enishi.exchange.sheet import PERSON, USUAL, Column
from enishi.japanese import addresses, amounts, names, odds
from enishi.japanese.text import clean, fold
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import (
    Choice,
    Date,
    DateTime,
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
    Url,
    Words,
)
from enishi.records.fields.links import NONE_FOUND

TOWNS = [headings.key(word) for word in vocabulary.TOWNS.split()]
BLOCKS = [headings.key(word) for word in vocabulary.BLOCKS.split()]
LONGEST_NOTE = 20_000
MOST_KNOWN = 2000  # different cells of a column that are remembered
_ABOUT = re.compile(
    r"\d[^\d]*[〜～~][^\d]*\d|以上|以下|未満|程度|前後|未定|相談|見積|別途|要|なし|無|不明|確認|検討|調整|込み"
)
_WARNING = "アレルギー"  # among what somebody likes it must not read like something liked
_BROKEN = "\ufffd"
_FORMED = {"email", "telephone", "postal_code", "url"}


def _whole_of(one: str, other: str) -> str:
    """The longer of two parts of an address that holds the other; "" where neither does, or a part says too little to tell."""
    short, long = sorted((one, other), key=len)
    said = len(short) > 3 or not any(c.isdigit() for c in short)
    return long if said and fold(short).replace(" ", "") in fold(long).replace(" ", "") else ""


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
        self.places = {
            target: [column.index for column in plan.columns if column.target == target] for target in targets
        }
        self.has = {target: target in targets for target in ("account.postal_code", "contact.postal_code")}
        self.prefixed = {
            column.index: f"{column.heading}: "
            for column, _entity, found in self.columns
            if (found.name == _entity.imports.note and column.heading and not visits.is_text(column.heading)
            and not any(name == "note" for _e, name in headings.means(column.heading)))
            or (found.name == "preferences" and _WARNING in column.heading)
        }  # fmt: skip
        self.posts, self.unsorted = rowends.together(plan)
        self.kind, self.for_all = visits.kind_of(plan), forall.values(plan)
        self.program = ProgramReader(plan) if plan.profile else None
        self.as_is = {column.index for column, entity, found in self.columns if self._as_is(entity, found)}
        # What their cells say, where it is the same whatever else stands in the row: 業種 and 〒 come again and again.
        self.known: dict[int, dict[Any, Any]] = {index: {} for index in self.as_is if self.program is None}
        main = registry.find(plan.main)
        self.read_in_turn = [(one[0].index, self.known.get(one[0].index), *one) for one in self.columns]
        self.names_main = any(f"{plan.main}.{part}" in targets for part in PERSON)
        self.with_lines = main is not None and bool(main.imports.beside)
        self.paid = channels.is_of_purchases(plan)
        self.towns: list[tuple[str, str]] = []  # of the row: whose prefecture had the city behind it
        self.lenient = False  # in a preview, of what will be made beforehand
        self.tied: dict[
            str, dict[str, int | ValidationError]
        ] = {}  # names of connected records that were looked up
        self.joined = {
            column.index: JOINED.get(found.name) if isinstance(found, Words) else None
            for column, _entity, found in self.columns
        }

    @staticmethod
    def _order(column: Column) -> int:
        """Outlook has 番地 before 市区町村; an address is read the other way round. A name or a mail says who somebody is before a
        number does."""
        if column.target.endswith(".owner"):
            return int(headings.key(column.heading).endswith("id"))
        if column.target == "activity.text":
            return -2 if visits.is_text(column.heading) else 1  # what was said comes first
        if column.target.endswith(".building"):
            return 2  # a lot number in front of it goes behind the address
        if not column.target.endswith(".address"):
            return 0
        head = headings.key(column.heading)
        return -1 if any(word in head for word in TOWNS) else 1 if any(word in head for word in BLOCKS) else 0

    @staticmethod
    def _as_is(entity: Entity, found: FieldKind) -> bool:
        """Whether a cell of letters goes to the field as it is: most columns of most ledgers."""
        if type(found) not in {Words, Kana, LongText, FreeChoice, PostalCode}:
            return False
        return found.name not in {"name", "prefecture", "address", "building"} or entity.name not in USUAL

    def read(self, number: int, cells: list[Any]) -> Parsed:
        """The row's values; what can't be read is an error with the column's name."""
        parsed = Parsed(number, cells)
        if self.program is not None and (why := self.program.skips(cells)):
            parsed.skipped = why
            return parsed
        width = len(cells)
        for index, known, column, entity, found in self.read_in_turn:
            cell = cells[index] if index < width else None
            if cell is None or cell == "":
                continue
            if known is not None and (value := known.get(cell)) is not None:
                self._put(parsed, column, entity, found, value)
                continue
            if isinstance(cell, str):
                if not cell.isprintable() and not (cell := clean(cell)):
                    continue  # marks that nobody sees, as web pages and other programs leave them
                if _BROKEN in cell:
                    heading = column.heading or found.label
                    parsed.errors.append(_("%(heading)s: 読めない文字があります。") % {"heading": heading})
                    continue
                if entity.name == "contact" and found.name in PERSON and contents.is_nobody(cell):
                    continue
                formed = not isinstance(found, Words) or found.kind in _FORMED
                if (formed or cell.startswith("#")) and contents.says_nothing(cell):
                    if cell.strip() in contents.OPEN and isinstance(found, Money | Number | Date):
                        self._keep(parsed, entity, found, column.heading or found.label, cell.strip())
                    continue
            elif isinstance(cell, datetime.date) and cell.year < 1900:
                continue  # an empty cell with the form of a date
            if self.program is not None:
                cell = self.program.cell(self, parsed, column, found, cells, cell)
                if cell in (None, ""):
                    continue
            self._read_cell(parsed, column, entity, found, cell)
        for name, town in self.towns:
            places.begin(parsed.values[name], town)
        self.towns.clear()
        if self.program is not None:
            self.program.finish(self, parsed, cells)
        rowends.finish(self, parsed)
        forall.fill(parsed.values, self.for_all)
        return parsed

    def _read_cell(self, parsed: Parsed, column: Column, entity: Entity, found: FieldKind, cell: Any) -> None:
        values = parsed.values.setdefault(entity.name, {})
        heading = column.heading or found.label
        if found.name == "birthday" and isinstance(cell, int | float) and 1868 <= cell <= 2100:
            cell = f"{cell:.0f}"  # a year alone
        try:
            if isinstance(found, Telephone):
                value = reach.value(self, parsed, entity, found, heading, cell)
            else:
                if not (column.index in self.as_is and isinstance(cell, str)):
                    cell = self._mended(parsed, column, entity, found, cell)
                value = found.clean(cell)
        except (ValidationError, ValueError, OverflowError) as error:
            text = "、".join(error.messages) if isinstance(error, ValidationError) else str(error)
            if isinstance(found, Person) and values.get(found.name):
                return  # another column has said it
            if self._keeps(found, cell):
                self._keep(parsed, entity, found, heading, readers.plain(cell))
            else:
                parsed.errors.append(f"{heading}: {text}")
            return
        if found.is_empty(value):
            return
        known = self.known.get(column.index)
        if known is not None and isinstance(cell, str) and len(known) < MOST_KNOWN:
            known[cell] = value
        self._put(parsed, column, entity, found, value)

    def _put(self, parsed: Parsed, column: Column, entity: Entity, found: FieldKind, value: Any) -> None:
        """Puts what a cell says beside what others of the row have said of the field."""
        values = parsed.values.setdefault(entity.name, {})
        heading = column.heading or found.label
        if column.index in self.prefixed:
            value = f"{self.prefixed[column.index]}{value}"
        held = values.get(found.name)
        if isinstance(found, Person) and held:
            if held != value:
                self.note(parsed, entity.name, f"{heading}: {found.text(value)}")
            return
        if isinstance(value, str) and isinstance(held, str) and held:
            joint = self.joined[column.index]
            if joint is None:
                if held != value:
                    self.note(parsed, entity.name, f"{heading}: {value}")
                return
            spaced = value[0].isascii() and (
                value[0].isalpha() or (held[-1].isascii() and held[-1].isalpha())
            )
            joint = joint or (" " if spaced else "")
            if found.name == "address" and (whole := _whole_of(held, value)):
                value = whole  # 住所 beside 市区町村 and 番地
            else:
                value = held if held.endswith(value) else f"{held}{joint}{value}"
            longest = getattr(found, "longest", 0)
            if longest and len(value) > longest:
                parsed.errors.append(f"{heading}: " + _("%(longest)d文字までです。") % {"longest": longest})
                return
        values[found.name] = value

    def _mended(self, parsed: Parsed, column: Column, entity: Entity, found: FieldKind, cell: Any) -> Any:
        """The cell as the field takes it."""
        if isinstance(found, Money):
            return self._yen(parsed, column, entity, found, cell)
        if isinstance(found, Linked):
            return self._tied(found, readers.plain(cell))
        if isinstance(found, Percent) and isinstance(cell, str) and not contents.has_digit(cell):
            return self._odds(parsed, entity, column.heading or found.label, cell)
        if isinstance(found, Number) and isinstance(cell, datetime.date):
            raise ValueError(_("日付ではなく数字を入力してください。"))
        if isinstance(found, Number):
            return self._number(parsed, column, entity, found, cell)
        if found.name in {"address", "building"} and entity.name in USUAL and (lot := oddcells.lot(cell)):
            parsed.kept.append(f"{column.heading or found.label}「{readers.plain(cell)[:40]}」→ {lot}")
            cell = lot
        if isinstance(cell, datetime.date) and isinstance(found, Words | Choice):
            return readers.plain(cell)
        if isinstance(found, Person | Reference) and contents.is_number(cell):
            raise ValueError  # the company's number of somebody says nothing to us
        if not isinstance(cell, str):
            return readers.plain(cell) if isinstance(cell, datetime.time | bool) else cell
        if entity.name == "task" and found.name == "done_at":
            state = todo.done(cell, parsed.values["task"].get("done_at"))
            if state.remark:
                self.note(parsed, "task", f"{column.heading or found.label}: {cell}")
            return state.value
        if entity.name == "activity" and found.name == "at":
            return visits.moment(cell, parsed.values["activity"].get("at"))
        if isinstance(found, Date):
            return oddcells.day(cell, found.name == "birthday", timezone.localdate())
        if isinstance(found, Email):
            return self._email(parsed, entity, column.heading or found.label, cell)
        if isinstance(found, Url) and "." not in cell and "．" not in cell and "://" not in cell:
            raise ValueError  # Facebook is a word, no address
        if isinstance(found, Tags):
            return re.sub(
                r"\s*(:::|[;；|｜\n])\s*(\*\s*)?", ",", cell.removeprefix("* ")
            )  # Google's and Outlook's lists
        if found.name == "name" and entity.name == "account":
            return names.strip_honorific(cell)[0] if cell.rstrip().endswith(("様", "御中", "殿")) else cell
        if found.name == "name" and entity.name == "contact":
            return self._person(parsed, column.heading or found.label, cell)
        if found.name == "prefecture" and entity.name in USUAL:
            told, town = addresses.read_prefecture(cell)
            if told and town:
                self.towns.append((entity.name, town))
            return told or cell
        if found.name == "address" and entity.name in USUAL:
            code_apart = self.has.get(f"{entity.name}.postal_code", False)
            return places.address(parsed.values[entity.name], cell, code_apart)
        if found.name == "building" and entity.name in USUAL:
            return places.building(parsed.values[entity.name], entity, column.heading, cell)
        if isinstance(found, Choice) and not isinstance(found, FreeChoice) and found.name == "rank":
            return cell.strip().removesuffix("ランク").strip() or cell
        return cell

    def _yen(self, parsed: Parsed, column: Column, entity: Entity, found: Money, cell: Any) -> int:
        """The amount; of 「1,000,000円（税込1,100,000円）」 the first, while the whole stays as text and is reported."""
        try:
            return amounts.parse_yen(cell, column.unit)
        except ValueError:
            first = amounts.without_aside(cell) if isinstance(cell, str) else ""
            if not first:
                raise
            yen = amounts.parse_yen(first, column.unit)
        heading = column.heading or found.label
        self.note(parsed, entity.name, f"{heading}: {cell.strip()}")
        parsed.kept.append(f"{heading}「{cell.strip()[:40]}」→ {found.text(yen)}")
        return yen

    def _number(self, parsed: Parsed, column: Column, entity: Entity, found: Number, cell: Any) -> Any:
        """A number as the field holds it. One that is finer is rounded where the record has room for what was written, and reported;
        else the field refuses it."""
        percent = isinstance(found, Percent)
        try:
            number = amounts.parse_number(
                cell.replace("％", "") if percent and isinstance(cell, str) else cell
            )
            if percent and column.unit == 100 and not (isinstance(cell, str) and re.search("[%％]", cell)):
                number *= 100  # a sheet keeps 30% as 0.3
            rounded = found.rounded(number)
        except (ValueError, ArithmeticError):
            return cell  # which the field refuses in its own words
        if found.fits(number):
            return rounded
        if "note" not in entity.fields:
            return number
        heading, text = column.heading or found.label, f"{number.normalize():f}{found.unit}"
        self.note(parsed, entity.name, f"{heading}: {text}")
        parsed.kept.append(
            f"{heading}「{text}」→ {found.text(float(rounded) if found.places else int(rounded))}"
        )
        return rounded

    def _tied(self, found: Linked, text: str) -> list[tuple[int, str | None]]:
        """The records that a cell names; each name is looked up once."""
        known = self.tied.setdefault(found.name, {})

        def look(name: str) -> int:
            if name not in known:
                try:
                    known[name] = found.by_name(name)
                except ValidationError as error:
                    known[name] = error
            held = known[name]
            if isinstance(held, ValidationError):
                raise held
            return held

        try:
            return found.named(text, look)
        except ValidationError as error:
            if self.lenient and error.code == NONE_FOUND:
                return []  # it is made before the rows come in
            raise

    def _odds(self, parsed: Parsed, entity: Entity, heading: str, cell: str) -> int:
        """確度 A is a number to us; what was written stays beside it."""
        found = odds.percent(cell)
        if found is None:
            raise ValueError(_("確率として読めません。"))
        self.note(parsed, entity.name, f"{heading}: {cell.strip()}")
        parsed.kept.append(f"{heading}「{cell.strip()[:40]}」→ {found}%")
        return found

    def _email(self, parsed: Parsed, entity: Entity, heading: str, cell: str) -> str:
        """The cell's address; further ones in it, and what is said of them, go into the note."""
        first, unsaid = oddcells.mails(cell)
        for one in unsaid:
            self.note(parsed, entity.name, f"{heading}: {one}")
        return first

    def _person(self, parsed: Parsed, heading: str, cell: str) -> str:
        """A title beside the name goes where titles go, if nothing else stands there. 経理ご担当者様 is nobody: it stays as text."""
        line = " ".join(cell.split("\n"))
        nobody, department = names.is_nobody(line)
        if nobody:
            if department:
                self.remark(parsed, f"{heading}: {line.strip()}")
                parsed.kept.append(f"{heading}「{line.strip()[:40]}」")
            return ""
        if (post := posts.read(line)) is not None:
            return posts.put(self, parsed, heading, line, post)
        name, title = names.split_title(line)
        told = " ".join(
            readers.plain(parsed.cells[at])
            for at in self.places.get("contact.title", ())
            if at < len(parsed.cells)
        ).strip()
        if not title or (told and fold(told) != fold(title)):
            return cell
        parsed.values["contact"].setdefault("title", title)
        return name

    @staticmethod
    def _keeps(found: FieldKind, cell: Any) -> bool:
        """Whether what the field can't take stays as text: unknown users and choices, vague dates, 送付不可 for an address."""
        if isinstance(found, Person | Reference):
            return True
        if isinstance(found, Percent):
            return isinstance(cell, str) and (not contents.has_digit(cell) or bool(_ABOUT.search(cell)))
        if isinstance(found, Money | Number):
            return isinstance(cell, str) and bool(_ABOUT.search(cell))
        if isinstance(found, Date):
            vague = isinstance(cell, str) and bool(contents.VAGUE.search(cell))
            return vague or oddcells.is_no_day(cell, isinstance(found, DateTime))
        if isinstance(found, Email):
            return isinstance(cell, str) and "@" not in cell and "＠" not in cell
        if isinstance(found, Telephone | Url):
            return isinstance(cell, str) and "@" not in cell and "://" not in cell
        return isinstance(found, Choice) and not isinstance(found, FreeChoice)

    def _keep(self, parsed: Parsed, entity: Entity, found: FieldKind, heading: str, text: str) -> None:
        """A word that is no known user or choice is not lost: it stays as text, and is reported."""
        if isinstance(found, Person) and "their_owner" in entity.fields:
            parsed.values[entity.name]["their_owner"] = text[:100]
        else:
            self.note(parsed, entity.name, f"{heading}: {text}")
        parsed.kept.append(f"{heading}「{text[:40]}」")

    def remark(self, parsed: Parsed, line: str) -> None:
        """A line in the note of what the row is about."""
        self.note(parsed, self.plan.main, line)

    def note(self, parsed: Parsed, entity: str, line: str) -> None:
        """A line in the note of one of the row's records."""
        values = parsed.values.setdefault(entity, {})
        place = registry.get(entity).imports.note
        if any(one.name == entity and place in one.fields for one in self.entities):
            held = values.get(place)
            if line not in str(held or "").split("\n"):
                text = f"{held}\n{line}" if held else line
                if len(text) > LONGEST_NOTE:
                    parsed.errors.append(_("備考に入りきりません（2万文字まで）。"))
                values[place] = text[:LONGEST_NOTE]
