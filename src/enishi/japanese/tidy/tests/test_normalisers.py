"""Normalisers for display: by example, and that none has anything to say about what it has made."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enishi.japanese.tidy import addresses, companies, persons, reach, readings, width
from enishi.japanese.tidy.places import postal_code_of
from enishi.japanese.tidy.proposals import RULES, Proposal, Wishes

pytestmark = pytest.mark.row("B5")


def hyphen(text: str) -> Proposal | None:
    return addresses.house_number(text, Wishes("hyphen"))


def words(text: str) -> Proposal | None:
    return addresses.house_number(text, Wishes("words"))


def old_kanji(text: str) -> Proposal | None:
    return addresses.old_kanji(text, "")


NORMALISERS: tuple[Callable[[str], Proposal | None], ...] = (
    width.ascii_width, width.kana_width, width.long_mark, width.marks, width.spaces, readings.reading, reach.telephone, reach.email, reach.url,
    reach.corporate_number, reach.postal_code, companies.legal_form, companies.legal_form_english, companies.legal_form_space,
    companies.branch_space, companies.addressed, addresses.inner_spaces, hyphen, words, old_kanji,
)  # fmt: skip
S, A = True, False  # sure, or asks
EXAMPLES: list[tuple[Callable[[str], Proposal | None], str, str | None, bool]] = [
    (width.ascii_width, "ＡＢＣ－１２３（東京）", "ABC-123（東京）", S),
    (width.ascii_width, "１ー２", "1-2", S),
    (width.ascii_width, "㈱①～②", None, S),
    (width.kana_width, "ﾏﾙﾔﾏ･ﾋﾞﾙ", "マルヤマ・ビル", S),
    (width.long_mark, "センタ－", "センター", S),
    (width.long_mark, "ビル－2", None, S),
    (width.long_mark, "コ-ヒー", "コーヒー", A),
    (width.marks, "9:00〜18:00", "9:00～18:00", S),
    (width.spaces, " 丸山　　商事 ", "丸山　商事", S),
    (width.spaces, "山田　太郎", None, S),
    (readings.reading, "やまだ　たろう", "ヤマダ タロウ", S),
    (readings.reading, "ｾﾝﾀ-", "センター", S),
    (reach.telephone, "０３（１２３４）５６７８", "03-1234-5678", S),
    (reach.telephone, "0993451234", "0993-45-1234", S),
    (reach.telephone, "0993-45-1234", None, S),
    (reach.telephone, "033-123-4567", "03-3123-4567", A),
    (reach.telephone, "312345678", "03-1234-5678", A),
    (reach.telephone, "+81 3-1234-5678", "03-1234-5678", S),
    (reach.telephone, "+12125551234", "+1 212-555-1234", S),
    (reach.telephone, "0312345678 内線12", "03-1234-5678 内線12", S),
    (reach.telephone, "担当に聞く", None, S),
    (reach.email, "Taro.Y+crm@Example.CO.JP.", "Taro.Y+crm@example.co.jp", S),
    (reach.email, "taro@gmial.com", "taro@gmail.com", A),
    (reach.email, "taro@example,co.jp", "taro@example.co.jp", A),
    (reach.email, "a..b@docomo.ne.jp", None, S),
    (reach.url, "ＷＷＷ．Example.jp/A", "https://www.example.jp/A", S),
    (reach.url, "htp://example.jp", "http://example.jp", A),
    (reach.corporate_number, "T7000-0120-50002", "7000012050002", S),
    (reach.corporate_number, "T4011001098994", None, S),
    (reach.postal_code, "〒０６０００００", "060-0000", S),
    (companies.legal_form, "㈱ 丸山製作所", "株式会社丸山製作所", S),
    (companies.legal_form, "丸山製作所（有）", "丸山製作所有限会社", S),
    (companies.legal_form, "丸山㈱ 大阪支店", "丸山株式会社 大阪支店", S),
    (companies.legal_form, "（一社）日本縁協会", "一般社団法人日本縁協会", S),
    (companies.legal_form, "(医)  青空会", "医療法人青空会", S),
    (companies.legal_form, "(社)日本縁協会", "社団法人日本縁協会", A),
    (companies.legal_form, "カ）マルヤマ", "株式会社マルヤマ", A),
    (companies.legal_form, "イロハ(名)簿係", None, S),
    (companies.legal_form_english, "Maruyama Co., Ltd.", "Maruyama株式会社", A),
    (companies.legal_form_space, "丸山 株式会社", "丸山株式会社", S),
    (companies.branch_space, "株式会社丸山　大阪支店", "株式会社丸山 大阪支店", S),
    (companies.branch_space, "株式会社丸山大阪支店", "株式会社丸山 大阪支店", A),
    (companies.branch_space, "株式会社大阪支店", None, S),
    (companies.addressed, "株式会社丸山 御中", "株式会社丸山", S),
    (companies.addressed, "王様", None, S),
    (hyphen, "六本木六丁目四番四号", "六本木6-4-4", S),
    (hyphen, "丸の内１－１－１", "丸の内1-1-1", S),
    (hyphen, "三番町５番地の２", "三番町5-2", S),
    (hyphen, "北1条西2丁目3番4号", "北1条西2-3-4", S),
    (hyphen, "梅田1丁目 2番3号", "梅田1-2-3", S),
    (hyphen, "千代田一丁目", "千代田1丁目", S),
    (hyphen, "大手町2丁目3番1号館", None, S),
    (hyphen, "丸の内1-1-1 第2ビル101号", None, S),
    (hyphen, "大字下野ヶ原字上", None, S),
    (words, "六本木六丁目四番四号", "六本木6丁目4番4号", S),
    (words, "丸の内1-2-3", "丸の内1丁目2番3号", A),
    (words, "丸の内12-3", None, S),
    (addresses.inner_spaces, "千代田区　丸の内 1-1 ビル", "千代田区丸の内1-1 ビル", S),
    (old_kanji, "會津若松市澤1", "会津若松市沢1", A),
]  # fmt: skip


@pytest.mark.parametrize(("normaliser", "text", "wanted", "sure"), EXAMPLES)
def test_by_example(
    normaliser: Callable[[str], Proposal | None], text: str, wanted: str | None, sure: bool
) -> None:
    made = normaliser(text)
    assert (made.value if made else None) == wanted
    if made is not None:
        assert made.sure is sure
        assert made.rule in RULES and made.why


PIECES = st.sampled_from(
    "０ １ 1 2 12 ー － − ‐ - 丁目 番地 番 号 の ノ 号室 ㈱ (株) （有） 株式会社 有限会社 （カ カ） (社) 丸山 山田 大阪 支店 営業所 御中 様 　 \u0020 ｱ ﾊﾞ ﾞ ー ア センタ Ａ a B @ ＠ . ． , gmial.com example.jp "
    "http:// htp:/ :// www + +81 03 090 内線 T 〒 六 十 二〇 東京都 千代田区 丸の内 條 﨑 龍 ビル F ・ • 〜 ～ Co., Ltd. K.K. ( ) （ ）".split(
        " "
    )
)
TEXTS = st.one_of(st.lists(PIECES, max_size=9).map("".join), st.text(max_size=24))


@pytest.mark.parametrize("normaliser", NORMALISERS)
@given(text=TEXTS)
def test_nothing_is_said_of_what_was_made(normaliser: Callable[[str], Proposal | None], text: str) -> None:
    made = normaliser(text)
    if made is not None:
        assert made.value != text
        again = normaliser(made.value)
        assert again is None, (text, made.value, again.value)


@given(text=TEXTS)
def test_what_is_passed_over_has_nothing_wrong(text: str) -> None:
    """The quick look before the rules for a line of text misses nothing that they would say."""
    if not width.suspect(text) and not text.isascii():
        line = (width.spaces, width.ascii_width, width.kana_width, width.long_mark, width.marks, companies.legal_form, companies.legal_form_space)  # fmt: skip
        for normaliser in line:
            made = normaliser(text)
            assert made is None or not made.sure, (text, made)


def digits(text: str) -> list[int]:
    return [int(one) for one in text if one.isdecimal()]


@given(text=st.lists(PIECES.filter(lambda one: one not in {"六", "十", "二〇"}), max_size=9).map("".join))
def test_no_digit_is_lost_between_widths(text: str) -> None:
    """Widths, blanks and house numbers change how digits are written, and leave every one of them."""
    for normaliser in (width.ascii_width, width.spaces, hyphen, words):
        made = normaliser(text)
        assert made is None or digits(made.value) == digits(text), (text, made)


def test_what_is_taken_off_a_name_goes_somewhere_or_asks() -> None:
    (made,) = persons.person(
        {"family_name": "山田", "given_name": "太郎 先生", "honorific": "様", "title": ""}
    )
    assert made.values == {"given_name": "太郎", "honorific": "先生"} and made.sure
    (made,) = persons.person({"family_name": "佐藤さん", "given_name": "", "honorific": "様", "title": ""})
    assert made.values == {"family_name": "佐藤"} and not made.sure
    (made,) = persons.person({"family_name": "営業部長", "given_name": "山田", "title": ""})
    assert made.values == {"family_name": "山田", "given_name": "", "title": "営業部長"} and not made.sure
    assert persons.person({"family_name": "営業部長", "given_name": "山田", "title": "取締役"}) == []
    (made,) = persons.person({"family_name": "山田　太郎", "given_name": "", "title": ""})
    assert made.values == {"family_name": "山田", "given_name": "太郎"} and made.sure


def test_an_address_is_divided_and_filled() -> None:
    whole = {
        "postal_code": "",
        "prefecture": "",
        "address": "東京都千代田区丸の内1-1-1 丸山ビル5F",
        "building": "",
    }
    made = {one.rule: one for one in addresses.address_fields(whole)}
    assert made["prefecture-out"].values == {
        "prefecture": "東京都",
        "address": "千代田区丸の内1-1-1 丸山ビル5F",
    }
    assert made["building-out"].values == {"address": "東京都千代田区丸の内1-1-1", "building": "丸山ビル5F"}
    assert made["postal-fill"].values == {"postal_code": "100-0005"} and made["postal-fill"].sure
    glued = {
        **whole,
        "prefecture": "大阪府",
        "address": "東京都千代田区丸の内1-1-1丸山ビル",
        "postal_code": "100-0005",
    }
    (made_glued,) = addresses.address_fields(
        glued
    )  # another prefecture stands in its field: nobody is overwritten
    assert made_glued.rule == "building-out" and not made_glued.sure
    two = {"postal_code": "498-0000", "prefecture": "", "address": "弥富町1", "building": ""}
    assert addresses.address_fields(two) == []  # a code of two prefectures


def test_a_town_with_one_code_is_found_and_one_with_several_is_not() -> None:
    assert postal_code_of("東京都", "千代田区丸の内1-1") == ("100-0005", True)
    assert (
        postal_code_of("", "茨城県龍ヶ崎市東町1") == ("301-0811", True)
        or postal_code_of("茨城県", "龍ヶ崎市東町")[0]
    )
    assert postal_code_of("北海道", "札幌市中央区大通西1") == ("", False)
    assert postal_code_of("", "丸の内1-1") == ("", False)


def test_an_address_in_one_line_keeps_its_code() -> None:
    made = {
        one.rule: one.value
        for one in addresses.address_line("〒060-0001 札幌市中央区北一条西１丁目２番", Wishes())
    }
    assert made["prefecture-fill"] == "〒060-0001 北海道札幌市中央区北一条西１丁目２番"
    assert made["house-hyphen"] == "〒060-0001 札幌市中央区北一条西1-2"


def test_a_word_twice_behind_a_number_is_left_to_a_person() -> None:
    for text in ("０番地番地", "1番番地", "1番地番"):
        assert addresses.house_number(text) is None, text
