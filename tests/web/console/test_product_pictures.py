"""The pictures on the console's product page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories.catalog import SkuFactory, image_file

from zhanggui.catalog.models import Picture, Product, Sku

pytestmark = pytest.mark.django_db


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")


def test_pictures_are_added_ordered_described_tied_and_taken_away(owner: Client) -> None:
    product = SkuFactory(code="P-B", options=["黑"]).product
    Product.objects.update(options=[{"name": "颜色", "values": ["黑"]}])
    address = f"/console/products/item/{product.slug}/pictures/"

    answer = owner.post(
        address,
        {"pictures": [upload("a.png", image_file()), upload("b.png", image_file(colour="red"))]},
    )
    assert answer["Location"] == f"/console/products/item/{product.slug}/"
    first, second = Picture.objects.order_by("position")
    owner.post(address, {"action": f"earlier:{second.digest}", f"alt:{first.digest}": "壶嘴"})
    assert [p.pk for p in Picture.objects.order_by("position")] == [second.pk, first.pk]
    first.refresh_from_db()
    assert first.alt == "壶嘴"

    owner.post(address, {"action": f"sku:{first.digest}", f"sku:{first.digest}": "P-B"})
    assert Sku.objects.get().picture_id == first.pk
    owner.post(address, {"action": f"sku:{first.digest}", f"sku:{first.digest}": ""})
    assert Sku.objects.get().picture_id is None

    part = owner.post(
        address, {"action": f"remove:{second.digest}"}, headers={"HX-Request": "true"}
    )
    assert part.content.decode().strip().startswith('<section class="card mb-4" id="pictures"')
    assert Picture.objects.get(archived_at=None) == first


def test_a_bad_picture_is_named_and_the_good_one_is_kept(owner: Client) -> None:
    product = SkuFactory().product

    answer = owner.post(
        f"/console/products/item/{product.slug}/pictures/",
        {"pictures": [upload("notes.png", b"text"), upload("b.png", image_file())]},
        headers={"HX-Request": "true"},
    )

    assert answer.status_code == 422
    assert "notes.png：这个文件不是能识别的图片" in answer.content.decode()
    assert Picture.objects.count() == 1
