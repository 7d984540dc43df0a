"""Categories, products, SKUs, pictures, their history, edits of many, and the search index."""

from django.db import models
from django.db.models import F, Q

from zhanggui.catalog.types import AttributeKind, BulkAct, BulkRowState, BulkState, Shelf, Weight
from zhanggui.core.ids import IdField


class Category(models.Model):
    """A node of the category tree; `path` lists the ids from the top ("/1/7/")."""

    id = IdField()
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    name = models.CharField(max_length=60)
    slug = models.CharField(max_length=80, unique=True)
    path = models.CharField(max_length=200, unique=True)
    position = models.IntegerField(default=0)
    archived_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class OldSlug(models.Model):
    """An address that a category had: links to it lead to the one that it has now."""

    slug = models.CharField(max_length=80, primary_key=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="old_slugs")

    def __str__(self) -> str:
        return self.slug


class Product(models.Model):
    """What shoppers see as one product; money and stock hang on its SKUs."""

    id = IdField()
    slug = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=120)
    subtitle = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)  # HTML, cleaned by nh3
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="products")
    shelf = models.CharField(max_length=5, choices=Shelf.choices, default=Shelf.DRAFT)
    on_at = models.DateTimeField(null=True)  # on the shelf from
    off_at = models.DateTimeField(null=True)  # off the shelf from
    options = models.JSONField(default=list)  # [{"name": "颜色", "values": ["黑", "白"]}]
    currency = models.CharField(max_length=3)
    # What lists show of the live SKUs, kept by services
    sku_count = models.IntegerField(default=0)
    min_price_minor = models.BigIntegerField(default=0)
    max_price_minor = models.BigIntegerField(default=0)
    market_price_minor = models.BigIntegerField(null=True)  # of the cheapest one
    figures_until = models.DateTimeField(null=True)  # when a timed price makes them others
    leaves_when_sold_out = models.BooleanField(default=False)  # off the lists until there is stock
    is_sold_out = models.BooleanField(default=False)  # it has left so; kept by stock's services
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    revision = models.IntegerField(default=1)  # of what the form holds: texts, shelf, SKUs
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(shelf__in=Shelf.values), name="product_shelf_is_known"
            ),
            models.CheckConstraint(
                condition=Q(on_at=None) | Q(off_at=None) | Q(off_at__gt=F("on_at")),
                name="product_schedule_in_order",
            ),
            models.CheckConstraint(
                condition=Q(sku_count__gte=0)
                & Q(min_price_minor__gte=0)
                & Q(max_price_minor__gte=F("min_price_minor")),
                name="product_summary_in_range",
            ),
        ]
        indexes = [
            models.Index(fields=["shelf", "created_at", "slug"], name="product_by_shelf"),
            models.Index(fields=["shelf", "min_price_minor", "slug"], name="product_by_price"),
            models.Index(
                fields=["category", "shelf", "created_at", "slug"], name="product_by_category"
            ),
            # sql.next_moment
            models.Index(fields=["on_at"], name="product_by_on_at"),
            models.Index(fields=["off_at"], name="product_by_off_at"),
            models.Index(fields=["figures_until"], name="product_by_figures_until"),
        ]

    def __str__(self) -> str:
        return self.name


class Attribute(models.Model):
    """What products of a category, and of those below it, are told apart and filtered by."""

    id = IdField()
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="attributes")
    key = models.CharField(max_length=40, unique=True)  # names it in addresses
    name = models.CharField(max_length=30)
    kind = models.CharField(max_length=6, choices=AttributeKind.choices)
    values = models.JSONField(default=list)  # of a choice, in their order
    unit = models.CharField(max_length=10, blank=True)
    position = models.IntegerField(default=0)
    is_facet = models.BooleanField(default=True)  # shoppers filter by it
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=AttributeKind.values), name="attribute_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProductAttribute(models.Model):
    """A value that a product has of an attribute; of a choice it may have several."""

    id = IdField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="attributes")
    attribute = models.ForeignKey(
        Attribute,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # value_by_attribute begins with it
    )
    text = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "attribute", "text"], name="value_once_per_product"
            ),
        ]
        indexes = [
            models.Index(fields=["attribute", "text", "product"], name="value_by_attribute"),
        ]

    def __str__(self) -> str:
        return self.text


class Picture(models.Model):
    """A picture of a product: three WebP files made from the upload, without its metadata."""

    id = IdField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="pictures")
    position = models.IntegerField(default=0)
    alt = models.CharField(max_length=120, blank=True)
    digest = models.CharField(max_length=64)  # SHA-256 of the upload
    small = models.CharField(max_length=120)  # storage names; longest side 240, 640, 1280 px
    medium = models.CharField(max_length=120)
    large = models.CharField(max_length=120)
    width = models.IntegerField()  # of the large one
    height = models.IntegerField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "digest"], name="picture_once_per_product"),
        ]
        # services.pictures: the files of a picture that the shop has are used again
        indexes = [models.Index(fields=["digest"], name="picture_by_digest")]

    def __str__(self) -> str:
        return self.small


