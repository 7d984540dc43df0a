"""Small files of other shops, written from the headers that those shops use."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

SHOPIFY = [
    *("Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags"),
    *("Published", "Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value"),
    *("Variant SKU", "Variant Grams", "Variant Inventory Tracker"),
    *("Variant Inventory Qty", "Variant Price", "Variant Compare At Price"),
    *("Variant Barcode", "Image Src", "Image Position", "Image Alt Text", "Gift Card"),
    *("Variant Image", "Cost per item", "Status"),
]
SHOPIFY_NOW = [
    *("Title", "URL handle", "Description", "Vendor", "Product category", "Type", "Tags"),
    *("Published on online store", "Status", "SKU", "Barcode", "Option1 name"),
    *("Option1 value", "Price", "Compare-at price", "Inventory tracker"),
    *("Inventory quantity", "Weight value (grams)", "Product image URL"),
    *("Image position", "Image alt text"),
]
WOO = [
    *("ID", "Type", "SKU", "Name", "Published", "Short description", "Description"),
    *("Stock", "Weight (kg)", "Sale price", "Regular price", "Categories", "Images", "Parent"),
    *("Attribute 1 name", "Attribute 1 value(s)", "Attribute 2 name", "Attribute 2 value(s)"),
]
WOO_CHINESE = [
    *("ID", "类型", "SKU", "名称", "已发布", "简短描述", "描述"),
    *("库存", "重量 (kg)", "促销价格", "常规售价", "分类", "图片", "父级"),
    *("属性 1 名称", "属性 1 值", "属性 2 名称", "属性 2 值"),
]


def row(header: Sequence[str], **values: str) -> list[str]:
    """Return a row by header names, `_` for what a name of Python can't hold."""
    known = {"".join(filter(str.isalnum, name)).casefold(): name for name in header}
    named = {known[key.replace("_", "").casefold()]: text for key, text in values.items()}
    return [named.get(name, "") for name in header]


def text(rows: Sequence[Sequence[str]], *, delimiter: str = ",") -> str:
    """Return rows as CSV."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


def write(path: Path, rows: Sequence[Sequence[str]], *, encoding: str = "utf-8") -> Path:
    """Write rows as CSV and return the path."""
    path.write_bytes(text(rows).encode(encoding))
    return path


def shirt() -> list[list[str]]:
    """Return a Shopify product of two SKUs and two pictures."""
    return [
        SHOPIFY,
        row(
            SHOPIFY,
            handle="linen-shirt",
            title="亚麻衬衫",
            bodyhtml="<p>透气</p><script>alert(1)</script>",
            type="服装 > 衬衫",
            published="TRUE",
            option1name="颜色",
            option1value="白",
            variantsku="LS-W",
            variantgrams="300",
            variantinventorytracker="shopify",
            variantinventoryqty="7",
            variantprice="199.00",
            variantcompareatprice="259.00",
            variantbarcode="'6901234567892",
            imagesrc="white.png",
            imageposition="1",
            imagealttext="正面",
            variantimage="white.png",
            costperitem="80",
            status="active",
        ),
        row(
            SHOPIFY,
            handle="linen-shirt",
            option1value="蓝",
            variantsku="LS-B",
            variantgrams="310",
            variantinventorytracker="shopify",
            variantinventoryqty="-2",
            variantprice="209.00",
            imagesrc="blue.png",
            imageposition="2",
            variantimage="blue.png",
        ),
    ]
