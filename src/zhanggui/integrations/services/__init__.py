"""Writes of imports and exports."""

from zhanggui.integrations.services.exports import (
    cancel_export,
    fail_export,
    make_export,
    prune_files,
    start_export,
)
from zhanggui.integrations.services.runs import (
    begin_import,
    begin_undo,
    cancel_import,
    fail_import,
    forget_import,
    match_columns,
    match_orders,
    read_again,
    start_import,
)
from zhanggui.integrations.services.undo import undo_import
from zhanggui.integrations.services.working import check_import, run_import, work_on_import

__all__ = [
    "begin_import",
    "begin_undo",
    "cancel_export",
    "cancel_import",
    "check_import",
    "fail_export",
    "fail_import",
    "forget_import",
    "make_export",
    "match_columns",
    "match_orders",
    "prune_files",
    "read_again",
    "run_import",
    "start_export",
    "start_import",
    "undo_import",
    "work_on_import",
]
