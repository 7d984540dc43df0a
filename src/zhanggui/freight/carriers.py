"""Carriers by their Kuaidi100 code: names, tracking links, and who a number may belong to.

Links and patterns are common public knowledge and move every year: they suggest, they never decide.
"""

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import quote

from zhanggui.freight.types import Carrier

_ANY = "https://www.kuaidi100.com/chaxun?com={code}&nu={number}"

_NAMES: Mapping[str, tuple[str, str]] = {
    "shunfeng": (
        "顺丰速运",
        "https://www.sf-express.com/chn/sc/waybill/waybill-detail/{number}",
    ),
    "zhongtong": ("中通快递", "https://www.zto.com/express/expressCheck.html?txtBill={number}"),
    "yuantong": ("圆通速递", "https://www.yto.net.cn/gw/service/Consult.html?number={number}"),
    "shentong": ("申通快递", "https://www.sto.cn/pc/service-page?type=1&billCode={number}"),
    "yunda": ("韵达快递", "https://www.yundaex.com/cn/track/index?number={number}"),
    "jtexpress": ("极兔速递", "https://www.jtexpress.com.cn/trajectory?no={number}"),
    "jd": ("京东物流", "https://www.jdl.com/orderSearch/?waybillCodes={number}"),
    "ems": ("EMS", "https://www.ems.com.cn/queryList?mailNoList={number}"),
    "youzhengguonei": ("邮政快递包裹", "https://www.ems.com.cn/queryList?mailNoList={number}"),
    "debangkuaidi": ("德邦快递", _ANY),
    "danniao": ("菜鸟速递", _ANY),
}

CARRIERS: Mapping[str, Carrier] = {
    code: Carrier(code=code, name=name, query_url=url.replace("{code}", code))
    for code, (name, url) in _NAMES.items()
}

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("shunfeng", r"SF\d{13}|\d{12}"),
    ("jd", r"JD[A-Z0-9]{11,13}(-\d+-\d+-?)?"),
    ("yuantong", r"YT\d{13}"),
    ("jtexpress", r"JT\d{13}"),
    ("zhongtong", r"7[3-9]\d{12}"),
    ("shentong", r"77\d{13}"),
    ("yunda", r"[34]\d{14}|\d{13}"),
    ("youzhengguonei", r"9\d{12}"),
    ("ems", r"[A-Z]{2}\d{9}[A-Z]{2}"),
    ("debangkuaidi", r"DPK\d{10,14}"),
    ("danniao", r"(CN|LP|DN)\w{10,18}"),
)
_LONGEST_TYPED = 200
_VALID = re.compile(r"[A-Z0-9-]{6,32}")
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def normal_number(text: str) -> str | None:
    """Return a tracking number as carriers write it, or None where it can't be one.

    Blanks and invisible signs that come along when a number is copied are left out.
    """
    if len(text) > _LONGEST_TYPED:
        return None
    signs = unicodedata.normalize("NFKC", text).upper()
    number = "".join(s for s in signs if not s.isspace() and unicodedata.category(s) != "Cf")
    return number if _VALID.fullmatch(number) else None


def recognise(number: str) -> tuple[str, ...]:
    """Return the codes of the carriers that the number may belong to, the likeliest first.

    `number` is in the form of `normal_number`. More than one answer means: let a person choose.
    """
    found = [code for code, pattern in _PATTERNS if re.fullmatch(pattern, number)]
    if "ems" in found and not _s10_checks(number):
        found.remove("ems")
    if "youzhengguonei" in found:  # 13 digits that begin with 9 are rarely Yunda's
        found.sort(key=lambda code: code != "youzhengguonei")
    return tuple(found)


def tracking_link(*, carrier: str, number: str) -> str:
    """Return where a person can follow the parcel, "" where nobody knows the carrier."""
    known = CARRIERS.get(carrier)
    return known.query_url.replace("{number}", quote(number, safe="")) if known else ""


def carrier_name(code: str) -> str:
    """Return the carrier's name, or the code itself where it is not ours."""
    known = CARRIERS.get(code)
    return known.name if known else code


def _s10_checks(number: str) -> bool:
    """UPU S10: the ninth digit checks the eight before it."""
    digits = [int(sign) for sign in number[2:11]]
    check = 11 - sum(w * d for w, d in zip(_S10_WEIGHTS, digits, strict=False)) % 11
    return digits[8] == {10: 0, 11: 5}.get(check, check)
