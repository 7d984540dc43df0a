"""Putting the demo shop into an empty database, all or nothing, through the services."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from zhanggui.demo.content import load
from zhanggui.demo.loading.goods import load_goods, load_stock
from zhanggui.demo.loading.month import load_month
from zhanggui.demo.loading.people import load_shop, load_staff

Say = Callable[[str], None]


def load_demo(*, now: datetime, say: Say) -> None:
    """Make the demo shop: goods, stock, staff and a month of orders that ends now.

    One transaction: a stop in the middle leaves an empty database.
    """
    content = load()
    start = now - timedelta(days=31)
    with transaction.atomic():
        say("商品和图片 · Products and pictures …")
        load_shop(content)
        staff = load_staff(content, now=start)
        load_goods(content, now=start)
        load_stock(content, now=start)
        say("一个月的订单 · A month of orders …")
        load_month(content, staff=staff, now=now)
