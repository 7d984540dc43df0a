"""Showing personal data, which is an act of its own."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhanggui.core.events import publish
from zhanggui.core.phones import national_phone
from zhanggui.core.text import clean_text
from zhanggui.core.types import Actor
from zhanggui.orders import queries
from zhanggui.orders.events import OrderDataShown
from zhanggui.orders.models import Order
from zhanggui.orders.types import OrderNotReady, PersonalData


@transaction.atomic
def show_personal_data(
    *, order_id: int, reason: str, with_money: bool, actor: Actor, now: datetime
) -> PersonalData:
    """Return the buyer's data in clear and write down who looked, when and why.

    Of the row that another shop's file had, sums come along for who sees money only.
    """
    reason = clean_text(reason, max_length=100)
    if not reason:
        raise OrderNotReady(_("请写明查看原因。"))
    order = Order.objects.get(pk=order_id)
    publish(OrderDataShown(subject_id=order.pk, at=now, actor=actor, reason=reason))
    return PersonalData(
        name=order.name,
        phone=national_phone(order.phone),
        detail=order.detail,
        note=order.note,
        kept=queries.kept_rows(order_id=order.pk, with_money=with_money),
    )
