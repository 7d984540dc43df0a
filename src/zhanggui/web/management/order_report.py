"""What an import of a marketplace's orders is told as: rows for people, figures for programs."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.core.money import digits_of
from zhanggui.orders.types import HistoryReport, HistoryState


def figures_of(report: HistoryReport) -> dict[str, Any]:
    """Return what --json prints; sums over all are there only where there is one currency."""
    totals = [
        {
            "currency": one.currency,
            "orders": one.orders,
            "gross_minor": one.gross_minor,
            "refunds_minor": one.refunds_minor,
            "net_minor": one.net_minor,
        }
        for one in report.totals
    ]
    only = report.totals[0] if len(report.totals) == 1 else None
    return {
        "format": report.format_name,
        "lines": report.lines,
        "orders": report.orders,
        "customers": report.customers,
        "currency": only.currency if only else None,
        "gross_minor": only.gross_minor if only else None,
        "refunds_minor": only.refunds_minor if only else None,
        "net_minor": only.net_minor if only else None,
        "units_sold": report.units_sold,
        "rejected": report.rejected,
        "refused": report.refused,
        "added": report.added,
        "updated": report.updated,
        "known": report.known,
        "credit_notes": report.credit_notes,
        "totals": totals,
        "states": report.states,
        "left_out": report.left_out,
        "unknown_statuses": report.unknown,
        "first_at": report.first_at.isoformat() if report.first_at else None,
        "last_at": report.last_at.isoformat() if report.last_at else None,
        "goods_lines": report.goods_lines,
        "matched_lines": report.matched_lines,
        "adjusted": report.adjusted,
        "recipient_masked": report.masked,
    }


def summary(report: HistoryReport, *, is_dry_run: bool) -> list[tuple[str, str]]:
    """Return what people read: name and value."""
    rows = [
        (_("格式"), report.format_name),
        (_("文件行数"), f"{report.lines:,}"),
        (_("订单"), f"{report.orders:,}"),
        (_("买家"), f"{report.customers:,}"),
        (_("售出件数"), f"{report.units_sold:,}"),
    ]
    for one in report.totals:
        rows += [
            (_("实付"), _amount(one.gross_minor, one.currency)),
            (_("退款额"), _amount(one.refunds_minor, one.currency)),
            (_("净额"), _amount(one.net_minor, one.currency)),
        ]
    if report.first_at and report.last_at:
        days = [
            timezone.localtime(at).strftime("%Y-%m-%d") for at in (report.first_at, report.last_at)
        ]
        rows.append((_("下单时间"), " – ".join(days)))
    rows += [(_label(state), f"{n:,}") for state, n in sorted(report.states.items())]
    for state, n in sorted(report.left_out.items()):
        rows.append(
            (_("%(state)s（没有导入，--open 可导入）") % {"state": _label(state)}, f"{n:,}")
        )
    rows += [
        (_("不认识的状态「%(word)s」") % {"word": word}, f"{n:,}")
        for word, n in report.unknown.items()
    ]
    rows += [
        (_("商品行对上本店规格"), f"{report.matched_lines:,} / {report.goods_lines:,}"),
        (_("优惠和文件写的不同"), f"{report.adjusted:,}"),
        (_("因为有错没有导入的单"), f"{report.refused:,}"),
        (_("可以新增") if is_dry_run else _("新增订单"), f"{report.added:,}"),
        (_("可以更新") if is_dry_run else _("更新订单"), f"{report.updated:,}"),
        (_("已经有，没有变化"), f"{report.known:,}"),
        (_("退款单"), f"{report.credit_notes:,}"),
    ]
    return rows


def _label(state: str) -> str:
    return str(HistoryState(state).label)


def _amount(minor: int, currency: str) -> str:
    digits = digits_of(currency)
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f} {currency}"
