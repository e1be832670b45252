"""F6: everything the program says has its English, and an English page shows no Japanese but the company's own words."""

import gettext
import importlib.util
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import trans_real

ROOT = Path(__file__).resolve().parent.parent
_spec = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
assert _spec is not None and _spec.loader is not None
messages = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(messages)

PLACE = re.compile(r"%\((\w+)\)[a-z]|%%|\{\w*\}")
TAG = re.compile(r"</?[a-z][^>]*>")


# --- the catalogue --------------------------------------------------------------------------------------
def pairs() -> Iterator[tuple[str, str]]:
    """Each Japanese text with its English; both numbers of a plural."""
    for message in messages.messages(messages.catalogue()).values():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        yield from zip(ids, messages.english(message), strict=True)


def test_every_sentence_has_its_english() -> None:
    """Run `python tools/messages.py update`, then write the English that is missing."""
    assert messages.problems() == []


def test_placeholders_and_tags_are_the_same_in_both_languages() -> None:
    wrong = [
        (ours, english)
        for ours, english in pairs()
        if sorted(PLACE.findall(ours)) != sorted(PLACE.findall(english))
        or sorted(TAG.findall(ours)) != sorted(TAG.findall(english))
    ]
    assert wrong == []


def test_no_english_is_japanese() -> None:
    assert [english for _ours, english in pairs() if messages.JAPANESE.search(english)] == []


def test_templates_ask_the_catalogue_for_every_word() -> None:
    allowed = re.compile(r"縁|日本語で表示|日本語|・")
    found = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in messages.templates()
        if path.name
        != "paper.html"  # 見積書 and 請求書 are Japanese, whatever language is on the screen of who writes them
        for text in messages.bare_japanese(path.read_text(encoding="utf-8"))
        if messages.JAPANESE.search(allowed.sub("", text))
    ]
    assert found == []


def test_reading_modules_follows_imports_under_other_names() -> None:
    text = (
        "from django.utils.translation import gettext as _t, ngettext, pgettext_lazy as p\n"
        'a = _t("甲" if x else "乙")\nb = ngettext("一つ", "多く", n)\nc = p("場", "丙")\nd = other("丁")\n'
    )
    found = [(one.context, one.singular, one.plural) for one in messages.from_python(text, "x.py")]
    assert sorted(found) == sorted([("", "甲", ""), ("", "乙", ""), ("", "一つ", "多く"), ("場", "丙", "")])
    with pytest.raises(messages.CannotRead):
        list(messages.from_python('from django.utils.translation import gettext as _\n_(f"{x}件")', "x.py"))


def test_reading_templates_finds_what_django_looks_up() -> None:
    text = (
        "{% comment %}註{% endcomment %}{# 註 #}{% translate '甲' %}{% include 'x' with a=_(\"乙\") %}{{ b|default:_('丙') }}"
        "{% blocktranslate trimmed with n=a.b count c=d %}\n  一つ {{ n }}\n  100%\n{% plural %}\n  多く {{ n }}\n{% endblocktranslate %}"
    )
    found = [(one.singular, one.plural) for one in messages.from_template(text, "x.html")]
    assert found == [("甲", ""), ("乙", ""), ("丙", ""), ("一つ %(n)s 100%%", "多く %(n)s")]


# --- the pages --------------------------------------------------------------------------------------------
SEEN = {"aria-label", "title", "placeholder", "alt", "label", "content"}
# Words that a company keeps, offered as suggestions: lists of industries and sources, reasons for a lost deal.
OWN_WORDS = {"datalist"}
# Dates and amounts have their Japanese form in both languages (ui.md, "Form of things").
FORMS = re.compile(r"\([月火水木金土日]\)|[0-9](億|万)?円")
WHITE = re.compile(r"縁|日本語で表示|日本語|・")


