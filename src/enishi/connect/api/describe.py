"""What the API can do, as OpenAPI 3.1, made anew from the entities as they are now; and the same as a page to read."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi import __version__
from enishi.connect.api.base import Call, answer, endpoint
from enishi.connect.api.records import YES_NO
from enishi.connect.api.shapes import fields_of
from enishi.connect.tokens import SCOPES
from enishi.exchange.mapping import MATCHES, MISSING
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.errors import NotFound
from enishi.records.fields import FieldKind, Files
from enishi.records.pages.base import handled, person

OK, MADE, GONE = "200", "201", "204"
MOST_KEY = 2**63 - 1
VERSION = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
CURSOR = "^[-A-Za-z0-9_:.+]*$"


def served() -> list[Entity]:
    """Entities in the order of their names."""
    return sorted(registry.all_entities(), key=lambda one: (not one.in_navigation, one.drawn, one.code))


def openapi() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {**COMMON}
    for entity in served():
        name = _name(entity)
        schemas[name] = record_schema(entity)
        schemas[f"{name}Input"] = input_schema(entity)
        schemas[f"{name}New"] = input_schema(entity, new=True)
        paths |= entity_paths(entity, name)
    paths |= other_paths()
    return {
        "openapi": "3.1.0",
        "info": {"title": "Enishi", "version": __version__, "description": _("顧客台帳のすべての画面（自社で増やしたものを含む）を読み書きします。")},
        "servers": [{"url": f"{settings.PUBLIC_URL}/api/v1"}],
        "security": [{"token": []}],
        "tags": [{"name": entity.slug, "description": str(entity)} for entity in served()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {"Problem": {**PROBLEM, "description": _("断られた理由")}},
        },
    }  # fmt: skip


COMMON: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
            "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        },
    },
    "Linked": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["entity", "id", "title"],
            "properties": {"entity": {"type": "string"}, "id": {"type": "integer"}, "title": {"type": "string"}, "role": {"type": "string"}},
        },
    },
    "File": {
        "type": "object",
        "required": ["id", "name", "size", "field"],
        "properties": {
            "id": {"type": "integer"}, "name": {"type": "string"}, "size": {"type": "integer"}, "type": {"type": "string"},
            "sha256": {"type": "string"}, "at": {"type": "string", "format": "date-time"}, "field": {"type": "string"},
        },
    },
    "Import": {
        "type": "object",
        "required": ["id", "status"],
        "properties": {
            "id": {"type": "integer"}, "status": {"type": "string"}, "done": {"type": "integer"}, "total": {"type": "integer"},
            "figures": {"type": "object"}, "error": {"type": "string"},
            "refused": {"type": "array", "items": {"type": "object", "required": ["row", "reason"],
                                                   "properties": {"row": {"type": "integer"}, "reason": {"type": "string"}}}},
        },
    },
}  # fmt: skip


PROBLEM: dict[str, Any] = {
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
}


def _name(entity: Entity) -> str:
    return "".join(part.capitalize() for part in entity.slug.split("-"))


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def field_schema(found: FieldKind) -> dict[str, Any]:
    """A field's values, with its label and what it is."""
    held = found.schema()
    if found.filled and isinstance(held["type"], list):
        held["type"] = held["type"][0]
    return {
        **held,
        "title": found.label,
        "x-kind": found.kind,
        **({"readOnly": True} if not found.editable else {}),
    }


def record_schema(entity: Entity) -> dict[str, Any]:
    """A record as it is given: with all fields, but where a list names its `columns`, and to a token that may only write (what it sent)."""
    fields = {one.name: field_schema(one) for one in fields_of(entity)}
    return {
        "type": "object",
        "required": ["id", "version", "url", "fields"],
        "properties": {
            "id": {"type": "integer"}, "version": {"type": "integer"}, "title": {"type": "string"}, "url": {"type": "string"},
            "fields": {"type": "object", "properties": fields, "additionalProperties": False},
        },
    }  # fmt: skip


def input_schema(entity: Entity, *, new: bool = False) -> dict[str, Any]:
    """A record as it is sent: what may be written, and (`new`) what must be there to make one."""
    fields = {one.name: field_schema(one) for one in fields_of(entity) if one.editable}
    needed = [one.name for one in fields_of(entity) if one.name in fields and one.required]
    for name in needed:
        if fields[name].get("type") == "string":
            fields[name]["minLength"] = 1
            fields[name]["enum"] = [word for word in fields[name].get("enum", ()) if word] or None
            if fields[name]["enum"] is None:
                del fields[name]["enum"]
    for name, held in fields.items():
        held |= _taken(held, or_nothing=name not in needed)
        if "format" in held:  # 令和8年4月1日 is a day too
            held["x-format"] = held.pop("format")
    must = [name for name in needed if new and entity.fields[name].default is None]
    return {
        "type": "object",
        "required": ["fields"],
        "additionalProperties": False,
        "properties": {
            "fields": {
                "type": "object",
                "properties": fields,
                "additionalProperties": False,
                "required": must,
            },
            **(
                {}
                if new
                else {
                    "version": VERSION
                    | {"type": ["integer", "null"], "description": _("読んだときの version")}
                }
            ),
        },
    }


