"""`zhanggui import-orders`: take over the order history of another shop."""

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError
from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.integrations.services.orders import remembered_words
from zhanggui.orders.services.history import FORMATS, import_orders
from zhanggui.orders.services.marketplace import Wish, format_of, import_marketplace
from zhanggui.orders.types import (
    HistoryReport,
    HistoryState,
    ImportRefused,
    ImportReport,
    RowError,
)
from zhanggui.web.management.importing import add_encoding, hinted
from zhanggui.web.management.order_report import figures_of, summary
from zhanggui.web.management.progress import ProgressBar

SHOWN_ERRORS = 100
_JSON_FIGURES = (
    "lines",
    "orders",
    "customers",
    "gross_minor",
    "refunds_minor",
    "net_minor",
    "units_sold",
    "units_returned",
    "rejected",
)


class Command(BaseCommand):
    """Import a file; see docs/import-orders.md."""

    help = "Import the order history of another shop (docs/import-orders.md)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, help="CSV, plain or gzip, or Excel")
        parser.add_argument(
            "--items", type=Path, action="append", default=[], help="its list of items (Taobao)"
        )
        parser.add_argument("--format", default="", help="else it is found out")
        parser.add_argument(
            "--status",
            action="append",
            default=[],
            metavar="WORD=STATE",
            help=f"what a status word means: {', '.join(HistoryState.values)}",
        )
        parser.add_argument(
            "--open", action="store_true", help="also orders that are unpaid or to be shipped"
        )
        parser.add_argument("--dry-run", action="store_true", help="check only, write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--currency",
            default="",
            metavar="CODE",
            help="of amounts where the file names none (CNY)",
        )
        add_encoding(parser)

    def handle(self, *_args: Any, json: bool, **options: Any) -> None:
        """Import, then print what the file holds."""
        progress = (
            None
            if json
            else ProgressBar(self.stderr, names={"read": _("读取"), "write": _("写入")})
        )
        try:
            report = self._imported(progress, **options)
        except ImportRefused as refusal:
            self._fail(refusal, code=refusal.code, detail=hinted(refusal), as_json=json)
        except (OperationalError, ProgrammingError) as error:
            detail = _("数据库不能用（%(why)s）。请检查数据库，运行 zhanggui migrate 后再导入。")
            self._fail(
                error, code="database_unavailable", detail=detail % {"why": error}, as_json=json
            )
        except KeyboardInterrupt as stop:
            detail = _("已停止。写入的单都是完整的，再运行一次就会继续。")
            self._fail(stop, code="interrupted", detail=detail, as_json=json)
        finally:
            if progress:
                progress.end()
        if isinstance(report, HistoryReport):
            self._print_history(report, is_dry_run=options["dry_run"], as_json=json)
        elif json:
            self._print_json(report)
        else:
            self._print_table(report, is_dry_run=options["dry_run"])

    def _imported(
        self, progress: ProgressBar | None, *, file: Path, dry_run: bool, **options: Any
    ) -> ImportReport | HistoryReport:
        show = {"progress": progress.show} if progress else {}
        zone, now = timezone.get_default_timezone(), timezone.now()
        paths = [file, *options["items"]]
        words, codec = _words(options["status"]), options["encoding"]
        format_name = format_of(paths, format_name=options["format"], codec=codec)
        if format_name in FORMATS:
            return import_orders(
                path=file,
                format_name=format_name,
                zone=zone,
                now=now,
                is_dry_run=dry_run,
                codec=codec,
                **show,
            )
        wish = Wish(
            words={**remembered_words(format_name), **words},
            open_orders=options["open"],
            is_dry_run=dry_run,
            codec=codec,
            currency=options["currency"].upper(),
        )
        return import_marketplace(
            paths=paths, format_name=format_name, wish=wish, zone=zone, now=now, **show
        )

    def _print_history(self, report: HistoryReport, *, is_dry_run: bool, as_json: bool) -> None:
        shown = report.errors[:SHOWN_ERRORS]
        for error in shown:
            if as_json:
                facts = {"code": error.code, "detail": _row_text(error), "line": error.line}
                self._complain(**facts, order=error.invoice)
            else:
                self.stderr.write(_row_text(error))
        if as_json:
            self.stdout.write(dumps(figures_of(report), ensure_ascii=False))
            return
        if len(report.errors) > len(shown):
            left = len(report.errors) - len(shown)
            self.stderr.write(_("……还有 %(n)d 行有错。") % {"n": left})
        for name, value in summary(report, is_dry_run=is_dry_run):
            self.stdout.write(f"{_padded(name, 30)}{value}")
        if report.unknown:
            self.stdout.write(
                _("用 --status 词=状态 说明这些状态词，状态有：%(states)s")
                % {"states": _("、").join(HistoryState.values)}
            )
        if is_dry_run:
            self.stdout.write(_("只检查，没有写入。去掉 --dry-run 再运行就会导入。"))

    def _fail(self, cause: BaseException, *, code: str, detail: str, as_json: bool) -> NoReturn:
        if not as_json:
            raise CommandError(detail) from cause
        self._complain(code=code, detail=detail)
        raise SystemExit(1) from cause

    def _print_json(self, report: ImportReport) -> None:
        for error in report.errors:
            self._complain(code=error.code, detail=_row_text(error), line=error.line)
        figures = asdict(report.figures)
        wanted = {name: figures[name] for name in _JSON_FIGURES}
        self.stdout.write(dumps({**wanted, "added": report.added}))

    def _complain(self, **facts: Any) -> None:
        self.stderr.write(dumps(facts, ensure_ascii=False), str)

    def _print_table(self, report: ImportReport, *, is_dry_run: bool) -> None:
        for error in report.errors:
            self.stderr.write(_row_text(error))
        figures, currency = report.figures, report.currency
        hidden = figures.rejected - len(report.errors)
        if hidden > 0:
            self.stderr.write(_("……还有 %(n)d 行有错。") % {"n": hidden})
        rows = [
            (_("文件行数"), f"{figures.lines:,}"),
            (_("订单"), f"{figures.orders:,}"),
            (_("买家"), f"{figures.customers:,}"),
            (_("销售额"), _amount(figures.gross_minor, currency)),
            (_("退款额"), _amount(figures.refunds_minor, currency)),
            (_("净额"), _amount(figures.net_minor, currency)),
            (_("售出件数"), f"{figures.units_sold:,}"),
            (_("退回件数"), f"{figures.units_returned:,}"),
            (_("退货单"), f"{figures.credit_notes:,}"),
            (_("赠品行"), f"{figures.free_lines:,}"),
            (_("报损行（不导入）"), f"{figures.writeoff_lines:,}"),
            (_("坏账调整行（不导入）"), f"{figures.adjust_lines:,}"),
            (_("有错的行"), f"{figures.rejected:,}"),
            (_("因此没有导入的单"), f"{len(report.broken_invoices):,}"),
        ]
        for name, value in rows:
            self.stdout.write(f"{_padded(name, 22)}{value:>18}")
        if report.broken_invoices:
            shown = _("、").join(report.broken_invoices[:20])
            self.stdout.write(_("没有导入的单：%(refs)s") % {"refs": shown})
        if is_dry_run:
            self.stdout.write(_("只检查，没有写入。去掉 --dry-run 再运行就会导入。"))
        else:
            self.stdout.write(
                _("新增订单 %(orders)d 个，新增退货单 %(notes)d 个。")
                % {"orders": report.added, "notes": report.added_credit_notes}
            )


def _words(given: Sequence[str]) -> dict[str, str]:
    """Return what status words mean, as --status says it: the last = separates."""
    words = {}
    for one in given:
        word, separator, state = one.rpartition("=")
        if not separator or not word or state not in HistoryState.values:
            raise ImportRefused(
                _("--status %(given)s 不对，应是 词=状态，状态有：%(states)s")
                % {"given": one, "states": _("、").join(HistoryState.values)},
                code="bad_status",
            )
        words[word] = state
    return words


def _row_text(error: RowError) -> str:
    where = _("第 %(line)d 行") % {"line": error.line}
    if error.invoice:
        where += _("（单号 %(ref)s，整张单不导入）") % {"ref": error.invoice}
    return _("%(where)s：%(text)s") % {"where": where, "text": error.text}


def _amount(minor: int, currency: str) -> str:
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100:,}.{abs(minor) % 100:02d} {currency}"


def _padded(text: str, width: int) -> str:
    """Pad to a width on the terminal, where a Chinese character takes two places."""
    return text + " " * max(width - sum(2 if ord(char) > 0x2E7F else 1 for char in text), 1)
