"""Letters that are taken for one another: kana-kanji conversion offers them for one reading, or they look alike.

健一 for 建一 is a slip of the conversion; 健一 for 康一 is another person. Readings are those of the 常用漢字表 (内閣告示第二号, 2010) that
occur in names and firms, and customary 名乗り; shapes are pairs that 文化庁 「常用漢字表の字体・字形に関する指針」 and OCR lists name.
"""

from functools import cache

_READINGS = """
アキ 明昭秋章彰晶晃亮昌顕 アツ 篤敦淳厚温惇 イチ 一市壱 エイ 英栄永瑛詠映 エ 恵江絵枝衣 オ 雄夫男生央緒 オウ 桜旺央 カ 香佳加花華夏可歌嘉果 カズ 和一数 カツ 勝克活 カン 完寛貫幹勘
キ 貴喜樹紀基希輝規季木生岐揮毅 キヨ 清聖潔 キョウ 京恭響杏教協共匡 ケイ 恵圭敬慶啓桂景佳蛍 ケン 健建賢謙憲研兼剣拳堅県絢顕 コ 子湖瑚 コウ 康孝公浩幸弘功光宏晃耕航広皓洸紘恒高洋
サ 沙紗佐早咲 サチ 幸祥 サトシ 聡智敏哲諭悟 サトル 悟覚暁 シ 志史司士詩 シゲ 茂繁重滋 シュウ 秀修周宗柊脩州洲 シュン 俊駿瞬舜旬隼峻 ショウ 商翔正昭将祥章晶彰勝匠尚省照昌 シン 真信慎進伸新晋森心紳芯
ジ 二次治司児慈 ジュン 純順淳潤準洵絢 ジョウ 丈譲定城 スケ 介助輔佑祐亮 スミ 純澄 セイ 誠清正聖晴成星征 ソウ 聡壮宗蒼創奏颯 タ 太多汰 タカ 隆孝高貴崇敬尚 タケ 武健猛岳剛 タケシ 武健猛毅剛 タツ 達竜辰龍 ダイ 大代
チ 智千知 チカ 千親近愛 ツヨシ 剛毅強 テツ 哲鉄徹 テル 輝照光 トオル 徹透亨 トシ 俊敏利年寿 トモ 友智知朋 ナ 奈菜那名 ナオ 直尚奈 ノブ 信伸延 ノリ 典紀則憲徳規範教法 ハル 春晴陽遥治 ヒデ 秀英 ヒロ 弘博浩宏広裕寛洋
ヒロシ 弘博浩宏広裕寛洋 フミ 文史郁 マ 真麻茉万 マコト 誠真信 マサ 正雅昌政将勝 マモル 守護衛 ミ 美実未海深 ミキ 幹樹 ミノル 実稔穣 メイ 明芽盟 モト 元基本 ヤ 也哉矢弥 ヤス 康泰靖安保 ユウ 裕祐優勇雄悠佑友有侑結 ユキ 幸雪之由 ユミ 弓
ヨ 代世与 ヨウ 洋陽葉耀要 ヨシ 義良吉芳嘉佳好善美 ヨシオ 義良 リ 里理莉梨利 リョウ 亮良涼遼諒 レイ 玲礼麗怜令 ロウ 郎朗 ワ 和
アベ 部辺倍 イ 井伊居 イト 伊糸 カワ 川河 キタ 北喜 サカ 坂阪酒 サワ 沢佐 シマ 島志嶋 タニ 谷渓 ナガ 永長 ナカ 中仲 ハラ 原腹 フジ 藤富 ホリ 堀掘 ミヤ 宮都 モリ 森守 ヤマ 山 ワタ 渡綿 オオ 大太 オ 小尾 ノ 野之 マツ 松末 イワ 岩磐 イシ 石
サン 三参産山 シャ 社 ショク 食 セツ 設 ケンセツ 設 システム 機 キカイ 械 ブツ 物 ウン 運 ソウ 送総 トウ 東藤灯当 ホウ 豊宝法邦 ヒ 日飛 フ 富不 メイ 名 リン 林 エン 園円遠縁 カイ 会開海快 カク 角核 ギョウ 業 ザイ 材財 セイ 製精整 ダン 団 ドウ 堂道同 ニチ 日
""".split()
_LOOKS = """
太大犬 己巳已 未末 土士 千干于 日曰目 田由甲申 石右 木本 人入八 力刀 工エ 二ニ 口ロ囗 夕タ 卜ト 八ハ 三ミ 一ー 鳥烏島 微徴 侯候 析折 斤斥 遣遺 網綱 緑縁 侍待 貧貪 輪輸論 坂板 祐裕 佑祐 斉斎 亨享 治冶 准淮 史吏 伸仲 倫論 晴睛 裕祐
沙抄 瑞端 弘払 博搏 浩活 哉裁 崎埼 倉食 森林 西酉 管菅官 萩荻 柿杮 莉菊 鈴玲 真直 美実 奈奈 雅推 陽場 優憂 徳得 健建 康庚 剛綱 栄宋 英央 薬楽 製制 設役 機械 部郡 電雷 興與 商啇 事亊 会曾 業葉 設説 輸諭 運連 産彦
"""


@cache
def _groups() -> dict[str, frozenset[int]]:
    made: dict[str, set[int]] = {}
    words = _READINGS
    for number, letters in enumerate(words[1::2]):
        for letter in letters:
            made.setdefault(letter, set()).add(number)
    for number, letters in enumerate(_LOOKS.split(), len(words)):
        for letter in letters:
            made.setdefault(letter, set()).add(number)
    return {letter: frozenset(numbers) for letter, numbers in made.items()}


def mistakable(one: str, other: str) -> bool:
    """Whether one letter is easily written for the other. Both folded."""
    groups = _groups()
    return one == other or bool(groups.get(one, frozenset()) & groups.get(other, frozenset()))
