"""Signing in and out, one's own profile, and the users of the company."""

from typing import Any

from allauth.account.views import LoginView, PasswordChangeView
from allauth.decorators import rate_limit
from allauth.mfa.base.views import IndexView
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from enishi.access import invitations, staff
from enishi.access.forms import NewUserForm, ProfileForm, UserForm, WelcomeForm
from enishi.access.models import User
from enishi.access.rights import admin_required, log_access
from enishi.access.tasks import send_invitation

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LINK = "enishi_invitation"
YEAR = 60 * 60 * 24 * 365


class SignIn(LoginView):  # type: ignore[misc]
    """allauth's sign-in; a refused one is answered as such, and an empty installation says how to begin."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        codes = {error.code for error in form.non_field_errors().as_data()}
        response.status_code = 429 if "too_many_login_attempts" in codes else 422
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        if self.request.user.is_authenticated:
            response.set_cookie("enishi_language", self.request.user.language, max_age=YEAR, samesite="Lax")
        return response

    def get_context_data(self, **values: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**values)
        return {**context, "nobody": not User.objects.exists()}


class Safety(IndexView):  # type: ignore[misc]
    """How one signs in: second factor, passkeys, recovery codes, and where one is signed in."""

    template_name = "mfa/index.html"

    def get_context_data(self, **values: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**values)
        context["sessions"] = [
            {"session": one, "device": device(one.user_agent), "current": one.session_key == self.request.session.session_key}
            for one in sorted(UserSession.objects.purge_and_list(self.request.user), key=lambda one: one.created_at, reverse=True)
        ]  # fmt: skip
        return context


def device(user_agent: str) -> str:
    """A browser's own words as people say them: 「Chrome・Windows」."""
    browsers = (("Edg/", "Edge"), ("OPR/", "Opera"), ("CriOS", "Chrome"), ("FxiOS", "Firefox"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
    systems = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"))  # fmt: skip
    found = [next((name for mark, name in known if mark in user_agent), "") for known in (browsers, systems)]
    return "・".join(word for word in found if word) or _("不明な端末")


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Signs out on one of one's own devices."""
    assert isinstance(request.user, User)
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    if session.session_key == request.session.session_key:
        messages.error(request, _("今使っている端末です。サインアウトはメニューから行ってください。"))
    else:
        name = device(session.user_agent)
        session.end()
        log_access(request.user, "session", "user", 1, f"{request.user.email} {name}")
        messages.success(request, _("「%(name)s」をサインアウトしました。") % {"name": name})
    return redirect("mfa_index")


class ChangePassword(PasswordChangeView):  # type: ignore[misc]
    """The change ends this person's sessions everywhere else (Django ties each session to the password)."""

    success_url = reverse_lazy("profile")

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 422
        return response


@sensitive_post_parameters("password1", "password2")
@never_cache
@rate_limit(action="reset_password_from_key")  # type: ignore[untyped-decorator]
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """An invited person sets the password and is signed in. Looking at the page uses nothing up."""
    user = invitations.find(token)
    if user is None:
        return render(request, "account/welcome.html", {"person": None}, status=410)
    form = WelcomeForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            # Two tabs with the same link: only the first sets a password.
            User.objects.select_for_update().filter(pk=user.pk).first()
            held = invitations.find(token)
            if held is None:
                return render(request, "account/welcome.html", {"person": None}, status=410)
            staff.set_password(held, form.cleaned_data["password1"], by=held)
        if is_mfa_enabled(held):  # the link stands for the password alone
            messages.success(request, _("パスワードを決めました。サインインしてください。"))
            return redirect("account_login")
        login(request, held, backend=BACKEND)
        UserSession.objects.create_from_request(request)  # to be seen and ended like any other
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(
        request, "account/welcome.html", {"person": user, "form": form}, status=422 if form.is_bound else 200
    )


@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Japanese or English, for this person and this browser; back to the page one came from."""
    chosen = request.POST.get("language", "")
    following = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts=None):
        following = "/"
    response = HttpResponseRedirect(following)
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=chosen)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax")
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language and brightness of the person who is signed in."""
    assert isinstance(request.user, User)
    # A row of its own: what is typed must not show in the frame before it is stored.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        user = form.save(commit=False)
        user.save(update_fields=["name", "language", "theme"])
        messages.success(request, _("保存しました。"))
        response = redirect("profile")
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, max_age=YEAR, samesite="Lax")
        response.set_cookie("enishi_theme", user.theme, max_age=YEAR, samesite="Lax")
        return response
    return render(request, "access/profile.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """Signs out everywhere else: a telephone that was lost, a machine one forgot."""
    assert isinstance(request.user, User)
    staff.end_sessions(request.user)
    update_session_auth_hash(request, request.user)
    messages.success(request, _("ほかの端末からサインアウトしました。"))
    return redirect("profile")


@admin_required
@require_http_methods(["GET", "HEAD"])
def users(request: HttpRequest) -> HttpResponse:
    """Everybody, those who may sign in first."""
    everybody = User.objects.select_related("team").order_by("-is_active", "name", "pk")
    return render(request, "access/users.html", {"people": everybody})


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def user_new(request: HttpRequest) -> HttpResponse:
    """Adds somebody, who gets a link to set the password himself."""
    form = NewUserForm(request.POST or None, initial={"send_mail": settings.MAIL_CONFIGURED})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            person = staff.add(
                email=given["email"],
                name=given["name"],
                role=given["role"],
                team=given["team"],
                by=_admin(request),
            )
        except ValidationError as error:
            _refuse(form, error)
        else:
            if given["send_mail"]:
                send_invitation.enqueue(person.email)
                messages.success(
                    request, _("%(name)s さんを追加し、案内メールを送りました。") % {"name": person.name}
                )
            else:
                messages.success(request, _("%(name)s さんを追加しました。") % {"name": person.name})
            request.session[LINK] = {"user": person.pk, "link": invitations.link(person)}
            return redirect("user-edit", person.pk)
    return render(request, "access/user_new.html", {"form": form}, status=422 if form.is_bound else 200)


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def user_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: name, mail address, role; a link just made is shown this once."""
    person = get_object_or_404(User, pk=pk)
    form = UserForm(
        request.POST or None,
        initial={"name": person.name, "email": person.email, "role": person.role, "team": person.team_id},
    )
    if request.method == "POST" and form.is_valid():
        try:
            staff.change(person, by=_admin(request), **form.cleaned_data)
        except ValidationError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("保存しました。"))
            return redirect("user-edit", pk)
    made = request.session.get(LINK)
    link = ""
    if request.method == "GET" and made and made.get("user") == pk:
        link = request.session.pop(LINK)["link"]
    context = {
        "person": person,
        "form": form,
        "link": link,
        "factor": is_mfa_enabled(person),
        "days": settings.INVITATION_AGE // 86400,
    }
    return render(request, "access/user_edit.html", context, status=422 if form.is_bound else 200)


@admin_required
@require_POST
def user_action(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Stops somebody, lets him in again, or makes a link for a new password."""
    person = get_object_or_404(User, pk=pk)
    by = _admin(request)
    try:
        if action == "stop":
            if person == by:
                raise ValidationError(_("自分自身は停止できません。ほかの管理者に頼んでください。"))
            staff.deactivate(person, by=by)
            messages.success(
                request,
                _("%(name)s さんの利用を停止しました。記録はそのまま残ります。") % {"name": person.name},
            )
        elif action == "start":
            staff.activate(person, by=by)
            messages.success(request, _("%(name)s さんの利用を再開しました。") % {"name": person.name})
        elif action == "factor":
            staff.reset_factors(person, by=by)
            messages.success(
                request, _("%(name)s さんの2段階認証とパスキーを外しました。") % {"name": person.name}
            )
        elif action == "link":
            if not person.is_active:
                raise ValidationError(_("停止中の人にはリンクを作れません。先に利用を再開してください。"))
            request.session[LINK] = {"user": person.pk, "link": invitations.link(person)}
        else:
            raise Http404
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return HttpResponseRedirect(reverse("user-edit", args=[pk]))


def _admin(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _refuse(form: Any, error: ValidationError) -> None:
    """Puts each reason to its field, those without one on top."""
    if hasattr(error, "error_dict"):
        for name, reasons in error.error_dict.items():
            form.add_error(name if name in form.fields else None, reasons)
    else:
        form.add_error(None, error)