# What is taken for a type beside it: numbers with their commas, はい, the name of what is pointed to, a word or several in one text.
BESIDE = {
    "string": ("number",),
    "number": ("string",),
    "integer": ("string",),
    "boolean": ("string", "integer"),
    "array": ("string",),
}


def _taken(held: dict[str, Any], *, or_nothing: bool) -> dict[str, Any]:
    """What a field's description says otherwise of what may be sent: more than what is given out, and (`or_nothing`) null, which empties it."""
    kinds = held["type"] if isinstance(held["type"], list) else [held["type"]]
    words = held.get("items", {}).get("type", "string") == "string"
    more = [each for kind in kinds for each in BESIDE.get(kind, ()) if "enum" not in held and words]
    made: dict[str, Any] = {"type": list(dict.fromkeys([*kinds, *more, *(["null"] if or_nothing else [])]))}
    if "enum" in held and or_nothing:
        made["enum"] = [*held["enum"], None]
    return made


def _operation(
    summary: str, tag: str, code: str, schema: dict[str, Any] | None, *, sent: dict[str, Any] | None = None,
    parameters: list[dict[str, Any]] | None = None, scope: str = "read",
) -> dict[str, Any]:  # fmt: skip
    made: dict[str, Any] = {
        "summary": summary,
        "tags": [tag],
        "x-scope": scope,
        "parameters": parameters or [],
        "responses": {
            code: {
                "description": summary,
                **({"content": {"application/json": {"schema": schema}}} if schema else {}),
            },
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }
    if sent is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": sent}}}
    return made


def _query(name: str, text: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": text, "schema": {"type": "string", **schema}}


def _filter() -> dict[str, Any]:
    return {
        "name": "filter", "in": "query", "description": _("条件（JSON）。一覧の絞り込みと同じ言葉です。"),
        "content": {"application/json": {"schema": {"type": "object"}}},
    }  # fmt: skip


def _cursor(text: str) -> dict[str, Any]:
    return _query("cursor", text, pattern=CURSOR)


def _key() -> dict[str, Any]:
    return {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST_KEY},
    }


def entity_paths(entity: Entity, name: str) -> dict[str, Any]:
    """All addresses of one entity."""
    tag, base, one, key = entity.slug, f"/{entity.slug}", _ref(name), _key()
    sent = _ref(f"{name}Input")
    page = {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": one}, "next": {"type": ["string", "null"]}, "count": {"type": "integer"},
            "estimated": {"type": "boolean"},
        },
    }  # fmt: skip
    asked = [
        _filter(), _query("q", _("検索する言葉")),
        _query("sort", _("並べる項目。頭に - で逆順。"), enum=_sorts(entity)), _query("limit", _("1回の件数"), type="integer", minimum=1, maximum=200),
        _cursor(_("続きの位置（前の答えの next）")), _query("count", _("1 で件数も"), enum=list(YES_NO)),
        {
            "name": "columns", "in": "query", "description": _("ほしい項目だけ（コンマで区切る）。なければ全部。"), "style": "form", "explode": False,
            "schema": {"type": "array", "items": {"enum": [one.name for one in fields_of(entity)]}},
        },
    ]  # fmt: skip
    again = _again()
    done = {
        "type": "object",
        "required": ["operation", "items"],
        "properties": {
            "operation": {"type": "integer"},
            "items": {"type": "array", "items": {"type": "object"}},
        },
    }
    many = {
        "type": "object", "required": ["items"], "additionalProperties": False,
        "properties": {"items": {"type": "array", "minItems": 1, "maxItems": 1000, "items": {"oneOf": [
            {
                "type": "object", "required": ["action", *must], "properties": {
                    "action": {"enum": [action]}, "id": {"type": "integer", "minimum": 1, "maximum": MOST_KEY},
                    "version": VERSION, "fields": {"type": "object"},
                },
            }
            for action, must in (("create", ["fields"]), ("change", ["id", "version", "fields"]), ("delete", ["id"]))
        ]}}},
    }  # fmt: skip
    paths: dict[str, Any] = {
        base: {
            "get": _operation(_("一覧"), tag, OK, page, parameters=asked),
            "post": _operation(_("登録"), tag, MADE, one, sent=_ref(f"{name}New"), parameters=[again], scope="write"),
        },
        f"{base}/bulk": {"post": _operation(_("まとめて登録・変更・削除"), tag, OK, done, sent=many, parameters=[again], scope="write")},
        f"{base}/{{id}}": {
            "get": _operation(_("1件"), tag, OK, one, parameters=[key]),
            "patch": _operation(_("変更"), tag, OK, one, sent=sent, parameters=[key, _seen_as(_("本文の version の代わりに、読んだときの ETag の値。どちらかが要ります。"))], scope="write"),
            "delete": _operation(_("ごみ箱へ"), tag, GONE, None, parameters=[key, _seen_as(_("読んだときの ETag の値。その後に変更されていたら消しません。"))], scope="delete"),
        },
        f"{base}/{{id}}/restore": {"post": _operation(_("ごみ箱から戻す"), tag, OK, one, parameters=[key], scope="delete")},
        f"{base}/{{id}}/links": {
            "get": _operation(_("つながり"), tag, OK, {
                "type": "object", "required": ["next"], "additionalProperties": _ref("Linked"),
                "properties": {"next": {"type": "object", "additionalProperties": {"type": "string"}}},
            }, parameters=[key])
        },
        f"{base}/{{id}}/timeline": {
            "get": _operation(_("タイムライン"), tag, OK, {"type": "object", "required": ["items", "next"]}, parameters=[key, _cursor(_("続きの位置"))])
        },
    }  # fmt: skip
    paths[f"{base}/{{id}}"]["patch"]["responses"] |= {
        GONE: {"description": _("変更しました。担当者が変わったため、この記録はもう表示できません。")},
        "409": {**PROBLEM, "description": _("ほかの人が同じ項目を先に変えています（両方の値つき）。")},
        "428": {**PROBLEM, "description": _("version がありません。")},
    }
    paths[f"{base}/{{id}}"]["delete"]["responses"]["412"] = {
        **PROBLEM, "description": _("読んだ後にほかの人が変更しています。GETで読み直してからもう一度お試しください。"),
    }  # fmt: skip
    made = paths[base]["post"]["responses"]
    made[OK] = {**made[MADE], "description": _("同じ Idempotency-Key で、もう作られていたもの")}
    paths |= _link_paths(entity, key)
    paths |= _file_paths(entity, key)
    for linked in entity.linked:
        if linked.editable:
            tie = {
                "type": "object", "additionalProperties": False,
                "properties": {"add": linked.schema() | {"title": linked.label}, "remove": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": MOST_KEY}}},
            }  # fmt: skip
            summary = _("%(label)sをつなぐ・外す") % {"label": linked.label}
            paths.setdefault(f"{base}/{{id}}/links/{linked.name}", {})["post"] = _operation(
                summary, tag, OK, {"type": "object"}, sent=tie, parameters=[key, again], scope="write"
            )
    return paths


def _seen_as(text: str) -> dict[str, Any]:
    return {
        "name": "If-Match", "in": "header", "schema": {"type": "string", "pattern": r'^(W/)?"?[1-9][0-9]{0,8}"?$'},
        "description": text,
    }  # fmt: skip


def _again() -> dict[str, Any]:
    return {
        "name": "Idempotency-Key", "in": "header",
        "description": _("同じ値で送り直しても一度だけ作られます。同じ値で別の内容は断られます（7日間）。"), "schema": {"type": "string", "maxLength": 200},
    }  # fmt: skip


def _link_paths(entity: Entity, key: dict[str, Any]) -> dict[str, Any]:
    """Each connection of an entity, a page at a time."""
    page = {
        "type": "object", "required": ["items", "next"],
        "properties": {"items": _ref("Linked"), "next": {"type": ["string", "null"]}},
    }  # fmt: skip
    asked = [
        key,
        _query("limit", _("1回の件数"), type="integer", minimum=1, maximum=200),
        _cursor(_("続きの位置")),
    ]
    names = {one.name: one.label for one in (*entity.references, *entity.linked)}
    for each in entity.connections:
        if (other := registry.find(each.entity)) is not None and each.field in other.fields:
            names[f"{each.entity}.{each.field}"] = str(each.label)
    return {
        f"/{entity.slug}/{{id}}/links/{name}": {
            "get": _operation(label, entity.slug, OK, page, parameters=asked)
        }
        for name, label in names.items()
    }


def _file_paths(entity: Entity, key: dict[str, Any]) -> dict[str, Any]:
    """The files on a record."""
    base, tag = f"/{entity.slug}/{{id}}/files", entity.slug
    items = {"items": {"type": "array", "items": _ref("File")}}
    added = {"type": "object", "required": ["items"], "properties": items}
    page = {
        "type": "object", "required": ["items", "next"], "properties": {**items, "next": {"type": ["string", "null"]}},
    }  # fmt: skip
    fields = ["", *(one.name for one in entity.own if isinstance(one, Files) and not one.fixed)]
    one_file = {**_key(), "name": "file_id"}
    add = _operation(_("ファイルを加える"), tag, MADE, added, parameters=[key, _again()], scope="write")
    add["responses"][OK] = {
        **add["responses"][MADE],
        "description": _("同じ Idempotency-Key で、もう作られていたもの"),
    }
    add["requestBody"] = _form(
        {"file": {"type": "string", "format": "binary", "minLength": 1}, "field": {"enum": fields}}
    )
    read = _operation(_("ファイルの中身"), tag, OK, None, parameters=[key, one_file])
    read["responses"][OK]["content"] = {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
    }
    return {
        base: {"get": _operation(_("ファイルの一覧"), tag, OK, page, parameters=[key, _cursor(_("続きの位置"))]), "post": add},
        f"{base}/{{file_id}}": {
            "get": read, "delete": _operation(_("ファイルを外す"), tag, GONE, None, parameters=[key, one_file], scope="write"),
        },
    }  # fmt: skip


def _form(parts: dict[str, Any]) -> dict[str, Any]:
    """A body with a file."""
    schema = {
        "type": "object", "required": ["file"], "properties": parts, "additionalProperties": False,
    }  # fmt: skip
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


def _sorts(entity: Entity) -> list[str]:
    names = [one.name for one in fields_of(entity) if one.sortable]
    return [sign + name for name in names for sign in ("", "-")]


def other_paths() -> dict[str, Any]:
    """Addresses beside the entities."""
    found = {"type": "object", "required": ["items"], "properties": {"items": _ref("Linked")}}
    named = sorted({"", *(word for entity in served() for word in (entity.slug, entity.name))})
    key = _key()
    file = _operation(
        _("ファイルの取り込みを始める"),
        "imports",
        "202",
        _ref("Import"),
        parameters=[_again()],
        scope="import",
    )
    file["requestBody"] = _form(
        {
            "file": {"type": "string", "format": "binary"}, "entity": {"enum": named},
            "match": {"enum": list(MATCHES)}, "missing": {"enum": list(MISSING)},
        }
    )  # fmt: skip
    return {
        "/search": {"get": _operation(_("すべてから探す"), "search", OK, found, parameters=[
            _query("q", _("探す言葉"), minLength=1) | {"required": True}, _query("limit", _("1回の件数"), type="integer", minimum=1, maximum=50),
        ])},
        "/me": {"get": _operation(_("このトークンの持ち主"), "me", OK, {"type": "object"})},
        "/imports": {"post": file},
        "/imports/{id}": {"get": _operation(_("取り込みの様子"), "imports", OK, _ref("Import"), parameters=[key], scope="import")},
    }  # fmt: skip


def _openapi(request: Call) -> HttpResponse:
    """The description as JSON, for programs."""
    return answer(openapi())


openapi_view = endpoint(get=("read", _openapi))


def _unknown(request: Call, rest: str) -> HttpResponse:
    """An address that the API doesn't have."""
    raise NotFound(
        _("/api/%(rest)s という住所はありません。/api/v1/openapi.json を見てください。")
        % {"rest": rest[:100]}
    )


unknown_view = endpoint(**dict.fromkeys(("get", "post", "put", "patch", "delete"), ("read", _unknown)))


@require_GET
@handled
def docs(request: Any) -> HttpResponse:
    """The same for people: every entity with its fields, its addresses and an example."""
    person(request)
    held = openapi()
    groups = []
    for entity in served():
        base = f"/{entity.slug}"
        calls = [
            (method.upper(), path, each["summary"], each["x-scope"])
            for path, methods in held["paths"].items()
            if path == base or path.startswith(f"{base}/")
            for method, each in methods.items()
        ]
        groups.append(
            {"entity": entity, "calls": calls, "fields": [(one, _shape(one)) for one in fields_of(entity)]}
        )
    others = [
        (method.upper(), path, each["summary"], each["x-scope"])
        for path, methods in other_paths().items()
        for method, each in methods.items()
    ]
    context = {"groups": groups, "others": others, "url": settings.PUBLIC_URL, "scopes": SCOPES.items()}
    return render(request, "connect/docs.html", context)


def _shape(one: FieldKind) -> str:
    schema = one.schema()
    kind = schema.get("type", "")
    text = " | ".join(kind) if isinstance(kind, list) else str(kind)
    if "enum" in schema:
        text = " | ".join(f'"{word}"' for word in schema["enum"] if word)
    return text + (f" ({schema['format']})" if "format" in schema else "")
