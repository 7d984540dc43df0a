"""Freight templates, and which product uses which."""

from django.db import models
from django.db.models import Q

from zhanggui.core.ids import IdField
from zhanggui.freight.types import ChargeBy


class FreightTemplate(models.Model):
    """How freight is charged. Exactly one template is the default of products without their own."""

    id = IdField()
    name = models.CharField(max_length=60, unique=True)
    charge_by = models.CharField(max_length=6, choices=ChargeBy.choices)
    currency = models.CharField(max_length=3)
    # 1 for the default, NULL for the others: a plain unique column that every database obeys
    default_key = models.SmallIntegerField(null=True, unique=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(charge_by__in=ChargeBy.values), name="freight_charge_by_is_known"
            ),
            models.CheckConstraint(
                condition=Q(default_key=None) | Q(default_key=1), name="freight_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FreightRule(models.Model):
    """What a template charges to some areas: first units, then each further unit begun."""

    id = IdField()
    template = models.ForeignKey(FreightTemplate, on_delete=models.CASCADE, related_name="rules")
    position = models.IntegerField(default=0)
    areas = models.JSONField(default=list)  # division codes of provinces or cities
    first_units = models.IntegerField()  # grams or pieces
    first_minor = models.BigIntegerField()
    extra_units = models.IntegerField()
    extra_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_units__gte=1)
                & Q(extra_units__gte=1)
                & Q(first_minor__gte=0)
                & Q(extra_minor__gte=0),
                name="freight_rule_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} {self.position}"


class ProductFreight(models.Model):
    """The template of a product that does not use the default."""

    id = IdField()
    product = models.OneToOneField("catalog.Product", on_delete=models.PROTECT, related_name="+")
    template = models.ForeignKey(FreightTemplate, on_delete=models.PROTECT, related_name="products")

    def __str__(self) -> str:
        return f"{self.product_id} → {self.template_id}"
