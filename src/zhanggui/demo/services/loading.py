"""Loading the sample shop: all or nothing, once."""

from datetime import datetime

from zhanggui.accounts import queries as accounts
from zhanggui.catalog import services as catalog
from zhanggui.core import versions
from zhanggui.core.transactions import in_transaction
from zhanggui.demo import queries
from zhanggui.demo.loading.sample import Made, Sample, make_sample, read_sample
from zhanggui.demo.models import SamplePart, SampleShop
from zhanggui.demo.services.ordering import fail
from zhanggui.demo.services.wiping import actor_of
from zhanggui.demo.types import SampleError, SampleState
from zhanggui.inventory import queries as inventory


class _Stopped(Exception):
    """The shop is not as it was when the sample was ordered."""

    def __init__(self, error: SampleError) -> None:
        super().__init__(error)
        self.error = error


def load_sample(*, now: datetime) -> None:
    """Do what was ordered. Pictures are encoded first: no transaction waits for them."""
    if not SampleShop.objects.filter(pk=1, state=SampleState.LOADING).exists():
        return
    sample = read_sample()
    catalog.get_ready()
    try:
        in_transaction(lambda: _load(sample, now))
    except _Stopped as stopped:
        fail(error=stopped.error)


def _load(sample: Sample, now: datetime) -> None:
    shop = SampleShop.objects.select_for_update().filter(pk=1, state=SampleState.LOADING).first()
    if shop is None:  # another worker was first
        return
    houses = inventory.warehouses()
    if queries.has_own_products():
        raise _Stopped(SampleError.OWN_PRODUCTS)
    if not houses:
        raise _Stopped(SampleError.NO_WAREHOUSE)
    made = make_sample(
        sample,
        currency=accounts.shop().currency,
        warehouse_id=houses[0].warehouse_id,
        now=now,
        actor=actor_of(shop),
    )
    SamplePart.objects.bulk_create(_parts(made))
    SampleShop.objects.filter(pk=1).update(state=SampleState.LOADED, counts=made.counts)
    versions.bump(queries.SAMPLE)


def _parts(made: Made) -> list[SamplePart]:
    parts = [SamplePart(product_id=pk) for pk in made.products]
    parts += [SamplePart(category_id=pk) for pk in made.categories]
    if made.template_id:
        mark = queries.template_mark(made.template_id)
        parts.append(SamplePart(template_id=made.template_id, mark=mark))
    return parts
