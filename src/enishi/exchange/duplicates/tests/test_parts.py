"""Addresses, offices and readings taken apart; the ways in which letters are mistaken."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from enishi.exchange.duplicates import comparing, names
from enishi.japanese.address_parts import address_key, parse_address
from enishi.japanese.branches import bare, split_office
from enishi.japanese.romaji import from_kana, latin

pytestmark = pytest.mark.row("B4")
TEXT = some.text(
    alphabet="東京都港区六本木大字北一二三十丁目番地号条西0123456789０１-－ー ヶケがノの株式会社㈱山田商事支店()（）カタナabcABC",
    max_size=30,
)
KANA = some.text(alphabet="アカサタナハマヤラワンガザダバパイキシチニッャュョー", max_size=12)


@pytest.mark.parametrize(
    "text",
    [
        "東京都港区六本木六丁目4番4号",
        "港区六本木6-4-4",
        "東京都港区六本木６－４－４",
        "港区六本木六ノ四ノ四",
        "東京都 港区 六本木 6丁目4番地4",
        "東京港区六本木六丁目四番四号",
    ],
)
def test_spellings_of_an_address_agree(text: str) -> None:
    assert address_key(text) == "東京都|港区|六本木|6-4-4"


def test_an_address_is_filled_from_its_postal_code_and_loses_its_building() -> None:
    parts = parse_address("丸の内1-2-3 丸の内ビル5階", postal_code="100-0005")
    assert (parts.prefecture, parts.city, parts.numbers, parts.building, parts.room) == (
        "東京都",
        "千代田区",
        "1-2-3",
        "丸ノ内ビル",
        "5f",
    )
    assert (
        parse_address("札幌市中央区北一条西二丁目3番地4").numbers
        == parse_address("札幌市中央区北1条西2-3-4").numbers
        == "1-2-3-4"
    )
    assert parse_address("京都市中京区烏丸通御池下る虎屋町566-1").town == "烏丸通御池下ル虎屋町"
    assert parse_address("千葉県市川市八幡1-2").city == "市川市"
    assert parse_address("千代田区三番町5-2").numbers == "5-2"


@pytest.mark.parametrize(
    ("text", "base", "branch"),
    [
        ("株式会社山田商事大阪支店", "山田商事", "大阪支店"),
        ("山田商事株式会社　大阪支店", "山田商事", "大阪支店"),
        ("山田商事㈱大阪支店", "山田商事", "大阪支店"),
        ("山田商事 本社", "山田商事", ""),
        ("カ）ヤマダショウジ", "ヤマダショウジ", ""),
        ("ヤマダショウジ（カ", "ヤマダショウジ", ""),
        ("Yamada Shoji Co., Ltd.", "yamadashoji", ""),
        ("山田酒店", "山田酒店", ""),
        ("有限会社田中工務店", "田中工務店", ""),
        ("ファミリーマート新宿三丁目店", "ファミリーマート", "新宿三丁目店"),
        ("丸山製作所第二工場", "丸山製作所", "第二工場"),
    ],
)
def test_offices_are_split_off(text: str, base: str, branch: str) -> None:
    office = split_office(text)
    assert (office.base, office.branch) == (base, branch)


@pytest.mark.parametrize(
    ("kana", "written"),
    [
        ("オオノ ショウヘイ", "Ohno Shouhei"),
        ("ジュンイチ", "Jun'ichi"),
        ("シンバシ", "Shimbashi"),
        ("フジタ", "Fujita"),
        ("リョウコ", "Ryōko"),
        ("ハットリ", "Hattori"),
    ],
)
def test_readings_agree_with_letters(kana: str, written: str) -> None:
    assert from_kana(kana) == latin(written)


@given(TEXT)
@settings(max_examples=150, deadline=None)
def test_keys_are_their_own_keys(text: str) -> None:
    assert bare(bare(text)) == bare(text)
    assert latin(latin(text)) == latin(text)
    key = address_key(text)
    assert key.count("|") != 3 or address_key(key) == key
    split_office(text)


@given(KANA)
@settings(max_examples=100, deadline=None)
def test_readings_are_letters(kana: str) -> None:
    assert latin(from_kana(kana)) == from_kana(kana)


def test_slips_are_told_from_other_names() -> None:
    assert names.slip("健一", "建一") == "variant"
    assert names.slip("健一", "健二") == "different"
    assert names.slip("恵子", "恵美") == "different"
    assert names.sound("yamada", "yamata") == "close"
    assert names.sound("taro", "ziro") == "different"
    assert names.firms("山田商事", "山田商会") == names.TWO
    assert names.firms("第一山田", "第二山田") == names.TWO


def test_birthdays_and_numbers_forgive_one_slip() -> None:
    assert comparing.birthday("19750412", "19751204") == "variant"
    assert comparing.birthday("19750412", "19760412") == "close"
    assert comparing.birthday("19750412", "19881102") == "different"
    assert comparing.number("09012345678", "09012354678") == "close"
    assert comparing.number("0312345678", "0312345679") == "part"
    assert comparing.number("0312345678", "12345678") == "variant"
