"""What a file of past orders holds, as the page of its import shows it before and after."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.integrations.queries import ImportRun
from zhanggui.integrations.types import RunState
from zhanggui.orders.types import HistoryState
from zhanggui.web.formats import SYMBOLS, grouped, money_parts


def shown_history(run: ImportRun) -> dict[str, Any]:
    """Return the figures of a checked or imported file, and what can still be chosen."""
    from zhanggui.orders.services import marketplace  # noqa: PLC0415 -- only where one is read

    labels = marketplace.format_labels()
    counts = run.counts
    may_choose = run.state in (RunState.CHECKED, RunState.FAILED) and run.started_at is None
    unknown = counts.get("unknown", {})
    return {
        "format": labels.get(run.format, run.format),
        "totals": [_total(one) for one in counts.get("totals", ())],
        "facts": [(label, value) for label, value in _facts(counts) if value],
        "states": _by_state(counts.get("states", {})),
        "left_out": _by_state(counts.get("left_out", {})),
        "masked": counts.get("masked", 0),
        "unknown": list(unknown.items()),
        "may_choose": may_choose,
        "formats": list(labels.items()),
        "currencies": list(SYMBOLS) if marketplace.has_currencies(run.format) else [],
        "currency": run.options.get("currency") or "CNY",
        "state_choices": HistoryState.choices,
        "open": bool(run.options.get("open")),
        "has_open": bool(counts.get("left_out")) or bool(run.options.get("open")),
    }


def chosen_words(request: HttpRequest) -> dict[str, str]:
    """Return what somebody said that status words mean; words left unexplained are missing."""
    words = request.POST.getlist("word")
    states = request.POST.getlist("means")
    return {
        word[:100]: state
        for word, state in zip(words, states, strict=False)
        if word and state in HistoryState.values
    }


def _facts(counts: Mapping[str, Any]) -> list[tuple[str, str]]:
    goods = counts.get("goods_lines", 0)
    matched = counts.get("matched_lines", 0)
    return [
        (_("下单时间"), _period(counts.get("first_at", ""), counts.get("last_at", ""))),
        (_("文件行数"), grouped(counts.get("lines", 0))),
        (_("买家"), grouped(counts.get("customers", 0))),
        (_("售出件数"), grouped(counts.get("units", 0))),
        (_("对上本店规格的商品行"), f"{grouped(matched)} / {grouped(goods)}" if goods else ""),
        (_("优惠和文件写的不同"), grouped(counts["adjusted"]) if counts.get("adjusted") else ""),
    ]


def _total(one: Mapping[str, Any]) -> dict[str, str]:
    return {
        "currency": one["currency"],
        "orders": grouped(one["orders"]),
        "gross": str(money_parts(one["gross_minor"], one["currency"])),
        "refunds": str(money_parts(one["refunds_minor"], one["currency"])),
        "net": str(money_parts(one["net_minor"], one["currency"])),
    }


def _by_state(found: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(str(state.label), grouped(found[state])) for state in HistoryState if found.get(state)]


def _period(first: str, last: str) -> str:
    if not first or not last:
        return ""
    days = [timezone.localtime(datetime.fromisoformat(at)).date() for at in (first, last)]
    return (
        f"{days[0]:%Y-%m-%d}" if days[0] == days[1] else " – ".join(f"{d:%Y-%m-%d}" for d in days)
    )
