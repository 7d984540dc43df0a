"""What changed of a product, newest first."""

from zhanggui.catalog.models import ProductChange
from zhanggui.catalog.types import ChangeView

COSTS = ("cost_price_minor",)  # only for those who may see costs


def product_history(
    *, product_id: int, with_costs: bool, start: int = 0, limit: int = 100
) -> list[ChangeView]:
    """Return changed fields of a product and its SKUs, newest first; one statement."""
    rows = ProductChange.objects.filter(product_id=product_id)
    if not with_costs:
        rows = rows.exclude(field__in=COSTS)
    named = rows.order_by("-id").values_list(
        *("field", "old", "new", "sku__code", "sku__option_key"),
        *("via", "actor_type", "actor_id", "at"),
    )
    return [
        ChangeView(
            field=field,
            old=old,
            new=new,
            sku_code=code or "",
            options_text=options or "",
            via=via,
            actor_type=actor_type,
            actor_id=actor_id,
            at=at,
        )
        for field, old, new, code, options, via, actor_type, actor_id, at in named[
            start : start + limit
        ]
    ]
