"""How freight is charged, and refusals."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal


class ChargeBy(TextChoices):
    """What a template counts."""

    WEIGHT = "weight", _("按重量")
    PIECE = "piece", _("按件数")


@dataclass(frozen=True, slots=True, kw_only=True)
class FreightRuleView:
    """One row of a template: what it costs to the areas. Units are grams or pieces."""

    areas: tuple[str, ...]  # division codes of provinces or cities
    first_units: int
    first_minor: int
    extra_units: int
    extra_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FreightTemplateView:
    """A template with its rules; an area without a rule is not delivered to."""

    template_id: int
    name: str
    charge_by: str
    currency: str
    rules: tuple[FreightRuleView, ...]
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FreightItem:
    """What one order line adds to a quote."""

    product_id: int
    quantity: int
    weight_grams: int  # of one piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A carrier by its Kuaidi100 code."""

    code: str
    name: str
    query_url: str  # with {number}; "" where there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedProduct:
    """A product that was saved with its template."""

    product_id: int
    slug: str
    name: str


class FreightRefused(Refusal):
    """The template can't be saved or used like this; `field` names what to mend."""

    code = "invalid_freight"
    status = 422
    field = ""


class WeightMissing(FreightRefused):
    """A product on the shelf is charged by weight and has SKUs without one."""

    code = "weight_missing"
    field = "freight"

    def __init__(self, *, product: str, template: str, rows: tuple[int, ...]) -> None:
        text = _("「%(product)s」的运费模板「%(template)s」按重量计费，请给每个规格填上重量。")
        super().__init__(text % {"product": product, "template": template})
        self.rows = rows  # of the product's matrix, counted from 0
