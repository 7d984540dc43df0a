"""A new shop, its owner's browser, a shopper, and the worker that loads and clears sample goods."""

from typing import Any

from django.db.models import Model
from django.test import Client
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult
from tests.factories.shop import NOON, basket, books_balance
from tests.factories.staff import StaffFactory

from zhanggui.accounts.services import save_shop
from zhanggui.catalog.models import Sku
from zhanggui.core.jobs import rows
from zhanggui.demo.models import SampleShop
from zhanggui.inventory import services as inventory
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order

PAGE, LOAD, WIPE = "/console/sample/", "/console/sample/load/", "/console/sample/wipe/"


def new_shop(**values: Any) -> Client:
    """Set a shop up as `zhanggui setup` does, and return its owner's browser."""
    save_shop(name="新店", **values)
    inventory.save_warehouse(code="WH1", name="一号仓", division_code="330106")
    client = Client()
    client.force_login(StaffFactory(), "django.contrib.auth.backends.ModelBackend")
    return client


def work() -> int:
    """Do what waits for a worker of the sample shop's jobs; return how many jobs that were."""
    waiting = DBTaskResult.objects.filter(
        status=rows.READY, task_path__startswith="zhanggui.demo.tasks"
    )
    jobs = list(waiting.order_by("enqueued_at"))
    for job in jobs:
        import_string(job.task_path).call()
        DBTaskResult.objects.filter(pk=job.pk).update(status=rows.SUCCESSFUL)
    return len(jobs)


def loaded(**values: Any) -> Client:
    """Return the owner's browser of a new shop with sample goods."""
    client = new_shop(**values)
    client.post(LOAD)
    work()
    return client


def seen(client: Client) -> str:
    """Return what the preview's form would send."""
    context: Any = client.get(PAGE).context
    return str(context["preview"].seen)


def wiped(client: Client) -> None:
    """Clear the sample shop as its owner does."""
    answer = client.post(WIPE, {"seen": seen(client)})
    assert answer.status_code == 302
    work()


def bought(*codes: str, pieces: int = 1, **values: Any) -> Order:
    """Let a shopper order pieces of these SKUs."""
    skus = [Sku.objects.get(code=code) for code in codes]
    wanted = basket(*((sku, pieces) for sku in skus), payment_channel="transfer", **values)
    return Order.objects.get(pk=orders.place_order(wanted=wanted, now=NOON).order_id)


def shop() -> SampleShop:
    """Return where the sample shop stands, read anew."""
    return SampleShop.objects.get()


def values(*rows: Model) -> list[dict[str, Any]]:
    """Return the stored values of rows, read anew."""
    return [type(row)._default_manager.filter(pk=row.pk).values().get() for row in rows]


def stock_is_right() -> bool:
    """Tell whether all counters agree with ledger and open orders, as the nightly check looks."""
    books_balance()
    return inventory.check_stock(now=NOON).found == 0
