"""Indexes of own fields: the only tables' change at run time. Made by the worker; a field can be sorted by once it has one."""

from django.db import connection, transaction

from enishi.records.design.drawing import raise_number
from enishi.records.fields import KINDS, FieldKind
from enishi.records.fields.own import CAST, postgresql_value, sqlite_value
from enishi.records.models import DrawnRecord, FieldDesign

INDEXED = frozenset(
    {
        "text",
        "number",
        "money",
        "percent",
        "date",
        "date_time",
        "choice",
        "stage",
        "auto_number",
        "formula",
        "user",
        "team",
        "kana",
        "telephone",
        "email",
    }
)


def want(row: FieldDesign) -> None:
    """Has the index made by the worker; queued in the transaction of the change that asks for it."""
    if row.kind in INDEXED:
        from enishi.records.tasks import index_field

        index_field.enqueue(row.pk)


def name_of(row: FieldDesign) -> str:
    """The index's name."""
    return f"own_{row.key}"


def statement(row: FieldDesign, *, concurrently: bool = False) -> str:
    """The statement that makes it: over those records that have a value; the expression is the one that queries use."""
    from enishi.records import registry

    entity = registry.get(row.entity)
    found = KINDS[row.kind].designed(row.key, row.label, row.options)
    quote = connection.ops.quote_name
    value = expression(found)
    # Led by the entity, which every query asks for first: nobody need know how many records of others share the table.
    drawn = int(entity.model.drawn_number) if issubclass(entity.model, DrawnRecord) else 0
    first, only = ("entity_id, ", f" AND entity_id = {drawn}") if drawn else ("", "")
    how = " CONCURRENTLY" if concurrently else ""
    return (
        f"CREATE INDEX{how} IF NOT EXISTS {quote(name_of(row))} ON {quote(entity.model._meta.db_table)} "
        f"({first}{value}, id) WHERE deleted_at IS NULL AND {value} IS NOT NULL{only}"
    )


def expression(found: FieldKind) -> str:
    """The field's value as this database says it."""
    if connection.vendor == "sqlite":
        return sqlite_value(found.name)
    return postgresql_value(found.name, CAST[found.stored_as])


def make(row: FieldDesign) -> None:
    """Makes the index and says that the field can be sorted by."""
    from enishi.records import registry

    if registry.find(row.entity) is None or row.name or row.retired_at is not None:
        return
    concurrently = connection.vendor == "postgresql" and not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(statement(row, concurrently=concurrently))
    if not row.indexed:
        with transaction.atomic():
            FieldDesign.objects.filter(pk=row.pk).update(indexed=True)
            raise_number()


def drop(row: FieldDesign) -> None:
    """Takes the index away with a retired field."""
    if row.name or not row.indexed:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {connection.ops.quote_name(name_of(row))}")
    row.indexed = False
    row.save(update_fields=["indexed"])
