"""次の購入 on the pages: what the list says about its figures, the block on the cards of customers and products."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enishi.access.models import User
from enishi.insight.purchases import pairs, runs, told
from enishi.insight.purchases.models import SIGNS, PurchaseFit
from enishi.kit import htmx
from enishi.people.buying import GROUP, SHOWN, reason
from enishi.records import dues, registry
from enishi.records.entity import Entity
from enishi.records.fields import Date
from enishi.records.lists import ListState
from enishi.records.pages.base import handled, person
from enishi.records.pages.cards import card_context
from enishi.records.pages.lists import list_context
from enishi.records.visible import allowed, permits, require, sees_all
from enishi.sales.models import Order

MOST_DATES = 4  # of one's own fields that are offered to be marked


@list_context.connect
def above_list(request: HttpRequest, state: ListState, context: dict[str, Any]) -> None:
    """What the figures are made of; and why there is nothing to see, where there isn't."""
    if state.group is None or state.group.key != GROUP:
        return
    user, last = person(request), runs.last_done()
    running = PurchaseFit.objects.filter(status__in=runs.UNDER_WAY).exists()
    whole = all((one := registry.find(name)) is not None and sees_all(one, user) for name in SIGNS)
    context["purchases"] = told.panel(last, whole=whole) | {"running": running, "may_fit": user.is_admin}
    context["ends"] = _ends(user)
    context["list_parts"] = ["purchases/ends.html"] if context["ends"] else []
    if not context["empty"]:
        context["list_parts"] = ["purchases/panel.html", *context["list_parts"]]
        return
    if state.filter or state.search.strip():
        return
    orders = registry.find("order")
    if orders is None or not Order.objects.filter(deleted_at=None).exists():
        may = orders is not None and allowed(user, orders)
        context["empty_title"], context["empty_hint"] = _("受注がまだありません"), state.group.hint
        if orders is not None and may and may.create:
            context["empty_links"] = [
                *([(_("Excelから取り込む"), f"{reverse('import')}?entity=order")] if may.imports else []),
                (_("受注の一覧へ"), orders.list_url),
            ]
        return
    if last is None:
        # Who has just taken in his sales doesn't wait for the worker's next look; a run that failed waits for its hour.
        runs.start_if_due()
        context["empty_title"], context["empty_hint"] = _("見込みを計算しています"), _(
            "受注を読み取り、お客様ごとの見込みを作っています。数分後にもう一度開いてください。"
        )  # fmt: skip
        return
    context["list_parts"] = ["purchases/panel.html", *context["list_parts"]]
    if last.figures.get("model") == "none":
        context["empty_title"], context["empty_hint"] = _("お客様の分かる受注がまだありません"), _(
            "取引先か連絡先と、日付のある受注から見込みます。取り消した受注、日付が先の受注、どちらもない受注は数えません。"
        )  # fmt: skip
    else:
        context["empty_title"] = _("いま、ここに出るお客様はいません")
        context["empty_hint"] = _("上の別のタブもご覧ください。見込みは毎日新しくなります。")


def _ends(user: User) -> dict[str, Any]:
    """Contracts and whatever else ends on a day: the lists of what ends soon (words and address); while no day is marked, how an admin has
    them told of: the dates of his own that he might mark.
    """
    entities = registry.all_entities()
    lists = [
        (f"{entity}：{preset.label}", f"{entity.list_url}?preset={preset.key}")
        for entity in entities
        for preset in entity.presets
        if preset.key in {f"due_{one.name}" for one in dues.marked(entity)}
    ]
    if lists or not user.is_admin:
        return {"lists": lists} if lists else {}
    dates = [
        (f"{entity}：{one.label}", reverse("design-field", args=[entity.name, one.name]))
        for entity in entities
        if entity.drawn
        for one in entity.own
        if isinstance(one, Date) and one.editable and not one.hidden
    ]
    return {"dates": dates[:MOST_DATES], "hint": True}


@card_context.connect
def on_card(request: HttpRequest, entity: Entity, record: Any, context: dict[str, Any]) -> None:
    """A customer's next purchase and what else it might buy; what the buyers of a product also bought."""
    if "sections" not in context:
        return
    part = ""
    if entity.name in SIGNS and record.buy_count and "buy_last_on" in entity.fields:
        context["purchase"] = _of_customer(request, entity, record)
        part = "purchases/customer.html"
    elif entity.name == "product" and pairs.allowed(person(request)):
        context["also_bought"] = pairs.for_product(record.pk)
        part = "purchases/product.html" if context["also_bought"] else ""
    if part:
        context["extra_parts"] = [*context.get("extra_parts", ()), part]


def _of_customer(request: HttpRequest, entity: Entity, record: Any) -> dict[str, Any]:
    user = person(request)
    shown = [entity.fields[name] for name in SHOWN if name in entity.fields and name != "buy_last_on"]
    activity = registry.find("activity")
    quick = ""
    if (
        activity is not None
        and user.rights.reach("create", "activity") != "none"
        and permits(user, "see", entity, record)
    ):
        quick = f"{reverse('quick-record')}?about={entity.name}:{record.pk}&kind="
    state = entity.fields.get("buy_state")
    return {
        "reason": reason(record, timezone.localdate()),
        "state": mark_safe(state.cell(record)) if state else "",  # noqa: S308 (escaped by the field)
        "facts": [(one.label, one.value_text(record)) for one in shown if not one.is_empty(one.get(record))],
        "suggestions": [
            (one, f"{quick}task&text={quote(_('「%(product)s」を提案する') % {'product': one.name})}" if quick else "")
            for one in (pairs.for_customer(entity.name, record.pk) if pairs.allowed(user) else ())
        ],
        "quick": quick,
    }  # fmt: skip


@require_POST
@handled
def fit_now(request: HttpRequest) -> HttpResponse:
    """Has the worker fit everything anew; admins only."""
    require(person(request), "admin")
    runs.start()
    messages.success(request, _("見込みの計算を始めました。数分で新しくなります。"))
    account = registry.get("account")
    first = next(one for one in account.presets if one.group == GROUP)
    return htmx.go(request, f"{account.list_url}?preset={first.key}")
