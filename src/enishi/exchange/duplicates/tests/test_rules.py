"""Who is the same and who isn't, case by case."""

import pytest

from enishi.exchange.duplicates import deciding
from enishi.exchange.duplicates.columns import Reader, roles
from enishi.exchange.duplicates.engine import judge
from enishi.exchange.duplicates.features import normalise
from enishi.exchange.duplicates.weighing import Frequencies

pytestmark = pytest.mark.row("B4")
KNOWN = Frequencies(20_000)


def decision(a: dict[str, str], b: dict[str, str], known: Frequencies = KNOWN) -> str:
    """What is said of two rows of a sheet with these columns."""
    heads = list(dict.fromkeys([*a, *b]))
    table = [["1", *(a.get(one, "") for one in heads)], ["2", *(b.get(one, "") for one in heads)]]
    reader = Reader(roles(["id", *heads], table))
    return judge(*(normalise(reader.raw(row)) for row in table), known)[2]


TARO = {
    "氏名": "山田 健一", "フリガナ": "ヤマダ ケンイチ", "生年月日": "1975/04/12", "性別": "男", "住所": "東京都杉並区高円寺北2丁目3番4号",
    "電話番号": "03-3330-1234", "携帯": "090-1234-5678", "メール": "kenichi.yamada@gmail.com",
}  # fmt: skip
FIRM = {
    "会社名": "株式会社山田商事", "担当者": "佐藤 進", "住所": "大阪府大阪市北区梅田1丁目2番3号", "電話番号": "06-6341-1234", "メール": "info@yamadashoji.co.jp",
    "URL": "https://yamadashoji.co.jp",
}  # fmt: skip


def but(one: dict[str, str], **changes: str) -> dict[str, str]:
    return {**one, **changes}


