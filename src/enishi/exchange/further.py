"""What only all rows of a sheet tell: the proposal looks at the first ones, and a code or a mail address may stand beside a second name
much later, a column have its first value."""

from array import array
from typing import Any

from enishi.exchange.codes import code_and_name, names_beside
from enishi.exchange.datarows import data_rows, tables_of
from enishi.exchange.layouts import below
from enishi.exchange.mapping import MOST_REPEATED, Plan, first_mail
from enishi.exchange.models import ImportJob
from enishi.exchange.sheet import SAMPLE
from enishi.japanese import names as japanese_names
from enishi.japanese.text import fold
from enishi.people.accounts.entity import match_key

MOST = 1000  # codes of a column whose names are compared in full
SHOWN = 5  # first values of a column


def survey(job: ImportJob, plan: Plan) -> tuple[dict[int, list[list[Any]]], dict[int, list[str]]]:
    """The columns of codes that stand beside different names anywhere in the file, as `Plan.repeated` holds them; and those in whose
    first rows nothing stands and further down something does, with their first values.

    One pass over the bare rows keeps 16 bytes of each code (two hashes); only where that finds something a second one, by the rules that
    tell records from totals and footnotes, reads the names.

    Raises:
        readers.Unreadable
    """
    if plan.turned >= 0 or plan.blocks or plan.width:
        return {}, {}
    columns = _coded(plan)
    mails = {column.index for column in plan.columns if column.target.endswith(".email")}
    held = {index: (array("q"), array("q")) for index, _names in columns}
    empty = {column.index for column in plan.columns if not column.target and not column.sample}
    late: dict[int, list[str]] = {}
    count = 0
    for table in tables_of(job, plan) if columns or empty else ():
        for _number, row in below(table.rows(), table.name, plan):
            count += 1
            for index, names in columns:
                code, _shown, name = code_and_name(row, index, names)
                if code and name:
                    held[index][0].append(hash(first_mail(code) if index in mails else fold(code)))
                    held[index][1].append(hash(name))
            for index in empty:
                if index < len(row) and row[index] not in (None, "") and len(late.get(index, ())) < SHOWN:
                    late.setdefault(index, []).append(str(row[index])[:100])
            if len(late) == len(empty) and not columns:
                return {}, late
    wanted = {index: _doubled(*pair) for index, pair in held.items()} if count > SAMPLE else {}
    return (_told(job, plan, columns, wanted, mails) if any(wanted.values()) else {}), late


def _coded(plan: Plan) -> list[tuple[int, list[int]]]:
    """The columns that tell records apart, each with those that hold the names; none of another program, whose ids are its records' own."""
    if plan.profile:
        return []
    return [
        (column.index, names)
        for column in plan.columns
        if column.target.endswith((".code", ".email")) and (names := names_beside(plan.columns, column))
    ]


def _doubled(codes: "array[int]", names: "array[int]") -> set[int]:
    """The hashes of codes that have more than one name, as far as they are looked at closely."""
    import numpy as np  # which most requests don't need

    one, other = np.asarray(codes), np.asarray(names)
    if not len(one):
        return set()
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    differ = (one[1:] == one[:-1]) & (other[1:] != other[:-1])
    return set(np.unique(one[1:][differ])[:MOST].tolist())


def _told(
    job: ImportJob,
    plan: Plan,
    columns: list[tuple[int, list[int]]],
    wanted: dict[int, set[int]],
    mails: set[int],
) -> dict[int, list[list[Any]]]:
    found: dict[int, dict[str, list[Any]]] = {index: {} for index, codes in wanted.items() if codes}
    for number, row in data_rows(job, plan):
        for index, names in columns:
            if index not in found:
                continue
            code, shown, name = code_and_name(row, index, names)
            key = first_mail(code) if index in mails else fold(code)
            if code and name and hash(key) in wanted[index]:
                found[index].setdefault(key, [index, code, []])[2].append([number, shown])
    made: dict[int, list[list[Any]]] = {}
    for index, codes in found.items():
        entity = next(one.target for one in plan.columns if one.index == index).partition(".")[0]
        told = [one for one in codes.values() if len({_name_key(entity, shown) for _n, shown in one[2]}) > 1]
        if told:
            made[index] = told[:MOST_REPEATED]
    return made


def _name_key(entity: str, shown: str) -> str:
    """A name whatever its spelling: among so many rows some write (株) for 株式会社."""
    if entity == "account":
        return match_key(shown)
    return fold(japanese_names.strip_honorific(shown)[0]).replace(" ", "")
