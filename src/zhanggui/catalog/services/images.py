"""Uploads turned into the three WebP files that pages show."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from zhanggui.catalog.types import CatalogRefused

if TYPE_CHECKING:
    from PIL.Image import Image

SIDES = (240, 640, 1280)  # longest side in pixels: small, medium, large
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")
QUALITY = 82
EFFORT = 2  # of 0 to 6: 4 took 2.2 times the processor time for files 4 % smaller


@dataclass(frozen=True, slots=True)
class Rendition:
    """One size of a picture, encoded."""

    side: int
    content: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Encoded:
    """An upload in all sizes, the smallest first, named by the SHA-256 of what was sent."""

    digest: str
    sizes: tuple[Rendition, ...]


def encode(content: bytes) -> Encoded:
    """Return the picture in all sizes, upright, without metadata, never enlarged.

    Needs no database, so many can be encoded in threads: Pillow lets go of the interpreter.

    Raises:
        CatalogRefused: no picture, broken, animated or too large.
    """
    if len(content) > MAX_BYTES:
        raise CatalogRefused(
            _("图片超过 %(max)d MB，请压缩后再传。") % {"max": MAX_BYTES // 1024 // 1024},
            field="picture",
        )
    picture = _opened(content)
    largest_first = [_rendition(picture, side) for side in reversed(SIDES)]
    return Encoded(hashlib.sha256(content).hexdigest(), tuple(reversed(largest_first)))


def _opened(content: bytes) -> "Image":
    from PIL import Image, ImageOps  # noqa: PLC0415 -- 2 MiB, where a picture comes

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as source:
            if source.width * source.height > MAX_PIXELS:
                raise Image.DecompressionBombError
            if getattr(source, "n_frames", 1) > 1:
                raise CatalogRefused(_("不支持动图，请上传静态图片。"), field="picture")
            source.draft("RGB", (SIDES[-1], SIDES[-1]))
            source.load()
            upright = ImageOps.exif_transpose(source)
            has_alpha = upright.has_transparency_data
            return upright.convert("RGBA" if has_alpha else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise CatalogRefused(
            _("图片尺寸太大，请缩小到 4000 万像素以内再传。"), field="picture"
        ) from error
    except (OSError, SyntaxError, ValueError, TypeError, IndexError, OverflowError) as error:
        raise CatalogRefused(
            _("这个文件不是能识别的图片，请上传 JPG、PNG 或 WebP。"), field="picture"
        ) from error


def _rendition(picture: "Image", side: int) -> Rendition:
    """Shrink the picture in place; each smaller size is made from the one before."""
    from PIL.Image import Resampling  # noqa: PLC0415 -- as above

    picture.thumbnail((side, side), Resampling.LANCZOS)
    buffer = BytesIO()
    picture.save(buffer, "WEBP", quality=QUALITY, method=EFFORT)
    return Rendition(side, buffer.getvalue(), picture.width, picture.height)
