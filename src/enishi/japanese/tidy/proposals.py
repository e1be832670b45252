"""What a normaliser says: the rule, the new value, and whether it is sure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Rule:
    """One way of tidying. `title` names it for a field (%(field)s), `why` gives the reason in a sentence."""

    key: str
    title: Text
    why: Text


RULES: dict[str, Rule] = {
    rule.key: rule
    for rule in (
        Rule("ascii-width", _("%(field)sの英数字を半角にそろえる"), _("全角の英字・数字は、検索や並べ替えで半角と別の字になります。")),
        Rule("kana-width", _("%(field)sの半角カナを全角にする"), _("半角カナは、ほかの書類やメールで文字化けすることがあります。")),
        Rule("marks", _("%(field)sの〜・−の字をそろえる"), _("見た目が同じで別の字の記号を、日本語の文字コードに共通の字にします。")),
        Rule("long-mark", _("%(field)sの長音を「ー」にする"), _("カナに続く横棒が、長音ではなくハイフンやマイナスで入っています。")),
        Rule("spaces", _("%(field)sの余分な空白をとる"), _("続いた空白や、前後の空白を1つにまとめます。")),
        Rule("kana-form", _("%(field)sを全角カタカナにする"), _("ひらがなと半角カナを、全角カタカナにそろえます。")),
        Rule("legal-form", _("%(field)sの㈱・(株)を「株式会社」にする"), _("略した法人格を正式な書き方にします。前株・後株の位置は変えません。")),
        Rule("legal-form-english", _("%(field)sの Co., Ltd.・K.K. を「株式会社」にする"), _("英語の法人格は株式会社とは限りません。登記の名前を確かめてください。")),
        Rule("legal-form-space", _("%(field)sの法人格の前後の空白をとる"), _("登記の名前では、法人格と名前の間に空白を置きません。")),
        Rule("branch-space", _("%(field)sの支店・営業所の前に空白を1つ置く"), _("会社の名前と支店の名前を分けて読めるようにします。")),
        Rule("honorific", _("%(field)sから敬称をとる"), _("様・御中などは宛名で付くため、名前に入っていると二重になります。")),
        Rule("name-split", _("%(field)sを姓と名に分ける"), _("姓の欄に、姓と名が続けて入っています。")),
        Rule("title-out", _("%(field)sの役職を役職欄へ移す"), _("名前に役職が入っています。役職の欄に移します。")),
        Rule("phone-form", _("%(field)sの書き方をそろえる"), _("半角の数字とハイフンにします。区切りは電気通信番号計画（総務省）の市外局番によります。")),
        Rule("phone-plan", _("%(field)sの区切りを市外局番に合わせる"), _("ハイフンの位置が、電気通信番号計画（総務省）の市外局番と違います。")),
        Rule("phone-zero", _("%(field)sの先頭の0を補う"), _("Excelで先頭の0が消えた番号のようです。")),
        Rule("email-form", _("%(field)sの書き方をそろえる"), _("半角にし、ドメインを小文字にし、前後の余分な字をとります。@より前の大文字と+はそのままです。")),
        Rule("email-typo", _("%(field)sのドメインの打ち間違いを直す"), _("よくある打ち間違いです。このままではメールが届きません。")),
        Rule("url-form", _("%(field)sの書き方をそろえる"), _("半角にし、https:// を補い、ホスト名を小文字にします。")),
        Rule("url-typo", _("%(field)sの http の打ち間違いを直す"), _("このままではページが開きません。")),
        Rule("number-form", _("%(field)sを13桁の数字にする"), _("登録番号のTや空白をとります。検査数字が合うものだけです。")),
        Rule("postal-form", _("%(field)sを 060-0001 の形にする"), _("半角の数字7桁とハイフンにそろえます。")),
        Rule("postal-fill", _("%(field)sを住所から補う"), _("住所の町域に、郵便番号が1つだけあります（日本郵便のデータ）。")),
        Rule("prefecture-out", _("%(field)sの都道府県を分ける"), _("住所の先頭の都道府県を、都道府県の欄に移します。")),
        Rule("prefecture-form", _("%(field)sに「都・府・県」を補う"), _("略した都道府県名を正式な名前にします。")),
        Rule("prefecture-fill", _("%(field)sを郵便番号から補う"), _("郵便番号の都道府県が1つだけです（日本郵便のデータ）。")),
        Rule("house-hyphen", _("%(field)sの番地を 1-2-3 の形にそろえる"), _("漢数字は、番地として読める所だけを数字にします（六本木はそのままです）。")),
        Rule("house-words", _("%(field)sの番地を 1丁目2番3号 の形にそろえる"), _("番と番地は住居表示かどうかで変わります。ハイフンの住所は確かめてください。")),
        Rule("address-space", _("%(field)sの番地までの空白をとる"), _("都道府県・市区町村・町名の間の空白をとります。")),
        Rule("building-out", _("%(field)sの建物名を分ける"), _("番地の後の建物名・部屋番号を、建物の欄に移します。")),
        Rule("old-kanji", _("%(field)sの旧字体を新字体にする"), _("常用漢字表で旧字体とされる字です。地名として正しいこともあるため、確かめてください。")),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    """Of one value: by which rule, what it becomes, and whether one may agree without looking at each."""

    rule: str
    value: str
    sure: bool = True

    @property
    def why(self) -> str:
        """The reason, in the active language."""
        return str(RULES[self.rule].why)


@dataclass(frozen=True)
class Spanning:
    """Of several fields of one record at once; `field` is the one that it is counted under."""

    rule: str
    field: str
    values: Mapping[str, str]
    sure: bool = True

    @property
    def why(self) -> str:
        """The reason, in the active language."""
        return str(RULES[self.rule].why)


@dataclass(frozen=True)
class Wishes:
    """What a company may choose: how house numbers are written."""

    house: Literal["hyphen", "words", ""] = "hyphen"


def proposed(made: Proposal | None) -> list[Proposal]:
    """A list of one or none."""
    return [] if made is None else [made]
