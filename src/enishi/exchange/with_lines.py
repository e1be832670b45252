"""Sheets of orders: a line in each row, the order and its customer repeated beside it."""

from typing import Any

from enishi.exchange import channels, headings
from enishi.exchange.headings import Meaning
from enishi.exchange.mapping import Plan, default_keys, kind_of
from enishi.exchange.noting import note_the_rest
from enishi.exchange.sheet import Sheet
from enishi.records import registry
from enishi.records.fields import Money

_PAID = {("order_line", "amount"), ("order_line", "unit_price")}


def about(rows: list[list[Any]], table: str, wanted: str) -> str:
    """The entity with lines that a sheet is about: what the person came from, or orders, where the sheet has what sales have: a day, a
    product and how many of it."""
    named = registry.find("order") is not None and registry.find("order_line") is not None
    may = named and wanted in {"", "channel_customer"} and _may_be_sales(rows)
    # What they bought may be brought in from their page.
    if wanted == "channel_customer" and may and channels.is_sales(Sheet(rows, table, about="order")):
        return "order"
    if wanted:
        found = registry.find(wanted)
        return wanted if found is not None and found.imports.beside else ""
    if not may:
        return ""
    sheet = Sheet(rows, table, about="order")
    if channels.is_sales(sheet):
        return "order"
    sold = sheet.has("product", "name", "code") and sheet.has("order_line", "quantity")
    return (
        "order"
        if sold and sheet.has("order", "date") and sheet.has("order_line", "amount", "unit_price")
        else ""
    )


def _may_be_sales(rows: list[list[Any]]) -> bool:
    """Whether the heading has a day and a price in it at all: without them the cells needn't be looked at."""
    meant = {
        one for text in headings.find(rows, "order").texts if text for one in headings.means(text, "order")
    }
    return ("order", "date") in meant and not meant.isdisjoint(_PAID)


def plan(sheet: Sheet, table: str, main: str, labels: int) -> Plan:
    """The plan of a sheet of orders, a line in each row: a column means what is named first of the order, its customer, its line."""
    channels.tell(sheet)
    order = {one.name: place for place, one in enumerate(headings.importable(main))}
    taken: set[str] = set()
    pairs = sorted(
        (sheet.penalty(column) + _rank(one, order), column.index, f"{one[0]}.{one[1]}")
        for column in sheet.columns
        for one in sheet.meaning[column.index]
    )
    by_index = {column.index: column for column in sheet.columns}
    for _place, index, target in pairs:
        if not by_index[index].target and target not in taken:
            by_index[index].target = target
            taken.add(target)
    note_the_rest(sheet, main)
    for column in sheet.columns:
        if not isinstance(kind_of(column.target), Money):
            column.unit = 1
    made = Plan(table, sheet.header_rows, sheet.columns, main, turned=labels)
    made.keys = default_keys(made, sheet)
    return made


def _rank(one: Meaning, order: dict[str, int]) -> int:
    """A product's name tells more than a line's text; all else of a line comes before the product's own."""
    entity, name = one
    if entity == "product":
        return 1 if name in {"name", "code"} else 60
    return {"text": 2}.get(name, order[entity]) if entity.endswith("_line") else order[entity]
