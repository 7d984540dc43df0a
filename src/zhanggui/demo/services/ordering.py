"""Ordering the sample shop or its clearing: one of them at a time, however often clicked."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from zhanggui.core import versions
from zhanggui.core.events import publish
from zhanggui.core.transactions import retried
from zhanggui.core.types import Actor
from zhanggui.demo import queries
from zhanggui.demo.events import SampleOrdered
from zhanggui.demo.models import SampleShop
from zhanggui.demo.types import ANEW_AFTER, SAMPLE, SampleError, SampleRefused, SampleState
from zhanggui.inventory import queries as inventory


@retried
def order_load(*, actor: Actor, now: datetime) -> bool:
    """Have a worker load the sample shop; False where it is there already, or on its way.

    Raises:
        SampleRefused: the shop has products of its own, or no warehouse.
    """
    if queries.has_own_products():
        raise SampleRefused(SampleError.OWN_PRODUCTS.label)
    if not inventory.warehouses():
        raise SampleRefused(SampleError.NO_WAREHOUSE.label)
    if not _move(SampleState.NONE, SampleState.LOADING, actor, now):
        return False
    publish(SampleOrdered(subject_id=1, act="load", products=len(SAMPLE), at=now, actor=actor))
    return True


@retried
def order_wipe(*, seen: str, actor: Actor, now: datetime) -> bool:
    """Have a worker clear the sample shop; False where it is cleared already, or being so.

    `seen` are the figures of the preview that somebody looked at.

    Raises:
        SampleRefused: they are others by now, or some of the goods are on the way.
    """
    preview = queries.wipe_preview()
    if not _move(SampleState.LOADED, SampleState.WIPING, actor, now):
        return False
    if preview.transfer:
        raise SampleRefused(
            _("调拨单 %(number)s 还在途，里面有示例商品。请先收货，再来清除。")
            % {"number": preview.transfer}
        )
    if preview.seen != seen:
        raise SampleRefused(_("刚刚有了变化，请再看一遍下面的数字，然后确认。"))
    count = preview.products + preview.archived
    publish(SampleOrdered(subject_id=1, act="wipe", products=count, at=now, actor=actor))
    return True


def _move(start: SampleState, to: SampleState, actor: Actor, now: datetime) -> bool:
    """Take the one row from a state to the next; False where somebody else did before."""
    SampleShop.objects.get_or_create(pk=1)
    stuck = Q(state=to, ordered_at__lt=now - ANEW_AFTER)
    changed = SampleShop.objects.filter(Q(state=start) | stuck, pk=1).update(
        state=to,
        error="",
        counts={},
        ordered_at=now,
        actor_type=actor.type,
        actor_id=actor.id,
        actor_name=actor.name[:60],
    )
    versions.bump(queries.SAMPLE)
    return bool(changed)


@transaction.atomic
def fail(*, error: SampleError) -> None:
    """Note why a worker could not go on, and let people order it again."""
    back = {
        SampleState.LOADING: SampleState.NONE,
        SampleState.WIPING: SampleState.LOADED,
    }
    for busy, before in back.items():
        SampleShop.objects.filter(pk=1, state=busy).update(state=before, error=error)
    versions.bump(queries.SAMPLE)
