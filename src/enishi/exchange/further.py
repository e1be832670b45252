"""What only all rows of a sheet tell: the proposal looks at the first ones, and a code or a mail address may stand beside a second name
much later, a column have its first value."""

from array import array
from itertools import islice
from typing import Any

from enishi.exchange.mapping import MOST_REPEATED, Plan, code_and_name, first_mail, names_beside
from enishi.exchange.models import ImportJob
from enishi.exchange.rows import data_rows, tables_of
from enishi.exchange.sheet import SAMPLE
from enishi.japanese import names as japanese_names
from enishi.japanese.text import fold
from enishi.people.accounts.entity import match_key

MOST = 1000  # codes of a column whose names are compared in full


def several_names(job: ImportJob, plan: Plan) -> dict[int, list[list[Any]]]:
    """The columns of codes that stand beside different names anywhere in the file, as `Plan.repeated` holds them.

    One pass over the bare rows keeps 16 bytes of each (two hashes); only where that finds something a second one, by the rules that
    tell records from totals and footnotes, reads the names.

    Raises:
        readers.Unreadable
    """
    columns = [
        (column.index, names)
        for column in plan.columns
        if column.target.endswith((".code", ".email")) and (names := names_beside(plan.columns, column))
    ]
    if not columns or plan.profile or plan.turned >= 0:  # another program's ids are its records' own
        return {}
    mails = {column.index for column in plan.columns if column.target.endswith(".email")}
    held = {index: (array("q"), array("q")) for index, _names in columns}
    count = 0
    for table in tables_of(job, plan):
        for row in islice(table.rows(), plan.header_rows, None):
            count += 1
            for index, names in columns:
                code, _shown, name = code_and_name(row, index, names)
                if code and name:
                    held[index][0].append(hash(first_mail(code) if index in mails else fold(code)))
                    held[index][1].append(hash(name))
    if count <= SAMPLE:  # all of them were looked at
        return {}
    wanted = {index: _doubled(*pair) for index, pair in held.items()}
    if not any(wanted.values()):
        return {}
    return _told(job, plan, columns, wanted, mails)


def late_columns(job: ImportJob, plan: Plan) -> dict[int, list[str]]:
    """Columns of a long sheet in whose first rows nothing stands and further down something does: their first values.

    Raises:
        readers.Unreadable
    """
    empty = {column.index for column in plan.columns if not column.target and not column.sample}
    found: dict[int, list[str]] = {}
    if not empty or plan.turned >= 0:
        return found
    for table in tables_of(job, plan):
        for row in islice(table.rows(), plan.header_rows, None):
            for index in empty:
                if index < len(row) and row[index] not in (None, "") and len(found.get(index, ())) < 5:
                    found.setdefault(index, []).append(str(row[index])[:100])
            if len(found) == len(empty):
                return found
    return found


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
