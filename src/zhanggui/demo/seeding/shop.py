"""The shop that seeds are put into, where there is none."""

from datetime import datetime

from django.db import transaction

from zhanggui.accounts import queries as accounts
from zhanggui.demo.content import load
from zhanggui.demo.loading.goods import load_categories, load_freight, load_warehouses
from zhanggui.demo.loading.people import load_shop, load_staff


@transaction.atomic
def open_seed_shop(*, now: datetime) -> None:
    """Give an empty database the demo's settings, staff, freight and warehouses, without goods."""
    if accounts.has_shop():
        return
    content = load()
    load_shop(content)
    load_staff(content, now=now)
    load_freight(content)
    load_categories(content, now=now)
    load_warehouses(content)
