"""What is normalised once stays as it is when it is normalised again (B2)."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from enishi.japanese import address_parts, addresses, emails, kana, names, telephones
from enishi.japanese.companies import parse_company
from enishi.japanese.text import clean, fold

pytestmark = pytest.mark.row("B2")
TEXT = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("（株）㈱ｱｶﾞﾊﾟー－−‐～〜・髙﨑德々ヶケゎヴ０９Ａａ　 一二三丁目番号がぱ"),
    ),
    max_size=40,
)


@given(TEXT)
@example("㈱ｶﾞｷﾞグー−～〜・髙﨑")
@settings(max_examples=300, deadline=None)
def test_texts_and_numbers(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert clean(clean(text)) == clean(text)


@given(st.text("0123456789-ー−‐ ()（）+０９内線ext.", max_size=24))
@settings(max_examples=300, deadline=None)
def test_telephones(text: str) -> None:
    once = telephones.parse_telephone(text)
    assert telephones.parse_telephone(once.display).display == once.display


def joined(words: str, most: int) -> st.SearchStrategy[str]:
    """Some of these words one behind the other, with and without spaces."""
    return st.lists(st.sampled_from([*words.split(), " ", "　"]), max_size=most).map("".join)


NAMES = joined(
    "株式会社 （株） ㈱ 有限会社 (有) 合同会社 LLC Co.,Ltd. Inc. 株式 会社 協同組合 医療法人 社団 山田 Wellc Zinc 本店 カ) (カ 大阪支店",
    6,
)
ADDRESSES = joined(
    "東京都 千代田区 北海道 札幌市 京都府 大字 字 丸の内 一丁目 1丁目 二十三番地 23番 4号 の - ー − ヶ ケ が 霞ケ関 〇〇ビル 3F 301号室 町 1 １０ 十 百二十 第二",
    10,
)
PEOPLE = joined("山田 太郎 様 さん 君 殿 御中 先生 ・ Smith J. 花", 6)


@given(st.one_of(NAMES, TEXT))
@example("株式会社有限会社山田")
@example("株式 会社山田")
@example("カ)(カ)山田(カ")
@example("山田(株)大阪支店(株)京都支店")
@settings(max_examples=500, deadline=None)
def test_names_of_firms(text: str) -> None:
    base = parse_company(text).base
    assert parse_company(base).base == base


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("（株）株式会社山田", "山田"),
        ("Zinc", "zinc"),
        ("株式会社Wellc", "wellc"),
        ("Zinc, Inc.", "zinc"),
        ("YamadaCo.,Ltd.", "yamada"),
        ("Alpha LLC", "alpha"),
        ("ｶ)ヤマト運輸機", "ヤマト運輸機"),
        ("ヤマト（カ", "ヤマト"),
        ("東京商事(株)大阪営業所", "東京商事"),
    ],
)
def test_a_form_is_a_word(text: str, base: str) -> None:
    assert parse_company(text).base == base


@given(ADDRESSES)
@settings(max_examples=500, deadline=None)
def test_addresses(text: str) -> None:
    for key_of in (addresses.address_key, address_parts.address_key):
        once = key_of(text)
        assert key_of(once) == once


@given(st.one_of(PEOPLE, TEXT))
@example("山田先生様")
@example("AA\x1fAÀ")
@example("AAAÀ")
@settings(max_examples=500, deadline=None)
def test_names_of_people(text: str) -> None:
    bare, _taken = names.strip_honorific(text)
    assert names.strip_honorific(bare) == (bare, "")
    found = names.split_person(text)
    again = names.split_person(f"{found.family} {found.given}".strip())
    assert (again.family, again.given) == (found.family, found.given)


@given(TEXT)
@settings(max_examples=300, deadline=None)
def test_kana_and_mail(text: str) -> None:
    assert kana.to_katakana(kana.to_katakana(text)) == kana.to_katakana(text)
    try:
        once = emails.clean_email(f"{text}@Example.jp")
    except ValueError:
        return
    assert emails.clean_email(once) == once


def test_an_office_behind_the_form_is_an_office() -> None:
    one, other = (parse_company(text) for text in ("東京商事株式会社大阪営業所", "東京商事㈱　大阪営業所"))
    assert one == other and (one.base, one.branch) == ("東京商事", "大阪営業所")
    assert parse_company("ヤマト(カ").position == "back" and parse_company("カ)ヤマト").position == "front"
