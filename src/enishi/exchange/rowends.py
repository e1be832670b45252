"""How a row is completed: who has no name, whose the rest then is, what a deal without a subject is called."""

import datetime
import re
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.exchange import channels, contents, jobtitles, privates, telephones, visits
from enishi.exchange.parsed import Parsed
from enishi.exchange.sheet import PERSON
from enishi.records import registry
from enishi.records.fields import FieldKind

if TYPE_CHECKING:
    from enishi.exchange.mapping import Plan
    from enishi.exchange.rows import RowReader


def together(plan: "Plan") -> tuple[bool, str]:
    """Whether department and title stand in one column, and the heading of a second column of telephones of either kind."""
    return jobtitles.stand_together(plan), telephones.unsorted(plan)


def finish(reader: "RowReader", parsed: Parsed) -> None:
    """Drops what has no name, or says that the row's main thing has none."""
    if reader.with_lines:  # whom it is about may be known by a number alone, and an order needs no name
        parsed.values = {reader.plan.main: parsed.values.get(reader.plan.main, {}), **parsed.values}
        if lacks := channels.problem(parsed.values, reader.paid):
            parsed.errors.append(lacks)
        if reader.paid:
            parsed.values["order"].setdefault("tax_mode", "included")
        return
    for held in (parsed.values.get(name, {}) for name in ("account", "contact")):
        building, whole = held.get("building") or "", str(held.get("address", ""))
        left = whole.removesuffix(building).rstrip(" 　")
        # A column of the whole address, and one of the building in it; 3 behind 芝1-23 is no building.
        if (
            left
            and left != whole
            and contents.is_building(building)
            and re.search(r"[\d０-９番号地目]$", left)
        ):
            held["address"] = left
    if reader.posts:
        jobtitles.part(parsed)
    if reader.unsorted:
        telephones.sort(reader, parsed, reader.unsorted)
    private = privates.is_private(parsed, reader.plan.mixed) or privates.is_alone(parsed, reader.plan.main)
    if private:
        for line in privates.turn(parsed):
            reader.note(parsed, "contact", line)
    contact, account = parsed.values.get("contact"), parsed.values.get("account")
    someone = contact is not None and any(contact.get(part) for part in PERSON)
    company = bool((account or {}).get("name"))
    main, keyed = reader.plan.main, _keyed(reader, parsed)
    someone, company = someone or keyed == main == "contact", company or keyed == main == "account"
    if not someone and reader.plan.main == "contact" and not company:
        parsed.errors.append(_("氏名がありません。"))
    elif contact is not None and not someone:
        _hand_over(reader, parsed, "contact", "account")
    if not company and not private and reader.plan.main == "account":
        parsed.errors.append(_("取引先の名前がありません。"))
    elif account is not None and not company:
        _hand_over(reader, parsed, "account", "contact")
    if reader.plan.main == "activity":
        visits.finish(parsed, reader.kind)
    task = parsed.values.get("task", {})
    if task.get("name") and not task.get("kind") and (kind := visits.kind_of_task(task["name"])):
        task["kind"] = kind
    for entity in reader.entities:
        if (
            entity.name not in {reader.plan.main, "deal", "task"}
            or entity.name == "activity"
            or entity.name in {"account", "contact"}
        ):
            continue
        values = parsed.values.get(entity.name)
        if values is not None and any(values.get(part) for part in {entity.title_field, *PERSON}):
            continue  # a lead may have its name in two parts
        if entity.name != reader.plan.main:
            if values:
                _hand_over(reader, parsed, entity.name, reader.plan.main)
        elif entity.name == "deal":
            _name_deal(parsed)
        elif (
            not values or entity.whole.field(entity.title_field).editable
        ):  # goals, reports of a day are named by what they say
            parsed.errors.append(_("%(entity)sの名前がありません。") % {"entity": entity})


def _keyed(reader: "RowReader", parsed: Parsed) -> str:
    """The row's main entity where it has the key by which that is known: a sheet of codes and new telephones, without a column of names."""
    main = reader.plan.main
    key = reader.plan.keys.get(main, "")
    if reader.names_main:
        return ""
    return main if key not in {"", "name"} and parsed.values.get(main, {}).get(key) else ""


def _hand_over(reader: "RowReader", parsed: Parsed, nobody: str, other: str) -> None:
    """What the row says of somebody without a name (a company without its person, a person without a company) is
    the other's: in the field of the same name where that is free, else in the note."""
    values = parsed.values.pop(nobody)
    held = parsed.values.get(other) or (parsed.values.get(reader.plan.main) if parsed.values else None)
    if held is None:
        return
    entity = registry.get(next(name for name, one in parsed.values.items() if one is held))
    for name, value in values.items():
        field = registry.get(nobody).fields[name]
        place = "phone" if name == "mobile" and "mobile" not in entity.fields else name
        mine = entity.fields.get(place)
        if mine is not None and name not in {"name", "code", "kana", "note"} and type(mine) is type(field):
            if not held.get(place):
                held[place] = value
                continue
            if held[place] == value:
                continue
        for line in _said(field, value).split("\n"):
            reader.note(parsed, entity.name, line if name == "note" else f"{field.label}: {line}")


def _name_deal(parsed: Parsed) -> None:
    """A list of quotes without subjects: each is called by its customer."""
    for name in ("account", "contact"):
        values = parsed.values.get(name, {})
        title = values.get("name") or f"{values.get('family_name', '')}{values.get('given_name', '')}"
        if title:
            parsed.values.setdefault("deal", {})["name"] = _("%(customer)sの案件") % {"customer": title[:150]}
            return
    parsed.errors.append(_("案件の名前がありません。"))


def _said(field: FieldKind, value: Any) -> str:
    """The value in words; a time at midnight is a day."""
    text = field.text(value)
    day_only = isinstance(value, datetime.datetime) and timezone.localtime(value).time() == datetime.time()
    return text.rpartition(" ")[0] if day_only else text
