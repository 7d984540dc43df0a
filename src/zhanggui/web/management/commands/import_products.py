"""`zhanggui import-products`: take over the products of another shop, or our own template."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from zhanggui.catalog.types import Shelf
from zhanggui.integrations.types import Kind, StockMode
from zhanggui.web.management.importing import ImportCommand

FORMATS = ("zhanggui", "shopify", "woocommerce", "vendure", "mall", "families")


class Command(ImportCommand):
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
        super().add_arguments(parser)

    def choices(self, **options: Any) -> dict[str, Any]:
        """Return the choices; pictures lie beside the file, or where the option says."""
        beside: Path = options["file"].parent
        folders = [beside, *([options["pictures"]] if options["pictures"] else [])]
        return {
            "stock": options["stock"],
            "shelf": options["shelf"],
            "folders": [str(one.resolve()) for one in folders],
        }
