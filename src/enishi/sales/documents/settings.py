"""The page of the company's details and of the words on its papers."""

import base64
import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.access.models import User
from enishi.access.rights import log_access
from enishi.japanese.companies import doubtful_registration_number, valid_registration_number
from enishi.japanese.text import clean, fold
from enishi.records.errors import NotAllowed, NotFound
from enishi.records.fields.automatic import check_pattern
from enishi.records.fields.files import picture_type
from enishi.records.pages.base import handled, person, whole
from enishi.sales.documents import pdf
from enishi.sales.documents.entity import ROUNDINGS, TAX_MODES
from enishi.sales.documents.issuer import USUAL_FORMS
from enishi.sales.documents.paper import MERGE_FIELDS, PAPERS, hyphenated
from enishi.sales.models import DocumentText, Issuer

TEXTS = (
    "name",
    "postal_code",
    "address",
    "building",
    "phone",
    "fax",
    "email",
    "person",
    "registration",
    "bank",
)
NUMBERS = {"closing_day": (1, 31), "pay_months": (0, 6), "pay_day": (1, 31), "quote_days": (1, 365)}
UNREGISTERED = gettext_lazy(
    "登録番号がなく、免税事業者にもなっていません。このまま発行すると、消費税を載せていても適格請求書（インボイス）になりません。登録番号を入れるか、免税事業者なら「免税事業者」に印を付けてください。"
)
WORDS = ("title", "greeting", "remarks", "footer")
LARGEST_SEAL = 500_000  # bytes


@handled
def papers_page(request: HttpRequest) -> HttpResponse:
    """The company's details, the numbers' forms, and the words on each kind of paper. Admins only."""
    user = person(request)
    if not user.is_admin:
        raise NotAllowed
    held = Issuer.objects.filter(pk=1).first() or Issuer(pk=1)
    words = {kind: _words(kind) for kind in PAPERS}
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _read(request, held) | _read_words(request, words)
        if not errors:
            _store(user, held, words)
            messages.success(request, _("書類と会社の情報を保存しました。"))
            return redirect("papers")
    context = {
        "company": held, "errors": errors, "roundings": ROUNDINGS, "tax_modes": TAX_MODES, "fields": MERGE_FIELDS, "available": pdf.available(),
        "doubts": _doubts(Issuer.objects.filter(pk=1).first()),
        "forms": [(kind, PAPERS[kind].title, held.forms.get(kind) or USUAL_FORMS[kind], errors.get(f"form_{kind}", "")) for kind in USUAL_FORMS],
        "papers": [(PAPERS[kind], held_words) for kind, held_words in words.items()], "seal": f"data:image/png;base64,{held.seal}" if held.seal else "",
    }  # fmt: skip
    return render(request, "documents/settings.html", context, status=422 if errors else 200)


def _doubts(held: Issuer | None) -> list[str]:
    """What of the stored details makes invoices that aren't what they seem."""
    if held is None or held.exempt:
        return []
    if not held.registration:
        return [str(UNREGISTERED)]
    if doubtful_registration_number(held.registration, held.name) != "unsure":
        return []
    return [
        _(
            "登録番号の13桁は法人番号の検査数字と合いません。個人事業者の番号ならこのままで構いません。法人なら、登録の通知か国税庁の公表サイトで確かめてください。"
        )
    ]


def _words(kind: str) -> DocumentText:
    return DocumentText.objects.filter(kind=kind).first() or DocumentText(kind=kind)


def _text(request: HttpRequest, name: str, model: Any, field: str, errors: dict[str, str]) -> str:
    text = clean(request.POST.get(name, "")).strip()
    longest = model._meta.get_field(field).max_length or 2000
    if len(text) > longest:
        errors[name] = _("%(longest)d文字までです。") % {"longest": longest}
    return text


