"""Corrections of stock: counted, damaged, thrown away, each with a reason."""

from dataclasses import replace
from typing import Any

import pytest
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, basket, books_balance, open_shop, stocked
from tests.factories.staff import StaffFactory
from tests.parallel import together

from zhanggui.catalog.models import Sku
from zhanggui.core.ids import next_id
from zhanggui.core.models import Event
from zhanggui.core.types import Actor, ActorType, Refusal
from zhanggui.inventory import services
from zhanggui.inventory.models import StockCorrection, StockLevel, StockMovement
from zhanggui.inventory.types import (
    Correction,
    CorrectionAct,
    CorrectionReason,
    CountRefused,
    StockMoved,
    StockRefused,
    UnknownStock,
)
from zhanggui.orders import services as orders
from zhanggui.orders.types import OrderRefused


def wanted(level: StockLevel, **values: Any) -> Correction:
    defaults: dict[str, Any] = {
        "sku_code": level.sku.code,
        "warehouse_code": level.warehouse.code,
        "act": CorrectionAct.COUNT,
        "quantity": 8,
        "reason": CorrectionReason.COUNTED,
        "request_id": f"r{next_id()}",
    }
    return Correction(**{**defaults, **values})


def corrected(level: StockLevel, actor: Actor | None = None, **values: Any) -> None:
    who = actor or Actor(ActorType.STAFF, 7)
    services.correct(wanted=wanted(level, **values), actor=who, now=NOON)


def figures(level: StockLevel) -> tuple[int, int, int]:
    level.refresh_from_db()
    return level.on_hand, level.reserved, level.unavailable


def promised(level: StockLevel, pieces: int) -> None:
    open_shop()
    orders.place_order(wanted=basket((level.sku, pieces)), now=NOON)


@pytest.mark.django_db
def test_every_act_moves_its_counters_with_a_ledger_row_and_an_event() -> None:
    level = stocked(SkuFactory(), 10)

    corrected(level, quantity=12, reason=CorrectionReason.FOUND, seen=10)
    corrected(level, act=CorrectionAct.SET_ASIDE, quantity=3, reason=CorrectionReason.DAMAGED)
    corrected(level, act=CorrectionAct.PUT_BACK, quantity=1, reason=CorrectionReason.QUALITY)
    corrected(level, act=CorrectionAct.WRITE_OFF, quantity=2, seen=2, note="摔坏")

    assert figures(level) == (10, 0, 0)
    rows = StockMovement.objects.filter(cause_type="correction").order_by("id")
    assert [
        (row.kind, row.on_hand_delta, row.unavailable_delta, row.on_hand_after, row.reason)
        for row in rows
    ] == [
        ("adjust", 2, 0, 12, ""),
        ("set_aside", 0, 3, 12, ""),
        ("put_back", 0, -1, 12, ""),
        ("write_off", -2, -2, 10, "摔坏"),
    ]
    told = Event.objects.filter(kind="stock.corrected", subject_id=level.sku_id).order_by("id")
    assert [(one.payload["act"], one.payload["before"], one.payload["after"]) for one in told] == [
        ("count", 10, 12),
        ("set_aside", 0, 3),
        ("put_back", 3, 2),
        ("write_off", 2, 0),
    ]
    assert {(one.actor_type, one.actor_id) for one in told} == {("staff", 7)}
    books_balance()


@pytest.mark.django_db
def test_the_same_form_sent_again_changes_nothing() -> None:
    level = stocked(SkuFactory(), 10)

    for _ in range(2):
        corrected(level, act=CorrectionAct.SET_ASIDE, quantity=3, request_id="one")

    assert figures(level) == (10, 0, 3)
    assert StockCorrection.objects.count() == 1
    assert Event.objects.filter(kind="stock.corrected").count() == 1


@pytest.mark.django_db
def test_who_saw_an_old_figure_is_told_who_changed_it() -> None:
    level = stocked(SkuFactory(), 10)
    lan = StaffFactory(name="林岚")
    corrected(level, Actor(ActorType.STAFF, lan.pk), quantity=9)

    with pytest.raises(StockMoved, match="你看到 10 件，现在是 9 件（林岚：盘点调整）"):
        corrected(level, quantity=8, seen=10)

    assert figures(level) == (9, 0, 0)
    assert StockCorrection.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "kind", "text"),
    [
        ({"quantity": 3}, StockRefused, "不能少于已占用和不可售的 4 件（订单占用 2，不可售 2）"),
        ({"act": CorrectionAct.SET_ASIDE, "quantity": 7}, StockRefused, "可售的只有 6 件"),
        ({"act": CorrectionAct.PUT_BACK, "quantity": 3}, StockRefused, "不可售的只有 2 件"),
        ({"act": CorrectionAct.WRITE_OFF, "quantity": 3}, StockRefused, "不可售的只有 2 件"),
        ({"act": CorrectionAct.SET_ASIDE, "quantity": 0}, CountRefused, "数量要在 1 到"),
        ({"quantity": -1}, CountRefused, "数量要在 0 到"),
        ({"quantity": services.MAX_COUNT + 1}, CountRefused, "数量要在 0 到"),
        ({"reason": CorrectionReason.OTHER}, CountRefused, "请写明"),
        ({"warehouse_code": "nowhere"}, UnknownStock, "没有这个 SKU 或仓库"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    values: dict[str, Any], kind: type[Refusal], text: str
) -> None:
    level = stocked(SkuFactory(), 10)
    promised(level, 2)
    corrected(level, act=CorrectionAct.SET_ASIDE, quantity=2)
    before = StockCorrection.objects.count()

    with pytest.raises(kind, match=text):
        corrected(level, **values)

    assert figures(level) == (10, 2, 2)
    assert StockCorrection.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_setting_aside_and_selling_at_once_never_promises_a_piece_twice() -> None:
    level = stocked(SkuFactory(), 6)
    open_shop()
    sku: Sku = level.sku

    def sell() -> None:
        orders.place_order(wanted=basket((sku, 1)), now=NOON)

    def set_aside() -> None:
        corrected(level, act=CorrectionAct.SET_ASIDE, quantity=2)

    results = together([sell, set_aside, sell, sell, set_aside, sell, set_aside, sell])

    assert {type(one) for one in results if one is not None} <= {StockRefused, OrderRefused}
    on_hand, reserved, unavailable = figures(level)
    assert on_hand == 6
    assert reserved + unavailable <= 6
    sold = [one for place, one in enumerate(results) if place not in (1, 4, 6)]
    assert reserved == sum(1 for one in sold if not isinstance(one, Refusal))
    books_balance()


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_twice_at_once_books_once() -> None:
    level = stocked(SkuFactory(), 6)
    form = wanted(level, act=CorrectionAct.SET_ASIDE, quantity=2)

    def send() -> None:
        services.correct(wanted=replace(form), actor=Actor(ActorType.STAFF, 7), now=NOON)

    assert together([send] * 4) == [None] * 4
    assert figures(level) == (6, 0, 2)
