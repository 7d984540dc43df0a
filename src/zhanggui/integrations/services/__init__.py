"""Writes of imports and exports."""

from zhanggui.integrations.services.runs import (
    begin_import,
    cancel_import,
    check_import,
    fail_import,
    forget_import,
    match_columns,
    run_import,
    start_import,
)

__all__ = [
    "begin_import",
    "cancel_import",
    "check_import",
    "fail_import",
    "forget_import",
    "match_columns",
    "run_import",
    "start_import",
]
