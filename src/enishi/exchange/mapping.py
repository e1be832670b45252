"""Which column is what: proposed from the headings (`headings`) and from what stands below them (`contents`)."""

import itertools
import re
from dataclasses import dataclass, field
from typing import Any

from enishi.exchange import (
    addressed,
    blocks,
    bycontent,
    codes,
    contents,
    headings,
    ours,
    persons,
    posts,
    privates,
    profiles,
    telephones,
    turned,
    twolines,
    visits,
    vocabulary,
)
from enishi.exchange.headings import Meaning, key
from enishi.exchange.layouts import Layouts
from enishi.exchange.noting import note_the_rest
from enishi.exchange.sheet import PERSON, REACH, SECOND, USUAL, Column, Sheet
from enishi.japanese.text import fold
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import FieldKind, Money, Percent

MATCHES = ("exact", "careful", "loose")
MISSING = ("refuse", "create")  # a row whose connection names what isn't there, or what it names
MOST_REPEATED = 50  # codes that are told
IMPOSSIBLE = 90
# Several columns may go into one of these fields: what stands between their texts.
STATES = {key(word) for word in vocabulary.TASK_STATES.split()}
SALES = {"last_purchase_on", "purchase_total"}
JOINED = {"address": "", "building": " ", "name": " ", "note": "\n", "text": "\n", "preferences": "\n"}
# … and of these fields, which hold one value, the first column that has one fills them.
SHARED = {*JOINED, "done_at", "owner"}


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
    turned: int = -1  # the column of labels, where headings stand below each other and records side by side
    cards: bool = False  # label beside value, again and again: nothing to read as a table
    form: str = ""  # the other program's form that the sheet has (`profiles`)
    profile: str = ""  # and as which it is read; "" as any sheet
    start: int = -1  # the column that marks where a record begins, if one takes several rows
    within: list[int] = field(default_factory=list)  # the columns that belong to each of its rows
    mixed: int = privates.NONE  # how a list of companies tells the private customers in it
    others: list[str] = field(default_factory=list)  # sheets with rows that are not read
    # columns of codes that stand beside different names: column, code, [[row, name]…] (`telling`)
    repeated: list[list[Any]] = field(default_factory=list)
    match: str = "careful"  # how strictly the same customer is known: exact, careful, loose
    missing: str = "refuse"  # or "create": what a connection names and isn't there is made, by its name alone
    # where the same headings begin once more beside each other (`blocks`)
    blocks: list[int] = field(default_factory=list)
    # all sheets with the same heading: those that are left out stand in `others`
    alike: list[str] = field(default_factory=list)
    width: int = 0  # the columns of a line, where each record takes two (`twolines`)
    firms: bool = False  # names of people hold their firms, which no column of its own does (`posts`)
    # where the sheets have the columns, if not all in the same places (`layouts`), and the headings that the first of them hasn't
    layouts: Layouts = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)
    for_all: dict[str, str] = field(default_factory=dict)  # what all rows get, as typed, by target (`forall`)

    @property
    def entities(self) -> list[Entity]:
        """The entities that a row makes, those pointed to first."""
        used = {column.target.partition(".")[0] for column in self.columns if column.target}
        found = registry.find(self.main)
        if found is not None and used & set(found.imports.beside):  # a line belongs to an order, said or not
            used.add(self.main)
        if self.mixed != privates.NONE:
            used.add("contact")
        if self.firms:
            used.add("account")
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
            "turned": self.turned,
            "cards": self.cards,
            "form": self.form,
            "profile": self.profile,
            "start": self.start,
            "within": self.within,
            "mixed": self.mixed,
            "others": self.others,
            "repeated": self.repeated,
            "match": self.match,
            "missing": self.missing,
            "alike": self.alike,
            "blocks": self.blocks,
            "width": self.width,
            "firms": self.firms,
            "layouts": [[name, *layout] for name, layout in self.layouts.items()],
            "extra": self.extra,
            "for_all": self.for_all,
        }

    @classmethod
    def from_json(cls, held: dict[str, Any]) -> "Plan":
        """From the database."""
        columns = [Column(*values) for values in held["columns"]]
        plan = cls(
            held["table"], held["header_rows"], columns, held["main"], held["keys"], held["on_match"],
            held.get("more", []), held.get("turned", -1), held.get("cards", False), held.get("form", ""), held.get("profile", ""),
            held.get("start", -1), held.get("within", []), match=held.get("match", "exact"),
        )  # fmt: skip
        plan.mixed, plan.others = held.get("mixed", privates.NONE), held.get("others", [])
        plan.repeated, plan.missing = held.get("repeated", []), held.get("missing", "refuse")
        plan.alike, plan.blocks, plan.width = (
            held.get("alike", []),
            held.get("blocks", []),
            held.get("width", 0),
        )
        plan.firms, plan.extra = held.get("firms", False), held.get("extra", [])
        plan.layouts = {name: (rows, places) for name, rows, places in held.get("layouts", [])}
        plan.for_all = dict(held.get("for_all", {}))
        return plan


