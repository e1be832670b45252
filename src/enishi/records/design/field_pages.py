"""The designer's forms of fields: chosen, named, changed, retired and brought back. Only admins get in."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from enishi.kit import htmx
from enishi.records import registry, rules
from enishi.records.design import operations
from enishi.records.design.options import UNIQUE, due_offered, due_shown
from enishi.records.design.pages import admin, entity_of
from enishi.records.design.words import words_of, wordy
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import KINDS, Choice, FieldKind, Number
from enishi.records.fields.choices import COLOURS
from enishi.records.fields.formulas import FUNCTIONS, renamed
from enishi.records.models import FieldDesign
from enishi.records.pages.base import dialog, handled

# Kinds that may begin with a value.
DEFAULTS = {
    "text",
    "long_text",
    "number",
    "money",
    "percent",
    "choice",
    "stage",
    "date",
    "date_time",
    "yes_no",
}
COLOUR_WORDS = {
    "grey": gettext_lazy("灰"), "accent": gettext_lazy("青"), "green": gettext_lazy("緑"), "amber": gettext_lazy("黄"), "red": gettext_lazy("赤"),
}  # fmt: skip


def palette() -> list[dict[str, Any]]:
    """Kinds that can be added."""
    return [
        {"kind": name, "label": str(kind.design_label), "icon": kind.design_icon}
        for name, kind in KINDS.items()
        if kind.design_label
    ]


@handled
def field_form(request: HttpRequest, name: str, field: str = "") -> HttpResponse:
    """A new field (its kind chosen first), or a field's name and options."""
    user = admin(request)
    entity = entity_of(name)
    if field:
        found = entity.fields.get(field)
        if found is None or (found.linked and found in entity.own):
            raise NotFound
        own, kind = found in entity.own, found.kind
    else:
        kind, own, found = request.POST.get("kind", request.GET.get("kind", "")), True, None
        if kind not in {one["kind"] for one in palette()}:
            return dialog(request, "design/palette.html", {"entity": entity, "palette": palette()})
    row = FieldDesign.objects.filter(
        entity=name, **({"pk": int(field[1:])} if field and own else {"name": field or "-"})
    ).first()
    options = dict(row.options) if row else {}
    errors: dict[str, list[str]] = {}
    label = row.label if row and row.label else found.label if found else ""
    if request.method == "POST":
        label = request.POST.get("label", "")
        given = _given(request, kind, own)
        options |= given
        try:
            if found is None:
                operations.add_field(name, kind, label, given, by=user)
            else:
                operations.change_field(name, field, {"label": label, **given}, by=user)
            return htmx.go(request, f"/settings/design/{name}/")
        except Refused as error:
            errors = error.errors
    of_kind: type[FieldKind] = KINDS[kind] if found is None or own else type(found)
    context = {
        "entity": entity, "field": field, "found": found, "own": own, "kind": kind, "kind_label": of_kind.design_label,
        "label": label, "options": options, "errors": errors, "general": errors.get("", []),
        "shown": set(of_kind.design_options) if own else due_shown(found), "due_offered": due_offered(options), "may_unique": own and kind in UNIQUE,
        "choices": json.dumps((options.get("choices") if own else words_of(found)) or [], ensure_ascii=False),
        "wordy": not own and wordy(of_kind), "ask": rules.must_when(entity, field) if not own else None,
        "colours": [(one, str(COLOUR_WORDS[one])) for one in COLOURS],
        "may_require": kind != "formula" and (found is None or (found.editable and not found.linked)),
        "sums": _sums(entity) if kind == "formula" else [], **_formula_shown(entity, options),
        "countable": [one.label for one in entity.fields.values() if one.kind in operations.COUNTED and one.name != field and not one.hidden],
        "stages": rules.stage_groups(entity), "stages_held": rules.held_stages(entity, str(options.get("required_from") or "")), "conditions": _conditions(entity, field),
        "visible": [f"{options['visible_if']['field']}={value}" for value in options["visible_if"]["values"]] if isinstance(options.get("visible_if"), dict) else options.get("visible_if") or [],
        "may_default": kind in DEFAULTS, "default": _default_shown(options),
    }  # fmt: skip
    return dialog(request, "design/field_form.html", context, status=422 if errors else 200)


