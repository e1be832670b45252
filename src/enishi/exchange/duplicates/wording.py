"""Why two records may be one, in words."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_lazy

_FIELDS = {
    "family": gettext_lazy("姓"), "given": gettext_lazy("名"), "employer": gettext_lazy("勤務先"), "company": gettext_lazy("会社名"),
    "branch": gettext_lazy("支店・営業所"),
    "form": gettext_lazy("法人格"), "birthday": gettext_lazy("生年月日"), "gender": gettext_lazy("性別"), "mobile": gettext_lazy("携帯"),
    "phone": gettext_lazy("電話"), "fax": gettext_lazy("FAX"), "mail": gettext_lazy("メール"), "domain": gettext_lazy("メール・Webのドメイン"),
    "address": gettext_lazy("住所"), "postal": gettext_lazy("郵便番号"), "corporate": gettext_lazy("法人番号"), "personal": gettext_lazy("個人の番号"),
}  # fmt: skip
_NAME = frozenset({"name", "any_name", "kana", "any_kana", "family", "given", "family_kana", "given_kana"})
_FIRM = frozenset({"company", "any_name", "any_kana", "branch"})
# What each says is read from fields of these roles (`columns`); who doesn't see one of them isn't told.
SOURCES = {
    "family": _NAME, "given": _NAME, "employer": frozenset({"company"}), "company": _FIRM, "branch": _FIRM, "form": _FIRM,
    "birthday": frozenset({"birthday"}), "gender": frozenset({"gender"}), "mobile": frozenset({"phone"}), "phone": frozenset({"phone"}),
    "fax": frozenset({"fax"}), "mail": frozenset({"mail"}), "domain": frozenset({"mail", "website"}),
    "address": frozenset({"_address", "_city", "_town", "_block", "prefecture", "building"}), "postal": frozenset({"postal_code"}),
    "corporate": frozenset({"corporate_number"}), "personal": frozenset(),
}  # fmt: skip
_LEVELS = {
    "same": gettext_lazy("一致"), "variant": gettext_lazy("表記の違い"), "close": gettext_lazy("よく似ている"), "part": gettext_lazy("一部が一致"),
    "different": gettext_lazy("異なる"), "role": gettext_lazy("代表アドレスが一致"), "one": gettext_lazy("片方だけに支店名"),
    "room": gettext_lazy("同じ建物の別の部屋"), "short": gettext_lazy("書かれた所まで一致"),
    "town": gettext_lazy("町まで一致"), "city": gettext_lazy("市区町村まで一致"),
}  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """What one field says: `weight` in bits, above 0 for one record, below 0 against it."""

    field: str
    label: str
    level: str
    text: str
    weight: float

    @property
    def strength(self) -> str:
        """The weight in a word."""
        if self.weight >= 5:
            return gettext("強い根拠")
        if self.weight >= 1:
            return gettext("根拠")
        if self.weight <= -3:
            return gettext("強い反証")
        return gettext("反証") if self.weight <= -1 else gettext("どちらとも言えない")


def reasons(stored: list[dict[str, Any]]) -> list[Reason]:
    """The stored reasons of a pair, the weightiest first."""
    made = []
    for one in stored:
        name, level = str(one.get("field", "")), str(one.get("level", ""))
        if name in _FIELDS and level in _LEVELS:
            made.append(
                Reason(name, str(_FIELDS[name]), level, str(_LEVELS[level]), float(one.get("weight", 0)))
            )
    return sorted(made, key=lambda one: -abs(one.weight))
