"""The words, numbers and drawings that tags put on pages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from zhanggui.web import badges, formats

NOW = datetime(2026, 11, 21, 10, 48, tzinfo=UTC)  # 18:48 in the shop


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def show(source: str, **values: object) -> str:
    """Render a template as the storefront does."""
    return Template(source).render(Context(values))


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (30500, "CNY", "¥305.00"),
        (-3000, "CNY", "−¥30.00"),
        (-5, "CNY", "−¥0.05"),
        (0, "CNY", "¥0.00"),
        (123456789012, "CNY", "¥1,234,567,890.12"),
        (1999, "JPY", "JP¥1,999"),
        (1999, "KWD", "KWD 1.999"),
        (1999, "GBP", "£19.99"),
    ],
)
def test_money_is_written_with_its_currencys_decimals(minor: int, currency: str, text: str) -> None:
    assert show("{{ minor|money_text:currency }}", minor=minor, currency=currency) == text


def test_money_on_pages_has_a_small_sign_and_a_real_minus() -> None:
    assert (
        show("{{ m|money:'CNY' }}", m=-3000) == '<span class="money">−<small>¥</small>30.00</span>'
    )


def test_price_sets_sign_and_decimals_small() -> None:
    html = show("{% price m 'CNY' 'sm' %}", m=12800)

    assert html == '<span class="price price-sm"><small>¥</small>128<small>.00</small></span>'


@pytest.mark.parametrize(
    ("number", "chinese", "english"),
    [
        (99_999, "99,999", "99,999"),
        (100_000, "10 万", "100K"),
        (123_456, "12.35 万", "123.5K"),
        (-123_456, "−12.35 万", "−123.5K"),
        (12_345_678, "1,234.57 万", "12.3M"),
        (123_456_789, "1.2 亿", "123.5M"),
        (2_500_000_000, "25 亿", "2.5B"),
    ],
)
def test_large_counts_are_rounded_in_the_readers_units(
    number: int, chinese: str, english: str
) -> None:
    assert formats.count_text(number) == chinese
    with translation.override("en"):
        assert formats.count_text(number) == english


def test_a_rounded_count_keeps_the_exact_one_in_its_title() -> None:
    assert show("{{ n|count }}", n=123456) == '<span class="num" title="123,456">12.35 万</span>'
    assert show("{{ n|count }}", n=1286) == '<span class="num">1,286</span>'


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 21, 10, 46, tzinfo=UTC), "今天 18:46"),
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), "今天 00:00"),
        (datetime(2026, 11, 20, 15, 59, tzinfo=UTC), "昨天 23:59"),
        (datetime(2026, 11, 22, 1, 0, tzinfo=UTC), "明天 09:00"),
        (datetime(2026, 11, 15, 11, 21, tzinfo=UTC), "11-15 19:21"),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), "01-01 00:00"),
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), "2025-12-31 23:59"),
    ],
)
def test_moments_are_told_by_the_shops_calendar(at: datetime, text: str) -> None:
    assert formats.moment_text(at, now=NOW) == text


@time_machine.travel(NOW, tick=False)
def test_moment_carries_the_machine_time() -> None:
    at = datetime(2026, 11, 21, 10, 46, 10, tzinfo=UTC)

    assert show("{{ at|moment }}", at=at) == (
        '<time class="num" datetime="2026-11-21T18:46:10+08:00" title="2026-11-21 18:46:10">'
        "今天 18:46</time>"
    )
    assert show("{{ at|moment }}", at=None) == ""


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("left", "tone", "text"),
    [
        (timedelta(days=3), "ok", "剩 3 天"),
        (timedelta(hours=23, minutes=30), "ok", "剩 23 小时"),
        (timedelta(hours=6), "ok", "剩 6 小时"),
        (timedelta(hours=5, minutes=59), "warn", "剩 5 小时"),
        (timedelta(minutes=41), "warn", "剩 41 分钟"),
        (timedelta(0), "warn", "剩 0 分钟"),
        (timedelta(hours=-2), "bad", "超 2 小时"),
    ],
)
def test_a_deadline_warns_in_its_last_quarter(left: timedelta, tone: str, text: str) -> None:
    html = show("{% sla at since %}", at=NOW + left, since=NOW + left - timedelta(hours=24))

    assert f'class="sla sla-{tone}"' in html
    assert f"{text}</time>" in html


def test_no_deadline_shows_nothing() -> None:
    assert show("{% sla at %}", at=None) == ""


@pytest.mark.parametrize("code", list(badges.DISPLAY_STATUS))
def test_every_status_has_words_and_a_tone(code: str) -> None:
    badge = badges.DISPLAY_STATUS[code]

    assert f"badge-{badge.tone}" in show("{% badge code %}", code=code)
    assert str(badge.label) in show("{% badge code %}", code=code)


def test_staff_read_shipped_where_buyers_wait_for_receipt() -> None:
    assert "待收货" in show("{% badge 'to_receive' %}")
    assert "已发货" in show("{% badge 'to_receive' staff=True %}")
    assert "已发货" in show("{% badge 'to_receive' %}", face="console")


def test_an_unknown_status_is_an_error() -> None:
    with pytest.raises(KeyError):
        badges.status_badge("lost", staff=True)


def test_after_sale_is_a_second_badge_only_when_there_is_one() -> None:
    assert show("{% after_sale 'none' %}") == ""
    assert "售后中" in show("{% after_sale 'in_progress' %}")
    assert "badge-warning" in show("{% after_sale 'part_refunded' %}")


def test_query_changes_one_parameter_and_keeps_the_others() -> None:
    request = RequestFactory().get("/", {"q": "龙井 茶", "tab": "to_ship", "cursor": "9"})

    changed = show("{% query tab='all' cursor=None %}", request=request)

    assert changed == "?q=%E9%BE%99%E4%BA%95+%E8%8C%B6&amp;tab=all"


def test_icon_is_decoration_unless_it_has_a_label() -> None:
    assert show("{% icon 'truck' 'sm' %}") == (
        '<svg class="i i-sm" aria-hidden="true" focusable="false">'
        '<use href="/static/dist/icons-store.svg#truck"></use></svg>'
    )
    assert 'role="img" aria-label="物流"' in show("{% icon 'truck' label='物流' %}")
    assert "icons-console.svg#truck" in show("{% icon 'truck' %}", face="console")


def test_sparkline_needs_two_numbers_and_stays_inside_its_box() -> None:
    assert show("{% sparkline values %}", values=[3]) == ""
    assert 'd="M0 25 L48 3 L96 25"' in show("{% sparkline values %}", values=[1, 5, 1])
    assert 'd="M0 25 L96 25"' in show("{% sparkline values %}", values=[4, 4])


class BuyerForm(forms.Form):
    """A form with one field of each kind."""

    phone = forms.CharField(label="手机号", help_text="只用于送货", max_length=20)
    carrier = forms.ChoiceField(label="快递", choices=[("shunfeng", "顺丰速运")])
    gift = forms.BooleanField(label="礼品袋", required=False)
    pay = forms.ChoiceField(label="支付", choices=[("wx", "微信支付")], widget=forms.RadioSelect)


def test_field_binds_label_help_and_error_to_its_control() -> None:
    form = BuyerForm({"phone": ""})

    html = show("{% field form.phone data_scan='submit' %}", form=form)

    assert '<label class="f-l" for="id_phone">手机号</label>' in html
    assert 'aria-describedby="id_phone_help id_phone_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'data-scan="submit"' in html
    assert 'class="input"' in html
    assert '<p class="f-help" id="id_phone_help">只用于送货</p>' in html
    assert 'id="id_phone_error"' in html


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("carrier", 'class="select"'),
        ("gift", '<label class="f-check" for="id_gift"><input type="checkbox"'),
        ("pay", '<legend class="f-l">支付</legend>'),
    ],
)
def test_field_draws_each_kind_of_control(name: str, piece: str) -> None:
    assert piece in show("{% field bound %}", bound=BuyerForm()[name])


def test_field_escapes_what_people_typed() -> None:
    form = BuyerForm({"phone": '"><script>alert(1)</script>'})

    html = show("{% field form.phone %}", form=form)

    assert "<script>" not in html


def test_summary_links_to_every_refused_field() -> None:
    html = show('{% include "components/form_errors.html" %}', form=BuyerForm({"phone": "1"}))

    assert "有 2 处要改" in html
    assert '<a href="#id_carrier">快递</a>' in html


def test_sheet_is_a_dialog_that_the_server_can_send_open() -> None:
    tag = "{% sheet id='ship' title='发货' close='/orders/' open=is_open %}"
    source = tag + "<p>{{ x }}</p>{% endsheet %}"

    shut, sent = show(source, is_open=False, x="<b>"), show(source, is_open=True, x="<b>")

    assert '<dialog class="modal" id="ship" aria-labelledby="ship-title">' in shut
    assert "<p>&lt;b&gt;</p>" in shut
    assert '<dialog class="modal modal-here" id="ship" aria-labelledby="ship-title" open' in sent
    assert 'href="/orders/" data-close' in sent


def test_kept_html_is_drawn_once_for_the_same_values_and_language() -> None:
    drawn = Template("{% kept name %}{{ name }} {% trans '订单' %} {{ unnamed }}{% endkept %}")

    def shown(name: str, unnamed: int) -> str:
        return drawn.render(Context({"name": name, "unnamed": unnamed}))

    assert shown("林岚", 1) == shown("林岚", 2) == "林岚 订单 1"
    assert shown("<b>", 3) == "&lt;b&gt; 订单 3"
    with translation.override("en"):
        assert shown("林岚", 4) == "林岚 Orders 4"


def test_html_of_a_value_that_may_change_is_not_kept() -> None:
    drawn = Template("{% kept names %}{{ names|join:' ' }}{% endkept %}")
    names = ["林岚"]

    first = drawn.render(Context({"names": names}))
    names.append("周宁")

    assert (first, drawn.render(Context({"names": names}))) == ("林岚", "林岚 周宁")


def test_kept_html_leaves_no_names_behind() -> None:
    drawn = Template("{% kept %}{% face as one %}{{ one }}{% endkept %}[{{ one }}]")

    assert drawn.render(Context()) == drawn.render(Context()) == "store[]"
