"""Reactions of the sample shop to its own events."""

from collections.abc import Sequence

from zhanggui.core.events import on
from zhanggui.demo.events import SampleOrdered
from zhanggui.demo.tasks import load_sample, wipe_sample


@on(SampleOrdered)
def enqueue_work(events: Sequence[SampleOrdered]) -> None:
    """Let a worker do what was ordered."""
    for event in events:
        (load_sample if event.act == "load" else wipe_sample).enqueue()
