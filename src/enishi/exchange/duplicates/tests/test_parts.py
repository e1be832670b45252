"""Addresses, offices and readings taken apart; the ways in which letters are mistaken."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from enishi.exchange.duplicates import columns, comparing, names
from enishi.exchange.duplicates.features import Raw, normalise
from enishi.exchange.duplicates.firm_names import firm_only, is_department
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


@pytest.mark.parametrize(
    ("text", "person", "left"),
    [
        ("株式会社今野テック　※旧スタープランニング", "", "株式会社今野テック"),
        ("千代田産業　株式会社（旧：グリーンデザイン）", "", "千代田産業 株式会社"),
        ("株式会社富士商事(旧社名 フューチャー)　西日本営業所", "", "株式会社富士商事 西日本営業所"),
        ("有限会社　朝日組／田中節子部長", "", "有限会社 朝日組"),
        ("東洋機工 株式会社　大堀純一部長", "大堀 純一", "東洋機工 株式会社"),
        ("株式会社毛塚木工　山田太郎", "", "株式会社毛塚木工"),
        ("(有)中村商事　総務部", "", "(有)中村商事"),
        ("㈱ エコエンジニアリング　営業一課御中", "", "(株) エコエンジニアリング"),
        ("金子　孝（金子自転車店）", "", "金子自転車店"),
        ("金子自転車店/金子　孝", "", "金子自転車店"),
        ("喫茶 ポプラ 渋谷　健二", "渋谷 健二", "喫茶 ポプラ"),
        ("高原剛正　高原酒店", "高原 剛正", "高原酒店"),
        ("株式会社マウンテンフ一ズ", "", "株式会社マウンテンフーズ"),
        ("マウンテンベーカリ一", "", "マウンテンベーカリー"),
        # … and what is the name itself stays.
        ("アルファ一級建築士事務所", "", "アルファ一級建築士事務所"),
        ("株式会社 山田 太郎", "", "株式会社 山田 太郎"),
        ("株式会社 森 建設", "", "株式会社 森 建設"),
        ("株式会社田中 大阪支店", "", "株式会社田中 大阪支店"),
        ("田中 一郎", "", "田中 一郎"),
        ("丸井 元町店", "", "丸井 元町店"),
        ("総務部", "", "総務部"),
    ],
)
def test_what_else_stands_in_the_cell_of_a_firms_name(text: str, person: str, left: str) -> None:
    assert firm_only(text, person) == left
    assert firm_only(left, person) == left


def test_departments_are_no_offices() -> None:
    assert all(map(is_department, ("営業部", "第二総務課", "購買課", "営業一課")))
    assert not any(map(is_department, ("大阪支店", "物流センター", "西日本営業部", "工場")))
    of = lambda branch: normalise(Raw(company="長井運輸株式会社", branch=branch)).branch  # noqa: E731
    assert of("経理部") == "" and of("沖縄支社") == "沖縄支社" and of("沖縄サービスセンター") != ""
    centre = normalise(Raw(company="マウンテンサービス 有限会社 城北センター"))
    assert (centre.company, centre.branch) == ("マウンテンサービス", "城北センター")


def test_columns_of_departments_may_hold_offices_and_shops_stand_beside_their_firm() -> None:
    heading = ["id", "会社名", "支店・部署", "電話"]
    offices = [["1", "長井運輸", "沖縄支社", "098-474-2525"], ["2", "長井運輸", "経理部", "098-474-2532"]]
    assert columns.roles(heading, offices)[2] == "branch"
    none = [[row[0], row[1], "経理部", row[3]] for row in offices]
    assert columns.roles(heading, none)[2] == ""
    shops = [["1", "一条酒店", "渋谷店", "03-1111-1111"], ["2", "一条酒店", "目黒店", "03-1111-1112"]]
    assert columns.roles(["id", "会社名", "店舗名", "電話"], shops)[2] == "branch"
    assert columns.roles(["id", "店舗名", "会社名", "電話"], [[a, c, b, d] for a, b, c, d in shops])[1:3] == [
        "branch",
        "company",
    ]


def test_who_stands_before_his_firm_is_whom_a_list_is_about() -> None:
    people, firms = ["id", "氏名", "会社名", "電話"], ["id", "会社名", "氏名", "電話"]
    roles = {"氏名": "name", "会社名": "company", "電話": "phone", "id": "id", "担当者名": "name"}
    assert columns.names_people_first(people, [roles[one] for one in people])
    assert not columns.names_people_first(firms, [roles[one] for one in firms])
    clerks = ["id", "担当者名", "会社名", "電話"]
    assert not columns.names_people_first(clerks, [roles[one] for one in clerks])
    cards = ["ID", "会社名", "部署", "役職", "氏名", "電話"]
    assert columns.names_people_first(cards, [roles.get(one, "") for one in cards])


def test_latin_letters_and_readings_in_one_piece_tell_given_names() -> None:
    def people(one: Raw, other: Raw) -> tuple[str, str]:
        return names.people(normalise(one), normalise(other))

    near = {names.SAME, names.VARIANT}
    assert set(people(Raw(family="Ishii", given="Kaori"), Raw(family="石井", given="香織"))) <= near
    assert people(Raw(family="Ishii", given="Misaki"), Raw(family="石井", given="香織"))[1] not in near
    twins = people(Raw(name="島舞", kana="しままい"), Raw(name="島めぐみ", kana="しまめぐみ"))
    assert twins[1] == names.DIFFERENT
    assert people(Raw(name="松浦 麻衣"), Raw(name="松浦 舞"))[1] == names.CLOSE


def test_houses_of_one_estate_and_words_in_the_plural() -> None:
    assert names.firms("サンハイツ玉来壱番館管理組合", "サンハイツ玉来弐番館管理組合") == names.TWO
    assert names.firms("グランドシステム", "グランドシステムズ") == names.CLOSE
    assert names.firms("丸八印刷", "丸八刷") == names.CLOSE


def test_customers_of_both_kinds_beside_who_answers_there() -> None:
    """A row is about the firm or about the person that its name names, whoever answers at the firms."""
    heads = ["No", "顧客名", "フリガナ", "担当者", "電話"]
    rows = [["1", "株式会社甲商事", "コウショウジ", "佐藤 進", "03-1111-1111"], ["2", "山田 太郎", "ヤマダ タロウ", "", "03-1111-1112"],
            ["3", "鈴木 一郎（退会）", "スズキ イチロウ", "", "03-1111-1113"], ["4", "アトリエ空", "アトリエソラ", "林 実", "03-1111-1114"]]  # fmt: skip
    reader = columns.Reader(columns.roles(heads, rows))
    kinds = [normalise(reader.raw(row)) for row in rows]
    assert [one.kind for one in kinds] == ["c", "p", "p", "c"]
    assert kinds[2].family == "鈴木" and kinds[2].given == "一郎"
