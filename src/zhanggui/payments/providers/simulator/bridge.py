"""WeChat's own side of paying inside it: what the app does when a page's script asks."""

import base64
import binascii
import re
import time
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from zhanggui.payments.providers.simulator import oauth, payments
from zhanggui.payments.providers.simulator.ledger import Simulation

ANSWER = "get_brand_wcpay_request:"
SIGNED = ("appId", "timeStamp", "nonceStr", "package")


def invoke(sim: Simulation, *, params: Mapping[str, str], pays: bool) -> dict[str, str]:
    """Answer getBrandWCPayRequest: show the cashier to whoever holds the phone, who pays or not."""
    problem = _problem(sim, params)
    if problem:
        return {"err_msg": f"{ANSWER}fail", "err_desc": problem}
    if not pays:
        return {"err_msg": f"{ANSWER}cancel"}
    code = params["package"].removeprefix("prepay_id=")
    seen = payments.by_code(sim, code=code)
    if seen is None or payments.pay(sim, number=seen.number) != "SUCCESS":
        return {"err_msg": f"{ANSWER}fail", "err_desc": "订单状态异常"}
    return {"err_msg": f"{ANSWER}ok"}


def _problem(sim: Simulation, params: Mapping[str, str]) -> str:
    if set(params) != {*SIGNED, "signType", "paySign"} or params["signType"] != "RSA":
        return "调用支付JSAPI缺少参数"
    if params["appId"] != sim.ring.shop.appid:
        return "appId 与预支付单不一致"
    if not re.fullmatch(r"\d{10}", params["timeStamp"], re.ASCII):
        return "timeStamp 应为秒"
    if abs(time.time() - int(params["timeStamp"])) > payments.CODE_LIFETIME_S:
        return "支付签名已过期"
    message = "".join(f"{params[name]}\n" for name in SIGNED).encode()
    try:
        signature = base64.b64decode(params["paySign"], validate=True)
        sim.ring.merchant.verify(signature, message, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        return "支付验证签名失败"
    seen = payments.by_code(sim, code=params["package"].removeprefix("prepay_id="))
    if not params["package"].startswith("prepay_id=") or seen is None or seen.state != "NOTPAY":
        return "预支付单不存在或已失效"
    holder = oauth.openid_of(sim, user=sim.faults.now.wechat_user)
    return "" if seen.payer == holder else "下单账号与支付账号不一致，请核实后再支付"
