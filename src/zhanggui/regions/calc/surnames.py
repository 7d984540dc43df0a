"""Chinese surnames, to tell a person from a place."""

_COMMON = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴"
    "霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦"
    "戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻"
    "苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练"
    "廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿"
    "鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由瓦谯"
)
_COMPOUND = (
    "欧阳 上官 司马 诸葛 司徒 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 夏侯 轩辕 端木 百里 东郭 "
    "南宫 西门 "
    "独孤 南门 呼延 万俟 闻人 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 钟离 鲜于 闾丘 司空 "
    "司寇 子车 "
    "颛孙 巫马 公西 漆雕 乐正 壤驷 公良 拓跋 夹谷 宰父 谷梁 段干 东门 羊舌 微生 梁丘 左丘 第五 "
    "完颜 纳兰 "
    "赫连 澹台 欧陽 爱新觉罗 叶赫那拉"
)
_TRADITIONAL = (
    "張劉陳楊黃趙吳孫馬鄭謝羅許韓馮鄧蕭葉蔣盧鍾譚陸範賈鄒邱龍賀顧龔萬錢嚴湯溫龐顏莊魯歐關蘭寧紀"
)

COMPOUND_SURNAMES = frozenset(_COMPOUND.split())
SURNAMES = frozenset(_COMMON + _TRADITIONAL)
# Cut out of running text only after these: the others begin too many ordinary words.
FREQUENT_SURNAMES = frozenset(_COMMON[:330]) - frozenset("高金石白方安文武宁路成华左古关江连时和")


def surname_length(text: str) -> int:
    """How many characters of a surname the text begins with, 0 if with none."""
    for length in (4, 2):
        if text[:length] in COMPOUND_SURNAMES and len(text) > length:
            return length
    return int(text[:1] in SURNAMES)
