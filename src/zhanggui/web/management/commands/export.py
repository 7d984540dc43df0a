"""`zhanggui export`: write products, prices, stock or orders into a table."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.core.tables.writing import FORMATS
from zhanggui.core.types import COMMAND
from zhanggui.integrations import queries, services
from zhanggui.integrations.services.exporting import stored_filter
from zhanggui.integrations.services.exporting_products import SHOPIFY
from zhanggui.integrations.types import ExportState, Kind
from zhanggui.orders.queries import OrderFilter


class Command(BaseCommand):
    """Export everything of a kind; buyers' names, phones and addresses are masked."""

    help = "Write products, prices, stock or orders into a table (CSV or Excel)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("kind", choices=Kind.values)
        parser.add_argument("file", type=Path, help="ends with .csv or .xlsx")
        parser.add_argument(
            "--format", default="", choices=("", SHOPIFY), help="of products: for another shop"
        )

    def handle(self, *_args: Any, kind: str, file: Path, **options: Any) -> None:
        """Export, then say how many rows there are."""
        ending = file.suffix.removeprefix(".")
        if ending not in FORMATS:
            raise CommandError(_("文件名要以 .csv 或 .xlsx 结尾。"))
        wanted: dict[str, Any] = stored_filter(OrderFilter()) if kind == Kind.ORDERS else {}
        if options["format"]:
            if kind != Kind.PRODUCTS or ending != "csv":
                raise CommandError(_("Shopify 格式只能用于商品，文件要以 .csv 结尾。"))
            wanted["format"] = options["format"]
        run = services.start_export(
            kind=Kind(kind),
            ending=ending,
            wanted=wanted,
            narrowed={},
            with_costs=True,
            with_money=True,
            actor=COMMAND,
            now=timezone.now(),
            by_worker=False,
        )
        services.make_export(export_id=run.pk, now=timezone.now(), base=settings.PUBLIC_URL)
        run.refresh_from_db()
        if run.state != ExportState.DONE:
            raise CommandError(run.error)
        with queries.stored_file(name=run.file) as source, file.open("wb") as target:
            shutil.copyfileobj(source, target)
        self.stdout.write(_("%(n)d 行写入 %(file)s") % {"n": run.rows, "file": file})
