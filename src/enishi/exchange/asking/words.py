"""What agrees and what differs, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

REASONS = {
    "name": gettext_lazy("名前が同じ"),
    "name_written": gettext_lazy("名前が同じ（㈱や旧字など書き方の違い）"),
    "name_key": gettext_lazy("名前が同じ（表記の違い）"),
    "name_alike": gettext_lazy("名前が似ている"),
    "form_differs": gettext_lazy("会社の種類が違う"),
    "position_differs": gettext_lazy("前株・後株が違う"),
    "branch_differs": gettext_lazy("支店・営業所が違う"),
    "kana": gettext_lazy("読みが同じ"),
    "kana_differs": gettext_lazy("読みが違う"),
    "corporate_number": gettext_lazy("法人番号が同じ"),
    "corporate_number_differs": gettext_lazy("法人番号が違う"),
    "phone": gettext_lazy("電話が同じ"),
    "phone_differs": gettext_lazy("電話が違う"),
    "mobile": gettext_lazy("携帯が同じ"),
    "mobile_differs": gettext_lazy("携帯が違う"),
    "email": gettext_lazy("メールが同じ"),
    "email_differs": gettext_lazy("メールが違う"),
    "host": gettext_lazy("Webのアドレスが同じ"),
    "host_differs": gettext_lazy("Webのアドレスが違う"),
    "address": gettext_lazy("住所が同じ"),
    "postal_code": gettext_lazy("郵便番号が同じ"),
    "prefecture_differs": gettext_lazy("都道府県が違う"),
    "town_differs": gettext_lazy("町が違う"),
    "block_differs": gettext_lazy("番地が違う"),
    "code_differs": gettext_lazy("番号が違う"),
    "person": gettext_lazy("氏名が同じ"),
    "family_only": gettext_lazy("姓が同じ（名は片方だけ）"),
    "given_only": gettext_lazy("名が同じ（姓は違う）"),
    "account": gettext_lazy("会社が同じ"),
    "account_differs": gettext_lazy("会社が違う"),
    "birthday": gettext_lazy("生年月日が同じ"),
    "birthday_differs": gettext_lazy("生年月日が違う"),
    "gender_differs": gettext_lazy("性別が違う"),
}


def reasons(told: list[list[object]]) -> list[tuple[str, bool]]:
    """Each reason in words, and whether it speaks for the two being one; what says most comes first."""
    known = [(str(word), int(str(points))) for word, points in told if word in REASONS]
    found = [(str(REASONS[word]), points > 0) for word, points in sorted(known, key=lambda one: -abs(one[1]))]
    return found or [(_("番号が同じ"), True)]
