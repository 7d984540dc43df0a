"""Which encoding bytes beyond ASCII are in, judged by whether what they say is likely text.

A mistake would go through the shop as names of goods, so what is not clear is not guessed.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ENCODINGS: dict[str, str | Promise] = {  # that somebody can choose
    "utf-8": "UTF-8",
    "gb18030": _("简体中文（GBK、GB18030）"),
    "cp950": _("繁体中文（Big5）"),
    "cp1252": _("西欧（Windows-1252、Latin-1）"),
    "mac_roman": _("西欧（Mac）"),
    "cp1250": _("中欧（Windows-1250）"),
    "cp1251": _("西里尔字母（Windows-1251）"),
    "cp932": _("日文（Shift-JIS）"),
    "cp949": _("韩文（EUC-KR）"),
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
}
_SAME = {
    **dict.fromkeys(("gb2312", "gbk", "cp936", "hz", "euc_cn", "x-gbk", "936"), "gb18030"),
    **dict.fromkeys(("big5", "big5hkscs", "big5-hkscs"), "cp950"),
    **dict.fromkeys(("iso8859-1", "latin-1", "ascii", "iso8859-15"), "cp1252"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "windows-31j", "x-sjis"), "cp932"),
    **dict.fromkeys(("euc_kr", "ks_c_5601-1987"), "cp949"),
    **dict.fromkeys(("utf-8-sig", "utf8"), "utf-8"),
    **dict.fromkeys(("mac-roman", "macroman", "macintosh"), "mac_roman"),
    "iso8859-2": "cp1250",
    "utf-16": "utf-16-le",
}
_LIKELY = 0.9  # of what an encoding makes of the bytes must be usual in its languages
_COMMON = 0.2  # is common where it is right
_MANY = 12  # characters, to say that it is not the first
_FIRST = "gb18030"  # that most files are in which are not in UTF-8

_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_SIGNS = frozenset("‘’“”„‚‹›«»–—…•·°®©™€£¥§¶²³¹½¼¾×÷±µªº¿¡´\xa0")
_WITHIN_WORDS = frozenset("’‘–—·®™´")
_USUAL_WESTERN = frozenset("éèàçäöüßñêëïîíóúáâôûãõåøæœÉÀÇÄÖÜÑØÅ‘’“”–—…•€£©®™°½×²\xa0")
_USUAL_CYRILLIC = frozenset("оеаинтсрвлкмдпуя")
_USUAL_HANGUL = frozenset(
    "이다는가의을에고하를한기지사도로리서대어자시인나정수있아일스제상해전보부주그장만소성구조국은"
    "우유원트드라마세면과등생비오여경선문계화안무공동산신물방용품명격재색량번호코름판매카테설단"
    "블랙화이트티셔츠니모바용"
)
_USUAL_HANZI = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过"
    "发后作里用道行所然家种事成方多经去法学如都同现当没动面起看定天分还进好小部其些主样理心本前"
    "开但因只从想实日者意无力它与长把机十第公此已工使情明性知全三又关点正业外将两高间由问很最重"
    "并物手应向头文体美相见被利二等产或新制身果加西月话合回特代内信表化老给位次度门任常先海通教"
    "儿原东提立及比员解水名真处走各入几口认条平系气题活更别打女变四总电数安少报结受目太量再建务"
    "做接必场件计管期市直资山金指许统区保至形便空展马科司五基书非白界达光放强像记南品住告类求据"
    "程北边该交规万取格望术领共确师清今切让识带导运商编码称售价库存描述图片牌型号颜色尺寸订单状态"
    "买家收货址快递付款间额优惠费备注标货条码目包装盒袋瓶套箱斤升米男童衣裤裙鞋帽茶杯碗盘酒糖饼干"
    "牛奶鸡鱼粮油盐红黄蓝绿黑灰紫粉棉麻丝毛皮木竹铁钢铜银玻璃塑料陶瓷脑耳线充灯具床被枕巾洗纸春夏"
    "秋冬季薄厚款式花香味礼节送退换完成待已取消支快速店铺仓库姓地"
    "個們來為國說時會對這種後裡過發現當沒動還進樣實無與長機關點業將兩間問應頭體見產員論處義幾認條"
    "氣題電數報結務場計資許統區書則達強難規萬確師觀識帶導運單價貨編號稱庫類圖顏訂狀態買賣遞額優備"
    "註標碼裝襪褲絲銀鐵鋼銅綠藍紅黃線燈禮節換從開門錢網總務購車選擇籃鮮魚雞麵糧鹽葉純淨潔護膚"
)


_Score = tuple[float, float, int]  # characters that are usual, that are common, all


@dataclass(frozen=True, slots=True)
class _Judged:
    """How likely text is that an encoding makes of bytes: shares of its foreign characters."""

    codec: str
    usual: float
    common: float
    count: int


def encoding_label(codec: str) -> str:
    """Return what an encoding is called on pages."""
    return str(ENCODINGS.get(codec) or codec.removesuffix("-sig").upper())


def codec_named(name: str) -> str:
    """Return the encoding that somebody or a file names, "" for one that we can't read."""
    form = name.strip().lower()
    try:
        plain = codecs.lookup(form).name
    except (LookupError, ValueError):
        plain = form
    found = _SAME.get(form) or _SAME.get(plain) or plain.replace("-", "_")
    return found if found in ENCODINGS else plain if plain in ENCODINGS else ""


