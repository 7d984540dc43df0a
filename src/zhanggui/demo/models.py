"""The sample shop: where it stands, and which rows of the shop are its own."""

from django.db import models
from django.db.models import Q

from zhanggui.core.ids import IdField
from zhanggui.demo.types import SampleError, SampleState


class SampleShop(models.Model):
    """Whether the shop has sample goods, and what is being done about it: one row with id 1."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    state = models.CharField(max_length=10, choices=SampleState.choices, default=SampleState.NONE)
    error = models.CharField(max_length=20, blank=True)  # a SampleError
    counts = models.JSONField(default=dict)  # what came with the last loading, or went
    actor_type = models.CharField(max_length=10, blank=True)  # who ordered it
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    ordered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="sample_shop_is_one"),
            models.CheckConstraint(
                condition=Q(state__in=SampleState.values) & Q(error__in=["", *SampleError.values]),
                name="sample_shop_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[SampleState.NONE, SampleState.LOADED])
                | Q(ordered_at__isnull=False, error=""),
                name="sample_shop_busy_was_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.state


class SamplePart(models.Model):
    """A product, a category or a freight template that came with the sample shop."""

    id = IdField()
    product = models.OneToOneField(
        "catalog.Product", on_delete=models.PROTECT, null=True, related_name="+"
    )
    category = models.OneToOneField(
        "catalog.Category", on_delete=models.PROTECT, null=True, related_name="+"
    )
    template = models.OneToOneField(
        "freight.FreightTemplate", on_delete=models.PROTECT, null=True, related_name="+"
    )
    mark = models.CharField(max_length=64, blank=True)  # of a template, to know it unchanged
    is_kept = models.BooleanField(default=False)  # a product that was archived by clearing

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(product__isnull=False, category=None, template=None)
                | Q(product=None, category__isnull=False, template=None)
                | Q(product=None, category=None, template__isnull=False),
                name="sample_part_is_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(is_kept=False) | Q(product__isnull=False),
                name="sample_part_keeps_products",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id or self.category_id or self.template_id}"
