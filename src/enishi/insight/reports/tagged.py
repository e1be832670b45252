"""Groups by tag: a record stands in as many groups as it has tags, so figures come over the tags' own rows and margins never by adding."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import CharField, QuerySet
from django.db.models.expressions import RawSQL

from enishi.insight.reports.spec import Spec
from enishi.records.conditions import Scope, compile_condition
from enishi.records.entity import Entity
from enishi.records.models import Link, Tag


def dimension(spec: Spec) -> tuple[str, str]:
    """The name of the dimension of tags and its field; ("", "") where there is none."""
    found = [(f"d{place}", one.path) for place, one in enumerate(spec.dimensions) if one.tagged]
    return found[0] if found else ("", "")


def sides(
    entity: Entity, rows: QuerySet[Any], names: Sequence[str], tag: tuple[str, str], scope: Scope
) -> Iterator[tuple[QuerySet[Any], list[str]]]:
    """What is asked for these groups, each with the names it is grouped by: where tags are among them, the records once for each of
    their tags, and those without any.

    Args:
        tag: the name of the dimension and its field; ("", "") where there is none.
    """
    name, field = tag
    if not name or name not in names:
        yield rows, list(names)
        return
    yield _joined(entity, rows, name), list(names)
    bare = rows.filter(compile_condition(entity, {"field": field, "op": "empty"}, scope))
    if bare.exists():
        yield bare, [one for one in names if one != name]


def _joined(entity: Entity, rows: QuerySet[Any], name: str) -> QuerySet[Any]:
    """Each record once for each of its tags, whose word stands under the name."""
    quote = connection.ops.quote_name
    link, tag = quote(Link._meta.db_table), quote(Tag._meta.db_table)
    record = f"{quote(rows.model._meta.db_table)}.{quote('id')}"
    made: QuerySet[Any] = rows.extra(  # noqa: S610 (names of tables and columns; the value is a parameter)
        tables=[Link._meta.db_table, Tag._meta.db_table],
        where=[
            f"{link}.relation = 'tag' AND {link}.from_entity = %s AND {link}.from_id = {record} AND {link}.to_id = {tag}.id"
        ],
        params=[entity.name],
    ).annotate(**{name: RawSQL(f"{tag}.name", [], output_field=CharField())})  # noqa: S611 (as above)
    return made


def largest(lines: list[Any], most: int) -> list[Any]:
    """Of ordered lines those of the first tags; all where no number is asked for."""
    kept = list(dict.fromkeys(one.keys[0] for one in lines))[: most or None]
    return [one for one in lines if one.keys[0] in kept]