def likely(sample: bytes) -> tuple[str, list[str]]:
    """Return the encoding of bytes, "" where that is not clear, and all that it can be."""
    judged = [_judged(codec, sample) for codec in _JUDGES]
    found = sorted(
        (one for one in judged if one.usual >= _LIKELY), key=lambda one: one.common, reverse=True
    )
    if any(one.codec == "cp1252" for one in found):  # before old Macs, which can read much of it
        found = [one for one in found if one.codec != "mac_roman"]
    is_clear = bool(found) and _is_clear(found[0], found[1:])
    return found[0].codec if is_clear else "", [one.codec for one in found]


def _is_clear(best: _Judged, rest: Sequence[_Judged]) -> bool:
    if best.codec == _FIRST:
        return best.common >= _COMMON
    is_rare = best.codec == "mac_roman" or any(one.codec == _FIRST for one in rest)
    if is_rare and best.count < _MANY:
        return False
    second = max((one.common for one in rest), default=0.0)
    return best.common >= max(_COMMON, 2 * second, second + 0.25)


def _judged(codec: str, sample: bytes) -> _Judged:
    text = sample.decode(codec, errors="replace")
    usual, common, count = _JUDGES[codec](text)
    return _Judged(codec, usual / max(count, 1), common / max(count, 1), count)


def _of_wide(
    is_usual: Callable[[str], bool], is_common: Callable[[str], bool]
) -> Callable[[str], _Score]:
    """Return how a text of many thousand characters is judged: each by itself."""

    def judge(text: str) -> _Score:
        chars = "".join(_FOREIGN.findall(text))
        common = sum(map(is_common, chars))
        telling = sum(char.isalpha() or is_common(char) for char in chars)
        return sum(map(is_usual, chars)), common * len(chars) / max(telling, 1), len(chars)

    return judge


def _is_common_chinese(char: str) -> bool:
    # What takes four bytes hardly ever comes about by chance: every other one is a digit.
    return char in _USUAL_HANZI or (char != "\ufffd" and len(char.encode("gb18030")) == 4)


def _western(text: str) -> _Score:
    """Latin letters with accents stand alone or in twos among plain ones, in their case."""
    found = [
        (char, _suits(run, place, before, after))
        for run, before, after in _with_sides(text)
        for place, char in enumerate(run)
    ]
    common = sum(suits and char in _USUAL_WESTERN for char, suits in found)
    return sum(suits for _char, suits in found), common, len(found)


def _with_sides(text: str) -> Iterator[tuple[str, str, str]]:
    for run in _FOREIGN.finditer(text):
        yield run[0], text[max(run.start() - 1, 0) : run.start()], text[run.end() : run.end() + 1]


def _suits(run: str, place: int, before: str, after: str) -> bool:
    char = run[place]
    left = run[place - 1] if place else before
    right = run[place + 1] if place + 1 < len(run) else after
    if not char.isalpha() or char in "ªºµ":
        is_within = left.isalpha() and right.isalpha()
        return char in _SIGNS and (not is_within or char in _WITHIN_WORDS)
    if sum(map(str.isalpha, run)) > 2 or char in "ﬁﬂƒıˆ˜" or left.isdigit() or right.isdigit():
        return False
    return not (left.islower() if char.isupper() else right.isupper())


def _cyrillic(text: str) -> _Score:
    usual = common = count = 0
    for word, before, after in _with_sides(text):
        is_alone = not before.isalpha() and not after.isalpha()
        for place, char in enumerate(word):
            count += 1
            is_letter = "а" <= char.lower() <= "я" or char in "ёЁіІїЇєЄґҐўЎ"
            is_bent = is_letter and char.isupper() and place > 0 and word[place - 1].islower()
            usual += (is_letter and is_alone and not is_bent) or char in "№«»–—“”’…\xa0"
            common += char in _USUAL_CYRILLIC
    return usual, common, count


def _encoded(char: str, codec: str) -> bytes:
    try:
        return char.encode(codec)
    except UnicodeEncodeError:
        return b""


def _is_chinese(char: str) -> bool:
    if char == "\ufffd" or ("\u3041" <= char <= "\u30ff" and char not in "の・ー"):
        return False
    if _encoded(char, "gb2312") or char == "€":
        return True
    big = _encoded(char, "cp950")
    return b"\xa4" <= big[:1] <= b"\xc6" or len(char.encode("gb18030")) == 4


def _is_traditional(char: str) -> bool:
    return b"\xa1" <= _encoded(char, "cp950")[:1] <= b"\xc6" and len(_encoded(char, "cp950")) == 2


def _is_japanese(char: str) -> bool:
    coded = _encoded(char, "cp932")
    return len(coded) == 2 and (b"\x81" <= coded[:1] <= b"\x83" or b"\x88" <= coded[:1] <= b"\x98")


def _is_korean(char: str) -> bool:
    coded = _encoded(char, "cp949")
    is_wide = len(coded) == 2 and coded[1] >= 0xA1
    return is_wide and (b"\xb0" <= coded[:1] <= b"\xc8" or b"\xa1" <= coded[:1] <= b"\xa3")


_KANA = frozenset(map(chr, range(0x3041, 0x30FF)))
_JUDGES: dict[str, Callable[[str], _Score]] = {
    "gb18030": _of_wide(_is_chinese, _is_common_chinese),
    "cp950": _of_wide(_is_traditional, _USUAL_HANZI.__contains__),
    "cp932": _of_wide(_is_japanese, (_USUAL_HANZI | _KANA).__contains__),
    "cp949": _of_wide(_is_korean, _USUAL_HANGUL.__contains__),
    "cp1252": _western,
    "mac_roman": _western,
    "cp1251": _cyrillic,
}
