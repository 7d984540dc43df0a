"""The cashier: what the shopper sees when scanning the code or opening the H5 address."""

import secrets
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qsl, urlencode, urlsplit

from zhanggui.payments.providers.simulator import payments
from zhanggui.payments.providers.simulator.api import Call, Reply
from zhanggui.payments.providers.simulator.ledger import Simulation
from zhanggui.payments.providers.simulator.notices import is_loopback
from zhanggui.payments.providers.simulator.payments import Cashier

LAYOUT = Template((Path(__file__).parent / "cashier.html").read_text())
SCAN_PREFIX = "weixin://wxpay/bizpayurl?pr="
DONE, STOPPED = "#057a3c", "#8a5a00"
STATES = {
    "SUCCESS": ("支付成功", "请返回商家页面查看订单。"),
    "REFUND": ("支付成功", "这笔订单发生过退款，请在商家页面查看。"),
    "CLOSED": ("订单已关闭", "这笔订单不能再支付，请返回商家重新下单。"),
    "EXPIRED": ("支付链接已失效", "没有扣款，请返回商家重新发起支付。"),
    "CANCELLED": ("已取消支付", "没有扣款，订单还在，可以返回商家重新支付。"),
}


def answer(sim: Simulation, call: Call) -> Reply:
    """Answer one page of the cashier; works without script."""
    path = call.path.partition("?")[0]
    if call.method == "POST":
        form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
        return _submitted(sim, path, form, call)
    if path == "/":
        return page("扫码", "扫一扫", _SCAN)
    if path == "/scan":
        code = call.query.get("content", "").strip().removeprefix(SCAN_PREFIX)
        return redirect("/cashier?" + urlencode({"pr": code}))
    if path in ("/cashier", "/h5"):
        code = call.query.get("pr" if path == "/cashier" else "prepay_id", "")
        return _cashier(sim, code=code, back=call.query.get("redirect_url", ""), call=call)
    return _missing()


def _submitted(sim: Simulation, path: str, form: dict[str, str], call: Call) -> Reply:
    origin = call.headers.get("origin", call.base)
    if path not in ("/cashier/pay", "/cashier/cancel") or origin not in (call.base, "null"):
        return _missing()
    code = form.get("code", "")
    seen = payments.by_code(sim, code=code)
    if seen is None:
        return _missing()
    back = _allowed(form.get("redirect_url", ""), seen)
    state = seen.state
    if path == "/cashier/cancel" and state == "NOTPAY":
        state = "CANCELLED"
    elif state == "NOTPAY":
        state = payments.pay(sim, number=seen.number)
    if back and state in ("SUCCESS", "REFUND", "CANCELLED"):
        return redirect(back)
    return page(*_outcome(seen, state=state, back=back), back=back)


def _cashier(sim: Simulation, *, code: str, back: str, call: Call) -> Reply:
    seen = payments.by_code(sim, code=code)
    if seen is None:
        return _missing()
    back = _allowed(back, seen)
    if seen.state != "NOTPAY":
        return page(*_outcome(seen, state=seen.state, back=back), back=back)
    kept = hidden("code", code) + (hidden("redirect_url", back) if back else "")
    is_h5 = call.path.startswith("/h5")
    hint = "" if not is_h5 or _referred(call, seen) else _NO_REFERER
    content = f"""<div class="card">
<h1>{escape(sim.merchant_name)}</h1>
<p class="amount"><small>¥</small>{_yuan(seen.total)}</p>
{_rows(seen)}
</div>
{hint}<div class="actions">
<form method="post" action="/cashier/pay">{kept}<button class="pay">立即支付</button></form>
<form method="post" action="/cashier/cancel">{kept}<button class="quiet">取消</button></form>
</div>"""
    return page("确认支付", "确认支付", content, back=back)


def _outcome(seen: Cashier, *, state: str, back: str) -> tuple[str, str, str]:
    title, text = STATES[state]
    done = state in ("SUCCESS", "REFUND")
    link = f'<div class="actions"><a class="button quiet" href="{escape(back)}">返回商家</a></div>'
    content = f"""<div class="card">
{_MARK_DONE if done else _MARK_STOPPED}
<h1>{title}</h1>
<p class="amount"><small>¥</small>{_yuan(seen.total)}</p>
<p class="state">{text}</p>
{_rows(seen)}
</div>
{link if back else ""}"""
    return title, "支付结果", content


def _rows(seen: Cashier) -> str:
    return (
        f"<dl><div><dt>商品</dt><dd>{escape(seen.description)}</dd></div>"
        f"<div><dt>商户单号</dt><dd>{escape(seen.number)}</dd></div></dl>"
    )


def _allowed(url: str, seen: Cashier) -> str:
    """Return where the shopper may be sent back: to the shop's own host, or this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or "\\" in url:
        return ""
    is_shop = host == urlsplit(seen.notify_url).hostname
    return url if is_shop or is_loopback(host) else ""


def _referred(call: Call, seen: Cashier) -> bool:
    """Say whether the browser came from the shop's host, which the real H5 page demands."""
    host = urlsplit(call.headers.get("referer", "")).hostname
    return host is not None and (host == urlsplit(seen.notify_url).hostname or is_loopback(host))


def page(title: str, bar: str, content: str, *, back: str = "", status: int = 200) -> Reply:
    """Return a page of the simulator; `back` is where its forms may lead."""
    nonce = secrets.token_urlsafe(12)
    parts = urlsplit(back)
    to_shop = f" {parts.scheme}://{parts.netloc}" if back else ""  # a redirect after the form
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; "
            f"frame-ancestors 'none'; form-action 'self'{to_shop}"
        ),
    }
    text = LAYOUT.substitute(title=title, bar=bar, content=content, nonce=nonce)
    return Reply(status=status, headers=headers, body=text.encode())


def _missing() -> Reply:
    title, text = "找不到这笔支付", "请返回商家重新发起支付。"
    content = f'<div class="card"><h1>{title}</h1><p class="state">{text}</p></div>'
    return page(title, "支付结果", content, status=404)


def redirect(url: str) -> Reply:
    """Send the browser on."""
    return Reply(status=303, headers={"Location": url, "Cache-Control": "no-store"})


def hidden(name: str, value: str) -> str:
    """Return a hidden field."""
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02}"


_MARK = (
    '<svg class="mark" viewBox="0 0 64 64" aria-hidden="true">'
    '<circle cx="32" cy="32" r="32" fill="{}"/>{}</svg>'
)
_MARK_DONE = _MARK.format(
    DONE, '<path d="M18 33l10 10 19-21" fill="none" stroke="#fff" stroke-width="6"/>'
)
_MARK_STOPPED = _MARK.format(
    STOPPED, '<path d="M32 16v22M32 44v6" fill="none" stroke="#fff" stroke-width="6"/>'
)
_NO_REFERER = (
    '<p class="hint">提示：请求没有带上商家域名的 Referer，真实的微信 H5 支付会拒绝打开此页。</p>'
)
_SCAN = """<form class="card" method="get" action="/scan">
<h1>代替手机扫码</h1>
<p class="state">粘贴二维码的内容，打开收银台。</p>
<p><label for="content">二维码内容</label>
<input type="text" id="content" name="content" autocomplete="off" required></p>
<p><button class="pay">打开收银台</button></p>
</form>"""