_FRACTION = re.compile(r"[01](\.\d+)?$")  # 0.8, 1.0: whole ones alone may be per cents
_MAIL = re.compile(r"[a-z0-9._%+'-]+@[a-z0-9.-]+")


def propose(
    table: str,
    rows: list[list[Any]],
    wanted: str = "",
    *,
    recognise: bool = True,
    told: bool = False,
    several: dict[int, list[list[Any]]] | None = None,
) -> Plan:
    """The plan for a sheet whose first rows are given.

    Args:
        wanted: the entity that the person came from ("" lets the sheet decide).
        told: whether the person has said that it is this entity, whatever the sheet looks like.
        several: columns whose codes turned out to stand beside different names, with these as `Plan.repeated` holds them.
        recognise: whether another program's form is read as such (`profiles`).
    """
    labels, count = turned.labels(rows)
    if labels >= 0:
        if turned.is_cards(rows, labels, count):
            # One target, so that it is asked for its rows, which say what is wrong (`datarows.data_rows`).
            return Plan(table, 0, [Column(labels, "", "contact.note")], "contact", cards=True)
        rows = turned.turn(rows, labels)
    side = blocks.find(rows) if labels < 0 else []
    if side:
        rows = blocks.unfold(rows, side)
    place, width = twolines.find(rows) if labels < 0 and not side else (-1, 0)
    if width:
        rows = twolines.fold(rows, place, width)
    wanted = wanted or _called(rows, table)
    from enishi.exchange import with_lines

    if about := with_lines.about(rows, table, wanted):
        made = with_lines.plan(Sheet(rows, table, about=about), table, about, labels)
        made.blocks, made.width, made.header_rows = side, width, made.header_rows + (width > 0)
        return made
    sheet = Sheet(rows, table, wanted if told else "", wanted if wanted in headings.APART else "", several)
    mixed = privates.NONE
    known = profiles.find(sheet)
    form = known if recognise and not told else None
    if form is None and (wanted == "activity" or (not wanted and visits.is_log(sheet))):
        main = "activity"
        visits.assign(sheet)
    elif form is None or form.rest == "usual":
        ours.tell(sheet)
        named = sheet.named
        main = form.main if form is not None and form.main else sheet.main(wanted)
        mixed = privates.told_by(sheet, main)
        named |= {"contact"} if mixed != privates.NONE else set()
        _assign(sheet, main, named | {main})
        _name_own(sheet, main)
        bycontent.assign(sheet, main)
        persons.keep_apart(sheet.columns)
    else:
        main = form.main
    if form is not None:
        profiles.assign(form, sheet.columns, main)
    note_the_rest(sheet, main, form)
    for column in sheet.columns:
        found = kind_of(column.target)
        if isinstance(found, Money) and column.unit == 1:
            column.unit = sheet.unit
        elif isinstance(found, Percent):
            cells = sheet.cells(column.index)
            numbers = [cell for cell in cells if isinstance(cell, int | float)]
            if not numbers and all(
                _FRACTION.match(str(cell)) for cell in cells
            ):  # a text file has no numbers
                numbers = [float(cell) for cell in cells]
            fractions = any(0 < number < 1 for number in numbers) and max(numbers) <= 1
            column.unit = 100 if fractions else 1  # Excel keeps 30% as 0.3, and 100% as 1
        elif not isinstance(found, Money):
            column.unit = 1
    above = sheet.header_rows + (width > 0)
    plan = Plan(table, above, sheet.columns, main, turned=labels, mixed=mixed, blocks=side, width=width)
    plan.repeated = sheet.repeated[:MOST_REPEATED]
    plan.form, plan.profile = known.name if known else "", form.name if form else ""
    plan.firms = posts.name_firms(sheet)
    plan.keys = default_keys(plan, sheet)
    if form is not None:
        used = {column.target for column in plan.columns}
        plan.keys |= {entity: name for entity, name in form.keys.items() if f"{entity}.{name}" in used}
        plan.start = next((one.index for one in plan.columns if form.start and one.heading == form.start), -1)
        if plan.start >= 0:
            plan.within = profiles.table_columns(rows[sheet.header_rows :], plan.start)
    return plan


