"""Settings of leads, for admins: who gets them (リードの割り当て), what is asked of them (リードの質問)."""

from dateutil.relativedelta import relativedelta
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enishi.access.models import Team, User
from enishi.access.names import user_names
from enishi.access.rights import log_access
from enishi.japanese import wareki
from enishi.japanese.addresses import PREFECTURES
from enishi.japanese.text import clean
from enishi.records import registry
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import Choice
from enishi.records.pages.base import handled, person, whole
from enishi.records.visible import require
from enishi.sales.leads import assignment, questions
from enishi.sales.leads.models import LeadAbsence, LeadRule

WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
REGIONS = (
    (1, 7),
    (7, 14),
    (14, 23),
    (23, 30),
    (30, 35),
    (35, 39),
    (39, 47),
)  # of the prefectures from the second on


def regions() -> list[tuple[str, list[str]]]:
    """The prefectures by region, from north to south."""
    names = (_("東北"), _("関東"), _("中部"), _("近畿"), _("中国"), _("四国"), _("九州・沖縄"))
    every = list(PREFECTURES)
    made = [(_("北海道"), every[:1])]
    return [*made, *((name, every[first:last]) for name, (first, last) in zip(names, REGIONS, strict=True))]


# --- who gets leads -----------------------------------------------------------------------------------
@handled
def rules_page(request: HttpRequest) -> HttpResponse:
    """The rules in their order, whose turn it is, and who is away."""
    user = person(request)
    require(user, "admin")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            _add_absence(request)
        except Refused as error:
            errors = error.errors
        else:
            messages.success(request, _("休みを登録しました。"))
            return redirect("lead-rules")
    today, names = timezone.localdate(), user_names()
    rows = []
    for turn in assignment.turns(LeadRule.objects.select_related("team"), today):
        following = turn.following()
        rows.append({
            "rule": turn.rule, "next": names.get(following or 0, ""), "people": [names[key] for key in turn.order if key in names],
            "where": [*turn.rule.sources, *turn.rule.prefectures], "empty": turn.rule.how == "turn" and following is None,
        })  # fmt: skip
    context = {
        "rows": rows, "absences": LeadAbsence.objects.filter(last__gte=today).select_related("user"), "errors": errors,
        "people": [one for one in User.objects.filter(is_active=True) if assignment.takes(one)], "today": today.isoformat(), "posted": request.POST,
        "entity": registry.get("lead"),
    }  # fmt: skip
    return render(request, "leads/rules.html", context, status=422 if errors else 200)


def _add_absence(request: HttpRequest) -> None:
    found = User.objects.filter(pk=whole(request.POST.get("user", "")) or 0, is_active=True).first()
    if found is None:
        raise Refused({"user": [_("休む人を選んでください。")]})
    days = []
    for name in ("first", "last"):
        try:
            day = wareki.parse_date(request.POST.get(name, ""))
        except ValueError as error:
            raise Refused({name: [str(error)]}) from None
        if day is None:
            raise Refused({name: [_("休みの日を入力してください。")]})
        days.append(day)
    if days[1] < days[0]:
        raise Refused({"last": [_("終了日は、開始日より後にしてください。")]})
    today = timezone.localdate()
    if not today <= days[1] <= today + relativedelta(years=3):
        raise Refused({"last": [_("終了日は今日から3年以内にしてください。")]})
    LeadAbsence.objects.create(user=found, first=days[0], last=days[1])


@handled
def rule_page(request: HttpRequest, rule_id: int = 0) -> HttpResponse:
    """One rule: a new one, or one that is changed."""
    user = person(request)
    require(user, "admin")
    rule = LeadRule.objects.filter(pk=rule_id).first() if rule_id else LeadRule()
    if rule is None:
        raise NotFound
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        _read(request, rule)
        try:
            if rule.pk is None:
                assignment.add(rule)
            else:
                assignment.check(rule)
                rule.save(update_fields=["name", "how", "sources", "prefectures", "people", "team", "active"])
        except Refused as error:
            errors = error.errors
        else:
            log_access(user, "design", "lead", 1, f"= {_('割り当てルール')} {rule.name}"[:500])
            messages.success(request, _("割り当てルール「%(name)s」を保存しました。") % {"name": rule.name})
            return redirect("lead-rules")
    source = registry.get("lead").whole.fields["source"]
    known = [one.value for one in source.options] if isinstance(source, Choice) else []
    chosen = {key: place for place, key in enumerate(rule.people)}
    people = [one for one in User.objects.filter(is_active=True) if assignment.takes(one) or one.pk in chosen]
    context = {
        "rule": rule, "errors": errors, "regions": regions(), "sources": list(dict.fromkeys([*rule.sources, *known])),
        "people": sorted(people, key=lambda one: chosen.get(one.pk, len(chosen))), "teams": Team.objects.all(), "hows": LeadRule.How.choices,
    }  # fmt: skip
    return render(request, "leads/rule.html", context, status=422 if errors else 200)


