"""Imports in every state, as pages show them, and orders that imports brought."""

from datetime import timedelta

from tests.factories.shop import NOON
from tests.factories.staff import StaffFactory

from zhanggui.integrations.models import ImportRow, ImportRun
from zhanggui.orders.importing.sales import Sale, SaleLine
from zhanggui.orders.models import Order
from zhanggui.orders.services.marketplace_rows import From, write_batch
from zhanggui.orders.types import HistoryState


def make_imports(size: int) -> dict[str, str]:
    """Make so many imports in each state, of so many columns and rows; return one of each."""
    found = {}
    for state in ("uploaded", "checked", "done", "undone"):
        for number in range(size):
            names = [f"列 {n}" for n in range(size)]
            made = ImportRun.objects.create(
                kind="products",
                state=state,
                file_name=f"商品 {number}.csv",
                format="zhanggui",
                header=names,
                sample=[names],
                columns=[""] * size,
                total=size,
                counts={"created": size},
                actor_type="staff",
                actor_id=StaffFactory().pk,
                created_at=NOON,
                started_at=None if state in ("uploaded", "checked") else NOON,
            )
            found[f"import_{state}"] = str(made.pk)
            said = {"label": "茶杯", "reason": "没有这个图片文件", "outcome": "created"}
            said["undone"] = "已归档" if state == "undone" else ""
            for place in range(size):
                ImportRow.objects.create(run=made, ordinal=place, line=place + 2, **said)
    return found


def make_order_of_elsewhere(size: int) -> str:
    """Make so many orders of Taobao with so many rows and cells each; return our number of one."""
    at = NOON - timedelta(days=30)
    items = tuple(SaleLine(name=f"茶 {n}", quantity=1, amount_minor=100) for n in range(size))
    kept = {"订单状态": "交易成功", "总金额": "1.00", "店铺名称": "某某茶庄"}
    more = {f"列 {n}": "x" for n in range(size)}
    sales = [
        Sale(
            ref=f"365002847192058{number:04}",
            line=2,
            state=HistoryState.COMPLETED,
            currency="CNY",
            placed_at=at,
            items=items,
            payable_minor=100 * size,
            paid_minor=100 * size,
            kept=({**kept, **more},) * size,
        )
        for number in range(size)
    ]
    write_batch(sales, source=From(format_name="taobao", file_hash="", now=NOON))
    ImportRun.objects.create(
        kind="orders", state="done", file_name="淘宝.csv", format="taobao",
        actor_type="staff", created_at=NOON, started_at=NOON, ended_at=NOON,
    )  # fmt: skip
    return Order.objects.filter(source="import").latest("pk").number
