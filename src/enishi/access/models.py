"""Who works here: users and their roles, and the log of what they read and took out."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from enishi.access.rights import Rights


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


class Team(models.Model):
    """A department, shop or group; who belongs to one above sees what belongs to those below it as his team's."""

    name = models.CharField(_("チーム名"), max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """What the people of a role may do, beside the three that are always there (`User.Role`). `rights` is read by
    `access.rights.of_role`: default reach by action, reach by entity and action, hidden and fixed fields by entity."""

    name = models.CharField(_("役割の名前"), max_length=60, unique=True)
    rights = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """What stands in `User.role`."""
        return f"r{self.pk}"


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
    # The key of a role: one of the three above, or of a row of access.Role.
    role = models.CharField(_("役割"), max_length=20, default=Role.MEMBER)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("チーム")
    )
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
        """May create or change records of some kind at least."""
        return self.rights.writes

    @property
    def rights(self) -> "Rights":
        """What the person may do now."""
        from enishi.access.rights import rights_of

        return rights_of(self)

    @property
    def role_name(self) -> str:
        """The role in words."""
        from enishi.access.rights import role_names

        return role_names().get(self.role, self.role)


class AccessLog(models.Model):
    """Somebody read personal data in bulk, took it out, or changed who may: what a data-protection inquiry asks for."""

    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)
    action = models.CharField(max_length=20)
    entity = models.CharField(max_length=40, blank=True)
    record_id = models.BigIntegerField(null=True)
    count = models.PositiveIntegerField(default=0)
    detail = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["user", "-at"], name="access_log_user"),
            models.Index(fields=["entity", "record_id", "-id"], name="access_log_record"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.user} {self.action} {self.entity}"
