"""Telling the receiver's name from address and remarks."""

import re

from zhanggui.regions.calc.surnames import COMPOUND_SURNAMES, FREQUENT_SURNAMES, surname_length

_TITLE = (
    r"(?:先生|女士|小姐|太太|夫人|老师|同学|师傅|老板娘|老板|经理|医生|大夫|主任|阿姨|叔叔|大叔"
    r"|大姐|大哥|大妈|大爷"
    r"|教授|律师|总监|总|工|姐|哥|姨|叔|嫂|妈妈|妈|爸爸|爸|爷爷|奶奶|小朋友|宝宝|警官|校长|部长"
    r"|队长|店长|院长|护士)"
)
_TITLED = re.compile(rf"[\u4e00-\u9fff]{{1,4}}{_TITLE}")
_NICKNAME = re.compile(r"[小阿老大][\u4e00-\u9fff]{1,2}")
_ETHNIC_NAME = re.compile(r"[\u4e00-\u9fff]{1,12}(?:·[\u4e00-\u9fff]{1,12}){1,4}")
_LATIN = re.compile(r"[A-Za-z][A-Za-z.'’-]*(?: [A-Za-z][A-Za-z.'’-]*){0,4}")
_MIXED = re.compile(r"[\u4e00-\u9fff]{1,4}[A-Za-z.]{1,12}|[A-Za-z]{1,12}[\u4e00-\u9fff]{1,4}")
_STARRED = re.compile(
    r"[\u4e00-\u9fff][\u4e00-\u9fff*]{0,3}\*{1,3}[\u4e00-\u9fff]?|[\u4e00-\u9fff]\*{1,2}"
)
_THREE = re.compile(r"[\u4e00-\u9fff]{2,3}")
_HAN = re.compile(r"[\u3400-\u9fff]{1,8}")
_EXTRA = re.compile(r"[\[【(（]\s*(?:\d{3,6}|收|代收|本人|亲收|转)\s*[\])）】]")
_TRAILING = re.compile(
    r"(?:亲启|亲收|代收|签收|敬收|收件|收货|收|启|的?(?:电话|手机|联系方式)(?:号码?)?)$"
)
_LEADING = re.compile(
    r"^(?:我|你|您|他|她|咱|这|那|哪|请|麻烦|烦请)?(?:转交|转|交|联系|找|给|寄给|发给|送给|to|To"
    r"|TO|attn|Attn)[ :：]*(?=.)|^(?:我叫|我是|本人|叫|是)(?=.{2})"
)

_PLACE_END = re.compile(
    r"(?:路|街|镇|乡|村|区|县|市|省|州|旗|楼|栋|幢|号|室|层|座|店|铺|院|园|厂|站|馆|场|厦|苑|寓"
    r"|里|弄|巷|道|队|组|社|屯|城|"
    r"桥|港|湾|口|坊|府|庄|堡|岭|寨|营|屋|房|柜|点|库|部|司|局|所|中心|学校|小学|中学|大学|学院"
    r"|幼儿园|医院|银行|公司|超市|仓储|"
    r"集团|门口|东门|西门|南门|北门|正门|侧门|大门|对面|旁边|附近|单元|小区|驿站|快递|菜鸟|丰巢"
    r"|国际|科技|商贸|贸易|传媒|"
    r"广告|服饰|酒店|宾馆|饭店|餐厅|网吧|药房|诊所|专卖|前台|门卫|保安|物业|工业|开发|大棚|车间"
    r"|宿舍|仓|户|楼下|楼上)$"
)
_PLACE_INSIDE = re.compile(
    r"(?:街道|小区|花园|大厦|广场|公寓|单元|公司|工业|科技|大道|开发|学校|中学|小学|大学|学院"
    r"|医院|驿站|超市|村委|居委|商城|商贸|市场)"
)
_REMARK = re.compile(
    r"^(?:我|你|您|他|她|咱|这|那|哪|请|麻烦|烦请|谢谢|务必|一定|尽快|加急|急用|急件|不要|勿|别"
    r"|不收|拒收|到付|包邮|货到付款|送货|派送|周末|工作日|"
    r"节假日|发货|当天|今天|明天|下午|上午|晚上|白天|提前|备注|注意|轻拿|易碎|礼盒|你好|您好|亲"
    r"|在吗|老板[,，]|地址(?:是|就是|在)?$|"
    r"就这个|这是|以上|收货信息|收货地址|收件信息|新地址|我的地址|我家地址|电话|手机|姓名|收到"
    r"|好的|拍下|下单|默认|送礼|公司$|家$|学校$)"
)
_COURIER_ORDER = re.compile(
    r"(?:请|麻烦|务必|一定|勿|不要|别|不)[^,，。;；\s]{0,6}(?:发|用|寄|走)[^,，。;；\s]{0,8}"
    r"(?:快递|物流|顺丰|圆通|中通|申通|韵达|极兔|邮政|京东|EMS|ems)$"
    r"|^(?:发|走|用|寄)(?:顺丰|圆通|中通|申通|韵达|极兔|邮政|京东|EMS)(?:快递)?$"
    r"|^(?:谢谢|多谢|感谢|辛苦)(?:了|啦|你|您|老板|亲|店家|哦|啊)*$|^(?:请)?尽快(?:发货|发出"
    r"|寄出|发)(?:哦|啊|谢谢)*$"
    r"|^(?:请)?(?:送货前|派送前|配送前|到了|送前)(?:请)?(?:先)?(?:打|致)?(?:电话|联系)(?:联系)?$"
)
_BEFORE_GLUED = re.compile(
    r"(?:[\dA-Za-z号栋幢室楼座层房铺户村组店院园苑城厦厂旁边面区庄站屯队寓柜校]|单元|门口|东门"
    r"|西门|南门|北门|对面|附近|中心)$"
)
_ALSO_GIVEN = frozenset("城园楼学里社坊府港湾桥岭")  # end places, but given names too
_NOT_GIVEN = frozenset(
    "路街号栋幢室楼座层村镇乡县区市省组厂店院园苑厦站道巷弄里旁边侧面前后内外上下东西南北单元户门口"
)


