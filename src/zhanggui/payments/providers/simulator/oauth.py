"""Who reads the page: the OAuth of WeChat's service accounts, with its errors in a 200."""

import hmac
import json
import secrets
import time
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from zhanggui.payments.providers.simulator import pages
from zhanggui.payments.providers.simulator.api import Call, Reply
from zhanggui.payments.providers.simulator.keys import app_secret
from zhanggui.payments.providers.simulator.ledger import Simulation
from zhanggui.payments.providers.simulator.notices import is_loopback

CODE_LIFETIME_S = 300
TOKEN_LIFETIME_S = 7200
SCOPES = ("snsapi_base", "snsapi_userinfo")
ERRORS = {
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40029: "invalid code",
    40125: "invalid appsecret",
    40163: "code been used",
    48001: "api unauthorized",
}
FAULTS = {"expired_code": 40029, "used_code": 40163, "wrong_secret": 40125}


class OauthRefusal(Exception):
    """An error as WeChat tells it: a number in the JSON of a 200."""

    def __init__(self, number: int) -> None:
        super().__init__(ERRORS[number])
        self.number = number


def answer(sim: Simulation, call: Call) -> Reply:
    """Answer the pages of the authorisation and the two calls behind it."""
    path = call.path.partition("?")[0]
    if path == "/connect/oauth2/authorize" and call.method == "GET":
        return _authorize(sim, call)
    if path == "/connect/oauth2/answer" and call.method == "POST":
        return _answered(sim, call)
    calls = {"/sns/oauth2/access_token": access_token, "/sns/userinfo": user_info}
    if path not in calls:
        return _text(404, b"")
    time.sleep(sim.faults.now.oauth_delay_s)
    fault = sim.faults.take_oauth_fault()
    if fault == "500":
        return _text(500, b"")
    if fault == "no_json":
        return _text(200, b"<html>")
    if fault == "no_object":
        return _text(200, b'"access_token"')
    try:
        if fault in FAULTS:
            raise OauthRefusal(FAULTS[fault])
        told = calls[path](sim, call.query)
    except OauthRefusal as refusal:
        message = f"{refusal}, rid: {secrets.token_hex(8)}"
        told = {"errcode": refusal.number, "errmsg": message}
    return _text(200, json.dumps(told, ensure_ascii=False).encode())


def openid_of(sim: Simulation, *, user: str) -> str:
    """Return how this account knows a WeChat user: always the same, and from then on known."""
    digest = hmac.digest(sim.ring.shop.apiv3_key.encode(), user.encode(), "sha256").hex()
    openid = f"o{digest[:27]}"
    with sim.books() as books:
        books.execute("INSERT OR IGNORE INTO people VALUES (?, ?)", (openid, user))
    return openid


def _authorize(sim: Simulation, call: Call) -> Reply:
    asked = call.query
    problem = _problem(sim, asked)
    if problem:
        content = f'<div class="card"><h1>{problem}</h1></div>'
        return pages.page("无法打开", "微信授权", content, status=200)
    if asked["scope"] == "snsapi_base":  # silent: nobody is asked
        return pages.redirect(_back(asked, code=_new_code(sim, asked["scope"])))
    hidden = "".join(pages.hidden(name, asked[name]) for name in ("redirect_uri", "state"))
    person = escape(sim.faults.now.wechat_user)
    content = f"""<div class="card">
<h1>{escape(sim.merchant_name)}</h1>
<p class="state">申请获取你的昵称、头像，用微信用户 {person} 登录</p>
</div>
<div class="actions"><form method="post" action="/connect/oauth2/answer">{hidden}
<button class="pay" name="answer" value="allow">允许</button></form>
<form method="post" action="/connect/oauth2/answer">{hidden}
<button class="quiet" name="answer" value="deny">拒绝</button></form></div>"""
    return pages.page("微信授权", "微信授权", content, back=asked["redirect_uri"])


def _answered(sim: Simulation, call: Call) -> Reply:
    form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
    origin = call.headers.get("origin", call.base)
    if not _is_registered(form.get("redirect_uri", "")) or origin not in (call.base, "null"):
        return _text(403, b"")
    is_allowed = form.get("answer") == "allow"
    return pages.redirect(_back(form, code=_new_code(sim, SCOPES[1]) if is_allowed else ""))


