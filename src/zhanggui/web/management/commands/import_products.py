"""`zhanggui import-products`: take over the products of another shop, or our own template."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.catalog.types import Shelf
from zhanggui.core.tables.types import FileRefused
from zhanggui.core.types import SYSTEM
from zhanggui.integrations import queries, services
from zhanggui.integrations.types import Kind, RunState, StockMode
from zhanggui.web.management.progress import ProgressBar

FORMATS = ("zhanggui", "shopify", "woocommerce", "vendure", "mall")


class Command(BaseCommand):
    """Import a file; see docs/import-products.md."""

    help = "Import products from a table of this or another shop (docs/import-products.md)"
    kind = Kind.PRODUCTS

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, help="CSV, Excel, or a ZIP with pictures")
        parser.add_argument("--format", default="", choices=("", *FORMATS), help="else found out")
        parser.add_argument("--pictures", type=Path, help="folder with the pictures it names")
        parser.add_argument(
            "--stock", default=StockMode.NEW, choices=StockMode.values, help="what stock is for"
        )
        parser.add_argument(
            "--shelf", default=Shelf.DRAFT, choices=Shelf.values, help="of new products"
        )
        parser.add_argument("--dry-run", action="store_true", help="check only, write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, file: Path, dry_run: bool, json: bool, **options: Any) -> None:
        """Import, then print what became of it."""
        bar = None if json else ProgressBar(self.stderr, names=_stages())
        folder = options["pictures"] or file.parent
        try:
            run = services.start_import(
                kind=self.kind,
                path=file,
                name=file.name,
                format_name=options["format"],
                actor=SYSTEM,
                now=timezone.now(),
            )
            services.match_columns(
                run=run,
                format_name=run.format,
                columns=run.columns,
                options={
                    "stock": options["stock"],
                    "shelf": options["shelf"],
                    "folders": [str(folder.resolve())] if file.suffix != ".zip" else [],
                },
                now=timezone.now(),
            )
            show = {"progress": bar.show} if bar else {}
            services.check_import(run_id=run.pk, now=timezone.now(), **show)
            run.refresh_from_db()
            if not dry_run and run.state == RunState.CHECKED:
                services.begin_import(run=run, now=timezone.now())
                services.run_import(run_id=run.pk, now=timezone.now(), **show)
                run.refresh_from_db()
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        finally:
            if bar:
                bar.end()
        if run.state == RunState.FAILED:
            raise CommandError(run.error)
        self._print(queries.report(run=run), is_dry_run=dry_run, as_json=json)
        if dry_run:
            services.forget_import(run=run)

    def _print(self, report: queries.Report, *, is_dry_run: bool, as_json: bool) -> None:
        for line, reason in report.problems:
            if as_json:
                fact = json.dumps({"line": line, "detail": reason}, ensure_ascii=False)
                self.stderr.write(fact, str)
            else:
                self.stderr.write(_("第 %(line)d 行：%(text)s") % {"line": line, "text": reason})
        if as_json:
            self.stdout.write(json.dumps(report.figures))
            return
        for name, number in report.figures.items():
            self.stdout.write(f"{name:<16}{number:>12,}")
        if is_dry_run:
            self.stdout.write(_("只检查，没有写入。去掉 --dry-run 再运行就会导入。"))


def _stages() -> dict[str, str]:
    return {"check": _("检查"), "write": _("写入"), "pictures": _("图片")}