def without_marks(text: str) -> str:
    """The piece without a bracketed privacy number, 收 behind it and 转交 before it."""
    text = _LEADING.sub("", _unwrapped(_EXTRA.sub("", text)))
    return _unwrapped(_TRAILING.sub("", text))


def _unwrapped(text: str) -> str:
    text = text.strip(" \"'“”‘’,，.。:：;；!！~-_@")
    if is_cut_bracket(text) or (text[:1] in "(（[【" and text[-1:] in ")）]】"):
        text = text.strip("()（）[]【】 ")
    return text


def is_cut_bracket(text: str) -> bool:
    """Whether only one side of a bracket is in the piece: it is a part of something longer."""
    return sum(map(text.count, "(（[【")) != sum(map(text.count, ")）]】"))


def belongs_together(before: str, after: str) -> bool:
    """Whether a blank between two pieces stands inside one name: John Smith, 何 炅."""
    if _LATIN.fullmatch(before) and _LATIN.fullmatch(after):
        return True
    if after == "收" or not surname_length(before):
        return False
    return (len(before) == 1 or len(after) == 1) and bool(_THREE.fullmatch(before + after))


def is_remark(text: str) -> bool:
    """Whether the piece speaks to the shop or the courier instead of naming a place."""
    return bool(_REMARK.search(text))


def is_order_to_courier(text: str) -> bool:
    """Whether the piece is only a wish about the courier company, of no use on a label."""
    return bool(_COURIER_ORDER.search(text.strip(" 。!！~,，")))


def looks_like_place(text: str) -> bool:
    """Whether the piece ends like a place or has a door number."""
    return bool(
        _PLACE_END.search(text) or _PLACE_INSIDE.search(text) or re.search(r"\d|[#＃]", text)
    )


def name_score(text: str) -> float:
    """How much a piece looks like a person's name: 0 not at all, 3 and more surely."""
    if not text or len(text) > 40 or is_remark(text):
        return 0.0
    if _ETHNIC_NAME.fullmatch(text):
        return 4.0
    if _TITLED.fullmatch(text):
        return 4.0 if surname_length(text) or text[0] in "小大老阿" else 2.5
    if _STARRED.fullmatch(text):
        return 3.0
    if _LATIN.fullmatch(text):
        return 2.0 if len(text) > 2 else 1.0
    if _MIXED.fullmatch(text):
        return 2.5 if surname_length(text) else 1.0
    if _HAN.fullmatch(text):
        return _han_score(text)
    return 0.0


def _han_score(text: str) -> float:
    surname = surname_length(text)
    given = len(text) - surname
    place = bool(_PLACE_END.search(text)) or bool(_PLACE_INSIDE.search(text))
    if surname and 1 <= given <= 2:
        is_compound = text[:surname] in COMPOUND_SURNAMES
        score = 3.0 + 0.3 * (is_compound or text[0] in FREQUENT_SURNAMES) + 0.2 * (given == 2)
        return score - (1.6 if place and text[-1] in _ALSO_GIVEN else 2.6 if place else 0.0)
    if place or len(text) > 6:
        return 0.0
    if surname and given == 3:
        return 1.8
    if _NICKNAME.fullmatch(text):
        return 2.6
    return 1.2 if 2 <= len(text) <= 4 else 0.8


def glued_name(text: str) -> tuple[str, str] | None:
    """Cut a person's name from the end of address text: the address and the name, if one is "
    "there."""
    for pattern_length in (4, 3, 2):
        if len(text) <= pattern_length + 2:
            continue
        head, tail = text[:-pattern_length], text[-pattern_length:]
        if not _HAN.fullmatch(tail):
            continue
        titled = _TITLED.fullmatch(tail) and surname_length(tail) and tail[1] not in _NOT_GIVEN
        if titled and len(tail) == 4 and tail[:2] not in COMPOUND_SURNAMES and tail[0] not in "小":
            titled = bool(_BEFORE_GLUED.search(head))
        if titled:
            return head, tail
        if _BEFORE_GLUED.search(head) and _is_plain_name(tail):
            return head, tail
    return None


def _is_plain_name(text: str) -> bool:
    compound = text[:2] in COMPOUND_SURNAMES
    if not compound and (text[0] not in FREQUENT_SURNAMES or len(text) == 4):
        return False
    given = text[2:] if compound else text[1:]
    return bool(given) and not set(given) & _NOT_GIVEN and not _PLACE_END.search(text)


def leading_name(text: str) -> tuple[str, str] | None:
    """Cut a person's name from the front of address text that names no division."""
    for length in (4, 3, 2):
        head, tail = text[:length], text[length:]
        if len(tail) >= 4 and _TITLED.fullmatch(head) and surname_length(head):
            return head, tail
    return None