SAME = {
    "as it is": but(TARO),
    "moved": but(TARO, 住所="北海道札幌市中央区北1条西2丁目3-4", 電話番号=""),
    "new mobile": but(TARO, 携帯="080-9999-1111"),
    "new mail": but(TARO, メール="yamaken@icloud.com"),
    "turned": but(TARO, 氏名="健一 山田", フリガナ=""),
    "without a space": but(TARO, 氏名="山田健一", フリガナ=""),
    "honorific": but(TARO, 氏名="山田健一 様"),
    "department in front": but(TARO, 氏名="営業部 山田健一"),
    "department behind": but(TARO, 氏名="山田 健一（総務課）"),
    "title": but(TARO, 氏名="代表取締役 山田 健一"),
    "conversion": but(TARO, 氏名="山田 建一"),
    "conversion without a reading": but(TARO, 氏名="山田 賢一", フリガナ=""),
    "old letters": but(TARO, 氏名="山田　健壱", フリガナ="やまだ　けんいち"),
    "half-width reading": but(TARO, フリガナ="ﾔﾏﾀﾞ ｹﾝｲﾁ"),
    "reading only": but(TARO, 氏名="ヤマダ ケンイチ"),
    "reading in one": but(TARO, 氏名="ヤマダケンイチ", フリガナ=""),
    "in Latin letters": but(TARO, 氏名="Kenichi Yamada", フリガナ=""),
    "in capitals": but(TARO, 氏名="YAMADA KENICHI", フリガナ=""),
    "slip in the reading": but(TARO, フリガナ="ヤマダ ケニチ"),
    "day and month swapped": but(TARO, 生年月日="1975/12/04"),
    "wrong digit of the birthday": but(TARO, 生年月日="1976/04/12"),
    "Japanese year": but(TARO, 生年月日="昭和50年4月12日"),
    "digits of the telephone swapped": but(TARO, 携帯="090-1243-5678", メール=""),
    "address in figures": but(TARO, 住所="杉並区高円寺北２－３－４", 電話番号=""),
    "address in kanji": but(TARO, 住所="東京都杉並区高円寺北二丁目三番四号 コーポ青葉201"),
    "only name and mobile": {"氏名": "山田健一", "携帯": "09012345678"},
    "only name and mail": {"氏名": "山田 健一", "メール": "Kenichi.Yamada@gmail.com"},
    "only name, address": {"氏名": "山田 健一", "住所": "杉並区高円寺北2-3-4"},
    "remark": but(TARO, 氏名="山田 健一　※電話は夜"),
    "sign": but(TARO, 氏名="★山田 健一"),
    "each in the other's column": but(TARO, 氏名="ヤマダ ケンイチ", フリガナ="山田 健一", 携帯="", メール=""),
    "blank birthday and reading": but(TARO, 生年月日="", フリガナ="", 性別=""),
}  # fmt: skip
OTHERS = {
    "son": but(TARO, 氏名="山田 翔太", フリガナ="ヤマダ ショウタ", 生年月日="2003/08/01", 携帯="080-1111-2222", メール="shota@gmail.com"),
    "son with the father's mobile and mail": but(TARO, 氏名="山田 翔太", フリガナ="ヤマダ ショウタ", 生年月日="2003/08/01"),
    "son of nearly his name": but(TARO, 氏名="山田 健二", フリガナ="ヤマダ ケンジ", 生年月日="2003/08/01"),
    "son, no birthday known": but(TARO, 氏名="山田 健太", フリガナ="", 生年月日="", 携帯=""),
    "wife": but(TARO, 氏名="山田 恵子", フリガナ="ヤマダ ケイコ", 性別="女", 生年月日="1977/01/30"),
    "twin": but(TARO, 氏名="山田 健二", フリガナ="ヤマダ ケンジ"),
    "twin with mail and mobile of the parents": but(TARO, 氏名="山田 康一", フリガナ="ヤマダ コウイチ"),
    "sister of a longer name": but(TARO, 氏名="山田 健一郎", フリガナ="ヤマダ ケンイチロウ", 生年月日="1978/02/20", 携帯="", メール=""),
    "namesake elsewhere": {"氏名": "山田 健一", "フリガナ": "ヤマダ ケンイチ", "生年月日": "1988/11/02", "住所": "福岡県福岡市博多区博多駅前1-1-1", "携帯": "070-5555-6666"},
    "namesake of the same town": but(TARO, 生年月日="1960/10/30", 住所="東京都杉並区高円寺北4丁目20番1号", 電話番号="03-3337-9999", 携帯="090-8888-7777", メール="yk1960@yahoo.co.jp"),
    "namesake of whom only the name is known": {"氏名": "山田 健一"},
    "namesake of the same prefecture": {"氏名": "山田 健一", "住所": "東京都足立区千住1-2-3"},
    "stranger at the same house": but(TARO, 氏名="鈴木 一郎", フリガナ="スズキ イチロウ", 生年月日="1990/01/01", 携帯="", メール=""),
}  # fmt: skip
SAME_FIRM = {
    "abbreviated form": but(FIRM, 会社名="㈱山田商事"),
    "form behind": but(FIRM, 会社名="山田商事株式会社"),
    "no form": but(FIRM, 会社名="山田商事", メール=""),
    "half-width": but(FIRM, 会社名="(株)山田商事", 電話番号="0663411234"),
    "another person": but(FIRM, 担当者="高橋 花子", メール="h.takahashi@yamadashoji.co.jp"),
    "moved": but(FIRM, 住所="大阪府吹田市江坂町1-23-5"),
    "new telephone": but(FIRM, 電話番号="06-6999-8888"),
    "in English": but(FIRM, 会社名="Yamada Shoji Co., Ltd."),
    "translated": but(FIRM, 会社名="Yamada Trading Co., Ltd."),
    "bank's way": but(FIRM, 会社名="カ）ヤマダショウジ"),
    "head office named": but(FIRM, 会社名="株式会社山田商事 本社"),
    "御中": but(FIRM, 会社名="株式会社山田商事 御中"),
    "conversion": but(FIRM, 会社名="株式会社山田昌事"),
    "remark": but(FIRM, 会社名="株式会社山田商事※月末締"),
    "out of business": but(FIRM, 会社名="㈱山田商事（取引停止）", メール="", URL=""),
    "who answers there": but(FIRM, 会社名="山田商事㈱　佐藤"),
    "a wrong letter": but(FIRM, 会社名="株式会社山里商事"),
    "only name and telephone": {"会社名": "山田商事(株)", "電話番号": "06-6341-1234"},
    "only name and address": {"会社名": "山田商事(株)", "住所": "大阪市北区梅田1-2-3 梅田ビル4F"},
}  # fmt: skip
OTHER_FIRMS = {
    "branch": but(FIRM, 会社名="株式会社山田商事 福岡支店", 住所="福岡県福岡市博多区博多駅前1-1-1", 電話番号="092-411-1111"),
    "branch glued": but(FIRM, 会社名="株式会社山田商事福岡支店", 住所="福岡県福岡市博多区博多駅前1-1-1", 電話番号="092-411-1111"),
    "branch with the switchboard": but(FIRM, 会社名="山田商事(株) 恵比寿営業所", 住所="東京都渋谷区恵比寿1-2-3"),
    "group firm": but(FIRM, 会社名="山田ホールディングス株式会社"),
    "group firm at the same door": but(FIRM, 会社名="株式会社山田商会"),
    "another trade": but(FIRM, 会社名="株式会社山田建設"),
    "second": but(FIRM, 会社名="第二山田商事株式会社"),
    "new": but(FIRM, 会社名="株式会社新山田商事"),
    "tenant": {"会社名": "株式会社北斗企画", "住所": "大阪府大阪市北区梅田1丁目2番3号", "電話番号": "06-6342-9999"},
    "of one name elsewhere": {"会社名": "株式会社山田商事", "住所": "青森県青森市新町1-2-3", "電話番号": "017-722-1111", "メール": "yamada-s@gmail.com"},
    "translated otherwise": but(FIRM, 会社名="Yamada Construction Co., Ltd."),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_a_person_is_known_again(name: str) -> None:
    assert decision(TARO, SAME[name])
    assert decision(SAME[name], TARO)


@pytest.mark.parametrize("name", OTHERS)
def test_another_person_is_left_alone(name: str) -> None:
    assert not decision(TARO, OTHERS[name])
    assert not decision(OTHERS[name], TARO)


KANA = {"会社名カナ": "ヤマダショウジ"}


@pytest.mark.parametrize("name", SAME_FIRM)
def test_a_firm_is_known_again(name: str) -> None:
    assert decision({**FIRM, **KANA}, SAME_FIRM[name])
    assert decision(SAME_FIRM[name], {**FIRM, **KANA})


@pytest.mark.parametrize("name", OTHER_FIRMS)
def test_another_firm_is_left_alone(name: str) -> None:
    assert not decision({**FIRM, **KANA}, OTHER_FIRMS[name])
    assert not decision(OTHER_FIRMS[name], {**FIRM, **KANA})


def test_two_branches_of_one_firm_and_one_corporate_number_are_two() -> None:
    one = but(FIRM, 会社名="株式会社山田商事 大阪支店", 法人番号="7000012050002")
    other = but(FIRM, 会社名="株式会社山田商事 神戸支店", 法人番号="7000012050002")
    assert not decision(one, other)
    assert decision(one, but(one, 会社名="㈱山田商事大阪支店", 担当者="林 実"))


def test_shops_of_one_chain_are_two() -> None:
    one = {"会社名": "ファミリーマート札幌北店", "電話番号": "011-700-1111", "住所": "札幌市北区北1条西2-3"}
    other = {"会社名": "ファミリーマート札幌南店", "電話番号": "011-500-2222", "住所": "札幌市南区川沿1条2-3"}
    assert not decision(one, other)


def test_who_married_is_asked_about_at_best() -> None:
    bride = but(TARO, 氏名="佐々木 恵子", フリガナ="ササキ ケイコ", 性別="女")
    wife = but(bride, 氏名="山田 恵子", フリガナ="ヤマダ ケイコ")
    assert decision(bride, wife) == deciding.ASK


def test_sure_is_only_who_agrees_in_two_things_and_in_the_whole_name() -> None:
    assert decision(TARO, but(TARO, 生年月日="")) == deciding.AUTOMATIC
    assert decision(TARO, {"氏名": "山田 健一", "携帯": "090-1234-5678"}) == deciding.ASK
    assert decision(TARO, but(TARO, 氏名="山田 建一", フリガナ="")) == deciding.ASK
    assert decision(TARO, but(TARO, 生年月日="1975/04/13")) == deciding.ASK
    assert decision(FIRM, but(FIRM, 担当者="別 人")) == deciding.AUTOMATIC
    assert decision(FIRM, but(FIRM, 住所="大阪府吹田市江坂町1-23-5")) == deciding.ASK


def test_a_telephone_that_many_share_proves_nothing() -> None:
    shared = Frequencies(
        20_000,
        {
            "phones": {"0333301234": 400},
            "given": {"健一": 300},
            "family": {"山田": 900},
            "name": {"山田健一": 14},
        },
    )
    one = {"氏名": "山田 健一", "電話番号": "03-3330-1234"}
    assert decision(one, dict(one))
    assert not decision(one, dict(one), shared)


def test_columns_of_other_makes_are_read() -> None:
    one = {
        "given_name": "mitchell",
        "surname": "maxon",
        "street_number": "47",
        "address_1": "edkins street",
        "suburb": "north ryde",
        "postcode": "3355",
        "date_of_birth": "19390212",
        "soc_sec_id": "8859999",
    }
    other = but(one, given_name="maxon", surname="mitchell", address_1="edkins streeet", postcode="3535")
    assert decision(one, other)
    assert not decision(one, but(one, given_name="sarah", date_of_birth="19651103", soc_sec_id="1234567"))
