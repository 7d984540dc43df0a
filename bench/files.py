"""A file to import: a ZIP with a table of products and one picture for each."""

import csv
import io
import random
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

_DRAWN = 200  # different pictures; the others are copies with another end, for the shop all new
_COLOURS = ("黑", "白", "红", "蓝")
_HEADER = (
    *("商品编码", "商品名称", "副标题", "类目", "规格1名称", "规格1值", "规格编码", "条码"),
    *("售价", "划线价", "成本价", "库存", "重量(克)", "图片", "详情"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What the file holds."""

    skus: int
    pictures: int


def picture_bundle(path: Path, *, products: int, pictures: int) -> Bundle:
    """Write the ZIP: the same for the same numbers. The first products have the pictures."""
    dice = random.Random(products)
    drawn = [_drawn(dice, number) for number in range(min(_DRAWN, products))]
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(_HEADER)
    skus = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(products):
            ending, content = drawn[number % len(drawn)]
            name = f"b{number:06d}.{ending}"
            if number < pictures:
                archive.writestr(f"pictures/{name}", content + number.to_bytes(4))
            rows = _rows(dice, number, name if number < pictures else "")
            writer.writerows(rows)
            skus += len(rows)
        archive.writestr("products.csv", "\ufeff" + table.getvalue())
    return Bundle(skus=skus, pictures=min(pictures, products))


def _rows(dice: random.Random, number: int, picture: str) -> list[tuple[Any, ...]]:
    slug, price = f"bulk-{number:06d}", dice.randrange(990, 99_990)
    about = f"<p>第 {number} 件商品，{'耐用、轻便、好收纳。' * dice.randrange(1, 6)}</p>"
    category = f"批量 > 第 {number % 40} 组"
    return [
        (
            *(slug, f"批量商品 {number:06d}", "一行副标题", category, "颜色", _COLOURS[place]),
            *(f"B{number:06d}-{place}", "", f"{price / 100:.2f}", f"{price / 80:.2f}"),
            *(f"{price / 200:.2f}", dice.randrange(100), dice.randrange(50, 5000)),
            *((picture, about) if place == 0 else ("", "")),
        )
        for place in range(2 + number % 3)
    ]


def _drawn(dice: random.Random, number: int) -> tuple[str, bytes]:
    """Draw something that takes as many bytes as a photograph: JPEG, each tenth a PNG."""
    width, height = dice.randrange(600, 1001), dice.randrange(600, 1001)
    grain = (width // 4, height // 4)
    picture = Image.frombytes("L", grain, dice.randbytes(grain[0] * grain[1]))
    picture = picture.resize((width, height))
    picture = Image.merge("RGB", [picture, picture.filter(ImageFilter.BLUR), picture])
    pen = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y, size = dice.randrange(width), dice.randrange(height), dice.randrange(40, 300)
        colour = tuple(dice.randrange(256) for _ in range(3))
        pen.ellipse((x - size, y - size, x + size, y + size), fill=colour)
    buffer = io.BytesIO()
    if number % 10 == 9:
        picture.quantize(64).save(buffer, "PNG")
        return "png", buffer.getvalue()
    picture.save(buffer, "JPEG", quality=85)
    return "jpg", buffer.getvalue()