def _called(rows: list[list[Any]], table: str) -> str:
    """The entity whose words mean anything only in sheets of its own (`headings.APART`), where this one is called after it (商品) and most
    of its headings belong to it; else ""."""
    for name in sorted(headings.APART - {"activity"}):  # visits are told by what stands in them (`visits`)
        found = registry.find(name)
        if found is None or not headings.is_titled_after(found, table):
            continue
        sheet = Sheet(rows, table, "", name)
        headed = [sheet.meaning[one.index] for one in sheet.columns if one.heading]
        its = sum(any(entity == name for entity, _field in means) for means in headed)
        if sheet.has(name, found.title_field) and its >= max(2, len(headed) / 2):
            return name
    return ""


def _assign(sheet: Sheet, main: str, named: set[str]) -> None:
    """Gives the columns their targets, the likeliest pair of column and field first."""
    anchors = _anchors(sheet, main)
    home = main == "contact" and _is_seldom(sheet, ("account", "name"))
    pairs = sorted(
        (
            _rank(one, main, anchors[column.index], named, home, key(column.heading)) + sheet.penalty(column),
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
    _further_numbers(sheet, taken)
    for entity in ("account", "contact"):
        addressed.tell_parts(sheet, entity)
    if (
        "contact.code" not in taken
        and "account.name" not in taken
        and {"contact.name", "contact.family_name"} & set(taken)
    ):
        for column in sheet.columns:  # 得意先コード beside people alone is theirs
            if not column.target and ("account", "code") in sheet.meaning[column.index]:
                column.target = "contact.code"
                break
    for column in sheet.columns:
        if column.target.endswith(".code") and codes.names_several(sheet, column):
            column.target = ""


def _name_own(sheet: Sheet, main: str) -> None:
    """What the records of an own entity are called: the column that heads what things are called in anybody's words, else the first that
    holds text and is nothing else. Without a name every row would be refused."""
    entity = registry.find(main)
    if entity is None or not entity.drawn:
        return
    title, target = entity.field(entity.title_field), f"{main}.{entity.title_field}"
    if not headings.takes(title) or any(one.target == target for one in sheet.columns):
        return
    free = [one for one in sheet.columns if not one.target and sheet.share(one.index, _is_words) > 0.5]
    called = [
        one
        for one in sheet.columns
        if key(one.heading) in headings.TITLES and not one.target.startswith(f"{main}.")
    ]
    for column in [*called, *free][:1]:
        column.target = target


def _is_words(cell: Any) -> bool:
    return isinstance(cell, str) and not contents.is_number(cell) and not contents.looks_like_data(cell)


def _further_numbers(sheet: Sheet, taken: dict[str, Column]) -> None:
    """電話2 and Phone 2: a second number goes where there is room for one of its kind."""
    used = {target.partition(".")[0] for target in taken}
    for place in (
        "contact.phone",
        "account.phone",
    ):  # 電話1 with mobile numbers only leaves room for the other
        column = taken.get(place)
        if column and "contact" in used and sheet.share(column.index, contents.is_mobile) > 0.6:
            others = [one for one in sheet.columns if one is not column and _is_phone(sheet, one)]
            if "contact.mobile" not in taken and others:
                column.target = "contact.mobile"
                taken["contact.mobile"] = taken.pop(place)
    for column in sheet.columns:
        if column.target or not sheet.cells(column.index) or not _is_phone(sheet, column):
            continue
        mobile = sheet.share(column.index, contents.is_mobile) > 0.6
        for place in ("contact.mobile",) if mobile else ("contact.phone", "account.phone"):
            if place not in taken and place.partition(".")[0] in used:
                column.target = place
                taken[place] = column
                break
        else:  # some of either kind: each row says which
            first = taken.get("contact.phone")
            pair = [column] if first is None else [first, column]
            some = any(contents.is_mobile(cell) for one in pair for cell in sheet.cells(one.index))
            if first and some and "contact.mobile" not in taken and telephones.are_plain(pair):
                column.target = "contact.mobile"
                taken["contact.mobile"] = column


def _is_phone(sheet: Sheet, column: Column) -> bool:
    return any(name in {"phone", "mobile"} for _entity, name in sheet.meaning[column.index])


def _is_seldom(sheet: Sheet, one: Meaning) -> bool:
    """Whether less than half of the rows have it (会社名 in an address book of families)."""
    return any(
        one in sheet.meaning[column.index] and sheet.filled(column.index) <= 0.5 for column in sheet.columns
    )


def _joins(column: Column, first: Column, name: str) -> bool:
    """Whether a second column goes on where the first ended (住所1 and 住所2; 市区町村 and 番地)."""
    if name == "name":
        return headings.is_continued(column.heading) and column.index == first.index + 1
    return name == "done_at" or (name in JOINED and name != "preferences")


def _anchors(sheet: Sheet, main: str) -> dict[int, str]:
    """Whose name stands last before each column: フリガナ, 電話 and メール follow the name they belong to."""
    made, anchor = {}, main
    for column in sheet.columns:
        for entity, name in sheet.meaning[column.index]:
            if entity in {"account", "contact"} and name in PERSON and key(column.heading) not in SECOND:
                anchor = entity
                break
        made[column.index] = anchor
    for column, after in itertools.pairwise(
        sheet.columns
    ):  # コード in front of 会社名 is the firm's, in front of 氏名 somebody's
        if ("account", "code") in sheet.meaning[column.index] and not codes.are_its_peoples(
            sheet, column, after
        ):
            made[column.index] = "account"
    return made


def _rank(one: Meaning, main: str, anchor: str, named: set[str], home: bool, head: str) -> int:
    """How likely a heading means this field: 0 is best, `IMPOSSIBLE` and more can't be in this sheet."""
    entity, name = one
    firms = main == "account" or (main != "contact" and "account" in named)
    if entity == "contact" and name in SALES and firms:  # what a firm has bought is not its person's
        return 95
    if entity not in USUAL or main not in USUAL:
        return 0 if entity == main else 95
    if entity == "deal":
        return 5 if main == "deal" else 95
    if entity == "task":
        if main == "task":
            return 5 if name == "done_at" and head in STATES else 0
        return 40 if name in {"name", "due_at"} and head in headings.NEXT else 95
    if entity not in named:
        return 95
    if name == "name":
        return 10
    if name in {"kana", "email"} and {"account", "contact"} <= named:
        prefers = anchor if name == "kana" else "contact"
        return 10 if entity == prefers else 30 if main != "contact" or name == "kana" else 95
    if name in REACH:
        prefers = "account" if "account" in named and not home else "contact"
        return 10 if entity == prefers else 50
    if name in {"owner", "tags", "note", "status", "rank", "source", "code"}:
        return 10 if entity == main or (name == "code" and main == "contact" and entity == anchor) else 60
    return 20 if entity == main else 25


def default_keys(plan: Plan, sheet: Sheet | None = None) -> dict[str, str]:
    """By what existing records are known: the first of the entity's keys that the sheet has. A person is known by name
    only within his company, a private customer by name and telephone or birthday together (`importing`). A mail
    address that several people of the sheet share is no key."""
    targets = {column.target for column in plan.columns}
    # 番号 alone may be any list's own numbering: people and companies are not known by it, as they are by their コード.
    bare = {
        one.target
        for one in plan.columns
        if key(one.heading) in SECOND and key(one.heading) != "コード" and one.target != "deal.code"
    }
    made = {}
    for entity in plan.entities:
        made[entity.name] = next(
            (
                name
                for name in entity.imports.keys
                if f"{entity.name}.{name}" in targets - bare and (name != "name" or entity.name not in USUAL)
            ),
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
        told = {
            f"contact.{one}" for one in ("mobile", "phone", "birthday", "postal_code", "address")
        } & targets
        if "account.name" in targets:
            told.add("account.name")
        if not made[entity.name] and entity.name == "contact" and told:
            made[entity.name] = "name"
        if entity.name == "contact" and plan.mixed != privates.NONE and made.get("account") == "code":
            made["contact"] = "code"  # a private customer of the list has its number
    return made


def _shared(sheet: Sheet, plan: Plan) -> bool:
    """Whether one mail address stands beside different names, however it is written."""
    mail = next((one.index for one in plan.columns if one.target == "contact.email"), None)
    parts = [one.index for one in plan.columns if one.target in {f"contact.{name}" for name in PERSON}]
    if mail is None or mail in sheet.several:
        return mail is not None
    rows = [
        [*row[:mail], first_mail(str(row[mail] or "")), *row[mail + 1 :]]
        for row in sheet.data
        if mail < len(row)
    ]
    return bool(codes.beside_several(enumerate(rows), mail, parts))


def first_mail(text: str) -> str:
    """The first address of a cell as addresses are compared (<A@x.jp>, mailto:a@x.jp, ａ＠ｘ．ｊｐ); the text itself where there is none."""
    found = _MAIL.search(fold(text))
    return found[0] if found else fold(text)


def kind_of(target: str) -> FieldKind | None:
    """The field behind a target, or None where it names none (targets come from forms)."""
    name, _dot, field_name = target.partition(".")
    entity = registry.find(name)
    return entity.fields.get(field_name) if entity else None
