"""Who works here: users and their roles, and the log of what they read and took out."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users; the mail address is the name one signs in with and is kept in lower case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())

    def create_user(self, email: str, password: str | None = None, **values: Any) -> "User":
        """A new user with a hashed password; without one the account can't be signed in to."""
        user = self.model(email=email.strip().lower(), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person of the company who signs in. Users are deactivated, never deleted: history names them."""

    class Role(models.TextChoices):
        ADMIN = "admin", _("管理者")
        MEMBER = "member", _("メンバー")
        VIEWER = "viewer", _("閲覧のみ")

    class Theme(models.TextChoices):
        SYSTEM = "system", _("端末に合わせる")
        LIGHT = "light", _("明るい")
        DARK = "dark", _("暗い")

    email = models.EmailField(
        _("メールアドレス"),
        unique=True,
        max_length=254,
        error_messages={"unique": _("このメールアドレスはすでに登録されています。")},
    )
    name = models.CharField(_("氏名"), max_length=100)
    role = models.CharField(_("役割"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    is_active = models.BooleanField(_("利用中"), default=True)
    language = models.CharField(_("言語"), max_length=5, default="ja")
    theme = models.CharField(_("画面の明るさ"), max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    created_at = models.DateTimeField(auto_now_add=True)
    # Part of every session's hash: raising it ends all sessions of this person at once, for good.
    session_round = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What Django compares each request's session with: the password and the round of sessions."""
        value = f"{self.password}:{self.session_round}"
        return salted_hmac("enishi.access.User.session", value, secret=secret, algorithm="sha256").hexdigest()

    @property
    def initials(self) -> str:
        """Two characters for the round picture: the family name where it is apart, else the first two."""
        return (self.name.split()[0] if self.name.split() else self.email)[:2]

    @property
    def is_admin(self) -> bool:
        """May change users and settings."""
        return self.role == self.Role.ADMIN

    @property
    def may_write(self) -> bool:
        """May create, change and delete records."""
        return self.is_active and self.role != self.Role.VIEWER


class AccessLog(models.Model):
    """Somebody read personal data in bulk, took it out, or changed who may: what a data-protection inquiry asks for."""

    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)
    action = models.CharField(max_length=20)
    entity = models.CharField(max_length=40, blank=True)
    count = models.PositiveIntegerField(default=0)
    detail = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "-at"], name="access_log_user")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.user} {self.action} {self.entity}"
