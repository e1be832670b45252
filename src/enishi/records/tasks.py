"""Jobs of the worker that belong to no single entity."""

from django_tasks import task

from enishi.records.models import FieldDesign


@task()
def index_field(field_id: int) -> None:
    """Makes the index of an own field, so that its lists are sorted and filtered by it at any size."""
    from enishi.records.design import indexes

    row = FieldDesign.objects.filter(pk=field_id).first()
    if row is not None:
        indexes.make(row)
