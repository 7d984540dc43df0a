"""Give a SKU so many pieces (CODE PIECES), or print its books (CODE), with the shop's settings."""

import json
import os
import sys

import django


def main() -> None:
    """Set and print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhanggui.config.settings")
    django.setup()
    from bench.samples import stock

    code, *pieces = sys.argv[1:]
    if pieces:
        stock(code, int(pieces[0]))
    from django.db.models import Sum

    from zhanggui.inventory.models import StockLevel, StockMovement

    counters = StockLevel.objects.filter(sku__code=code)
    ledger = StockMovement.objects.filter(level__sku__code=code)
    print(
        json.dumps(
            {
                "counters": counters.aggregate(on_hand=Sum("on_hand"), reserved=Sum("reserved")),
                "ledger": ledger.aggregate(
                    on_hand=Sum("on_hand_delta"), reserved=Sum("reserved_delta")
                ),
            }
        )
    )


if __name__ == "__main__":
    main()