def _read(request: HttpRequest, rule: LeadRule) -> None:
    """What the form says, with nothing in it that isn't there."""
    form = request.POST
    rule.name = " ".join(clean(form.get("name", "")).split())[:80]
    rule.how = form.get("how") if form.get("how") in LeadRule.How.values else LeadRule.How.TURN  # type: ignore[assignment]
    typed = clean(form.get("other_source", "")).replace("、", ",").split(",")
    words = [clean(word).strip()[:100] for word in [*form.getlist("source"), *typed]]
    rule.sources = list(dict.fromkeys(word for word in words if word))[:50]
    rule.prefectures = [one for one in PREFECTURES if one in form.getlist("prefecture")]
    keys = [key for text in form.getlist("people") if (key := whole(text)) is not None]
    there = set(User.objects.filter(pk__in=keys, is_active=True).values_list("pk", flat=True))
    rule.people = [key for key in dict.fromkeys(keys) if key in there]
    rule.team = Team.objects.filter(pk=whole(form.get("team", "")) or 0).first()
    rule.active = "active" in form


@require_POST
@handled
def rule_action(request: HttpRequest, rule_id: int, action: str) -> HttpResponse:
    """Moves a rule up or down, or takes it away."""
    user = person(request)
    require(user, "admin")
    with transaction.atomic():
        rule = LeadRule.objects.select_for_update(of=("self",)).filter(pk=rule_id).first()
        if rule is None:
            raise NotFound
        if action in {"up", "down"}:
            assignment.move(rule, action == "up")
        elif action == "delete":
            rule.delete()
            messages.success(request, _("割り当てルール「%(name)s」を削除しました。") % {"name": rule.name})
        else:
            raise NotFound
        sign = "-" if action == "delete" else "="
        log_access(user, "design", "lead", 1, f"{sign} {_('割り当てルール')} {rule.name}"[:500])
    return redirect("lead-rules")


@require_POST
@handled
def absence_over(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Somebody is back."""
    require(person(request), "admin")
    if not LeadAbsence.objects.filter(pk=absence_id).delete()[0]:
        raise NotFound
    messages.success(request, _("休みを取り消しました。"))
    return redirect("lead-rules")


# --- what is asked of leads ---------------------------------------------------------------------------
@handled
def questions_page(request: HttpRequest) -> HttpResponse:
    """The questions with the points of their answers; another one; the usual ones to begin with."""
    user = person(request)
    require(user, "admin")
    errors: list[str] = []
    if request.method == "POST":
        try:
            _change(request, user)
        except Refused as error:
            questions.forget()
            errors = [text for texts in error.errors.values() for text in texts]
        else:
            messages.success(request, _("リードの質問を保存しました。"))
            return redirect("lead-questions")
    fields = registry.get("lead").whole.fields
    rows = []
    for one in questions.held():
        found = fields.get(one.field)
        options = [each for each in found.options if not each.retired] if isinstance(found, Choice) else []
        answers = [(each.value, each.label, one.points.get(each.value, 0)) for each in options]
        rows.append(
            {
                "field": one.field,
                "label": str(found.label) if found else _("（使われていない項目）"),
                "answers": answers,
            }
        )
    context = {
        "rows": rows, "errors": errors, "candidates": questions.candidates(), "usual": [label for label, _answers in questions.usual()],
        "blank": range(questions.MOST_ANSWERS), "most": questions.MOST_POINTS, "hot": questions.HOT, "warm": questions.WARM, "entity": registry.get("lead"),
        "posted": request.POST,
    }  # fmt: skip
    return render(request, "leads/questions.html", context, status=422 if errors else 200)


def _change(request: HttpRequest, user: User) -> None:
    form, action = request.POST, request.POST.get("action", "")
    if action == "begin":
        questions.begin(by=user)
    elif action == "add":
        words, points = form.getlist("answer"), form.getlist("worth")
        pairs = [
            (clean(word), _points(worth))
            for word, worth in zip(words, points, strict=False)
            if clean(word).strip()
        ]
        questions.ask(clean(form.get("label", "")), pairs, by=user)
    elif action == "take":
        questions.take_up(form.get("field", ""), by=user)
    elif action == "drop":
        questions.drop(clean(form.get("field", ""))[:20], by=user)
    elif action == "weigh":
        made: dict[str, dict[str, int]] = {}
        for name, text in form.items():
            head, _mark, rest = clean(str(name)).partition("-")
            field, _mark, value = rest.partition("-")
            if head == "p" and field and value:
                made.setdefault(field, {})[value] = _points(str(text))
        questions.weigh(made, by=user)
    else:
        raise Refused({"": [_("送られた内容が読めません。画面を開き直してからお試しください。")]})


def _points(text: str) -> int:
    found = whole(clean(text).strip().translate(WIDE) or "0")
    return -1 if found is None else found
