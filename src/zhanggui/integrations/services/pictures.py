"""Pictures of imported products: fetched, made and tied after the products are there."""

import hashlib
import os
import re
import threading
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from zhanggui.catalog import queries as catalog
from zhanggui.catalog import services
from zhanggui.catalog.types import MAX_PICTURES, CatalogRefused, ProductEdit
from zhanggui.core.fetching import FetchRefused, fetch
from zhanggui.core.text import clean_text
from zhanggui.core.types import By
from zhanggui.integrations.importing.files import Pictures
from zhanggui.integrations.models import FetchedPicture
from zhanggui.integrations.services.planning import Plan

MOST_BYTES = 10 << 20
THREADS = 4  # most of the time they wait for other people's servers
_OWN = re.compile(r"/products/[0-9a-f]{2}/([0-9a-f]{64})-[0-9]+\.webp$")
_ADDRESS = ("http://", "https://")


def picture_work(saved: Sequence[tuple[Plan, int | None]]) -> list[dict[str, Any] | None]:
    """Return for each product what of its pictures is still to be done, None for nothing."""
    sources = {
        source
        for plan, product_id in saved
        if product_id
        for source in _sources(plan)
        if source.startswith(_ADDRESS)
    }
    digests = _digests(sources)
    return [_wanted(plan, digests) if product_id else None for plan, product_id in saved]


def _sources(plan: Plan) -> list[str]:
    """Return the first few pictures of a product, those of its SKUs included."""
    named = [one.source for one in plan.draft.pictures or ()]
    named += [sku.picture for sku in plan.draft.skus if sku.picture]
    return list(dict.fromkeys(named))[:MAX_PICTURES]


def _digests(sources: Iterable[str]) -> dict[str, str]:
    hashes = {_hash(source): source for source in sources}
    rows = FetchedPicture.objects.filter(address_hash__in=hashes)
    found = {hashes[key]: digest for key, digest in rows.values_list("address_hash", "digest")}
    own = {source: match[1] for source in hashes.values() if (match := _OWN.search(source))}
    return {**found, **own}


