"""The longest that the shop's data may be: names that nothing breaks, 20 digits of money."""

from django.db.models import Case, F, Value, When

from zhanggui.accounts.models import Shop, User
from zhanggui.catalog.models import Category, Product, Sku
from zhanggui.inventory.models import StockLevel, Warehouse
from zhanggui.orders.models import Order, OrderLine
from zhanggui.payments.models import Payment

MONEY = 10**17  # ¥1,000,000,000,000,000.00
PIECES = 2_000_000_000
DIGITS = "12345678901234567890"


def lengthen() -> None:
    """Write the longest names and largest numbers into every row that pages show."""
    Shop.objects.update(name=long(60), slogan=long(120), address=long(60))
    User.objects.update(name=long(60))
    Category.objects.update(name=long(60))
    Product.objects.update(
        name=long(120), subtitle=long(200), description=f"<p>{long(400)}</p>",
        min_price_minor=MONEY, max_price_minor=MONEY, market_price_minor=MONEY + 1,
    )  # fmt: skip
    Sku.objects.update(price_minor=MONEY, market_price_minor=MONEY + 1, barcode=DIGITS)
    Warehouse.objects.update(name=long(60))
    StockLevel.objects.update(on_hand=PIECES)
    OrderLine.objects.update(
        product_name=long(120), options_text=long(250),
        unit_price_minor=MONEY, discount_minor=0, freight_minor=0,
        payable_minor=MONEY * F("quantity"),
    )  # fmt: skip
    for order in Order.objects.prefetch_related("lines"):
        total = sum(line.payable_minor for line in order.lines.all())
        Order.objects.filter(pk=order.pk).update(
            goods_minor=total, freight_minor=0, discount_minor=0, payable_minor=total,
            paid_minor=Case(When(paid_minor__gt=0, then=Value(total)), default=Value(0)),
            province=long(40), city=long(40), district=long(40),
        )  # fmt: skip
        order = Order.objects.get(pk=order.pk)
        order.name, order.detail, order.note = long(40), long(100), long(200)
        order.save(update_fields=["name", "detail", "note"])
        Payment.objects.filter(order=order).update(amount_minor=total)


def long(length: int) -> str:
    """Return a name of this length, half of it digits and half a word that has no end."""
    return (DIGITS + "掌柜的超长名字没有尽头W" * 40)[:length]