def _read(request: HttpRequest, held: Issuer) -> dict[str, str]:
    """Puts what was sent on the row; what is wrong by name."""
    errors: dict[str, str] = {}
    for name in TEXTS:
        setattr(held, name, _text(request, name, Issuer, name, errors))
    held.phone, held.fax = hyphenated(held.phone), hyphenated(held.fax)
    if not held.name:
        errors["name"] = _("自社の名称を入力してください。")
    held.registration = fold(held.registration).upper().replace("-", "").replace(" ", "")
    if held.registration and not valid_registration_number(held.registration):
        errors["registration"] = _("登録番号は T と13桁の数字です。")
    elif held.registration and doubtful_registration_number(held.registration, held.name) == "wrong":
        errors["registration"] = _(
            "登録番号「%(number)s」の13桁は法人番号として正しくありません（検査数字が合いません）。登録の通知か国税庁の公表サイトで確かめて、入力し直してください。"
        ) % {"number": held.registration}
    held.exempt = request.POST.get("exempt") == "1"
    held.japanese_era = request.POST.get("japanese_era") == "1"
    if request.POST.get("rounding") in {one.value for one in ROUNDINGS}:
        held.rounding = request.POST["rounding"]
    if request.POST.get("tax_mode") in {one.value for one in TAX_MODES}:
        held.tax_mode = request.POST["tax_mode"]
    for name, (least, most) in NUMBERS.items():
        number = whole(fold(request.POST.get(name, "")).strip())
        if number is None or not least <= number <= most:
            errors[name] = _("%(least)dから%(most)dまでの数字を入力してください。") % {
                "least": least,
                "most": most,
            }
        else:
            setattr(held, name, number)
    _read_forms(request, held, errors)
    _read_seal(request, held, errors)
    return errors


def _read_forms(request: HttpRequest, held: Issuer, errors: dict[str, str]) -> None:
    forms = dict(held.forms)
    for kind, usual in USUAL_FORMS.items():
        text = clean(request.POST.get(f"form_{kind}", "")).strip() or usual
        try:
            forms[kind] = check_pattern(text)
        except ValidationError as error:
            errors[f"form_{kind}"] = "、".join(error.messages)
            forms[kind] = text
    held.forms = forms


def _read_seal(request: HttpRequest, held: Issuer, errors: dict[str, str]) -> None:
    if request.POST.get("seal_remove") == "1":
        held.seal = ""
    upload = request.FILES.get("seal")
    if upload is None:
        return
    content = upload.read(LARGEST_SEAL + 1)
    if len(content) > LARGEST_SEAL:
        errors["seal"] = _("角印の画像は500KBまでです。")
    elif picture_type(content[:16]) != "image/png":
        errors["seal"] = _("角印はPNGの画像にしてください（背景が透明だときれいに重なります）。")
    else:
        held.seal = base64.b64encode(content).decode()


def _read_words(request: HttpRequest, words: dict[str, DocumentText]) -> dict[str, str]:
    errors: dict[str, str] = {}
    for kind, held in words.items():
        for name in WORDS:
            text = _text(request, f"{kind}_{name}", DocumentText, name, errors)
            setattr(held, name, text)
            unknown = set(re.findall(r"\{[^{}]*\}", text)) - set(MERGE_FIELDS)
            if unknown:
                errors[f"{kind}_{name}"] = _("使えない差し込みがあります: %(names)s") % {
                    "names": "、".join(sorted(unknown))
                }
    return errors


def _store(user: User, held: Issuer, words: dict[str, DocumentText]) -> None:
    held.save()
    for one in words.values():
        one.save()
    log_access(user, "papers", "", 0, held.name)


@handled
def seal(request: HttpRequest) -> HttpResponse:
    """The picture of the seal, for those who set it."""
    held = Issuer.objects.filter(pk=1).first()
    if not person(request).is_admin or held is None or not held.seal:
        raise NotFound
    response = HttpResponse(base64.b64decode(held.seal), content_type="image/png")
    response.headers["Cache-Control"] = "private, no-store"
    return response