class Sku(models.Model):
    """The sellable unit: one combination of option values with its price."""

    id = IdField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="skus")
    code = models.CharField(max_length=60, unique=True)
    options = models.JSONField(default=list)  # values in the order of the product's options
    option_key = models.CharField(max_length=250)  # the same as one text, "黑 / 128G"
    position = models.IntegerField(default=0)
    price_minor = models.BigIntegerField()
    market_price_minor = models.BigIntegerField(null=True)
    cost_price_minor = models.BigIntegerField(null=True)
    # The price from one moment until another, where it has one; see calc.Price
    timed_price_minor = models.BigIntegerField(null=True)
    timed_from = models.DateTimeField(null=True)
    timed_until = models.DateTimeField(null=True)
    barcode = models.CharField(max_length=32, blank=True)
    weight_grams = models.IntegerField(default=0)
    volume_cm3 = models.IntegerField(default=0)
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, null=True, related_name="+")
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "option_key"], name="sku_once_per_options"),
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="sku_price_not_negative"),
            models.CheckConstraint(
                condition=(Q(market_price_minor=None) | Q(market_price_minor__gte=0))
                & (Q(cost_price_minor=None) | Q(cost_price_minor__gte=0)),
                name="sku_other_prices_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(timed_price_minor=None) | Q(timed_price_minor__gte=0),
                name="sku_timed_price_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(timed_from=None)
                | Q(timed_until=None)
                | Q(timed_until__gt=F("timed_from")),
                name="sku_timed_price_in_order",
            ),
            models.CheckConstraint(
                condition=Q(weight_grams__gte=0) & Q(volume_cm3__gte=0),
                name="sku_measures_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["barcode"], name="sku_by_barcode"),
            # sql.next_moment
            models.Index(fields=["timed_from"], name="sku_by_timed_from"),
            models.Index(fields=["timed_until"], name="sku_by_timed_until"),
        ]

    def __str__(self) -> str:
        return self.code


class ProductChange(models.Model):
    """One field of a product or of one of its SKUs that somebody changed. Only ever added to."""

    id = IdField()
    product = models.ForeignKey(
        Product,
        on_delete=models.PROTECT,
        related_name="changes",
        db_index=False,  # change_by_product begins with it
    )
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, null=True, related_name="+")
    field = models.CharField(max_length=30)
    old = models.JSONField(null=True)  # whole, so that it can be restored
    new = models.JSONField(null=True)  # long texts shortened: the row or the next change has them
    via = models.CharField(max_length=10, blank=True)  # "bulk", "undo", "" for one product alone
    actor_type = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["product", "id"], name="change_by_product")]

    def __str__(self) -> str:
        return f"{self.field} of {self.product_id}"


class BulkEdit(models.Model):
    """One act on many products: previewed, run in short transactions, undone at most once."""

    id = IdField()
    token = models.CharField(max_length=32, unique=True)  # names it in addresses
    act = models.CharField(max_length=10, choices=BulkAct.choices)
    wish = models.JSONField(default=dict)  # what was asked for, in the words of BulkWish
    state = models.CharField(max_length=10, choices=BulkState.choices, default=BulkState.PREVIEW)
    products = models.IntegerField()  # all that were chosen
    passed = models.IntegerField(default=0)  # of these, what this run or undo is through with
    counts = models.JSONField(default=dict)  # state → rows, as the preview, run or undo ended
    actor_type = models.CharField(max_length=10)  # who ordered this run
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BulkState.values), name="bulk_edit_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(passed__gte=0) & Q(products__gte=F("passed")),
                name="bulk_edit_passes_what_it_has",
            ),
        ]
        indexes = [models.Index(fields=["made_at"], name="bulk_edit_by_time")]

    def __str__(self) -> str:
        return f"{self.act} of {self.products}"


class BulkEditRow(models.Model):
    """What an edit of many does to one product or SKU; values as text. Kept for some days."""

    id = IdField()
    edit = models.ForeignKey(
        BulkEdit,
        on_delete=models.PROTECT,
        related_name="rows",
        db_index=False,  # bulk_row_by_place begins with it
    )
    place = models.IntegerField()  # of its product among the chosen ones
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, null=True, related_name="+")
    old = models.CharField(max_length=60)
    new = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=BulkRowState.choices)
    reason = models.CharField(max_length=20, blank=True)  # a BulkRefusal where it was refused

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BulkRowState.values), name="bulk_row_state_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["edit", "place", "id"], name="bulk_row_by_place"),
            models.Index(fields=["edit", "state", "id"], name="bulk_row_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class SearchTerm(models.Model):
    """An inverted index that works the same on every database.

    Terms are single signs and pairs of neighbouring signs of Chinese text, words and their
    beginnings, pinyin initials, SKU codes and barcodes, all in search form (core.text.search_form).
    A search asks for equal terms only, since prefix conditions depend on the database's collation.
    """

    id = IdField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="terms")
    term = models.CharField(max_length=60)
    weight = models.SmallIntegerField(choices=Weight.choices)  # the best place that has the term

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weight__in=Weight.values), name="term_weight_is_known"
            ),
            models.UniqueConstraint(fields=["term", "product"], name="term_once_per_product"),
        ]
        indexes = [
            # queries.search: the best match first, the newest of each
            models.Index(fields=["term", "weight", "product"], name="term_by_weight"),
        ]

    def __str__(self) -> str:
        return self.term
