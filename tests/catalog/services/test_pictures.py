"""Pictures of products."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from PIL import Image
from tests.catalog.inputs import NOON
from tests.factories.catalog import PictureFactory, ProductFactory, SkuFactory, image_file

from zhanggui.catalog.models import Picture
from zhanggui.catalog.services import (
    add_picture,
    archive_picture,
    describe_picture,
    encode,
    order_pictures,
    set_sku_picture,
)
from zhanggui.catalog.types import CatalogRefused

pytestmark = pytest.mark.django_db


def opened(name: str) -> Image.Image:
    """Return a stored picture."""
    with default_storage.open(name) as file:
        return Image.open(BytesIO(file.read()))


def test_an_upload_becomes_three_webp_files_named_by_its_digest() -> None:
    product = ProductFactory()

    picture = add_picture(
        product_id=product.pk,
        content=image_file(size=(2000, 1000), kind="JPEG"),
        alt=" 茶壶 ",
        now=NOON,
    )

    files = [opened(name) for name in (picture.small, picture.medium, picture.large)]
    assert [file.format for file in files] == ["WEBP"] * 3
    assert [file.size for file in files] == [(240, 120), (640, 320), (1280, 640)]
    assert (picture.width, picture.height, picture.alt) == (1280, 640, "茶壶")
    assert picture.small == f"products/{picture.digest[:2]}/{picture.digest}-240.webp"


def test_a_picture_that_was_encoded_ahead_is_the_same_as_its_upload() -> None:
    content = image_file(size=(300, 200))
    ahead = add_picture(product_id=ProductFactory().pk, content=encode(content), alt="", now=NOON)

    again = add_picture(product_id=ProductFactory().pk, content=content, alt="", now=NOON)

    names = ("digest", "small", "medium", "large", "width", "height")
    assert [getattr(again, name) for name in names] == [getattr(ahead, name) for name in names]
    assert (again.width, again.height) == (300, 200)


def test_a_picture_is_set_upright_and_loses_what_the_camera_wrote() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn right
    exif[0x010F] = "Camera"
    exif.get_ifd(0x8825)[1] = "N"
    content = image_file(size=(60, 30), kind="JPEG", exif=exif.tobytes())

    picture = add_picture(product_id=ProductFactory().pk, content=content, alt="", now=NOON)

    large = opened(picture.large)
    assert large.size == (30, 60)
    assert not large.getexif()
    assert not {"exif", "xmp", "icc_profile"} & set(large.info)


def test_small_and_transparent_pictures_stay_as_they_are() -> None:
    buffer = BytesIO()
    Image.new("RGBA", (50, 40), (255, 0, 0, 0)).save(buffer, "PNG")

    picture = add_picture(
        product_id=ProductFactory().pk, content=buffer.getvalue(), alt="", now=NOON
    )

    large = opened(picture.large)
    assert (large.size, large.mode) == ((50, 40), "RGBA")


def test_the_same_file_again_is_the_same_picture_and_no_new_file() -> None:
    product, other = ProductFactory(), ProductFactory()
    content = image_file(colour="navy")
    first = add_picture(product_id=product.pk, content=content, alt="一", now=NOON)

    again = add_picture(product_id=product.pk, content=content, alt="二", now=NOON)
    elsewhere = add_picture(product_id=other.pk, content=content, alt="三", now=NOON)

    assert (again.pk, again.alt) == (first.pk, "一")
    assert (elsewhere.large, elsewhere.width) == (first.large, 40)
    assert Picture.objects.count() == 2
    archive_picture(picture_id=first.pk, now=NOON)
    back = add_picture(product_id=product.pk, content=content, alt="四", now=NOON)
    assert (back.pk, back.alt, back.archived_at) == (first.pk, "四", None)


def animated() -> bytes:
    """Return an animated picture."""
    buffer = BytesIO()
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "不是能识别的图片"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不是能识别的图片"),
        (image_file(size=(400, 400), kind="JPEG")[:200], "不是能识别的图片"),
        (image_file(kind="PNG")[:60], "不是能识别的图片"),
        (image_file(kind="TIFF"), "不是能识别的图片"),
        (animated(), "不支持动图"),
        (image_file(size=(8000, 5001), kind="PNG", compress_level=1), "图片尺寸太大"),
        (b"\0" * (10 * 1024 * 1024 + 1), "图片超过 10 MB"),
    ],
    ids=["empty", "svg", "cut jpeg", "cut png", "tiff", "animated", "huge", "heavy"],
)
def test_what_is_no_picture_for_a_shop_is_refused(content: bytes, text: str) -> None:
    product = ProductFactory()

    with pytest.raises(CatalogRefused, match=text) as refusal:
        add_picture(product_id=product.pk, content=content, alt="", now=NOON)

    assert refusal.value.field == "picture"
    assert not Picture.objects.exists()


def test_a_product_has_twelve_pictures_at_most() -> None:
    product = ProductFactory()
    for position in range(12):
        PictureFactory(product=product, position=position)

    with pytest.raises(CatalogRefused, match="12"):
        add_picture(product_id=product.pk, content=image_file(), alt="", now=NOON)

    assert Picture.objects.count() == 12


def test_pictures_are_shown_in_the_wanted_order() -> None:
    product = ProductFactory()
    a, b, c = (PictureFactory(product=product, position=n) for n in range(3))
    strange = PictureFactory(position=7)

    order_pictures(product_id=product.pk, picture_ids=[c.pk, strange.pk, a.pk, c.pk], now=NOON)

    rows = Picture.objects.filter(product=product).order_by("position")
    assert [row.pk for row in rows] == [c.pk, a.pk, b.pk]
    strange.refresh_from_db()
    assert strange.position == 7


def test_an_archived_picture_leaves_its_skus() -> None:
    picture = PictureFactory()
    sku = SkuFactory(product=picture.product)
    set_sku_picture(sku_id=sku.pk, picture_id=picture.pk)
    sku.refresh_from_db()
    assert sku.picture_id == picture.pk

    archive_picture(picture_id=picture.pk, now=NOON)

    sku.refresh_from_db()
    picture.refresh_from_db()
    assert (sku.picture_id, picture.archived_at) == (None, NOON)


def test_a_sku_is_not_shown_with_a_foreign_or_archived_picture() -> None:
    sku = SkuFactory()

    for picture in (PictureFactory(), PictureFactory(product=sku.product, archived_at=NOON)):
        with pytest.raises(CatalogRefused):
            set_sku_picture(sku_id=sku.pk, picture_id=picture.pk)

    sku.refresh_from_db()
    assert sku.picture_id is None
    set_sku_picture(sku_id=sku.pk, picture_id=None)


def test_a_picture_is_described() -> None:
    picture = PictureFactory()

    describe_picture(picture_id=picture.pk, alt=" 青瓷 ")

    picture.refresh_from_db()
    assert picture.alt == "青瓷"


def test_the_database_keeps_a_file_once_per_product() -> None:
    picture = PictureFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        PictureFactory(product=picture.product, digest=picture.digest)


def test_a_file_that_a_killed_process_left_half_written_is_written_anew() -> None:
    content = image_file(size=(60, 30), kind="JPEG")
    picture = add_picture(product_id=ProductFactory().pk, content=content, alt="", now=NOON)
    whole = default_storage.open(picture.large).read()
    Picture.objects.all().delete()  # the rows of a load that was cut short are undone
    default_storage.delete(picture.large)
    default_storage.save(picture.large, ContentFile(whole[:20]))

    again = add_picture(product_id=ProductFactory().pk, content=content, alt="", now=NOON)

    assert again.large == picture.large
    assert default_storage.open(again.large).read() == whole
