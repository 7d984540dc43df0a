"""What was done to all products of a shop: so many edits, values of attributes, sample goods."""

from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, stocked
from tests.factories.staff import StaffFactory

from zhanggui.catalog import services as catalog
from zhanggui.catalog.models import Category, Product
from zhanggui.catalog.types import AttributeKind, BulkAct, BulkWish
from zhanggui.core.types import SYSTEM, Actor, ActorType
from zhanggui.demo.models import SamplePart, SampleShop
from zhanggui.demo.types import SampleState

# Route → what is opened of it, for tests.web.test_query_counts
STOCK_ASKED: dict[str, tuple[str, ...]] = {
    "console/sample/": ("/console/sample/",),
    "console/stock/": ("/console/stock/", "/console/stock/?q=商品&show=low"),
    "console/stock/check/": ("/console/stock/check/",),
    "console/stock/correct/<str:warehouse>/<path:code>/": (
        "/console/stock/correct/{warehouse}/{sku}/",
    ),
    "console/stock/sku/<path:code>/": ("/console/stock/sku/{sku}/",),
    "console/stock/transfers/": ("/console/stock/transfers/",),
    "console/stock/transfers/new/": ("/console/stock/transfers/new/",),
    "console/stock/transfers/<str:number>/": ("/console/stock/transfers/{transfer}/",),
    "api/v1/admin/stock": ("/api/v1/admin/stock?sku={sku}",),
    "api/v1/admin/transfers": ("/api/v1/admin/transfers",),
    "api/v1/admin/transfers/<number>": ("/api/v1/admin/transfers/{transfer}",),
}


def attributed(size: int, top: Category) -> None:
    """Give a category so many attributes, and all products values of them."""
    for number in range(size):
        one = catalog.save_attribute(
            category_id=top.pk,
            name=f"a {number}",
            kind=AttributeKind.CHOICE,
            values=[f"x{n}" for n in range(size + 1)],
        )
        for item in Product.objects.order_by("pk"):
            catalog.set_attributes(
                product_id=item.pk, values={one.key: one.values}, now=NOON, actor=SYSTEM
            )


def edited(size: int) -> str:
    """Make the weight of all products another one, so many times; return the last edit's name."""
    token = ""
    lin = Actor(ActorType.STAFF, StaffFactory().pk)
    for number in range(size):
        token = catalog.preview_bulk_edit(
            product_ids=list(Product.objects.values_list("pk", flat=True)),
            wish=BulkWish(act=BulkAct.WEIGHT, weight_grams=11 + number),
            now=NOON,
            actor=lin,
        )
        edit_id = catalog.start_bulk_edit(token=token, now=NOON, actor=lin)
        catalog.run_bulk_edit(edit_id=edit_id, now=NOON)
    return token


def sampled(size: int) -> None:
    """Make so many sample products in as many categories, each with stock, as a loaded sample."""
    SampleShop.objects.create(state=SampleState.LOADED)
    for number in range(size):
        sku = SkuFactory(product__slug=f"sample-{number}", code=f"SAMPLE-{number}")
        stocked(sku, 5)
        SamplePart.objects.create(product=sku.product)
        SamplePart.objects.create(category=sku.product.category)