def _default_shown(options: Mapping[str, Any]) -> Any:
    """What a field begins with, as the form shows it: of choices their words."""
    held = options.get("default")
    words = {
        one.get("value"): one.get("label") for one in options.get("choices") or () if isinstance(one, dict)
    }
    return words.get(held, held) if isinstance(held, str) else "1" if held is True else held


def _sums(entity: Entity) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be counted and summed: per connection, with what is kept and how it is called."""
    overs = [(one.name, one.label, one.target) for one in entity.linked]
    overs += [
        (f"{one.entity}.{one.field}", str(one.label), other)
        for one in entity.connections
        if (other := registry.find(one.entity)) is not None
    ]
    made = []
    for over, label, other in overs:
        rows = [(f"count|{over}|", str(_("件数")))]
        numbers = [one for one in other.fields.values() if isinstance(one, Number) and not one.hidden]
        rows += [
            (f"{key}|{over}|{one.name}", f"{one.label}: {word}")
            for one in numbers
            for key, word in FUNCTIONS.items()
            if key != "count"
        ]
        made.append((label, rows))
    return made


def _formula_shown(entity: Entity, options: dict[str, Any]) -> dict[str, str]:
    """A formula as the form shows it: with the fields' labels."""
    held = options.get("formula") or {}
    words = {one.name: one.label for one in entity.fields.values()}
    return {
        "rollup": "|".join(held.get("rollup") or ()),
        "expression": renamed(held.get("expression") or "", words),
    }


def _conditions(entity: Entity, field: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a field may hang on: choices and yes-or-no of the same card, with their values."""
    made = []
    for one in entity.fields.values():
        if one.name == field or one.hidden:
            continue
        if isinstance(one, Choice) and one.kind != "free_choice":
            made.append(
                (
                    one.label,
                    [
                        (f"{one.name}={option.value}", str(option.label))
                        for option in one.options
                        if not option.retired
                    ],
                )
            )
        elif one.kind == "yes_no":
            made.append((one.label, [(f"{one.name}=1", _("はい"))]))
    return made


def _given(request: HttpRequest, kind: str, own: bool) -> dict[str, Any]:
    """What the form says: boxes that are off say so by being absent."""
    names = {
        "help",
        "default",
        "label_en",
        "unit",
        "places",
        "least",
        "most",
        "pattern",
        "number_pattern",
        "due_days",
    }
    made: dict[str, Any] = {name: request.POST[name] for name in names if name in request.POST}
    made |= {name: request.POST.get(name, "") for name in ("required", "unique")}
    if "rules__shown" in request.POST:  # the form has the sheet of rules
        made["wanted"] = request.POST.get("wanted", "")
        made["required_from"] = ",".join(one for one in request.POST.getlist("required_from") if one)
        made["visible_if"] = request.POST.getlist("visible_if")
    if "asked__shown" in request.POST:
        made["may_lack"] = "" if request.POST.get("asked") else "1"
    if kind == "formula":
        rollup = request.POST.get("rollup", "")
        made["formula"] = (
            {"rollup": rollup.split("|")} if rollup else {"expression": request.POST.get("expression", "")}
        )
        made["result"] = request.POST.get("result", "")
    if "choices" in request.POST:
        try:
            made["choices" if own else "words"] = json.loads(request.POST.get("choices", "[]"))
        except (ValueError, RecursionError):
            made["choices" if own else "words"] = {}
    return made


@require_POST
@handled
def retire_field(request: HttpRequest, name: str, field: str) -> HttpResponse:
    """Takes a field or a connection out of sight, or brings it back."""
    user = admin(request)
    back = bool(request.POST.get("back"))
    if field.startswith("c") and field[1:].rstrip("r").isdigit():
        (operations.bring_back_connection if back else operations.retire_connection)(field, by=user)
    else:
        (operations.bring_back_field if back else operations.retire_field)(name, field, by=user)
    said = (
        _("元に戻しました。")
        if back
        else _("画面から外しました。入っている値は残っていて、いつでも戻せます。")
    )
    messages.success(request, said)
    return htmx.go(request, f"/settings/design/{name}/")