class Words(HTMLParser):
    """Gathers what a person sees or hears of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag in {"datalist", "script", "textarea"} or (
            tag == "select" and held.get("name") == "lost_reason"
        ):
            self.inside.append(tag)
        for name, value in attrs:
            if name in SEEN or (name.startswith("data-") and name not in {"data-toast", "data-value"}):
                self.found.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.found.append(data)
        elif self.inside[-1] == "script" and data.strip().startswith("["):
            for kind in json.loads(data):  # the condition builder's fields and operators
                self.found += [kind["label"], *(one["label"] for one in kind["operators"])]


def japanese_in(html: str) -> list[str]:
    """What an English page says in Japanese."""
    words = Words()
    words.feed(html)
    return [
        text.strip() for text in words.found if messages.JAPANESE.search(WHITE.sub("", FORMS.sub("", text)))
    ]


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> Iterator[None]:
    """The catalogue as it is now, whatever was compiled before."""
    messages.compile_catalogue()
    gettext._translations.clear()  # type: ignore[attr-defined]
    trans_real._translations.clear()
    yield


@pytest.fixture
def english(alice: Any, as_alice: Client) -> Client:
    """An English-speaking admin of a company without data."""
    type(alice).objects.filter(pk=alice.pk).update(name="Alice Brown", language="en")
    return as_alice


@pytest.fixture
def office(english: Client, alice: Any) -> dict[str, Any]:
    """A pipeline, and one account with a person, a deal, a task and a visit, all named in English."""
    from enishi.records import registry, write
    from enishi.sales.models import Stage
    from enishi.sales.pipelines.entity import make_pipeline

    pipeline = make_pipeline(
        "Sales", (("Lead", 10, "open", 7), ("Won", 100, "won", 0), ("Lost", 0, "lost", 0))
    )
    stage = Stage.objects.filter(pipeline=pipeline).order_by("position").first()
    account = write.create(
        registry.get("account"), {"name": "Acme", "status": "active", "rank": "A"}, by=alice
    ).record
    contact = write.create(
        registry.get("contact"),
        {"family_name": "Smith", "given_name": "Ann", "account": account.pk, "honorific": "Ms"},
        by=alice,
    ).record
    deal = write.create(
        registry.get("deal"),
        {
            "name": "Machine",
            "account": account.pk,
            "pipeline": pipeline.pk,
            "stage": stage.pk,
            "amount": 5_000_000,
        },
        by=alice,
    ).record
    task = write.create(
        registry.get("task"),
        {"name": "Call back", "about": f"deal:{deal.pk}", "due_at": timezone.localdate().isoformat()},
        by=alice,
    ).record
    activity = write.create(
        registry.get("activity"),
        {"kind": "visit", "about": f"account:{account.pk}", "text": "Showed the plan", "outcome": "success"},
        by=alice,
    ).record
    write.write(registry.get("account"), account.pk, {"status": "dormant", "phone": "03-1234-5678"}, by=alice)
    return {
        "account": account,
        "contact": contact,
        "deal": deal,
        "task": task,
        "activity": activity,
        "pipeline": pipeline,
        "stage": stage,
    }


EMPTY = [
    "/today/", "/today/?part=rows", "/accounts/", "/contacts/", "/deals/", "/tasks/", "/activities/", "/pipelines/", "/stages/", "/search/", "/search/?q=zzz",
    "/bin/", "/menu/", "/settings/", "/settings/users/", "/settings/users/new/", "/me/", "/me/password/", "/import/", "/accounts/new/", "/contacts/new/",
    "/deals/new/", "/tasks/new/", "/accounts/filter/", "/contacts/filter/", "/deals/filter/", "/tasks/filter/", "/accounts/columns/", "/deals/columns/",
    "/accounts/views/", "/accounts/export/", "/record/", "/record/notifications/", "/gallery/", "/accounts/?preset=silent", "/accounts/?q=zzz",
]  # fmt: skip


def page(client: Client, path: str, *statuses: int) -> str:
    """A page's HTML; whole pages say their language."""
    answer = client.get(path)
    assert answer.status_code in (statuses or (200,)), path
    html = answer.content.decode()
    assert "<html" not in html or '<html lang="en"' in html, path
    return html


@pytest.mark.row("F6")
@pytest.mark.parametrize("path", EMPTY)
def test_an_english_page_of_an_empty_company_shows_no_japanese(english: Client, path: str) -> None:
    from enishi.japanese.calendar import holiday_name

    html = page(english, path).replace(holiday_name(timezone.localdate()) or "\0", "")
    assert japanese_in(html) == []


@pytest.mark.row("F6")
@pytest.mark.parametrize("entity", ["account", "contact", "deal", "task", "activity", "pipeline", "stage"])
def test_an_english_list_and_card_show_no_japanese(
    english: Client, office: dict[str, Any], entity: str
) -> None:
    from enishi.records import registry

    found = registry.get(entity)
    assert japanese_in(page(english, found.list_url)) == []
    card = found.url(office[entity].pk)
    for path in (card, f"{card}history/", f"{card}field/{found.title_field}/?edit"):
        assert japanese_in(page(english, path)) == [], path


@pytest.mark.row("F6")
def test_the_english_board_shows_no_japanese(english: Client, office: dict[str, Any]) -> None:
    assert japanese_in(page(english, "/deals/board/")) == []


@pytest.mark.row("F6")
@pytest.mark.parametrize(
    "path", ["/signin/", "/password/", "/password/sent/", "/password/done/", "/signin/stopped/"]
)
def test_a_stranger_who_chose_english_sees_no_japanese(db: None, path: str) -> None:
    client = Client()
    client.cookies["enishi_language"] = "en"
    assert japanese_in(page(client, path)) == []


@pytest.mark.row("F6")
def test_errors_and_refusals_are_english(english: Client, office: dict[str, Any]) -> None:
    assert japanese_in(page(english, "/nowhere/", 404)) == []
    assert japanese_in(page(english, "/accounts/999999/", 404)) == []
    refused = english.post("/accounts/new/", {"name": "", "email": "x"})
    assert refused.status_code == 422
    html = refused.content.decode()
    assert "Please check your entries" in html


@pytest.mark.row("F6")
@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ({"field": "rank", "op": "is", "value": "A"}, "Rank: A"),
        ({"field": "rank", "op": "is_not", "value": "A"}, "Rank is not A"),
        ({"field": "name", "op": "contains", "value": "Ac"}, "Name contains Ac"),
        ({"field": "email", "op": "empty"}, "Email is empty"),
        (
            {"field": "last_contact_at", "op": "before_days", "value": 30},
            "Last contact: at least 30 days ago",
        ),
        ({"field": "open_amount", "op": "gte", "value": 1000}, "Open amount at least ¥1,000"),
        ({"has": {"entity": "deal", "field": "account", "at_least": 0}}, "no Deals"),
        (
            {
                "any": [
                    {"field": "rank", "op": "is", "value": "A"},
                    {"field": "status", "op": "in", "value": ["active", "dormant"]},
                ]
            },
            "Rank: A or Status: Active・Dormant",
        ),
        (
            {"event": {"kinds": ["visit"], "days": 90, "at_least": 2}},
            "in the last 90 days: Visit: at least 2 times",
        ),
    ],
)
def test_conditions_read_as_english(alice: Any, tree: dict[str, Any], words: str) -> None:
    from enishi.records import registry
    from enishi.records.conditions import Scope, describe

    with translation.override("en"):
        assert describe(registry.get("account"), tree, Scope.of(alice)) == words
