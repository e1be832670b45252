"""What a company asks of every lead (予算・決裁者・必要性・時期): own choice fields of the lead, drawn as any other, and what each answer counts.

Answers lie where all own values lie; here stands only which fields are asked and their points. The score follows from them whenever a lead
is stored, and nothing but the score is stored anew where the points change.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django_tasks import task

from enishi.access.models import User
from enishi.records import registry
from enishi.records.design import operations
from enishi.records.design.drawing import changed, drawing, field_seen
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, Refused
from enishi.records.fields import Choice, Number
from enishi.records.rows import update_rows
from enishi.records.tasks import compute_what_stands_on
from enishi.sales.leads.models import Lead, LeadQuestion

MOST_QUESTIONS, MOST_ANSWERS, MOST_POINTS = 12, 6, 10
HOT, WARM = 70, 40  # of 100: from here on a lead is called hot, or warm
STEP = 500
HEATS = ("cold", "warm", "hot")


class Score(Number):
    """What the answers come to; who doesn't see one of the questions doesn't see it either."""

    def follows(self) -> Iterator[tuple[str, str]]:
        yield from (("lead", one.field) for one in held())


@dataclass(frozen=True)
class Question:
    """A question as it counts now."""

    field: str
    points: Mapping[str, int]

    @property
    def most(self) -> int:
        """What the best answer counts."""
        return max(self.points.values(), default=0)


_kept: list[tuple[int, tuple[Question, ...]]] = []


def held() -> tuple[Question, ...]:
    """The questions in their order; read once for each number of the design, which every change of them raises."""
    number = registry.design_number()
    kept = next(iter(_kept), None)  # another thread may forget it at any time
    if kept is None or kept[0] != number:
        fields = registry.whole_entities()["lead"].fields  # a field that was taken out of sight isn't asked
        rows = [
            one
            for one in LeadQuestion.objects.order_by("position", "pk")
            if one.field in fields and not fields[one.field].hidden
        ]
        kept = number, tuple(Question(one.field, one.points) for one in rows)
        _kept[:] = [kept]
    return kept[1]


def forget() -> None:
    """What was read in a transaction that came to nothing is read anew."""
    _kept.clear()


def score(custom: Mapping[str, Any] | None) -> int | None:
    """What these own values come to, of 100; None where nothing is asked or nothing answered."""
    asked = held()
    answers = [(one, custom.get(one.field)) for one in asked] if custom and asked else []
    most = sum(one.most for one in asked)
    if not most or not any(value for _one, value in answers):
        return None
    return round(sum(one.points.get(str(value), 0) for one, value in answers if value) * 100 / most)


@dataclass(frozen=True)
class Progress:
    """How far a lead is asked."""

    answered: int
    asked: int
    score: int | None
    proposed: str  # the heat that follows; "" where too little is known, or where it stands so already
    proposed_label: str
    missing: str


def progress(entity: Entity, lead: Lead) -> Progress | None:
    """For a lead's card; None where the company asks nothing, or the person doesn't see all of it."""
    fields = [entity.fields.get(one.field) for one in held()]
    if not fields or any(one is None for one in fields) or "score" not in entity.fields:
        return None
    empty = [str(one.label) for one in fields if one is not None and one.is_empty(one.get(lead))]
    answered = len(fields) - len(empty)
    heat = ""
    if lead.score is not None and answered * 2 >= len(fields):
        heat = "hot" if lead.score >= HOT else "warm" if lead.score >= WARM else "cold"
        # What somebody thinks better of is called less only once everything is asked.
        if answered < len(fields) and HEATS.index(heat) < HEATS.index(lead.heat or "cold"):
            heat = lead.heat
    found = entity.fields.get("heat")
    proposed = heat if isinstance(found, Choice) and found.editable and heat != lead.heat else ""
    label = found.text(proposed) if proposed and found is not None else ""
    return Progress(answered, len(fields), lead.score, proposed, label, _("、").join(empty))


# --- the set ------------------------------------------------------------------------------------------
def usual() -> list[tuple[str, list[tuple[str, int]]]]:
    """What most ask first: budget, authority, need, time; with points."""
    return [
        (_("予算の確認"), [(_("確保済み"), 3), (_("申請中・見込みあり"), 2), (_("未定"), 1), (_("予算なし"), 0)]),
        (_("決裁者の確認"), [(_("決裁者と話せている"), 3), (_("決裁者が分かっている"), 2), (_("未確認"), 0)]),
        (_("必要性の確認"), [(_("課題がはっきりしている"), 3), (_("関心がある"), 2), (_("情報収集のみ"), 0)]),
        (_("時期の確認"), [(_("3か月以内"), 3), (_("半年以内"), 2), (_("1年以内"), 1), (_("未定"), 0)]),
    ]  # fmt: skip


def candidates() -> list[Choice]:
    """Own choice fields of the lead that aren't asked yet."""
    asked = {one.field for one in held()}
    return [one for one in registry.get("lead").whole.own if type(one) is Choice and one.name not in asked]


@drawing
def begin(*, by: User) -> None:
    """Asks what most ask first; what is there already stays as it is.

    Raises:
        NotAllowed, Refused
    """
    for label, answers in usual():
        own = next((one for one in candidates() if str(one.label) == label), None)
        if own is not None:
            take_up(own.name, by=by)
        elif not any(str(one.label) == label for one in registry.get("lead").whole.fields.values()):
            ask(label, answers, by=by)
    _changed(by)  # once more at the end: whoever read in between reads anew


