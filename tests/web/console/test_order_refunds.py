"""Refunds that did not get through and late transfers, as staff mend them on the order's page."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from tests.factories.shop import NOON
from tests.unchanged import nothing_changes
from tests.web.console.conftest import SignIn, placed

from zhanggui.core.models import Event
from zhanggui.core.types import SYSTEM
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order
from zhanggui.orders.types import CloseReason
from zhanggui.payments import services
from zhanggui.payments.models import Payment, Refund

pytestmark = pytest.mark.usefixtures("noon", "shop")


def url(order: Order, act: str = "") -> str:
    return f"/console/orders/{order.number}/{act}"


def act(refund: Refund, name: str) -> str:
    return url(refund.payment.order, f"refunds/{refund.pk}/{name}/")


def stuck(**values: object) -> Refund:
    """A refund of a transfer: no channel pays it."""
    order = placed(now=NOON - timedelta(days=1), paid=True)
    payment = Payment.objects.get(order=order)
    refund = services.request_refund(
        payment_id=payment.pk,
        amount_minor=payment.amount_minor,
        reason="退货",
        cause=("case", order.pk),
        now=NOON,
    )
    services.submit_refund(refund_id=refund.pk, now=NOON)
    if values:
        Refund.objects.filter(pk=refund.pk).update(**values)
    return Refund.objects.select_related("payment__order").get(pk=refund.pk)


def offered(client: Client, refund: Refund) -> list[str]:
    html = client.get(url(refund.payment.order)).content.decode()
    return [name for name in ("retry", "settle") if f'action="{act(refund, name)}"' in html]


@pytest.mark.parametrize("role", ["owner", "service"])
def test_a_refund_that_was_paid_back_by_hand_is_booked_from_the_order_page(
    sign_in: SignIn, role: str
) -> None:
    refund, client = stuck(), sign_in(role)
    field = f"r{refund.pk}-reference"
    assert offered(client, refund) == ["settle"]

    answer = client.post(act(refund, "settle"), {field: "工行 0921"})

    assert (answer.status_code, answer.headers["Location"]) == (302, url(refund.payment.order))
    refund.refresh_from_db()
    assert (refund.status, refund.channel_ref) == ("succeeded", "工行 0921")
    html = client.get(url(refund.payment.order)).content.decode()
    assert "工行 0921" in html
    assert "已线下退款" in html  # on the timeline: the form is gone
    assert offered(client, refund) == []
    assert Event.objects.get(kind="refund.succeeded").actor_type == "staff"
    with nothing_changes():
        assert client.post(act(refund, "settle"), {field: "工行 0921"}).status_code == 302


def test_settling_without_a_reference_is_refused_at_the_field(owner: Client) -> None:
    refund = stuck()

    with nothing_changes():
        answer = owner.post(act(refund, "settle"), {f"r{refund.pk}-reference": " "})

    assert answer.status_code == 422
    assert "请填写转账流水号或说明" in answer.content.decode()


def test_a_refused_refund_is_sent_again_from_the_order_page(owner: Client) -> None:
    refund = stuck(refusal_code="NO_AUTH")
    assert "支付渠道没有接受：NO_AUTH" in owner.get(url(refund.payment.order)).content.decode()
    assert offered(owner, refund) == ["retry", "settle"]

    assert owner.post(act(refund, "retry")).status_code == 302

    refund.refresh_from_db()
    assert (refund.status, refund.refusal_code) == ("created", "")
    assert offered(owner, refund) == []
    assert "重新提交退款" in owner.get(url(refund.payment.order)).content.decode()
    with nothing_changes():
        assert owner.post(act(refund, "retry")).status_code == 302


def test_what_can_not_be_sent_again_is_refused_with_words(owner: Client) -> None:
    refund = stuck()

    with nothing_changes():
        answer = owner.post(act(refund, "retry"))

    assert answer.status_code == 422
    assert "这笔退款现在不能重试" in answer.content.decode()


def test_the_warehouse_does_not_touch_refunds(warehouse: Client) -> None:
    refund = stuck()

    with nothing_changes():
        assert warehouse.post(act(refund, "retry")).status_code == 403
        assert warehouse.post(act(refund, "settle"), {"reference": "x"}).status_code == 403


def test_a_refund_is_only_found_at_its_own_order(owner: Client) -> None:
    refund, other = stuck(), placed(now=NOON)

    with nothing_changes():
        assert owner.post(url(other, f"refunds/{refund.pk}/retry/")).status_code == 404
        assert owner.get(act(refund, "retry")).status_code == 405


def test_the_list_shows_the_orders_that_the_home_counts(owner: Client) -> None:
    stuck()
    stuck(status="created", queued_at=NOON - timedelta(hours=1))
    stuck(status="created", queued_at=NOON - timedelta(minutes=59))

    html = owner.get("/console/orders/?refund=abnormal").content.decode()

    home = owner.get("/console/").content.decode()
    tile = re.search(r'id="todo-refunds".*?todo-n"><span class="num">(\d+)<', home)
    assert tile is not None
    assert (html.count('<tr id="row-'), tile[1]) == (2, "2")


@pytest.mark.parametrize(
    ("reason", "hint"),
    [(CloseReason.PAY_TIMEOUT, "库存还够时订单重新打开"), (CloseReason.BUYER, "订单已经取消")],
)
def test_a_late_transfer_is_offered_with_what_it_will_do(
    owner: Client, reason: CloseReason, hint: str
) -> None:
    order = placed(now=NOON - timedelta(days=30))
    if reason == CloseReason.PAY_TIMEOUT:
        orders.close_unpaid(order_id=order.pk, now=NOON)
    else:
        orders.cancel_order(order_id=order.pk, reason=reason, actor=SYSTEM, now=NOON)
    assert f'href="{url(order, "transfer/")}"' in owner.get(url(order)).content.decode()
    assert hint in owner.get(url(order, "transfer/")).content.decode()

    given = {"amount_minor": "47.80", "reference": "B-7"}
    assert owner.post(url(order, "transfer/"), given).status_code == 302

    order.refresh_from_db()
    is_back = reason == CloseReason.PAY_TIMEOUT
    assert order.display_status == ("to_ship" if is_back else "closed")
    html = owner.get(url(order)).content.decode()
    assert ("已确认到账，可以发货了" if is_back else "请把这笔钱退给买家") in html
    assert f'href="{url(order, "transfer/")}"' not in html
    with nothing_changes():
        assert owner.post(url(order, "transfer/"), given).status_code == 422
