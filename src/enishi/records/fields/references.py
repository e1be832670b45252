"""Kinds that point elsewhere: to another record, to a user."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.records.fields.base import FieldKind, Text, cleaned_text

LARGEST = 2**63 - 1


class Pointer(FieldKind):
    """Shared by both: the stored value is a primary key."""

    operators = ("is", "is_not", "in", "not_in", "empty", "not_empty")
    nullable = True
    stored_as = "integer"

    @property
    def column(self) -> str:
        return f"{self.name}_id"

    def clean(self, raw: Any) -> int | None:
        if raw is None or raw == "":
            return None
        if hasattr(raw, "pk"):
            return int(raw.pk)
        self.check_type(raw, str, int)
        text = cleaned_text(raw, self, 300)
        if text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= LARGEST:
            return int(text)
        return self.by_name(text) if text else None

    def by_name(self, text: str) -> int | None:
        """The key of the one thing with exactly this name.

        Raises:
            ValidationError: none or several.
        """
        raise NotImplementedError

    def value_text(self, record: Any) -> str:
        if self.custom:
            return self.text(self.get(record))
        return str(getattr(record, self.name) or "") if self.get(record) else ""

    def text(self, value: Any) -> str:
        return self.labels_for({value}).get(value, "") if value else ""

    def cells(self, records: Sequence[Any]) -> list[str]:
        values = self.values(records)
        names = self.labels_for(set(values))
        return [self.named(value, names.get(value, "")) for value in values]

    def named(self, value: Any, name: str) -> str:
        """A cell of a value whose name is known."""
        return escape(name)

    def input_text(self, value: Any) -> str:
        return str(value or "")

    def schema(self) -> dict[str, Any]:
        return {"type": ["integer", "null"], "minimum": 1}


class Reference(Pointer):
    """A connection to one record of another entity."""

    kind = "reference"
    design_icon = "waypoints"
    template = "components/input_record.html"

    def __init__(
        self, name: str, label: Text = "", *, to: str, carries_up: bool = False, **options: Any
    ) -> None:
        """`carries_up`: what happens to this record shows on the other's timeline too."""
        super().__init__(name, label, **options)
        self.to = to
        self.carries_up = carries_up

    @property
    def target(self) -> Any:
        """The entity that is pointed to."""
        from enishi.records.registry import get

        return get(self.to)

    def naming(self, name: str, keys: Sequence[int]) -> Q | None:
        return Q(**{f"{self.column}__in": keys}) if self.to == name and not self.custom else None

    def led(self, value: Any, name: str, keys: Iterable[int], to: int) -> Any:
        return to if self.to == name and value in keys else value

    def by_name(self, text: str) -> int | None:
        from enishi.records.limits import readable

        entity = self.target
        rows = readable(entity).filter(deleted_at=None, **{entity.title_field: text})
        found = list(rows.values_list("pk", flat=True)[:2])
        if len(found) != 1:
            problem = (
                _("%(label)s「%(text)s」が見つかりません。一覧から選んでください。")
                if not found
                else _("%(label)s「%(text)s」が複数あります。一覧から選んでください。")
            )
            raise ValidationError(problem % {"label": self.label, "text": text[:60]})
        return int(found[0])

    def labels_for(self, values: set[Any]) -> dict[Any, str]:
        from enishi.records.limits import unseen

        keys = [value for value in values if value is not None]
        if not keys:
            return {}
        hidden = unseen(self.target, keys)
        names: dict[Any, str] = self.target.titles([key for key in keys if key not in hidden])
        return names | dict.fromkeys(hidden, _("（権限なし）"))

    def value_text(self, record: Any) -> str:
        from enishi.records.limits import names_all

        if self.get(record) and not names_all(self.target):
            return self.text(self.get(record))
        return super().value_text(record)

    def cell(self, record: Any) -> str:
        return self.named(self.get(record), self.value_text(record))

    def named(self, value: Any, name: str) -> str:
        return f'<a class="link" href="/{self.target.slug}/{value}/">{escape(name)}</a>' if value else ""

    def context(self) -> dict[str, Any]:
        return {"target": self.target}


def _works(rights: Any, entity: str) -> bool:
    """Whether somebody may make or change such records; without an entity, any at all."""
    if not entity:
        return bool(rights.writes)
    return any(rights.reach(action, entity) != "none" for action in ("create", "change"))


class Person(Pointer):
    """A user of the company."""

    kind = "user"
    template = "components/input_user.html"
    design_label: ClassVar[Text] = gettext_lazy("利用者（社内の人）")
    design_icon = "user"

    @property
    def users(self) -> Any:
        """Users that there are."""
        from enishi.access.models import User

        return User.objects.filter(is_active=True)

    def offered(self, held: int | None = None) -> list[Any]:
        """Users that a form offers: as the owner, those who work on such records, and not who only looks at them. Who has it already (`held`)
        stays among them, even one who has left."""
        from enishi.access.models import User

        users = list(self.users)
        if self.name == "owner" and self.entity is not None:
            name = (self.entity.rights_of or self.entity.name) if self.entity.owned_by_workers else ""
            users = [one for one in users if _works(one.rights, name) or one.pk == held]
        if held is not None and all(one.pk != held for one in users):
            users += User.objects.filter(pk=held)
        return users

    def clean(self, raw: Any) -> int | None:
        key = super().clean(raw)
        if key is not None and not hasattr(raw, "pk") and key not in self.keys():
            raise ValidationError(_("%(label)sに選んだ人は登録されていません。") % {"label": self.label})
        return key

    def keys(self) -> set[int]:
        """Keys of every user, active or not (a leaver's records keep their owner)."""
        from enishi.access.names import user_names

        return set(user_names())

    def by_name(self, text: str) -> int | None:
        from enishi.access.names import same_name

        found = same_name(text)
        if len(found) != 1:
            raise ValidationError(
                _("%(label)s「%(text)s」に当てはまる利用者がいません。")
                % {"label": self.label, "text": text[:60]}
                if not found
                else _("%(label)s「%(text)s」に当てはまる利用者が複数います。")
                % {"label": self.label, "text": text[:60]}
            )
        return int(found[0])

    def labels_for(self, values: set[Any]) -> dict[Any, str]:
        from enishi.access.names import user_names

        names = user_names()
        return {value: names[value] for value in values if value in names}

    def context(self) -> dict[str, Any]:
        return {"users": self.offered()}