@drawing
def ask(label: str, answers: Sequence[tuple[str, int]], *, by: User) -> None:
    """Draws a question: a choice field of the lead, and one of the same name on deals, so that the answer goes along.

    Raises:
        NotAllowed, Refused
    """
    answers = [(word.strip()[:60], points) for word, points in answers if word.strip()]
    if len(answers) < 2:
        raise Refused({"answers": [_("答えを2つ以上入力してください。")]})
    if any(not 0 <= points <= MOST_POINTS for _word, points in answers):
        raise Refused(
            {"answers": [_("点は0から%(most)dまでの数で入力してください。") % {"most": MOST_POINTS}]}
        )
    options = {"choices": [{"label": word} for word, _points in answers[:MOST_ANSWERS]]}
    made = ""
    for name in ("lead", "deal"):
        if name == "deal" and any(
            str(one.label) == label for one in registry.get(name).whole.fields.values()
        ):
            continue
        row = operations.add_field(name, "choice", label, options, by=by)
        _place(name, row.key, by)
        made = made or row.key
    found = registry.get("lead").whole.fields[made]
    assert isinstance(found, Choice)
    worth = dict(answers)
    _keep(made, {one.value: worth.get(str(one.label), 0) for one in found.options}, by)


def _place(name: str, field: str, by: User) -> None:
    """Puts a question's field into the sheet of the others."""
    entity, label = registry.get(name).whole, _("見込みの確認")
    sections = [
        {
            "label": str(one.label),
            "fields": [each for each in one.fields if each != field],
            "folded": one.folded,
        }
        for one in entity.sections
    ]
    mine = next((one for one in sections if one["label"] == label), None)
    if mine is None:
        mine = {"label": label, "fields": [], "folded": False}
        sections.insert(1, mine)
    mine["fields"] = [*mine["fields"], field]  # type: ignore[misc]
    operations.lay_out(name, {"sections": sections}, by=by)


@drawing
def take_up(field: str, *, by: User) -> None:
    """Asks by a choice field that is there already; its first answer counts most.

    Raises:
        NotAllowed, NotFound, Refused
    """
    found = next((one for one in candidates() if one.name == field), None)
    if found is None:
        raise NotFound
    options = [one for one in found.options if not one.retired]
    _keep(
        field, {one.value: max(0, min(3, len(options) - 1) - place) for place, one in enumerate(options)}, by
    )


def _keep(field: str, points: Mapping[str, int], by: User) -> None:
    if LeadQuestion.objects.count() >= MOST_QUESTIONS:
        raise Refused({"": [_("質問は%(most)d個までです。") % {"most": MOST_QUESTIONS}]})
    last = LeadQuestion.objects.aggregate(last=Max("position"))["last"] or 0
    LeadQuestion.objects.create(field=field, points=dict(points), position=last + 1)
    _changed(by)


@drawing
def weigh(points: Mapping[str, Mapping[str, int]], *, by: User) -> None:
    """What each answer counts, by field and value.

    Raises:
        NotAllowed, Refused
    """
    if any(not 0 <= each <= MOST_POINTS for one in points.values() for each in one.values()):
        raise Refused(
            {"points": [_("点は0から%(most)dまでの数で入力してください。") % {"most": MOST_POINTS}]}
        )
    fields = registry.get("lead").whole.fields
    for row in LeadQuestion.objects.select_for_update().filter(field__in=points):
        found = fields.get(row.field)
        values = {one.value for one in found.options} if isinstance(found, Choice) else set()
        row.points = {**row.points, **{value: n for value, n in points[row.field].items() if value in values}}
        row.save(update_fields=["points"])
    _changed(by)


@drawing
def drop(field: str, *, by: User) -> None:
    """Asks no longer: the field and its answers stay, it only doesn't count.

    Raises:
        NotAllowed
    """
    LeadQuestion.objects.filter(field=field).delete()
    _changed(by)


@field_seen.connect
def _field_seen(entity: str, field: str, **_more: Any) -> None:
    """A question whose field is taken out of sight counts no longer; with its field it counts again."""
    if entity == "lead" and LeadQuestion.objects.filter(field=field).exists():
        rescore.enqueue()


def _changed(by: User) -> None:
    changed(by, "lead", f"= {_('リードの質問')}")
    _kept.clear()
    rescore.enqueue()


@task()
def rescore() -> None:
    """Scores anew after the questions have changed; in steps, each in a transaction of its own."""
    registry.refresh(now=True)
    _kept.clear()
    last, others = 0, False
    while True:
        with transaction.atomic():
            rows = Lead.objects.filter(pk__gt=last).exclude(custom={}, score=None).order_by("pk")
            leads = list(rows.select_for_update(of=("self",), no_key=True).only("custom", "score")[:STEP])
            others = _score_anew(leads) or others
        if not leads:
            break
        last = leads[-1].pk
    if others:
        compute_what_stands_on("lead")


def _score_anew(leads: Iterable[Lead]) -> bool:
    moved = []
    for one in leads:
        now = score(one.custom)
        if now != one.score:
            one.score = now
            moved.append(one)
    if moved:
        update_rows(Lead, moved, ("score",))
    return bool(moved)
