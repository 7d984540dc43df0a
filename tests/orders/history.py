"""Small order files in the format `online-retail`, and reading what an import left."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from zhanggui.core.models import Event
from zhanggui.customers.models import Customer
from zhanggui.orders.models import CreditNote, CreditNoteLine, Order, OrderLine
from zhanggui.orders.services.history import import_orders
from zhanggui.orders.types import ImportReport

DATA = Path(__file__).parent / "data"
BIG = DATA / "online-retail-2010-12_2011-02.csv.gz"
DAY = DATA / "2010-12-20.latin1.csv"
VARIANTS = sorted(DATA.glob("2010-12-20.*"))
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def row(
    invoice: str = "536365",
    *,
    code: str = "85123A",
    description: str = "WHITE HEART",
    quantity: object = 6,
    at: str = "2010-12-01 08:26:00",
    price: str = "2.55",
    customer: str = "17850.0",
    country: str = "United Kingdom",
) -> str:
    """Return one line of a file."""
    return f"{invoice},{code},{description},{quantity},{at},{price},{customer},{country}\n"


def written(folder: Path, *rows: str, header: str = HEADER) -> Path:
    """Write a file of these lines."""
    path = folder / "history.csv"
    path.write_text(header + "".join(rows), encoding="utf-8", newline="")
    return path


def imported(path: Path, *, is_dry_run: bool = False) -> ImportReport:
    """Import a file as the command does."""
    return import_orders(
        path=path, format_name="online-retail", zone=SHANGHAI, now=NOON, is_dry_run=is_dry_run
    )


def counts() -> tuple[int, int, int, int, int, int]:
    """Return how many rows stand in every table that an import touches, and events."""
    models = (Order, OrderLine, CreditNote, CreditNoteLine, Customer, Event)
    one, two, three, four, five, six = (model.objects.count() for model in models)
    return one, two, three, four, five, six


def content() -> list[tuple[object, ...]]:
    """Return all that an import wrote, without keys and random numbers."""
    orders = Order.objects.order_by("external_ref").values_list(
        "external_ref", "placed_at", "payable_minor", "customer__external_ref", "country"
    )
    lines = OrderLine.objects.order_by("order__external_ref", "ordinal").values_list(
        "order__external_ref", "ordinal", "sku_code", "product_name", "quantity", "payable_minor"
    )
    notes = CreditNoteLine.objects.order_by("note__external_ref", "ordinal").values_list(
        "note__external_ref", "note__issued_at", "ordinal", "sku_code", "quantity", "total_minor"
    )
    return [*orders, *lines, *notes]
