"""Attempts inside WeChat: bound to who pays, otherwise as all others."""

import pytest
from tests.payments.test_channel import now, order_now, start
from tests.unchanged import nothing_changes

from zhanggui.core.encryption import blind_index
from zhanggui.payments import services
from zhanggui.payments.models import Payment
from zhanggui.payments.providers.simulator import SimulatorServer
from zhanggui.payments.types import PaymentRefused

pytestmark = pytest.mark.django_db
JSAPI = "wechat_jsapi"


def test_the_attempt_keeps_what_the_app_is_asked_and_no_openid(wechat: SimulatorServer) -> None:
    order, openid = order_now(), wechat.openid(user="小明")

    payment = start(order, channel=JSAPI, payer=openid)
    again = start(order, channel=JSAPI, payer=openid)

    assert again.pk == payment.pk
    assert again.bridge == payment.bridge
    assert payment.bridge is not None
    assert payment.payer_index == blind_index("payer", openid)
    stored = str(Payment.objects.filter(pk=payment.pk).values().get())
    assert openid not in stored
    assert wechat.invoke(payment.bridge)["err_msg"] == "get_brand_wcpay_request:ok"
    assert services.ask_channel(payment_id=payment.pk, now=now()) == "paid"
    order.refresh_from_db()
    assert order.display_status == "to_ship"


def test_for_another_person_the_attempt_is_closed_and_a_new_one_made(
    wechat: SimulatorServer,
) -> None:
    order = order_now()
    first = start(order, channel=JSAPI, payer=wechat.openid(user="小明"))

    second = start(order, channel=JSAPI, payer=wechat.openid(user="小红"))

    first.refresh_from_db()
    assert (first.status, second.status) == ("closed", "pending")
    assert (first.out_trade_no, second.out_trade_no) == (f"{order.number}P1", f"{order.number}P2")
    assert wechat.invoke(first.bridge or {})["err_msg"] == "get_brand_wcpay_request:fail"
    wechat.faults.change(wechat_user="小红")
    assert wechat.invoke(second.bridge or {})["err_msg"] == "get_brand_wcpay_request:ok"


def test_what_was_paid_meanwhile_is_not_opened_for_another_person(wechat: SimulatorServer) -> None:
    order = order_now()
    first = start(order, channel=JSAPI, payer=wechat.openid(user="小明"))
    wechat.invoke(first.bridge or {})

    with pytest.raises(PaymentRefused):
        start(order, channel=JSAPI, payer=wechat.openid(user="小红"))

    order.refresh_from_db()
    assert (order.display_status, Payment.objects.count()) == ("to_ship", 1)


def test_without_a_payer_nothing_is_opened(wechat: SimulatorServer) -> None:
    order = order_now()

    with nothing_changes(), pytest.raises(PaymentRefused):
        start(order, channel=JSAPI)
