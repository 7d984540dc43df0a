"""`zhanggui import-stock`: correct what the warehouses hold to a table."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from zhanggui.integrations.types import Kind
from zhanggui.inventory import queries as inventory
from zhanggui.web.management.importing import ImportCommand


class Command(ImportCommand):
    """Import a file; see docs/import-products.md."""

    help = "Correct stock to a table of counts (docs/import-products.md)"
    kind = Kind.STOCK

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, help="CSV or Excel: SKU code, pieces, warehouse")
        parser.add_argument("--warehouse", default="", help="code, for rows that name none")
        super().add_arguments(parser)

    def choices(self, **options: Any) -> dict[str, Any]:
        """Return the warehouse of rows without one."""
        if not options["warehouse"]:
            return {}
        for one in inventory.warehouses():
            if one.code == options["warehouse"]:
                return {"warehouse": one.warehouse_id}
        raise CommandError(_("没有仓库 %(name)s") % {"name": options["warehouse"]})
