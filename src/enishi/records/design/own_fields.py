"""Fields: added, changed, retired and brought back; formulas read."""

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.records import formulas, registry
from enishi.records.design import indexes
from enishi.records.design.drawing import changed, check_label, drawing, field_seen, next_position, word
from enishi.records.design.options import read_options
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import KINDS, FieldKind, Number
from enishi.records.fields.automatic import AutoNumber
from enishi.records.fields.formulas import FUNCTIONS, evaluate, names_in, renamed
from enishi.records.models import FieldDesign
from enishi.records.tasks import compute_entity, number_entity

MOST_FIELDS, MOST_TOLD = 200, 1000
COUNTED = frozenset({"number", "money", "percent", "formula", "date", "date_time", "moment", "yes_no"})


@drawing
def add_field(
    entity_name: str, kind: str, label: str, options: Mapping[str, Any], *, by: User
) -> FieldDesign:
    """A new field of any entity. Where it can be sorted by, its index is made by the worker.

    Raises:
        NotAllowed, NotFound, Refused
    """
    entity = registry.find(entity_name)
    if entity is None:
        raise NotFound
    found = KINDS.get(kind)
    if found is None or not found.design_label:
        raise Refused({"kind": [_("項目の種類を選んでください。")]})
    label = word(label, "label", _("項目の名前"))
    check_label(entity, label, "")
    if FieldDesign.objects.filter(entity=entity_name, name="").count() >= MOST_FIELDS:
        raise Refused({"label": [_("項目はひとつの画面に%(most)d個までです。") % {"most": MOST_FIELDS}]})
    made = read_options(found, options)
    if kind == "formula":
        made["formula"] = formula(entity, made.get("formula") or {}, "")
    row = FieldDesign.objects.create(
        entity=entity_name,
        kind=kind,
        label=label,
        options=made,
        position=next_position(entity_name),
    )
    indexes.want(row)
    if kind == "formula":
        compute_entity.enqueue(entity_name)
    elif issubclass(found, AutoNumber):
        number_entity.enqueue(entity_name, row.key)
    changed(by, entity_name, f"+ {label} ({kind})")
    return row


def _field_row(entity_name: str, name: str) -> FieldDesign:
    """The row of a field; of a built-in one it is made at the first change."""
    rows = FieldDesign.objects.select_for_update().filter(entity=entity_name)
    if re.fullmatch(r"f[0-9]{1,18}", name):
        row = rows.filter(pk=int(name[1:]), name="").first()
    else:
        entity = registry.find(entity_name)
        built_in = entity is not None and name in {one.name for one in (*entity.built_in, *entity.common)}
        if built_in:
            FieldDesign.objects.get_or_create(entity=entity_name, name=name, defaults={"kind": ""})
        row = rows.filter(name=name).first() if built_in else None
    if row is None:
        raise NotFound
    return row


@drawing
def change_field(entity_name: str, name: str, values: Mapping[str, Any], *, by: User) -> FieldDesign:
    """Name and options; of a built-in field name, help, whether it is required, default.

    Raises:
        NotAllowed, NotFound, Refused
    """
    entity = registry.find(entity_name)
    row = _field_row(entity_name, name)
    if entity is None:
        raise NotFound
    own = not row.name
    if "label" in values:
        row.label = word(values["label"], "label", _("項目の名前"), required=own)
        check_label(entity, row.label, name)
    kind = KINDS[row.kind] if own else type(entity.fields[name])
    was_unique = bool(row.options.get("unique"))
    row.options = read_options(kind, values, held=row.options, built_in=not own)
    if row.options.get("unique") and not was_unique:
        check_single(entity, entity.fields[name], "unique")
    if row.kind == "formula":
        row.options["formula"] = formula(entity, row.options.get("formula") or {}, name)
        compute_entity.enqueue(entity_name)
    row.save(update_fields=["label", "options"])
    changed(by, entity_name, f"= {row.label or name}")
    return row


