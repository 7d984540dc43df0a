"""The stock list."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhanggui.catalog import queries as catalog
from zhanggui.inventory import queries
from zhanggui.inventory.types import StockFilter
from zhanggui.web.access import allowed
from zhanggui.web.console.pages import go, page
from zhanggui.web.console.stock.levels import clean, house_code, houses_of, stock_views

SHOWN = 20


@allowed("stock", "view")
@require_safe
def stock_list(request: HttpRequest) -> HttpResponse:
    """List SKUs by code with what each warehouse holds; a whole code or barcode opens its SKU."""
    q, after, house = clean(request, "q"), clean(request, "after"), house_code(request)
    if q and (code := catalog.sku_code_of(text=q)):
        return go(request, reverse("console:stock_sku", args=[code]))
    wish = request.GET.get("show", "")
    show = wish if wish in StockFilter.values else ""
    houses = houses_of(request)
    ids = [one.warehouse_id for one in houses if house in ("", one.code)]
    where = queries.skus_where(wanted=show, warehouse_ids=ids)
    skus = catalog.sku_rows(q=q, after=after, where=where, limit=SHOWN + 1)
    more, skus = len(skus) > SHOWN, skus[:SHOWN]
    context = {
        "q": q,
        "after": after,
        "show": show,
        "views": [("", ""), *StockFilter.choices],
        "house": house,
        "houses": houses,
        "rows": stock_views(skus, houses=houses, only=house),
        "next": skus[-1].code if more else "",
    }
    return page(request, "console/stock/list.html", context, part="list")
