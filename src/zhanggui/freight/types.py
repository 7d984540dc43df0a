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


class FreightRefused(Refusal):
    """The template can't be saved like this."""

    code = "invalid_freight"
    status = 422
