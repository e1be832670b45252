"""The forms of signing in and of users."""

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm, ReauthenticateForm, ResetPasswordForm, ResetPasswordKeyForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from enishi.access.models import Team, User
from enishi.access.rights import role_names

RULES = _("10文字以上。よく使われる言葉や、名前・メールアドレスに似たものは使えません。")
MISMATCH = _("2回の入力が同じではありません。")


def _dress(form: forms.Form) -> None:
    """Labels stand above the fields (japan.md, Screen), so nothing stands in them; every error is read with its field."""
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        if isinstance(field.widget, forms.CheckboxInput):
            field.widget.attrs["class"] = "checkbox"
        elif isinstance(field.widget, forms.Select):
            field.widget.attrs["class"] = "select"
        else:
            field.widget.attrs["class"] = "input"
        if form.is_bound and name in form.errors:
            field.widget.attrs.update({"aria-invalid": "true", "aria-describedby": f"id_{name}-error"})


class Dressed(forms.Form):
    """A form whose fields look and speak like all others."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False

    def __getitem__(self, name: str) -> Any:
        _dress(self)
        return super().__getitem__(name)


class SignInForm(Dressed, LoginForm):  # type: ignore[misc]
    """Mail address, password, and whether to stay signed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("メールアドレス")
        self.fields["login"].widget.attrs.update(
            {"autocomplete": "username", "autocapitalize": "off", "inputmode": "email"}
        )
        self.fields["password"].label = _("パスワード")
        self.fields["password"].help_text = ""
        self.fields["remember"].label = _("この端末ではサインインしたままにする（30日間）")


class AgainForm(Dressed, ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("パスワード")
        self.fields["password"].help_text = ""


class ResetRequestForm(Dressed, ResetPasswordForm):  # type: ignore[misc]
    """Asks for the link. Whether the address is known is looked up by the worker, not here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("メールアドレス")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        from enishi.access.tasks import send_reset_mail

        email: str = self.cleaned_data["email"]
        send_reset_mail.enqueue(email)
        return email


def _two_passwords(form: forms.Form) -> None:
    form.fields["password1"].label = _("新しいパスワード")
    form.fields["password1"].help_text = RULES
    form.fields["password2"].label = _("新しいパスワード（もう一度）")


class ResetForm(Dressed, ResetPasswordKeyForm):  # type: ignore[misc]
    """Sets a new password by the link out of a mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _two_passwords(self)


class ChangePasswordForm(Dressed, AllauthChangePasswordForm):  # type: ignore[misc]
    """The present password and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("今のパスワード")
        self.fields["oldpassword"].help_text = ""
        _two_passwords(self)


class WelcomeForm(Dressed):
    """The first password of somebody who was invited."""

    password1 = forms.CharField(
        label=_("パスワード"),
        help_text=RULES,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("パスワード（もう一度）"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        first, second = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if first and second and first != second:
            self.add_error("password2", MISMATCH)
        return values


class ProfileForm(Dressed, forms.ModelForm[User]):
    """What one may change about oneself; the role is not among it."""

    language = forms.ChoiceField(label=_("言語"), choices=[("ja", "日本語"), ("en", "English")])

    class Meta:
        model = User
        fields = ("name", "language", "theme")


class NewUserForm(Dressed):
    """Somebody new."""

    name = forms.CharField(
        label=_("氏名"),
        max_length=100,
        help_text=_("姓と名のあいだに空白を入れてください（例：山田 太郎）。"),
    )
    email = forms.EmailField(
        label=_("メールアドレス"),
        max_length=254,
        help_text=_("サインインに使います。"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("役割"),
        choices=lambda: list(role_names().items()),
        initial=User.Role.MEMBER,
        help_text=_(
            "管理者：設定と利用者の管理もできます。メンバー：顧客や案件を登録・変更できます。閲覧のみ：見るだけです。"
        ),
    )
    team = forms.ModelChoiceField(
        Team.objects.all(), label=_("チーム"), required=False, empty_label=_("（なし）")
    )
    send_mail = forms.BooleanField(label=_("案内メールを送る"), required=False)


class UserForm(Dressed):
    """What an admin may change about somebody."""

    name = forms.CharField(label=_("氏名"), max_length=100)
    email = forms.EmailField(
        label=_("メールアドレス"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("役割"), choices=lambda: list(role_names().items()))
    team = forms.ModelChoiceField(
        Team.objects.all(), label=_("チーム"), required=False, empty_label=_("（なし）")
    )
