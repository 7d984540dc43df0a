"""Writes of the sample shop. What loads goods is imported where a worker does so."""

from zhanggui.demo.services.ordering import fail, order_load, order_wipe
from zhanggui.demo.services.wiping import wipe_sample

__all__ = ["fail", "order_load", "order_wipe", "wipe_sample"]
