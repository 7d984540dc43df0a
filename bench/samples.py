"""What the drivers must know of a seeded shop; run with its settings, prints JSON."""

import json
import os
import sys
from typing import Any

import django

HOT_PIECES = 10_000_000


def main() -> None:
    """Prepare the hot SKU and print what to ask for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhanggui.config.settings")
    django.setup()
    json.dump({"sessions": sessions(), **goods(), **orders()}, sys.stdout)


def sessions() -> dict[str, str]:
    """Sign one member of staff of each role in; return role → cookie."""
    from django.conf import settings
    from django.test import Client

    from zhanggui.accounts import services
    from zhanggui.accounts.models import User

    services.save_shop(is_demo=False)  # no simulator beside the shop
    found: dict[str, str] = {}
    for user in User.objects.exclude(role="").order_by("id"):
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        name = settings.SESSION_COOKIE_NAME
        found.setdefault(user.role, f"{name}={client.cookies[name].value}")
    return found


def goods() -> dict[str, Any]:
    """Return SKU codes, addresses of products and lists, words to search for."""
    from zhanggui.catalog.models import Category, Product, Sku

    codes = list(Sku.objects.filter(code__startswith="G").order_by("code")[:4000].values("code"))
    words = [row.name for row in Product.objects.order_by("-slug")[:200]]
    return {
        "skus": [row["code"] for row in codes[2:]],
        "hot": codes[0]["code"],
        "scarce": codes[1]["code"],
        "products": list(Product.objects.order_by("slug").values_list("slug", flat=True)[:3000]),
        "categories": list(
            Category.objects.filter(products__isnull=False)
            .distinct()
            .values_list("slug", flat=True)
        ),
        "words": sorted({part for name in words for part in (name[:4], name[2:6], name[-5:])}),
    }


def orders() -> dict[str, list[str]]:
    """Return numbers, phones, names and tracking numbers of orders all over the year."""
    from zhanggui.fulfilment.models import Parcel
    from zhanggui.orders.models import Order

    ids = list(Order.objects.filter(number_tail__startswith="12").values_list("pk", flat=True)[:60])
    rows = list(Order.objects.filter(pk__in=ids))
    parcels = Parcel.objects.filter(fulfilment_order__order__in=ids)
    completed = [row.number for row in rows if row.completed_at]
    return {
        "numbers": [row.number for row in rows],
        "completed": completed,
        "phones": [row.phone.removeprefix("+86") for row in rows],
        "names": [row.name for row in rows],
        "tracking": list(parcels.values_list("tracking_no", flat=True)),
    }


def stock(code: str, pieces: int) -> None:
    """Let the first warehouse have exactly so many free pieces of a SKU, the others none."""
    from django.utils import timezone

    from zhanggui.core.types import SYSTEM
    from zhanggui.inventory import queries, services

    for position, row in enumerate(queries.stock_rows(sku_code=code)):
        services.set_count(
            sku_code=code,
            warehouse_code=row.warehouse,
            on_hand=row.reserved + row.unavailable + (0 if position else pieces),
            reason="bench",
            actor=SYSTEM,
            now=timezone.now(),
        )


if __name__ == "__main__":
    main()
