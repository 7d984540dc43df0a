"""Cleaning of pasted text, each rule keeping the length so that positions stay comparable."""

import re
import unicodedata

MAX_LENGTH = 2000
GAP = "\x1f"  # stands where something was cut out; ends every piece

_WIDE = str.maketrans(
    {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()}
    | {ord("＋"): "+", ord("－"): "-", ord("＃"): "#", ord("．"): ".", ord("＊"): "*"}
    | {ord("　"): " ", ord("–"): "-", ord("‐"): "-", ord("−"): "-", ord("•"): "·", ord("・"): "·"}
)
_TRADITIONAL = (
    "臺灣門廣東龍灣雲縣區鄉鎮號樓蘇遼寧慶陝肅貴無錫濱鹽屬島馬義興蘭長陽陰漢瀋鄭濟莊衛衡縉麗關營盤錦蓮"
    "單棟層電話郵遞編寶華葉賓羅禮會國際業園羣開發濕蓋觀塘葵圍將軍澳鰂魚涌黃仙嶼離屯聖堂風順嘉氹環"
    "彰裡後裏烏湖內埔頭崙峽鶯貢寮連潭楊蘆龜復豐鳳岡鳥濃橋彌壩仁愛暖萬"
    "別瑪倫薩達賽農場轉邊遠進過選鐵銅銀間陸鄰滄靜韓項飛館陳鳴齊齒劍創動務"
)
_SIMPLE = (
    "台湾门广东龙湾云县区乡镇号楼苏辽宁庆陕肃贵无锡滨盐属岛马义兴兰长阳阴汉沈郑济庄卫衡缙丽关营盘锦莲"
    "单栋层电话邮递编宝华叶宾罗礼会国际业园群开发湿盖观塘葵围将军澳鲗鱼涌黄仙屿离屯圣堂风顺嘉氹环"
    "彰里后里乌湖内埔头仑峡莺贡寮连潭杨芦龟复丰凤冈鸟浓桥弥坝仁爱暖万"
    "别玛伦萨达赛农场转边远进过选铁铜银间陆邻沧静韩项飞馆陈鸣齐齿剑创动务"
)
_TO_SIMPLE = str.maketrans(_TRADITIONAL, _SIMPLE)
_UNPRINTED = frozenset({"So", "Sk", "Cs", "Cc", "Co", "Cn", "Cf", "Zl", "Zp", "Mn", "Me"})

_BOILERPLATE = re.compile(
    r"[\[【]\d{3,6}[\]】]|[\[【(（](?:收|代收|亲收|本人收)[\]】)）]|[\[【(（]?(?:隐私)?号码保护中?[^\n]*|请拨打[\d\s转,，-]+"
    r"|(?<!\d)\d{17}[\dXx](?![\dA-Za-z])"  # an identity card
    r"|(?:订单|运单|快递单|物流单|快递|交易|单)(?:编号|号码|号)[ :：]*[A-Za-z0-9-]+"
    r"|(?:身份证(?:号码?)?|微信号?|QQ号?|qq|邮箱|[Ee]-?mail|VX|vx)[ :：]*[A-Za-z0-9_.@-]+"
    r"|(?:备注|留言|买家留言|商品|规格|颜色|尺码|数量|款式|型号|实付|金额)[:：][^\n]*"
    r"|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"
)
_SLASH = re.compile(
    r"(?<![A-Za-z0-9])[/\\]|[/\\](?![A-Za-z0-9])|(?<=\d{11})[/\\]|[/\\](?=1[3-9]\d{9})"
)
_SENDER = re.compile(r"(?:寄件人|发件人|寄方|寄件信息)")
_RECEIVER = re.compile(r"(?:收件人|收货人|收方|收件信息)")


def cleaned(text: str) -> str:
    """At most 2000 characters, full width made half, unprintable signs and emoji made blanks."""
    text = unicodedata.normalize("NFC", text[:MAX_LENGTH]).translate(_WIDE)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(
        each if each == "\n" or unicodedata.category(each) not in _UNPRINTED else " "
        for each in text
    )


def for_matching(text: str) -> str:
    """The same text in simplified characters, position by position."""
    return text.translate(_TO_SIMPLE)


def blanked(text: str, start: int, end: int) -> str:
    """The text with a part replaced by gaps of the same length."""
    return text[:start] + GAP * (end - start) + text[end:]


def without_boilerplate(text: str) -> str:
    """The receiver's part alone, without order numbers, platform notices and remarks lines."""
    sender, receiver = _SENDER.search(text), _RECEIVER.search(text)
    if sender and receiver:
        if sender.start() < receiver.start():
            text = text[receiver.start() :]
        else:
            text = text[: sender.start()]
    text = _BOILERPLATE.sub(lambda found: GAP * len(found.group()), text)
    return _SLASH.sub(GAP, text)
