"""A team of the company (`access.Team`) as a value."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.records.fields.base import Text
from enishi.records.fields.references import Pointer


class InTeam(Pointer):
    """Which department, shop or group it belongs to."""

    kind = "team"
    template = "components/input_user.html"
    design_label: ClassVar[Text] = gettext_lazy("チーム")
    design_icon = "boxes"

    @property
    def teams(self) -> Any:
        """Teams that can be chosen."""
        from enishi.access.models import Team

        return Team.objects.all()

    def clean(self, raw: Any) -> int | None:
        key = super().clean(raw)
        if key is not None and not self.teams.filter(pk=key).exists():
            raise ValidationError(_("%(label)sに選んだチームはありません。") % {"label": self.label})
        return key

    def by_name(self, text: str) -> int | None:
        found = list(self.teams.filter(name=text).values_list("pk", flat=True)[:2])
        if len(found) != 1:
            problem = (
                _("%(label)s「%(text)s」というチームが複数あります。")
                if found
                else _("%(label)s「%(text)s」というチームはありません。")
            )
            raise ValidationError(problem % {"label": self.label, "text": text[:60]})
        return int(found[0])

    def labels_for(self, values: set[Any]) -> dict[Any, str]:
        keys = [value for value in values if value is not None]
        return dict(self.teams.filter(pk__in=keys).values_list("pk", "name")) if keys else {}

    def context(self) -> dict[str, Any]:
        return {"users": self.teams}
