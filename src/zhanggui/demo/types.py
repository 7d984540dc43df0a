"""What is known about the demo and the sample shop before either is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal

PASSWORD = "kaimen-daji"  # noqa: S105 -- of all demo staff; the terminal shows it

# The demo's products that a real, new shop may try things out with, in the order of their making.
SAMPLE = (
    *("notebook-set", "sunglasses-round", "slip-on-canvas", "polo-navy-print", "tee-pixel-blue"),
    *("aloe-white-pot", "succulent-set-terracotta", "cushion-blue-stripe", "scented-candle"),
    *("gaiwan-white", "tea-longjing", "mug-navy"),
)
SAMPLE_SKUS, SAMPLE_PICTURES, SAMPLE_CATEGORIES = 38, 22, 9  # of these products
SAMPLE_PIECES = 40  # of each SKU
ANEW_AFTER = timedelta(minutes=10)  # what no worker ended by then may be ordered once more


class SampleState(TextChoices):
    """Whether the shop has sample goods."""

    NONE = "none", _("没有示例商品")
    LOADING = "loading", _("正在装入")
    LOADED = "loaded", _("有示例商品")
    WIPING = "wiping", _("正在清除")


class SampleError(TextChoices):
    """Why loading or clearing did not get through; the text says what to do next."""

    OWN_PRODUCTS = "own_products", _("店里已经有自己的商品了，没有再装示例。")
    NO_WAREHOUSE = "no_warehouse", _("还没有仓库。请先建一个仓库，再装入示例店铺。")
    ON_THE_WAY = (
        "on_the_way",
        _("有示例商品还在调拨途中，没有清除。请先把在途的调拨单收货，再来清除。"),
    )
    BROKEN = "broken", _("做到一半出了错，已经做完的不会重做。请再点一次；还不行就看“任务”页。")


class SampleRefused(Refusal):
    """The sample shop can't be loaded or cleared now."""

    code = "sample_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleStatus:
    """Where the sample shop stands."""

    state: SampleState = SampleState.NONE
    error: SampleError | None = None  # of the last try, None where it went well
    ordered_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)  # what came, or what went

    @property
    def is_busy(self) -> bool:
        """Tell whether a worker is at it."""
        return self.state in (SampleState.LOADING, SampleState.WIPING)

    def is_stuck(self, now: datetime) -> bool:
        """Tell whether a worker should have ended it long ago."""
        ordered = self.ordered_at
        return self.is_busy and ordered is not None and now - ordered > ANEW_AFTER


class Fate(Enum):
    """What clearing does with a category."""

    GOES = 1
    ARCHIVED = 2
    STAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WipePreview:
    """What clearing the sample shop would do now: what goes, and what stays."""

    products: int  # deleted
    archived: int  # products that orders or transfers name
    skus: int  # of the products that are deleted
    pieces: int  # that leave the stock, of all sample goods
    pieces_kept: int  # that open orders wait for
    categories: int
    categories_archived: int
    categories_kept: int
    template: str  # name of the sample's freight template, "" where it made none
    template_goes: bool
    orders_closed: int
    orders: int  # that name sample goods; they stay
    orders_paid: int
    orders_open: int  # that stay open: paid, or with other goods in them
    transfer: str  # number of one that is on the way and stops it, "" for none

    @property
    def seen(self) -> str:
        """Return the figures as one text, to know whether they are still the same."""
        names = [name for name in self.__slots__ if name != "transfer"]
        return "-".join(str(getattr(self, name)) for name in names)
