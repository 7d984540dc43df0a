"""Settings through the pages: saved, previewed, undone, and the keys of WeChat Pay."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.factories.shop import NOON
from tests.unchanged import nothing_changes
from tests.web.console.conftest import placed

from zhanggui.accounts import queries, services
from zhanggui.accounts.models import SettingChange, Shop
from zhanggui.accounts.settings import Group
from zhanggui.accounts.types import Hours, Role
from zhanggui.core.types import SYSTEM

SignIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("shop")

TIMERS = {"unpaid_minutes": 30, "transfer_days": 3, "ship_hours": 24, "confirm_days": 10}


def post(client: Client, group: str, values: dict[str, Any], **headers: str) -> Any:
    newest = queries.newest_change(group=group)
    sent = {"seen": newest, "action": "save", **values}
    return client.post(f"/console/settings/{group}/", sent, headers=headers)


def logo(size: int = 60) -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (size, size), "#1f5fbf").save(file, "PNG")
    return SimpleUploadedFile("logo.png", file.getvalue(), content_type="image/png")


def test_the_owner_changes_hours_and_shoppers_see_them(owner: Client) -> None:
    values = {"service_phone": "400-800-1234"}
    for day in range(5):
        values |= {f"week-{day}-start": "09:00", f"week-{day}-end": "18:00"}

    answer = post(owner, "contact", values)

    assert (answer.status_code, answer["Location"]) == (302, "/console/settings/contact/")
    assert queries.shop().week == (Hours(540, 1080),) * 5 + (None, None)
    footer = Client().get("/").content.decode()
    assert "客服在线 周一至周五 9:00–18:00" in footer
    assert "周六至周日休息" in footer
    assert "400-800-1234" in owner.get("/console/settings/").content.decode()


def test_the_form_shows_what_stands_and_the_whole_day(owner: Client) -> None:
    Shop.objects.update(week=[[0, 1440], *[None] * 6])

    page = owner.get("/console/settings/contact/").content.decode()

    assert 'name="week-0-start" value="00:00"' in page
    assert 'name="week-0-end" value="23:59"' in page
    answer = post(owner, "contact", {"week-0-start": "00:00", "week-0-end": "23:59"})
    assert (answer.status_code, SettingChange.objects.exists()) == (302, False)


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_saved(owner: Client) -> None:
    with nothing_changes():
        times = post(owner, "contact", {"week-0-start": "18:00", "week-0-end": "09:00"})
        half = post(owner, "contact", {"week-0-start": "18:00"})
        colour = post(owner, "shop", {"name": "茶", "accent": "#ffcc00"})
        number = post(owner, "timers", {**TIMERS, "ship_hours": "0"})
        days = post(owner, "returns", {"return_days": 3})

    found = (times, half, colour, number, days)
    assert [answer.status_code for answer in found] == [422] * 5
    assert "下班时间要晚于上班时间" in times.content.decode()
    assert "要么都填，要么都留空" in half.content.decode()
    assert "白字对比度只有 1.5" in colour.content.decode()


def test_a_brand_colour_reaches_the_storefront_by_its_own_address(owner: Client) -> None:
    post(owner, "shop", {"name": "山野茶事", "accent": "#1F5FBF"})

    assert '<link rel="stylesheet" href="/brand/1f5fbf.css">' in Client().get("/").content.decode()
    sheet = Client().get("/brand/1f5fbf.css")
    assert "--accent:#1f5fbf" in sheet.content.decode()
    assert "immutable" in sheet["Cache-Control"]
    assert Client().get("/brand/ffcc00.css").status_code == 404
    assert Client().get("/brand/red.css").status_code == 404


def test_a_logo_is_uploaded_shown_and_taken_away(
    owner: Client, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    post(owner, "shop", {"name": "山野茶事", "logo": logo()})

    name = Shop.objects.get().logo
    assert name.startswith("shop/")
    assert (tmp_path / name).exists()
    assert f'src="/media/{name}"' in Client().get("/").content.decode()
    post(owner, "shop", {"name": "山野茶事", "slogan": "一杯好茶"})
    assert Shop.objects.get().logo == name, "nothing was sent, so it stays"
    post(owner, "shop", {"name": "山野茶事", "logo-remove": "on"})
    assert Shop.objects.get().logo == ""


def test_what_is_no_picture_is_refused(owner: Client) -> None:
    with nothing_changes():
        answer = post(owner, "shop", {"name": "茶", "logo": SimpleUploadedFile("a.png", b"<svg/>")})

    assert answer.status_code == 422
    assert "不是能识别的图片" in answer.content.decode()


@pytest.mark.usefixtures("noon")
def test_the_effect_of_shorter_times_is_told_before_saving(owner: Client) -> None:
    placed(now=NOON - timedelta(minutes=5))
    placed(now=NOON - timedelta(hours=3), paid=True)
    before = queries.shop()

    with nothing_changes():
        answer = post(
            owner,
            "timers",
            {**TIMERS, "transfer_days": 1, "ship_hours": 12, "action": "preview"},
            **{"HX-Request": "true"},
        )

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "现在有 1 单等待付款" in page
    assert "最近转账付款的 1 单里，有 0 单用了超过 1 天" in page
    assert "最近发货的 0 单里，有 0 单用时超过 12 小时" in page
    assert "<html" not in page
    assert queries.shop() == before


def test_two_people_do_not_overwrite_each_other(sign_in: SignIn) -> None:
    first, second = sign_in(Role.OWNER), sign_in(Role.OWNER)
    seen = queries.newest_change(group=Group.TIMERS)
    post(first, "timers", {**TIMERS, "ship_hours": 48})

    with nothing_changes():
        answer = post(second, "timers", {**TIMERS, "ship_hours": 72, "seen": seen})

    assert answer.status_code == 422
    assert "刚刚改过这些设置" in answer.content.decode()
    assert queries.shop().ship_hours == 48


def test_the_history_tells_each_change_and_takes_one_back(owner: Client) -> None:
    post(owner, "timers", {**TIMERS, "ship_hours": 48})
    post(owner, "timers", {**TIMERS, "ship_hours": 72})
    old, new = SettingChange.objects.order_by("id")

    page = owner.get("/console/settings/history/").content.decode()
    assert page.count("<del>24 小时</del> → 48 小时") == 1
    assert page.count("<del>48 小时</del> → 72 小时") == 1
    assert page.count("林岚 ·") == 2
    assert f"/history/{new.pk}/undo/" in page
    assert f"/history/{old.pk}/undo/" not in page, "it was changed since"
    with nothing_changes():
        owner.post(f"/console/settings/history/{old.pk}/undo/")
    owner.post(f"/console/settings/history/{new.pk}/undo/")

    assert queries.shop().ship_hours == 48
    assert owner.post("/console/settings/history/1/undo/").status_code == 404
    other = owner.get("/console/settings/history/?group=shop").content.decode()
    assert "还没有改动" in other


def test_the_last_way_to_pay_needs_a_second_look(owner: Client) -> None:
    values = {"transfer_account": "示例银行 0000", "takes_wechat_h5": "on"}

    with nothing_changes():
        asked = post(owner, "payment", values)
        forced = post(owner, "payment", {**values, "action": "preview"})
    assert asked.status_code == 422
    assert 'name="is_sure"' in asked.content.decode()
    assert "下不了单" in forced.content.decode()

    assert post(owner, "payment", {**values, "is_sure": "on"}).status_code == 302
    assert queries.shop().takes_transfer is False


def test_rights_divide_looking_changing_and_the_money(sign_in: SignIn) -> None:
    roles = {
        name: services.save_role(
            code="",
            name=name,
            home=Role.SERVICE,
            rights={"settings": actions, "home": ["view"]},
            warehouse_ids=None,
            now=NOON,
        )
        for name, actions in {"看": ["view"], "改": ["view", "edit"]}.items()
    }
    looker, editor = sign_in(roles["看"]), sign_in(roles["改"])

    assert looker.get("/console/settings/timers/").status_code == 200
    assert 'value="save"' not in looker.get("/console/settings/timers/").content.decode()
    with nothing_changes():
        assert post(looker, "timers", {**TIMERS, "ship_hours": 48}).status_code == 403
        assert post(editor, "payment", {"transfer_account": "我的账户"}).status_code == 403
        assert editor.get("/console/settings/wechatpay/").status_code == 403
        assert editor.post("/console/settings/wechatpay/check/").status_code == 403
    assert post(editor, "timers", {**TIMERS, "ship_hours": 48}).status_code == 302
    change = services.save_settings(
        group=Group.PAYMENT, values={"transfer_account": "B"}, actor=SYSTEM, now=NOON
    )
    assert change is not None
    with nothing_changes():
        undone = editor.post(f"/console/settings/history/{change.pk}/undo/")
    assert undone.status_code == 403
    assert sign_in(Role.SERVICE).get("/console/settings/").status_code == 403


def test_the_delivery_page_names_the_provinces_left_out(owner: Client) -> None:
    page = owner.get("/console/settings/delivery/").content.decode()

    assert "标准快递" in page
    assert "台湾省" in page.partition("不配送")[2]


def test_the_freight_form_tells_which_provinces_are_lost(owner: Client) -> None:
    sent = {
        "name": "标准快递",
        "charge_by": "weight",
        "action": "preview",
        "rule-TOTAL_FORMS": "1",
        "rule-INITIAL_FORMS": "1",
        "rule-0-areas": ["330000", "710000"],
        "rule-0-first_units": "1000",
        "rule-0-first_minor": "8.00",
        "rule-0-extra_units": "1000",
        "rule-0-extra_minor": "2.00",
    }
    with nothing_changes():
        page = owner.post("/console/freight/template/标准快递/", sent).content.decode()

    assert "不再配送：北京市、" in page
    assert "新增配送：台湾省" in page


def test_keys_are_entered_and_never_shown_again(owner: Client) -> None:
    sent = {
        "mchid": "12",
        "appid": "wx0123456789abcdef",
        "serial": "AB" * 20,
        "private_key_pem": "secret key",
        "apiv3_key": "k" * 32,
        "public_key_id": "PUB_KEY_ID_0123",
        "public_key_pem": "no key",
    }
    with nothing_changes():
        answer = owner.post("/console/settings/wechatpay/", sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "商户号是 8 到 10 位数字" in page
    assert "这不是商户私钥" in page
    assert "这不是微信支付公钥" in page
    assert "k" * 32 not in page
    assert "secret key" not in page


def test_about_says_who_runs_the_shop(owner: Client) -> None:
    values = {
        "company": "山野茶事（杭州）有限公司",
        "licence_no": "91350100M000100Y43",
        "icp_number": "浙ICP备12345678号-1",
        "police_number": "浙公网安备33011002012345号",
    }
    assert post(owner, "licence", values).status_code == 302

    about, front = (Client().get(url).content.decode() for url in ("/about/", "/"))
    assert all(value in about for value in values.values())
    assert 'href="https://beian.miit.gov.cn/"' in front
    assert "浙公网安备33011002012345号" in front
