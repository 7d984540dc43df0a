"""Edits of many products: previewed, run, compared row by row, undone."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult
from tests.catalog.inputs import NOON
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory
from tests.factories.shop import open_shop
from tests.unchanged import nothing_changes

from zhanggui.catalog import services
from zhanggui.catalog.models import (
    BulkEdit,
    BulkEditRow,
    Product,
    ProductChange,
    SearchTerm,
    Sku,
)
from zhanggui.catalog.queries import bulk_edit, bulk_rows, bulk_wish, listing, sellable_facts
from zhanggui.catalog.services import bulk_run
from zhanggui.catalog.tasks import run_bulk_edit as job
from zhanggui.catalog.types import (
    BulkAct,
    BulkWish,
    CatalogRefused,
    PriceEnd,
    PriceHow,
    Shelf,
)
from zhanggui.core.models import AuditEntry, Event
from zhanggui.core.states import IllegalMove
from zhanggui.core.types import Actor, ActorType

pytestmark = pytest.mark.django_db
LIN, WANG = Actor(ActorType.STAFF, 7), Actor(ActorType.STAFF, 8)
LATER = NOON + timedelta(hours=1)
TENTH_OFF = BulkWish(
    act=BulkAct.PRICE, how=PriceHow.LOWER_BY, rate_ppm=100_000, ending=PriceEnd.NINETY
)


def preview(wish: BulkWish, *products: Product) -> str:
    ids = [one.pk for one in products]
    return services.preview_bulk_edit(product_ids=ids, wish=wish, now=NOON, actor=LIN)


def run(token: str, *, now: Any = NOON) -> None:
    edit_id = services.start_bulk_edit(token=token, now=now, actor=LIN)
    services.run_bulk_edit(edit_id=edit_id, now=now)


def undo(token: str, *, now: Any = LATER) -> None:
    edit_id = services.undo_bulk_edit(token=token, now=now, actor=WANG)
    services.run_bulk_edit(edit_id=edit_id, now=now)


def rows(token: str) -> list[tuple[str, str, str, str, str | None]]:
    edit = BulkEdit.objects.get(token=token)
    return [
        (row.sku_code or row.product_slug, row.old, row.new, row.state, row.reason)
        for row in bulk_rows(edit_id=edit.pk)
    ]


def state(token: str) -> tuple[str, dict[str, int]]:
    found = bulk_edit(token=token, now=LATER)
    assert found is not None
    return found.state, found.counts


def price(sku: Sku) -> int:
    return int(Sku.objects.get(pk=sku.pk).price_minor)


def test_a_preview_says_all_and_changes_no_product() -> None:
    pot, cup = SkuFactory(code="POT", price_minor=100_00), SkuFactory(code="CUP", price_minor=9_90)
    gone = SkuFactory(code="GONE", product=ProductFactory(archived_at=NOON))
    before = list(Sku.objects.order_by("pk").values())

    token = preview(TENTH_OFF, pot.product, cup.product, gone.product)

    assert rows(token) == [
        ("POT", "10000", "8990", "ready", None),
        ("CUP", "990", "890", "ready", None),
        ("GONE", "1990", "1790", "refused", "archived"),
    ]
    assert state(token) == ("preview", {"ready": 2, "refused": 1})
    assert list(Sku.objects.order_by("pk").values()) == before
    assert not ProductChange.objects.exists()


def test_a_run_changes_price_figures_cached_facts_history_and_events() -> None:
    pot = SkuFactory(code="POT", price_minor=100_00, market_price_minor=120_00)
    large = SkuFactory(code="LARGE", product=pot.product, options=["大"], price_minor=200_00)
    assert sellable_facts(sku_codes=["POT"], now=NOON)["POT"].price_minor == 100_00

    token = preview(TENTH_OFF, pot.product)
    run(token)

    assert (price(pot), price(large)) == (89_90, 179_90)
    assert sellable_facts(sku_codes=["POT"], now=NOON)["POT"].price_minor == 89_90
    product = Product.objects.get()
    assert (product.min_price_minor, product.max_price_minor, product.revision) == (
        89_90,
        179_90,
        2,
    )
    assert state(token) == ("done", {"done": 2})
    told = ProductChange.objects.order_by("id").values_list(
        "sku__code", "field", "old", "new", "via", "actor_id"
    )
    assert list(told) == [
        ("POT", "price_minor", 100_00, 89_90, "bulk", 7),
        ("LARGE", "price_minor", 200_00, 179_90, "bulk", 7),
    ]
    kinds = Event.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == [
        "bulk_edit.ordered",
        "product.saved",
        "product.price_changed",
        "product.price_changed",
    ]


def test_a_run_and_its_undo_are_one_row_each_of_the_audit_log() -> None:
    pots = [SkuFactory(code=f"POT-{n}", price_minor=100_00) for n in range(3)]
    token = preview(TENTH_OFF, *(pot.product for pot in pots))

    run(token)
    undo(token)

    edit = BulkEdit.objects.get()
    rows_of_log = AuditEntry.objects.order_by("pk")
    assert [(row.kind, row.subject_id, row.actor_id) for row in rows_of_log] == [
        ("bulk_edit.ordered", edit.pk, 7),
        ("bulk_edit.ordered", edit.pk, 8),
    ]
    ordered = json.loads(rows_of_log[0].details)
    assert ordered == {
        "act": "price",
        "wish": edit.wish,
        "products": 3,
        "token": token,
        "undo": False,
    }
    assert json.loads(rows_of_log[1].details) == {**ordered, "undo": True}
    assert bulk_wish(ordered["wish"]) == TENTH_OFF
    assert ProductChange.objects.filter(via="bulk", actor_id=7).count() == 3
    assert ProductChange.objects.filter(via="undo", actor_id=8).count() == 3


def test_a_row_that_somebody_changed_meanwhile_is_reported_and_left() -> None:
    pot, cup = SkuFactory(code="POT"), SkuFactory(code="CUP")
    token = preview(TENTH_OFF, pot.product, cup.product)
    Sku.objects.filter(pk=pot.pk).update(price_minor=55_00)

    run(token)

    assert (price(pot), price(cup)) == (55_00, 17_90)
    assert rows(token)[0] == ("POT", "1990", "1790", "stale", None)
    assert state(token) == ("done", {"stale": 1, "done": 1})


def test_undo_sets_back_what_nobody_changed_since() -> None:
    pot, cup, tray = SkuFactory(code="POT"), SkuFactory(code="CUP"), SkuFactory(code="TRAY")
    token = preview(TENTH_OFF, pot.product, cup.product, tray.product)
    run(token)
    Sku.objects.filter(pk=cup.pk).update(price_minor=55_00)
    Product.objects.filter(pk=tray.product_id).update(archived_at=NOON)

    undo(token)

    assert (price(pot), price(cup), price(tray)) == (19_90, 55_00, 17_90)
    assert state(token) == ("undone", {"undone": 1, "kept": 2})
    last = ProductChange.objects.order_by("id").last()
    assert last is not None
    assert (last.old, last.new, last.via, last.actor_id) == (17_90, 19_90, "undo", 8)
    assert Product.objects.get(pk=pot.product_id).min_price_minor == 19_90


def test_an_edit_runs_once_and_is_undone_once_within_a_day() -> None:
    token = preview(TENTH_OFF, SkuFactory(code="POT").product)
    with pytest.raises(IllegalMove):
        undo(token)
    run(token)
    with pytest.raises(IllegalMove), nothing_changes():
        run(token)
    with pytest.raises(CatalogRefused), nothing_changes():
        undo(token, now=NOON + timedelta(days=1, seconds=1))
    undo(token)
    with pytest.raises(IllegalMove), nothing_changes():
        undo(token)


def test_shelf_by_rules_of_one_product() -> None:
    open_shop()
    ready, light, empty = (ProductFactory(shelf=Shelf.OFF, slug=s) for s in ("a", "b", "c"))
    SkuFactory(product=ready)
    SkuFactory(product=light, weight_grams=0)
    on = ProductFactory(slug="d")
    SkuFactory(product=on)

    token = preview(BulkWish(act=BulkAct.SHELF, shelf=Shelf.ON), ready, light, empty, on)
    assert rows(token) == [
        ("a", "off", "on", "ready", None),
        ("b", "off", "on", "refused", "no_weight"),
        ("c", "off", "on", "refused", "no_sku"),
        ("d", "on", "on", "same", None),
    ]
    assert [card.slug for card in listing(now=NOON).items] == ["d"]
    run(token)

    assert [card.slug for card in listing(now=NOON).items] == ["d", "a"]
    saved = Event.objects.get(kind="product.saved")
    assert (saved.subject_id, saved.payload) == (ready.pk, {"change": "on"})


def test_a_weight_that_went_missing_after_the_preview_is_refused_in_the_run() -> None:
    open_shop()
    product = ProductFactory(shelf=Shelf.OFF)
    sku = SkuFactory(product=product)
    token = preview(BulkWish(act=BulkAct.SHELF, shelf=Shelf.ON), product)
    Sku.objects.filter(pk=sku.pk).update(weight_grams=0)

    run(token)

    assert state(token) == ("done", {"refused": 1})
    assert rows(token)[0][3:] == ("refused", "no_weight")
    assert Product.objects.get().shelf == Shelf.OFF


def test_no_weight_is_refused_where_it_counts() -> None:
    open_shop()
    sold, draft = SkuFactory(code="A"), SkuFactory(code="B", product__shelf=Shelf.DRAFT)
    token = preview(BulkWish(act=BulkAct.WEIGHT, weight_grams=0), sold.product, draft.product)

    run(token)

    assert [row[3:] for row in rows(token)] == [("refused", "no_weight"), ("done", None)]
    weights = Sku.objects.order_by("code").values_list("weight_grams", flat=True)
    assert list(weights) == [500, 0]


def test_a_move_finds_products_by_the_new_category_and_shows_them_there() -> None:
    tea, ware = CategoryFactory(name="茶叶", slug="tea"), CategoryFactory(name="茶具", slug="ware")
    product = ProductFactory(category=tea, slug="pot")
    SkuFactory(product=product)
    services.rebuild_search()
    wish = BulkWish(act=BulkAct.CATEGORY, category_id=ware.pk)

    run(preview(wish, product))

    assert [card.slug for card in listing(category_slug="ware", now=NOON).items] == ["pot"]
    assert listing(category_slug="tea", now=NOON).items == ()
    assert SearchTerm.objects.filter(product=product, term="茶具").exists()
    assert not SearchTerm.objects.filter(product=product, term="茶叶").exists()


def test_a_move_into_an_archived_category_is_refused() -> None:
    product = SkuFactory().product
    gone = CategoryFactory(archived_at=NOON)

    token = preview(BulkWish(act=BulkAct.CATEGORY, category_id=gone.pk), product)

    assert rows(token)[0][3:] == ("refused", "no_category")


def test_a_run_that_was_cut_short_goes_on_where_it_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_run, "AT_ONCE", 2)
    skus = [SkuFactory(code=f"S{n}") for n in range(5)]
    token = preview(TENTH_OFF, *(sku.product for sku in skus))
    edit_id = services.start_bulk_edit(token=token, now=NOON, actor=LIN)

    assert bulk_run._step(edit_id, NOON)
    seen = bulk_edit(token=token, now=NOON)
    assert seen is not None
    assert (seen.state, seen.passed, [price(sku) for sku in skus]) == (
        "running",
        2,
        [17_90, 17_90, 19_90, 19_90, 19_90],
    )
    waiting = DBTaskResult.objects.get(task_path=job.module_path)
    job.call(*waiting.args_kwargs["args"])

    assert state(token) == ("done", {"done": 5})
    assert [price(sku) for sku in skus] == [17_90] * 5
    assert ProductChange.objects.count() == 5


def test_a_step_asks_the_same_however_many_products() -> None:
    asked = []
    for count in (1, bulk_run.AT_ONCE):
        skus = [SkuFactory() for _ in range(count)]
        token = preview(TENTH_OFF, *(sku.product for sku in skus))
        edit_id = services.start_bulk_edit(token=token, now=NOON, actor=LIN)
        with CaptureQueriesContext(connection) as queries:
            bulk_run._step(edit_id, NOON)
        asked.append(len(queries))

    assert asked[0] == asked[1] <= 19


def test_nothing_chosen_and_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CatalogRefused), nothing_changes():
        preview(TENTH_OFF)
    monkeypatch.setattr("zhanggui.catalog.services.bulk_preview.MOST_PRODUCTS", 1)
    products = [ProductFactory(), ProductFactory()]
    with pytest.raises(CatalogRefused), nothing_changes():
        preview(TENTH_OFF, *products)


def test_old_rows_and_unconfirmed_previews_are_forgotten() -> None:
    product = SkuFactory().product
    ran, never = preview(TENTH_OFF, product), preview(TENTH_OFF, product)
    run(ran)
    week = NOON + timedelta(days=7)

    bulk_run.prune_bulk_edits(now=week)
    assert BulkEditRow.objects.count() == 2
    bulk_run.prune_bulk_edits(now=week + timedelta(seconds=1))

    assert not BulkEditRow.objects.exists()
    assert state(ran) == ("done", {"done": 1})
    assert bulk_edit(token=never, now=NOON) is None