def _hash(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


def _wanted(plan: Plan, digests: dict[str, str]) -> dict[str, Any] | None:
    sources = _sources(plan)
    clears = plan.draft.pictures == () or any(sku.picture == "" for sku in plan.draft.skus)
    if not sources and not clears:
        return None
    alts = {one.source: one.alt for one in plan.draft.pictures or ()}
    skus = [
        [sku.code, list(sku.options or ()), sku.picture]
        for sku in plan.draft.skus
        if sku.picture is not None and (sku.picture in sources or not sku.picture)
    ]
    if plan.before and _is_done(plan.before, sources, alts, skus, digests):
        return None
    items = [[source, alts.get(source, ""), digests.get(source, "")] for source in sources]
    return {"items": items, "skus": skus, "clear": plan.draft.pictures == ()}


def _is_done(
    before: ProductEdit,
    sources: Sequence[str],
    alts: dict[str, str],
    skus: Sequence[Sequence[Any]],
    digests: dict[str, str],
) -> bool:
    """Tell whether the product shows exactly these pictures already."""
    wanted = [digests.get(source, "") for source in sources]
    shown = [picture.key for picture in before.pictures]
    if wanted != shown[: len(wanted)] or "" in wanted:
        return False
    texts = {picture.key: picture.view.alt for picture in before.pictures}
    tied = {code: picture.key for picture in before.pictures for code in picture.sku_codes}
    return all(
        not alts.get(source) or alts[source] == texts[digest]
        for source, digest in zip(sources, wanted, strict=True)
    ) and all(
        tied.get(code, "") == (digests.get(source, "") if source else "")
        for code, _options, source in skus
    )


@dataclass(frozen=True, slots=True)
class _Got:
    """A picture that was named: known by its digest, or encoded to be stored, or why not."""

    source: str
    digest: str = ""
    raw: bytes = b""
    content: services.Encoded | None = None
    error: str = ""


def finish_pictures(
    *, product_ids: Sequence[int], wanted: Sequence[dict[str, Any]], along: Pictures, by: By
) -> list[list[str]]:
    """Fetch, make and tie the pictures of these products; return what failed for each.

    Safe to repeat: a picture that is there already is found by its content, and not made again.
    """
    with ThreadPoolExecutor(THREADS, initializer=_step_back) as threads:
        named = [(source, digest) for one in wanted for source, _alt, digest in one["items"]]
        got = list(threads.map(lambda one: _get(one[0], one[1], along), named))
        known = catalog.known_pictures(digests={one.digest for one in got if one.digest})
        made = iter(threads.map(lambda one: _encoded(one, known), got))
        return [
            _tie(product_id, one, list(islice(made, len(one["items"]))), by)
            for product_id, one in zip(product_ids, wanted, strict=True)
        ]


def _step_back() -> None:
    """Let this thread wait for all others: who makes pictures takes whole cores for minutes."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


def _get(source: str, digest: str, along: Pictures) -> _Got:
    """Return what a source gives; runs in a thread and asks no database."""
    if digest:
        return _Got(source, digest=digest)
    try:
        if source.startswith(_ADDRESS):
            raw = fetch(source, most_bytes=MOST_BYTES, kinds=("image/",)).content
        else:
            found = along.read(source, most=MOST_BYTES)
            if found is None:
                return _Got(source, error=_("没有这个图片文件"))
            raw = found
    except FetchRefused as refusal:
        return _Got(source, error=str(refusal))
    return _Got(source, digest=hashlib.sha256(raw).hexdigest(), raw=raw)


def _encoded(one: _Got, known: Collection[str]) -> _Got:
    """Return the picture in all sizes where the shop does not have it; runs in a thread."""
    if one.error or one.digest in known:
        return _Got(one.source, digest=one.digest, error=one.error)
    try:
        if not one.raw:  # an address of ours whose picture is not in this shop
            one = _get(one.source, "", Pictures())
        return _Got(one.source, content=services.encode(one.raw), error=one.error)
    except CatalogRefused as refusal:
        return _Got(one.source, error=one.error or str(refusal))


def _tie(product_id: int, wanted: dict[str, Any], got: Sequence[_Got], by: By) -> list[str]:
    alts = {source: alt for source, alt, _digest in wanted["items"]}
    errors: list[str] = []
    made: dict[str, int] = {}
    for one in got:
        try:
            made[one.source] = _added(product_id, one, alts[one.source], by)
        except CatalogRefused as refusal:
            errors.append(_("图片 %(name)s：%(why)s") % {"name": one.source[-80:], "why": refusal})
    if made:
        services.order_pictures(
            product_id=product_id, picture_ids=list(made.values()), now=by.at, actor=by.actor
        )
    _describe(product_id, made, alts, by)
    _tie_skus(product_id, wanted["skus"], made, by)
    if wanted["clear"]:
        _clear(product_id, by)
    return errors


def _added(product_id: int, one: _Got, alt: str, by: By) -> int:
    if one.error:
        raise CatalogRefused(one.error, field="picture")
    if one.content is None:
        row = services.add_known_picture(
            product_id=product_id, digest=one.digest, alt=alt[:120], now=by.at, actor=by.actor
        )
    else:
        row = services.add_picture(
            product_id=product_id, content=one.content, alt=alt[:120], now=by.at, actor=by.actor
        )
    if row is None:
        raise CatalogRefused(_("没有图片内容"), field="picture")
    if one.source.startswith(_ADDRESS):
        FetchedPicture.objects.update_or_create(
            address_hash=_hash(one.source), defaults={"digest": row.digest}
        )
    return int(row.pk)


def _describe(product_id: int, made: dict[str, int], alts: dict[str, str], by: By) -> None:
    shown = _product(product_id, by.at)
    texts = {one.picture_id: one.view.alt for one in shown.pictures} if shown else {}
    for source, picture_id in made.items():
        alt = clean_text(alts[source][:120], max_length=120)
        if alt and texts.get(picture_id) != alt:
            services.describe_picture(picture_id=picture_id, alt=alt, by=by)


def _tie_skus(product_id: int, skus: Sequence[Sequence[Any]], made: dict[str, int], by: By) -> None:
    product = _product(product_id, by.at) if skus else None
    if product is None:
        return
    tied = {code: one.picture_id for one in product.pictures for code in one.sku_codes}
    for code, options, source in skus:
        for sku, sku_id in zip(product.skus, product.sku_ids, strict=True):
            is_it = sku.code == code if code else list(sku.options) == options
            wanted = made.get(source) if source else None
            if is_it and (wanted or not source) and tied.get(sku.code) != wanted:
                services.set_sku_picture(sku_id=sku_id, picture_id=wanted, by=by)


def _clear(product_id: int, by: By) -> None:
    product = _product(product_id, by.at)
    for one in product.pictures if product else ():
        services.archive_picture(picture_id=one.picture_id, now=by.at, actor=by.actor)


def _product(product_id: int, now: datetime) -> ProductEdit | None:
    return next(iter(catalog.products_for_edit(product_ids=[product_id], now=now)), None)
