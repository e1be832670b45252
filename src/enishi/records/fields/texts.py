"""Text kinds: words, long text, kana, mail, telephone, web address, postal code."""

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.japanese import addresses, companies, emails, kana, telephones
from enishi.japanese.text import as_code
from enishi.japanese.tidy import addresses as tidy_addresses
from enishi.japanese.tidy import companies as tidy_companies
from enishi.japanese.tidy import reach, readings, width
from enishi.japanese.tidy.proposals import Proposal, Wishes, proposed
from enishi.records.fields import shapes
from enishi.records.fields.base import FieldKind, Text, cleaned_text

if TYPE_CHECKING:
    from enishi.records.entity import Entity

_POSTAL = re.compile(r"〒?\s*([0-9０-９]{3}[-－‐ー−]?[0-9０-９]{4})(?![0-9０-９])")
TEXT_OPERATORS: tuple[str, ...] = (
    "contains",
    "not_contains",
    "is",
    "is_not",
    "starts",
    "in",
    "not_in",
    "empty",
    "not_empty",
)


# What is true of any line of Japanese text; a legal form only where it can mean nothing else.
_WORDS = (
    width.spaces, width.ascii_width, width.kana_width, width.long_mark, width.marks, tidy_companies.legal_form,
    tidy_companies.legal_form_space,
)  # fmt: skip


class Words(FieldKind):
    """One line of text."""

    kind = "text"
    design_label: ClassVar[Text] = gettext_lazy("1行の文字")
    design_icon: ClassVar[str] = "type"
    design_options: ClassVar[tuple[str, ...]] = ("pattern",)
    operators: ClassVar[tuple[str, ...]] = TEXT_OPERATORS
    shortens: ClassVar[bool] = False  # what is stored may be shorter than what was typed

    def __init__(
        self, name: str, label: Text = "", *, longest: int = 200, half_width: bool = False, **options: Any
    ) -> None:
        """`half_width`: a code, of which Ａ００１ out of one sheet is A001 out of the next."""
        super().__init__(name, label, **options)
        self.longest, self.half_width = longest, half_width
        self.pattern = ""

    @classmethod
    def designed(cls, key: str, label: str, options: dict[str, Any]) -> FieldKind:
        made = super().designed(key, label, options)
        assert isinstance(made, Words)
        made.pattern = options.get("pattern") or ""
        return made

    def bind(self, entity: "Entity") -> None:
        super().bind(entity)
        if self.custom:
            return
        column = getattr(entity.model._meta.get_field(self.name), "max_length", None)
        if column and not self.shortens:  # PostgreSQL refuses what SQLite would take
            self.longest = min(self.longest, column)

    def clean(self, raw: Any) -> str:
        if raw is None:
            return ""
        self.check_type(raw, str, int, float)
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        text = cleaned_text(raw, self, self.longest)
        if "\n" in text:
            text = " ".join(part.strip() for part in text.split("\n"))
        if self.half_width:
            text = as_code(text)
        if self.pattern and text and not shapes.matches(self.pattern, text):
            raise ValidationError(
                _(
                    "%(label)s「%(text)s」は形が違います。%(shape)s の形で入力してください（9は数字、Aは英字、?は1文字）。"
                )
                % {"label": self.label, "text": text[:40], "shape": self.pattern}
            )
        return text

    def tidy(self, value: str, wishes: Wishes) -> list[Proposal]:
        if value.isascii():
            return proposed(width.spaces(value))
        if not width.suspect(value):
            return []
        made = [one(value) for one in _WORDS]
        return [one for one in made if one is not None and (one.sure or one.rule != "legal-form")]

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest}


class LongText(Words):
    """Several lines."""

    kind = "long_text"
    joins = True
    design_label = gettext_lazy("長い文章")
    design_icon = "text"
    design_options = ()
    template = "components/input_textarea.html"
    operators = ("contains", "not_contains", "empty", "not_empty")

    def __init__(self, name: str, label: Text = "", *, longest: int = 20_000, **options: Any) -> None:
        super().__init__(name, label, longest=longest, **options)

    def clean(self, raw: Any) -> str:
        if raw is None:
            return ""
        self.check_type(raw, str, int, float)
        return cleaned_text(raw, self, self.longest)

    def combine(self, values: Sequence[Any]) -> str:
        """All of them below each other; what another says already is left out."""
        kept: list[str] = []
        for value in values:
            text = str(value or "").strip()
            if text and not any(text in one for one in kept):
                kept = [*(one for one in kept if one not in text), text]
        return "\n".join(kept)[: self.longest]

    def tidy(self, value: str, wishes: Wishes) -> list[Proposal]:
        return proposed(width.kana_width(value))

    def cell(self, record: Any) -> str:
        return self.cells([record])[0]

    def cells(self, records: Sequence[Any]) -> list[str]:
        return [escape(text if len(text) <= 80 else text[:79] + "…") for text in self.values(records)]


class Kana(Words):
    """A reading, kept as full-width katakana whatever way it was typed."""

    kind = "kana"
    design_label = gettext_lazy("フリガナ")
    design_icon = "languages"
    design_options = ()

    def clean(self, raw: Any) -> str:
        return kana.to_katakana(super().clean(raw))

    def tidy(self, value: str, wishes: Wishes) -> list[Proposal]:
        return proposed(readings.reading(value))


