"""The file of the bench is one that the shop takes, and the same each time."""

import csv
import io
import zipfile
from pathlib import Path

from bench.files import picture_bundle
from PIL import Image


def test_the_first_products_have_pictures_that_are_all_different(tmp_path: Path) -> None:
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"

    made = [picture_bundle(path, products=5, pictures=3) for path in (one, two)]

    assert [(each.skus, each.pictures) for each in made] == [(14, 3)] * 2
    with zipfile.ZipFile(one) as archive, zipfile.ZipFile(two) as again:
        contents = {name: archive.read(name) for name in archive.namelist()}
        assert contents == {name: again.read(name) for name in again.namelist()}
    rows = list(csv.DictReader(io.StringIO(contents.pop("products.csv").decode("utf-8-sig"))))
    named = [row["图片"] for row in rows if row["图片"]]
    assert sorted(contents) == [f"pictures/{name}" for name in named]
    assert len(set(contents.values())) == 3
    for content in contents.values():
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
            assert 600 <= picture.width <= 1000