def _problem(sim: Simulation, asked: dict[str, str]) -> str:
    """Return what WeChat's page would say instead of going on."""
    if asked.get("appid") != sim.ring.shop.appid:
        return "AppID 参数错误（10013）"
    if not _is_registered(asked.get("redirect_uri", "")):
        return "redirect_uri 域名与后台配置不一致（10003）"
    if asked.get("scope") not in SCOPES or asked.get("response_type") != "code":
        return "Scope 参数错误或没有 Scope 权限（10005）"
    state = asked.get("state", "")
    return "" if len(state) <= 128 and state.isascii() and state.isalnum() else "state 参数错误"


def _is_registered(url: str) -> bool:
    """Tell whether the address is of the registered domain: this machine, as it is all local."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and is_loopback(parts.hostname or "")


def _back(asked: dict[str, str], *, code: str) -> str:
    """Return where the browser goes; who refused comes back without a code."""
    parts = urlsplit(asked["redirect_uri"])
    told = ({"code": code} if code else {}) | {"state": asked.get("state", "")}
    joint = "&" if parts.query else ""
    return urlunsplit(parts._replace(query=parts.query + joint + urlencode(told)))


def _new_code(sim: Simulation, scope: str) -> str:
    openid = openid_of(sim, user=sim.faults.now.wechat_user)
    code = secrets.token_hex(16)
    with sim.books() as books:
        books.execute(
            "INSERT INTO oauth_codes VALUES (?, ?, ?, ?, NULL)",
            (code, openid, scope, sim.moment() + CODE_LIFETIME_S),
        )
    return code


def access_token(sim: Simulation, asked: dict[str, str]) -> dict[str, Any]:
    """Exchange a code, once."""
    if asked.get("appid") != sim.ring.shop.appid:
        raise OauthRefusal(40013)
    if asked.get("secret") != app_secret(sim.ring.shop):
        raise OauthRefusal(40125)
    if asked.get("grant_type") != "authorization_code":
        raise OauthRefusal(40002)
    now, code = sim.moment(), asked.get("code", "")
    with sim.books() as books:
        row = books.execute("SELECT * FROM oauth_codes WHERE code = ?", (code,)).fetchone()
        if row is None or row["expires_at"] <= now:
            raise OauthRefusal(40029)
        if row["used_at"] is not None:
            raise OauthRefusal(40163)
        books.execute("UPDATE oauth_codes SET used_at = ? WHERE code = ?", (now, code))
        token = secrets.token_urlsafe(48)
        ends = now + TOKEN_LIFETIME_S
        values = (token, row["openid"], row["scope"], ends)
        books.execute("INSERT INTO oauth_tokens VALUES (?, ?, ?, ?)", values)
    return {
        "access_token": token,
        "expires_in": TOKEN_LIFETIME_S,
        "refresh_token": secrets.token_urlsafe(48),
        "openid": row["openid"],
        "scope": row["scope"],
    }


def user_info(sim: Simulation, asked: dict[str, str]) -> dict[str, Any]:
    """Tell the profile, to a token of the scope for it."""
    with sim.books() as books:
        row = books.execute(
            "SELECT t.*, p.user FROM oauth_tokens t JOIN people p ON p.openid = t.openid"
            " WHERE token = ?",
            (asked.get("access_token", ""),),
        ).fetchone()
    if row is None or row["expires_at"] <= sim.moment():
        raise OauthRefusal(40001)
    if row["openid"] != asked.get("openid"):
        raise OauthRefusal(40003)
    if row["scope"] != "snsapi_userinfo":
        raise OauthRefusal(48001)
    return {
        "openid": row["openid"],
        "nickname": row["user"],
        "sex": 0,
        "province": "",
        "city": "",
        "country": "",
        "headimgurl": "",
        "privilege": [],
    }


def _text(status: int, body: bytes) -> Reply:
    """Answer as WeChat does: JSON that calls itself plain text, and names no charset."""
    return Reply(status=status, headers={"Content-Type": "text/plain"}, body=body)
