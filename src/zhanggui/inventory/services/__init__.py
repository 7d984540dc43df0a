"""Writes of warehouses and stock."""

from zhanggui.inventory.services.checks import check_stock, repair
from zhanggui.inventory.services.corrections import (
    MAX_COUNT,
    correct,
    refuse_impossible,
    set_count,
)
from zhanggui.inventory.services.counting import set_counts
from zhanggui.inventory.services.levels import (
    LevelSeed,
    NewMovement,
    locked_levels,
    move,
    refresh_sold_out,
    save_warehouse,
    seed_counters,
    seed_stock,
)
from zhanggui.inventory.services.removal import remove_skus, write_off_free
from zhanggui.inventory.services.transfers import (
    cancel_transfer,
    create_transfer,
    receive_transfer,
    send_transfer,
    set_transfer_line,
)

__all__ = [
    "MAX_COUNT",
    "LevelSeed",
    "NewMovement",
    "cancel_transfer",
    "check_stock",
    "correct",
    "create_transfer",
    "locked_levels",
    "move",
    "receive_transfer",
    "refresh_sold_out",
    "refuse_impossible",
    "remove_skus",
    "repair",
    "save_warehouse",
    "seed_counters",
    "seed_stock",
    "send_transfer",
    "set_count",
    "set_counts",
    "set_transfer_line",
    "write_off_free",
]
