"""What the generic pages share: the entity in the address, errors as pages, inputs of fields."""

import datetime
import functools
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import register_converter
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.kit import htmx
from enishi.records import registry
from enishi.records.conditions import BadCondition
from enishi.records.entity import Entity
from enishi.records.errors import Moved, NotAllowed, NotFound, RecordError, Refused
from enishi.records.fields import FieldKind, Lines, Linked, Person, Pointer, SeveralChoices
from enishi.records.fields.any_record import titles

View = Callable[..., HttpResponseBase]


class EntityConverter:
    """The entity in an address: its slug."""

    regex = "[a-z][a-z0-9-]{0,39}"

    def to_python(self, value: str) -> Entity:
        """Raises ValueError (so Django tries the next address) where no entity has this slug."""
        try:
            return registry.by_slug(value)
        except KeyError:
            raise ValueError(value) from None

    def to_url(self, value: Entity | str) -> str:
        """The slug of an entity given itself or by name."""
        return (registry.whole_entities()[value] if isinstance(value, str) else value).slug


register_converter(EntityConverter, "entity")


def person(request: HttpRequest) -> User:
    """Who asks."""
    assert isinstance(request.user, User)
    return request.user


def stamp(held: Any) -> str:
    """A short mark of settings as a page shows them: another one, and somebody has changed them since."""
    text = json.dumps(held, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def day_of(text: str, today: datetime.date, first: datetime.date, last: datetime.date) -> datetime.date:
    """The day that an address names, between `first` and `last`; today where it names none."""
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        return today
    return min(max(found, first), last)


def error_page(
    request: HttpRequest, status: int, message: str, *, more: Sequence[tuple[str, str]] = ()
) -> HttpResponse:
    """An error as a toast where the script asked, else as a page; `more`: words and addresses of where one may go on."""
    if htmx.is_htmx(request):
        response = HttpResponse(status=status)
        response.headers["HX-Reswap"] = "none"
        return htmx.toast(response, message, level="error")
    context = {"status": status, "message": message, "back": _came_from(request), "more": more}
    return render(request, "frame/error.html", context, status=status)


def _came_from(request: HttpRequest) -> str:
    """The page of this site whose form was refused, so that the person is back at it by one button; "" where nobody knows."""
    page = request.headers.get("Referer", "")
    known = request.method == "POST" and url_has_allowed_host_and_scheme(
        page, {request.get_host()}, require_https=request.is_secure()
    )
    return page if known and page != request.build_absolute_uri() else ""


def dialog(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """A dialog for the page that asks for it; whoever opens its address (in a new tab, from a bookmark) gets it as a page."""
    if htmx.is_htmx(request):
        return render(request, template, dict(context), status=status)
    return render(request, "records/dialog_page.html", {**context, "dialog": template}, status=status)


def handled(view: View) -> View:
    """Decorator: what records refuse becomes a clear answer, never a traceback."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Moved as error:
            return _led(request, error)
        except NotFound as error:
            return error_page(request, 404, str(error))
        except NotAllowed as error:
            return error_page(request, 403, str(error))
        except registry.Unseen:
            return error_page(request, 403, str(NotAllowed()))
        except BadCondition as error:
            return error_page(request, 400, str(error))
        except Refused as error:
            return error_page(request, 422, str(error))
        except RecordError as error:
            return error_page(request, 409, str(error))

    return wrapper


def _led(request: HttpRequest, error: Moved) -> HttpResponse:
    """A look at a merged record leads to the one that it became; what was to be done with it isn't done with another unasked."""
    if request.method not in {"GET", "HEAD"}:
        return error_page(request, 404, str(error))
    old = f"/{error.old_id}/"
    path = request.get_full_path()
    _head, _mark, rest = path.partition(old)
    return htmx.go(request, f"{error.url}{rest}")


def whole(text: str, default: int | None = None) -> int | None:
    """A whole number out of a request, or the default; never raises."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else default


def form_input(
    found: FieldKind,
    value: Any = None,
    *,
    raw: str | None = None,
    errors: list[str] | None = None,
    record: Any = None,
    prefix: str = "f",
    autofocus: bool = False,
    bare: bool = False,
    typed: str = "",
) -> dict[str, Any]:
    """The context of one input: `raw` is what somebody typed that could not be read, and comes back as typed; `typed` the words beside a
    record that was not chosen."""
    text = raw if raw is not None else found.input_text(value)
    shown = ""
    if isinstance(found, Pointer) and (key := whole(text)) is not None:
        shown = found.value_text(record) if record is not None and raw is None else ""
        shown = shown or found.text(key)
    elif found.kind == "any_record" and text:
        shown = titles({text}).get(text, "")
    shown = shown or (typed[:200] if not text else "")
    return {
        "field": found,
        "name": found.name,
        "id": f"{prefix}-{found.name}",
        "value": value,
        "text": text,
        "shown": shown,
        "errors": errors or [],
        "autofocus": autofocus,
        "bare": bare,
        "record": record,
        **(_links(found, text) if isinstance(found, Linked) else {}),
        **(found.editor(text, record) if isinstance(found, Lines) else {}),
        **({"chosen": text.split(",")} if found.kind == "choices" else {}),
        **found.context(),
        **({"users": found.offered(whole(text))} if isinstance(found, Person) else {}),
    }


def _links(found: Linked, text: str) -> dict[str, Any]:
    """What the input of a connection shows: the chips, and which records the person has seen."""
    left, _mark, seen = text.partition(";")
    keys = [int(key) for key in left.split(",") if key.isascii() and key.isdigit() and len(key) < 19]
    return {"links": found.chips(tuple((key, "") for key in keys)), "seen": seen}


def rendered(request: HttpRequest, template: str, context: Mapping[str, Any]) -> str:
    """A part of a page as text."""
    return render_to_string(template, dict(context), request)


def read_values(request: HttpRequest, entity: Entity, names: list[str]) -> dict[str, Any]:
    """The posted values of these fields; a yes/no box that is off posts nothing, so its marker counts."""
    values: dict[str, Any] = {}
    for name in names:
        if isinstance(entity.fields.get(name), SeveralChoices) and f"{name}__shown" in request.POST:
            values[name] = request.POST.getlist(name)
        elif name in request.POST:
            values[name] = request.POST[name]
        elif f"{name}__shown" in request.POST:
            values[name] = ""
    return values


def unreadable() -> str:
    """The message for a form that can't be understood at all."""
    return _("送られた内容が読めません。画面を開き直してからお試しください。")
