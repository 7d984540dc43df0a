"""The demo shop as a person finds it after the first start."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Sum
from django.utils import timezone

from zhanggui.accounts.models import User
from zhanggui.catalog.models import Product
from zhanggui.fulfilment.models import FulfilmentOrder, Parcel
from zhanggui.inventory.models import StockLevel
from zhanggui.orders import queries as orders
from zhanggui.orders.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.full]


def test_the_demo_shop_is_whole_and_its_books_agree() -> None:
    call_command("demo", verbosity=0)

    assert set(User.objects.exclude(role="").values_list("role", flat=True)) == {
        "owner",
        "service",
        "warehouse",
    }
    assert Product.objects.filter(shelf="on", pictures__isnull=False).distinct().count() == 90
    counts = orders.status_counts()
    assert all(
        counts[status] for status in ("to_pay", "to_ship", "to_receive", "completed", "closed")
    )
    month = timezone.now() - timedelta(days=32)
    assert not Order.objects.filter(placed_at__lt=month).exists()
    levels = StockLevel.objects.annotate(
        on_hand_sum=Sum("movements__on_hand_delta"), reserved_sum=Sum("movements__reserved_delta")
    )
    assert levels.exists()
    wrong = levels.exclude(on_hand=F("on_hand_sum"), reserved=F("reserved_sum"))
    assert not wrong.exists()
    paid = Order.objects.filter(paid_at__isnull=False)
    assert FulfilmentOrder.objects.count() == paid.count()
    shipped = Order.objects.filter(display_status__in=["to_receive", "completed"])
    assert Parcel.objects.count() == shipped.count()
    assert Order.objects.filter(payment_state="refunded").exists()

    with pytest.raises(CommandError):
        call_command("demo", verbosity=0)
    assert Product.objects.count() == 90
