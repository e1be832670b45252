"""Small pages of the site: menu, settings, the app's manifest, postal codes, language."""

import importlib
from typing import Any

from django.conf import settings as django_settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi import __version__
from enishi.access.rights import may
from enishi.exchange.models import ImportJob
from enishi.japanese import addresses
from enishi.people.models import Account, Contact
from enishi.records import registry
from enishi.records.lists import ListState, totals
from enishi.records.models import Operation
from enishi.records.pages.base import handled, person
from enishi.sales.models import Deal
from enishi.site.checks import database_size, sqlite_warning
from enishi.site.company import rename


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page is today."""
    return redirect("today")


@require_GET
def menu(request: HttpRequest) -> HttpResponse:
    """Everything, on the telephone."""
    return render(request, "frame/menu.html")


@require_GET
@handled
def settings_page(request: HttpRequest) -> HttpResponse:
    """What can be set, and how the installation is."""
    user = person(request)
    context: dict[str, Any] = {
        "version": __version__,
        "database": connection.vendor,
        "warning": sqlite_warning(),
        "size": database_size(),
        "home": str(django_settings.HOME),
    }
    if user.is_admin:
        context["counts"] = [
            (one, totals(ListState.of(one, user, QueryDict())).count)
            for one in registry.all_entities()
            if one.in_navigation
        ]
        context["empty_company"] = not (
            Account.objects.exists() or Contact.objects.exists() or Deal.objects.exists()
        )
    # What was recorded is undone where it was recorded; here stands what changed many.
    done = Operation.objects.exclude(kind__in=("undo", "edit")).select_related("user").order_by("-at")
    operations = list((done if user.is_admin else done.filter(user=user))[:15])
    imports = dict(ImportJob.objects.filter(operation__in=operations).values_list("operation_id", "pk"))
    context["operations"] = [(one, imports.get(one.pk)) for one in operations]
    context["has_channels"] = registry.find("channel") is not None
    context["may_import"] = may(user, "import")
    return render(request, "site/settings.html", context)


@require_POST
@handled
def company(request: HttpRequest) -> HttpResponse:
    """The company's name, as every page shows it."""
    from django.contrib import messages

    from enishi.records.errors import NotAllowed

    if not person(request).is_admin:
        raise NotAllowed
    rename(request.POST.get("name", ""))
    messages.success(request, _("会社名を保存しました。"))
    return redirect("settings")


@require_POST
@handled
def load_sample(request: HttpRequest) -> HttpResponse:
    """Fills an empty company with the sample one."""
    from django.contrib import messages

    from enishi.records.errors import NotAllowed

    user = person(request)
    if not user.is_admin:
        raise NotAllowed
    if Account.objects.exists() or Contact.objects.exists():
        messages.error(request, _("すでにデータがあるため、見本は入れられません。"))
    else:
        importlib.import_module("enishi.site.demo").load(user)
        messages.success(request, _("見本の会社を入れました。"))
    return redirect("today")


@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """Lets the telephone install the program."""
    return JsonResponse(
        {
            "name": "Enishi",
            "short_name": "Enishi",
            "start_url": "/today/",
            "display": "standalone",
            "background_color": "#f5f6f8",
            "theme_color": "#1f4f95",
            "lang": "ja",
            "icons": [{"src": static("logo.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
        },
        content_type="application/manifest+json",
    )


@require_GET
def postal_code(request: HttpRequest) -> JsonResponse:
    """The places of a postal code."""
    places = addresses.lookup_postal_code(request.GET.get("code", "")[:20])
    return JsonResponse(
        {"places": [{"prefecture": one.prefecture, "city": one.city, "town": one.town} for one in places]}
    )


@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Japanese or English, kept on the user."""
    language = "en" if request.POST.get("language") == "en" else "ja"
    following = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts=None):
        following = "/"
    response = HttpResponseRedirect(following)
    response.set_cookie("enishi_language", language, max_age=31_536_000, samesite="Lax")
    if request.user.is_authenticated:
        type(request.user).objects.filter(pk=request.user.pk).update(language=language)
    return response


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component on one page, for those who build pages."""
    from enishi.records.pages.base import form_input

    with registry.whole():
        inputs = [
            form_input(
                one,
                one.empty_value(),
                errors=[_("例: ここに理由が出ます。")] if one.name == "email" else None,
            )
            for one in registry.get("contact").fields.values()
            if one.editable
        ]
    return render(
        request,
        "site/gallery.html",
        {"inputs": inputs, "colours": ["grey", "accent", "green", "amber", "red"]},
    )
