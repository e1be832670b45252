"""The floor that pages are measured against by `enishi bench`, and the addresses of such a run: a hand-written page behind the same
middleware, session and sign-in, and a look-up and an insert by the ORM alone."""

from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path

from enishi.people.models import Account


def bare(request: Any) -> Any:
    """One hand-written query, 50 rows of 8 columns, a plain template."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name, kana, status, industry, phone, rank, code FROM people_account WHERE deleted_at IS NULL ORDER BY sort_key, id LIMIT 50"
        )
        return render(request, "site/bare.html", {"rows": cursor.fetchall()})


def bare_find(request: Any) -> Any:
    """One look-up by an indexed column through the ORM, as a check for the same customer."""
    return HttpResponse(str(list(Account.objects.filter(match_key=request.GET["name"])[:5])))


def bare_create(request: Any) -> Any:
    """One insert through the ORM."""
    Account.objects.create(name=request.POST["name"], owner=request.user)
    return HttpResponse("ok")


urlpatterns = [
    path("bare/", bare),
    path("bare/find/", bare_find),
    path("bare/create/", bare_create),
    path("", include("enishi.site.urls")),
]
