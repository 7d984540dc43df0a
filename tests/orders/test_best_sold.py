"""What sold best is summed up by a job; without a worker, by whoever asks."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from tests.factories.catalog import ProductFactory, SkuFactory
from tests.factories.shop import NOON, basket, open_shop, stocked

from zhanggui.orders import queries, services
from zhanggui.orders.models import BestSold, Order
from zhanggui.orders.services.best_sold import note_best_sold

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold() -> None:
    """Three cups and one pot, paid at noon."""
    open_shop()
    for slug, pieces in (("pot", 1), ("cup", 3)):
        sku = SkuFactory(product=ProductFactory(slug=slug))
        stocked(sku, 10)
        services.place_order(wanted=basket((sku, pieces)), now=NOON)
    Order.objects.update(paid_at=NOON)


def test_the_job_notes_the_most_sold_first(sold: None) -> None:
    later = NOON + timedelta(hours=1)
    assert queries.noted_best_sold(now=later) is None

    assert note_best_sold(now=later)

    assert queries.noted_best_sold(now=later) == ("cup", "pot")
    assert queries.summed_best_sold(now=later) == ("cup", "pot")
    assert BestSold.objects.count() == 1


def test_it_is_summed_up_anew_only_when_it_is_due(
    sold: None, django_assert_num_queries: Any
) -> None:
    note_best_sold(now=NOON)
    BestSold.objects.update(due_at=NOON + timedelta(minutes=5))

    with django_assert_num_queries(1):
        assert not note_best_sold(now=NOON + timedelta(minutes=4))
    assert queries.noted_best_sold(now=NOON + timedelta(minutes=4)) == ()
    assert note_best_sold(now=NOON + timedelta(minutes=5))
    assert queries.noted_best_sold(now=NOON + timedelta(minutes=5)) == ("cup", "pot")


def test_without_a_worker_nothing_old_is_believed(sold: None) -> None:
    note_best_sold(now=NOON)
    BestSold.objects.update(due_at=NOON)

    seen = [
        queries.noted_best_sold(now=NOON + timedelta(minutes=minutes)) for minutes in (0, 9, 10)
    ]

    assert seen == [(), (), None]


def test_there_is_one_row(sold: None) -> None:
    with pytest.raises(IntegrityError):
        BestSold.objects.create(pk=2, due_at=NOON)