def check_single(entity: Entity, found: FieldKind, option: str) -> None:
    """No two living records may share a value of a field that shall tell them apart from now on.

    Raises:
        Refused: some do, with how many values and one of them.
    """
    if (
        connection.vendor == "postgresql"
    ):  # nobody stores one of them meanwhile; SQLite lets one write at a time anyway
        with connection.cursor() as cursor:
            cursor.execute(
                f"LOCK TABLE {connection.ops.quote_name(entity.model._meta.db_table)} IN SHARE MODE"
            )
    living = entity.model._default_manager.filter(deleted_at=None).annotate(told=found.expression())
    rows = living.filter(told__isnull=False).order_by().values("told").annotate(n=Count("pk")).filter(n__gt=1)
    doubles = [row for row in rows.order_by("-n", "told")[:MOST_TOLD] if not found.is_empty(row["told"])]
    if doubles:
        said = {
            "label": found.label, "value": found.text(doubles[0]["told"]), "n": doubles[0]["n"],
            "all": f"{len(doubles)}" if len(doubles) < MOST_TOLD else _("%(n)d以上") % {"n": MOST_TOLD},
        }  # fmt: skip
        raise Refused({option: [_(
            "「%(label)s」の値が同じ記録がすでにあります（「%(value)s」が%(n)d件、重なっている値は全部で%(all)s種類）。先に直すか統合してから、もう一度お試しください。"
        ) % said]})  # fmt: skip


def _CIRCLE() -> str:  # noqa: N802
    return _("「%(name)s」はこの項目から計算しているため、ここでは使えません（計算が一周してしまいます）。")


def formula(entity: Entity, raw: Mapping[str, Any], mine: str) -> dict[str, Any]:
    """A formula with the fields' own names, given with those or with their labels.

    Raises:
        Refused: it can't be read, or names what isn't there.
    """
    if raw.get("rollup"):
        held = raw["rollup"]
        if not isinstance(held, list | tuple) or len(held) != 3 or held[0] not in FUNCTIONS:
            raise Refused({"formula": [_("集計するものを選んでください。")]})
        over = next((one.name for one in entity.linked if held[1] in {one.name, one.label}), str(held[1]))
        found = formulas.source(entity, over)
        if found is None:
            raise Refused({"formula": [_("集計するつながりが見つかりません。")]})
        name = next((one.name for one in found[0].fields.values() if held[2] in {one.name, one.label}), "")
        if held[0] != "count" and not isinstance(found[0].fields.get(name), Number):
            raise Refused({"formula": [_("集計する数の項目を選んでください。")]})
        if mine and formulas.goes_round(entity, mine, [(found[0].name, name)]):
            raise Refused({"formula": [_CIRCLE() % {"name": found[0].fields[name].label}]})
        return {"rollup": [held[0], over, name if held[0] != "count" else ""]}
    text = str(raw.get("expression") or "").strip()
    words = {one.label: one.name for one in entity.fields.values()} | {
        one.name: one.name for one in entity.fields.values()
    }
    text = renamed(text, words)
    for name in names_in(text):
        one = entity.fields.get(name)
        if one is None or name == mine or one.kind not in COUNTED:
            raise Refused(
                {
                    "formula": [
                        _("式の「%(name)s」は、数や日付の項目の名前にしてください。") % {"name": name[:40]}
                    ]
                }
            )
        if mine and formulas.goes_round(entity, mine, [(entity.name, name)]):
            raise Refused({"formula": [_CIRCLE() % {"name": one.label}]})
    try:
        evaluate(text, lambda _name: None)
    except ValidationError as error:
        raise Refused({"formula": list(error.messages)}) from None
    return {"expression": text}


@drawing
def retire_field(entity_name: str, name: str, *, by: User) -> None:
    """Takes a field out of sight; values stay.

    Raises:
        NotAllowed, NotFound, Refused: a record can't do without it.
    """
    row = _field_row(entity_name, name)
    entity = registry.get(entity_name)
    if row.name and (name == entity.title_field or entity.fields[name].required):
        raise Refused(
            {
                "": [
                    _("「%(label)s」はなくてはならない項目のため、外せません。")
                    % {"label": entity.fields[name].label}
                ]
            }
        )
    row.retired_at = timezone.now()
    row.save(update_fields=["retired_at"])
    indexes.drop(row)
    changed(by, entity_name, f"- {row}")
    field_seen.send(entity=entity_name, field=name)


@drawing
def bring_back_field(entity_name: str, name: str, *, by: User) -> None:
    """The reverse of `retire_field`: the values are there again.

    Raises:
        NotAllowed, NotFound, Refused
    """
    row = _field_row(entity_name, name)
    if row.label:
        check_label(registry.get(entity_name), row.label, name)
    row.retired_at = None
    row.save(update_fields=["retired_at"])
    if not row.name:
        indexes.want(row)
    if row.kind == "formula":  # nobody computed it meanwhile
        compute_entity.enqueue(entity_name)
    elif not row.name and issubclass(
        KINDS[row.kind], AutoNumber
    ):  # what was made meanwhile has no number yet
        number_entity.enqueue(entity_name, row.key)
    changed(by, entity_name, f"+ {row}")
    field_seen.send(entity=entity_name, field=name)