class Email(Words):
    """A mail address. Old telephone addresses that break the standard are accepted: customers have them."""

    kind = "email"
    design_label = gettext_lazy("メールアドレス")
    design_icon = "mail"
    design_options = ()
    template = "components/input_email.html"

    def clean(self, raw: Any) -> str:
        text = super().clean(raw)
        if not text:
            return ""
        try:
            return emails.clean_email(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def cell(self, record: Any) -> str:
        text = escape(self.get(record))
        return f'<a class="link" href="mailto:{text}">{text}</a>' if text else ""

    def tidy(self, value: str, wishes: Wishes) -> list[Proposal]:
        return proposed(reach.email(value))


class Telephone(Words):
    """A telephone number as typed; the digits go into the search text."""

    kind = "telephone"
    design_label = gettext_lazy("電話番号")
    design_icon = "phone"
    design_options = ()
    template = "components/input_tel.html"

    def __init__(self, name: str, label: Text = "", *, longest: int = 60, **options: Any) -> None:
        super().__init__(name, label, longest=longest, **options)

    def clean(self, raw: Any) -> str:
        text = super().clean(raw).lstrip("'’")  # by which spreadsheets are made to keep the zero
        if not text:
            return ""
        parsed = telephones.parse_telephone(text)
        if not parsed.digits:
            raise ValidationError(
                _("電話番号「%(text)s」に数字がありません。03-1234-5678 のように入力してください。")
                % {"text": text}
            )
        return parsed.display or text

    def cell(self, record: Any) -> str:
        text = escape(self.get(record))
        return f'<a class="link" href="tel:{escape(_digits(text))}">{text}</a>' if text else ""

    def tidy(self, value: str, wishes: Wishes) -> list[Proposal]:
        return proposed(reach.telephone(value))


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit() or character == "+")


class Url(Words):
    """A web address; only http and https, because it becomes a link."""

    kind = "url"
    design_label = gettext_lazy("Webアドレス")
    design_icon = "link"
    design_options = ()
    template = "components/input_url.html"

    def __init__(self, name: str, label: Text = "", *, longest: int = 500, **options: Any) -> None:
        super().__init__(name, label, longest=longest, **options)

    def clean(self, raw: Any) -> str:
        typed = text = super().clean(raw)
        if not text:
            return ""
        if "://" not in text:
            text = f"https://{text}"
        try:
            parts = urlsplit(text)
            good = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and " " not in text
            good = good and (parts.port is None or parts.port > 0)  # a port that is no number raises
        except ValueError:
            good = False
        if not good:
            raise ValidationError(
                _(
                    "「%(text)s」はWebアドレスとして読めません。https://example.co.jp/ のように入力してください。"
                )
                % {"text": typed}
            )
        return text

    def cell(self, record: Any) -> str:
        text = self.get(record)
        if not text:
            return ""
        short = escape(text.split("://", 1)[-1].rstrip("/"))
        return f'<a class="link" href="{escape(text)}" target="_blank" rel="noopener noreferrer">{short}</a>'

    def tidy(self, value: str, wishes: Wishes) -> list[Proposal]:
        return proposed(reach.url(value))


class PostalCode(Words):
    """A Japanese postal code, kept as 060-0001; fills the address beside it."""

    kind = "postal_code"
    design_label = ""
    shortens = True
    template = "components/input_postal_code.html"

    def clean(self, raw: Any) -> str:
        if raw is None or raw == "":
            return ""
        self.check_type(raw, str, int, float)
        text = super().clean(raw)
        if not text:
            return ""
        code = addresses.parse_postal_code(raw)
        if code is None:
            raise ValidationError(
                _("郵便番号「%(text)s」は7桁の数字ではありません。100-0005 のように入力してください。")
                % {"text": text}
            )
        return code

    def tidy(self, value: str, wishes: Wishes) -> list[Proposal]:
        return proposed(reach.postal_code(value))


class CorporateNumber(Words):
    """法人番号: 13 digits of which the first is the check digit (法人番号の指定等に関する省令 第二条)."""

    kind = "corporate_number"
    design_label = ""
    shortens = True
    operators: ClassVar[tuple[str, ...]] = ("is", "is_not", "in", "not_in", "empty", "not_empty")

    def clean(self, raw: Any) -> str:
        text = super().clean(raw)
        digits = "".join(str(int(c)) for c in text if c.isdecimal())
        if not text:
            return ""
        if not companies.valid_corporate_number(digits):
            raise ValidationError(
                _(
                    "法人番号「%(text)s」は正しくありません。13桁の数字を確認してください（検査数字が合いません）。"
                )
                % {"text": text}
            )
        return digits

    def tidy(self, value: str, wishes: Wishes) -> list[Proposal]:
        return proposed(reach.corporate_number(value))


class Address(Words):
    """A whole address in one line, 「〒060-0001 北海道札幌市…」; a postal code alone becomes its place."""

    kind = "address"
    template = "components/input_address.html"
    design_label = gettext_lazy("住所")
    design_icon = "map-pin"
    design_options = ()

    def __init__(self, name: str, label: Text = "", *, longest: int = 300, **options: Any) -> None:
        super().__init__(name, label, longest=longest, **options)

    def clean(self, raw: Any) -> str:
        text = super().clean(raw)
        found = _POSTAL.match(text)
        code = addresses.parse_postal_code(found[1]) if found else None
        if found is None or code is None:
            return text
        rest = text[found.end() :].strip()
        if not rest:
            places = addresses.lookup_postal_code(code)
            rest = f"{places[0].prefecture}{places[0].city}{places[0].town}" if places else ""
        return f"〒{code} {rest}".strip()

    def tidy(self, value: str, wishes: Wishes) -> list[Proposal]:
        return [*super().tidy(value, wishes), *tidy_addresses.address_line(value, wishes)]
