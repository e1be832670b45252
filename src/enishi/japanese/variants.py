"""異体字: characters that are the same letter in a name, folded to the commoner one in keys only.

Compiled from the pairs that stand in 常用漢字表 (内閣告示, 2010; 旧字体 in parentheses), 人名用漢字別表 and the
variants that registers of names are known to hold (髙, 﨑, 邊…). What was typed is never changed.
"""

_PAIRS = """
高髙 崎﨑碕嵜 斎齋斉齊 辺邊邉 沢澤 浜濱濵 徳德 島嶋嶌 国國圀 広廣 竜龍 滝瀧 桜櫻 恵惠 真眞 慎愼 静靜 実實 寿壽 栄榮 円圓 豊豐 富冨 吉𠮷
渡渡 関關 鉄鐵 万萬 与與 会會 伝傳 仏佛 仮假 価價 児兒 党黨 内内 両兩 写寫 処處 剣劍劒 剤劑 効效 勅敕 励勵 労勞 勧勸 区區 医醫 卒卆 単單
厳嚴 参參 双雙 収收 叙敍 号號 営營 嘱囑 囲圍 図圖 団團 圏圈 圧壓 塁壘 塚塚 塩鹽 墨墨 増增 壊壞 壌壤 売賣 変變 奥奧 奨獎 嬢孃 学學 宝寶 寛寬 寝寢
対對 専專 将將 尽盡 届屆 属屬 岳嶽 峡峽 巌巖 巣巢 帯帶 帰歸 庁廳 廃廢 弁辨瓣辯 弐貳 弥彌 弾彈 当當 径徑 従從 応應 恒恆 悩惱 悪惡 惨慘 慈慈 懐懷
戦戰 戯戲 戸戶 払拂 抜拔 択擇 担擔 拝拜 拠據 拡擴 挙擧 挟挾 捜搜 挿插 掲揭 揺搖 摂攝 撃擊 敏敏 数數 断斷 旧舊 昼晝 晋晉 晩晚 暁曉 暦曆 曽曾
条條 来來 枢樞 栃櫔 桟棧 検檢 楼樓 楽樂 横橫 様樣 権權 歓歡 歯齒 歳歲 歴歷 残殘 殴毆 殺殺 毎每 気氣 沖冲 浄淨 浅淺 海海 涙淚 渇渴 済濟 渉涉 渋澁 渓溪
温溫 湾灣 湿濕 満滿 滞滯 漢漢 潜潛 瀬瀨 灯燈 炉爐 点點 為爲 焼燒 犠犧 状狀 独獨 狭狹 猟獵 献獻 獣獸 瑶瑤 畳疊 疎踈 痴癡 発發 県縣 研硏 砕碎
礼禮 社社 神神 祐祐 祖祖 祝祝 禅禪 福福 禄祿 秘祕 称稱 稲稻 穂穗 穏穩 穣穰 突突 窃竊 竈竃 節節 糸絲 経經 絵繪 継繼 続續 総總 緑綠 緒緖 縁緣 縄繩 縦縱 繁繁 繊纖
缶罐 署署 翻飜 者者 聡聰 聴聽 肃肅 粛肅 脳腦 脇脅 臓臟 台臺 芦蘆 茎莖 荘莊 蒋蔣 葛葛 蔵藏 薫薰 薬藥 藤籐 虚虛 虫蟲 蛍螢 蛮蠻 衛衞 装裝 覚覺 覧覽 観觀 触觸 訳譯 証證
読讀 諸諸 謡謠 譲讓 豪豪 賓賓 賛贊 転轉 軽輕 辞辭 逓遞 遅遲 遥遙 郎郞 郷鄕 都都 酔醉 醸釀 釈釋 鉱鑛 銭錢 鋳鑄 錬鍊 録錄 鎌鎌 鎮鎭 間閒 闘鬪 陥陷 険險 隆隆 随隨 隠隱 隣鄰 隷隸 雑雜
霊靈 青靑 響響 頼賴 頬頰 顔顏 顕顯 飯飯 館舘 駅驛 駆驅 騒騷 験驗 髄髓 鯵鰺 鶏鷄 麦麥 麹麴 黄黃 黒黑 斉亝 桧檜 柳栁 桑桒 梅楳 峰峯 松枩 橋槗 野埜 船舩 坂阪 兎兔莵 秋穐 島㠀 館館
涼凉 崖崕 煙烟 略畧 群羣 裏裡 稚穉 晃晄 皓皜 昂昻 亘亙 凜凛 尭堯 槙槇 祢禰 祷禱 壷壺 篭籠 蛎蠣 迩邇 蝉蟬 鴬鶯 鴎鷗 掴摑 醤醬 溌潑 填塡 噛嚙 侠俠 繋繫 頚頸 飲飮 餅餠 鮎鰷 鳳凰
"""


def _table() -> dict[int, str]:
    made: dict[int, str] = {}
    for group in _PAIRS.split():
        for variant in group[1:]:
            if variant != group[0]:
                made[ord(variant)] = group[0]
    for unwanted in "阪凰鰷":  # 大阪 is not 大坂 in an address, 鳳 and 凰 are two letters, as are 鮎 and 鰷
        made.pop(ord(unwanted), None)
    return made


FOLD: dict[int, str] = _table()
