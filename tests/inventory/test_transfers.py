"""Transfers: what leaves one warehouse is on the way until it is in the other."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, basket, books_balance, open_shop, stocked
from tests.parallel import together

from zhanggui.catalog.models import Sku
from zhanggui.core.ids import next_id
from zhanggui.core.models import Event
from zhanggui.core.states import IllegalMove
from zhanggui.core.types import Actor, ActorType, Refusal
from zhanggui.inventory import queries, services
from zhanggui.inventory.models import StockLevel, StockMovement, Transfer, Warehouse
from zhanggui.inventory.types import (
    Arrival,
    StockMoved,
    StockRefused,
    TransferRefused,
    UnknownStock,
)
from zhanggui.orders import services as orders
from zhanggui.orders.types import OrderRefused

CLERK = Actor(ActorType.STAFF, 7)


@pytest.fixture
def houses(db: None) -> tuple[Warehouse, Warehouse]:
    return WarehouseFactory(code="HZ"), WarehouseFactory(code="CD")


def made(*lines: tuple[Sku, int], request: str = "") -> Transfer:
    transfer = services.create_transfer(
        source="HZ", target="CD", note="", request_id=request, actor=CLERK, now=NOON
    )
    for sku, quantity in lines:
        services.set_transfer_line(
            transfer_id=transfer.pk, sku_code=sku.code, quantity=quantity, actor=CLERK, now=NOON
        )
    return transfer


def sent(*lines: tuple[Sku, int]) -> Transfer:
    transfer = made(*lines)
    services.send_transfer(transfer_id=transfer.pk, actor=CLERK, now=NOON)
    return transfer


def receive(
    transfer: Transfer, *pieces: tuple[int, int], reason: str = "lost", request: str = ""
) -> None:
    """Receive (arrived, missing) of each line as it stands now."""
    lines = queries.transfer_lines(transfer_id=transfer.pk)
    services.receive_transfer(
        transfer_id=transfer.pk,
        arrivals=[
            Arrival(line_id=line.pk, received=here, missing=gone, seen=line.on_the_way)
            for line, (here, gone) in zip(lines, pieces, strict=True)
        ],
        missing_reason=reason if any(gone for _here, gone in pieces) else "",
        note="",
        request_id=request,
        actor=CLERK,
        now=NOON,
    )


def on_hand(sku: Sku) -> dict[str, int]:
    return dict(StockLevel.objects.filter(sku=sku).values_list("warehouse__code", "on_hand"))


def status(transfer: Transfer) -> str:
    return Transfer.objects.values_list("status", flat=True).get(pk=transfer.pk)


def test_pieces_leave_when_sent_and_are_there_when_received(
    houses: tuple[Warehouse, Warehouse],
) -> None:
    sku = SkuFactory()
    stocked(sku, 10, houses[0])
    transfer = sent((sku, 4))
    assert (on_hand(sku), status(transfer)) == ({"HZ": 6}, "sent")
    assert queries.on_the_way(sku_ids=[sku.pk]) == {(sku.code, "CD"): 4}

    receive(transfer, (3, 0))
    assert (on_hand(sku), status(transfer)) == ({"HZ": 6, "CD": 3}, "sent")
    assert queries.on_the_way(sku_ids=[sku.pk]) == {(sku.code, "CD"): 1}

    receive(transfer, (0, 1))
    assert (on_hand(sku), status(transfer)) == ({"HZ": 6, "CD": 3}, "received")
    assert queries.on_the_way(sku_ids=[sku.pk]) == {}
    rows = StockMovement.objects.exclude(cause_type="test").order_by("id")
    assert [(row.kind, row.on_hand_delta, row.on_hand_after, row.cause_type) for row in rows] == [
        ("transfer_out", -4, 6, "transfer"),
        ("transfer_in", 3, 3, "transfer_receipt"),
        ("transfer_in", 1, 4, "transfer_receipt"),
        ("adjust", -1, 3, "transfer_receipt"),
    ]
    told = queries.transfer_events(transfer_id=transfer.pk)
    assert [(one.payload["change"], one.payload["pieces"]) for one in told] == [
        ("received", 0),
        ("arrived", 3),
        ("sent", 4),
        ("line", 4),
        ("created", 0),
    ]
    books_balance()


def test_repeating_any_step_changes_nothing(houses: tuple[Warehouse, Warehouse]) -> None:
    sku = SkuFactory()
    stocked(sku, 10, houses[0])
    transfer = made((sku, 4), request="new")
    assert made(request="new").pk == transfer.pk
    for _ in range(2):
        services.send_transfer(transfer_id=transfer.pk, actor=CLERK, now=NOON)
    line = queries.transfer_lines(transfer_id=transfer.pk)[0]
    for _ in range(2):
        services.receive_transfer(
            transfer_id=transfer.pk,
            arrivals=[Arrival(line_id=line.pk, received=2, missing=0, seen=4)],
            missing_reason="",
            note="",
            request_id="arrival",
            actor=CLERK,
            now=NOON,
        )

    assert on_hand(sku) == {"HZ": 6, "CD": 2}
    assert Event.objects.filter(subject_type="transfer").count() == 4


def test_more_than_is_available_stays(houses: tuple[Warehouse, Warehouse]) -> None:
    open_shop()
    sku = SkuFactory(code="TEA")
    stocked(sku, 5, houses[0])
    orders.place_order(wanted=basket((sku, 2)), now=NOON)
    transfer = made((sku, 4))

    with pytest.raises(StockRefused, match="TEA 可调的只有 3 件，单上是 4 件"):
        services.send_transfer(transfer_id=transfer.pk, actor=CLERK, now=NOON)

    assert (on_hand(sku), status(transfer)) == ({"HZ": 5}, "draft")
    assert not StockMovement.objects.filter(kind="transfer_out").exists()


def test_only_an_unsent_transfer_can_be_changed_or_canceled(
    houses: tuple[Warehouse, Warehouse],
) -> None:
    sku = SkuFactory()
    stocked(sku, 5, houses[0])
    gone, given_up = sent((sku, 2)), made((sku, 1))
    for _ in range(2):
        services.cancel_transfer(transfer_id=given_up.pk, actor=CLERK, now=NOON)

    with pytest.raises(IllegalMove):
        services.cancel_transfer(transfer_id=gone.pk, actor=CLERK, now=NOON)
    for transfer in (gone, given_up):
        with pytest.raises(IllegalMove):
            services.set_transfer_line(
                transfer_id=transfer.pk, sku_code=sku.code, quantity=1, actor=CLERK, now=NOON
            )
    with pytest.raises(IllegalMove):
        services.send_transfer(transfer_id=given_up.pk, actor=CLERK, now=NOON)
    with pytest.raises(IllegalMove):
        receive(given_up, (1, 0))

    assert (on_hand(sku), status(gone), status(given_up)) == ({"HZ": 3}, "sent", "canceled")


def test_what_cannot_have_arrived_is_refused(houses: tuple[Warehouse, Warehouse]) -> None:
    sku = SkuFactory()
    stocked(sku, 5, houses[0])
    transfer = sent((sku, 4))
    line = queries.transfer_lines(transfer_id=transfer.pk)[0]

    with pytest.raises(TransferRefused, match="不能多于在途的 4 件"):
        receive(transfer, (4, 1))
    with pytest.raises(TransferRefused, match="请选择原因"):
        receive(transfer, (3, 1), reason="")
    with pytest.raises(TransferRefused, match="请写明短少的原因"):
        receive(transfer, (3, 1), reason="other")
    with pytest.raises(TransferRefused, match="请填写"):
        receive(transfer, (0, 0))
    for wrong, kind in (
        (Arrival(line_id=line.pk, received=1, missing=0, seen=3), StockMoved),
        (Arrival(line_id=1, received=1, missing=0, seen=3), UnknownStock),
    ):
        with pytest.raises(kind):
            services.receive_transfer(
                transfer_id=transfer.pk,
                arrivals=[wrong],
                missing_reason="",
                note="",
                request_id="",
                actor=CLERK,
                now=NOON,
            )

    assert (on_hand(sku), status(transfer)) == ({"HZ": 1}, "sent")
    assert not StockMovement.objects.filter(cause_type="transfer_receipt").exists()


def test_a_transfer_needs_two_warehouses_and_something_to_move(
    houses: tuple[Warehouse, Warehouse],
) -> None:
    for source, target, kind in (("HZ", "HZ", TransferRefused), ("HZ", "XX", UnknownStock)):
        with pytest.raises(kind):
            services.create_transfer(
                source=source, target=target, note="", request_id="", actor=CLERK, now=NOON
            )
    with pytest.raises(TransferRefused, match="还没有要调的货"):
        sent()
    with pytest.raises(UnknownStock):
        services.send_transfer(transfer_id=1, actor=CLERK, now=NOON)


PARTS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), max_size=5)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(quantity=st.integers(1, 9), parts=PARTS)
def test_what_is_on_hand_on_the_way_and_missing_is_always_the_same(
    houses: tuple[Warehouse, Warehouse], quantity: int, parts: list[tuple[int, int]]
) -> None:
    sku = SkuFactory()
    stocked(sku, 8, houses[0])
    transfer = made((sku, quantity))
    try:
        services.send_transfer(transfer_id=transfer.pk, actor=CLERK, now=NOON)
    except StockRefused:
        assert quantity > 8
    for part in parts:
        with suppress(Refusal):
            receive(transfer, part, request=f"{next_id()}")
        (line,) = queries.transfer_lines(transfer_id=transfer.pk)
        coming = sum(queries.on_the_way(sku_ids=[sku.pk]).values())
        assert sum(on_hand(sku).values()) + coming + line.missing_quantity == 8
        assert (status(transfer) == "received") == (quantity <= 8 and line.on_the_way == 0)
    books_balance()


@pytest.mark.django_db(transaction=True)
def test_sending_and_selling_at_once_never_gives_a_piece_twice() -> None:
    WarehouseFactory(code="HZ")
    house = Warehouse.objects.get(code="HZ")
    WarehouseFactory(code="CD")
    open_shop()
    sku = SkuFactory()
    stocked(sku, 6, house)
    drafts = [made((sku, 3)) for _ in range(2)]

    def sell() -> None:
        orders.place_order(wanted=basket((sku, 1)), now=NOON)

    def send(transfer: Transfer) -> Callable[[], None]:
        return lambda: services.send_transfer(transfer_id=transfer.pk, actor=CLERK, now=NOON)

    results = together([sell, send(drafts[0]), sell, send(drafts[1]), sell, sell])

    refused = {type(one) for one in results if isinstance(one, BaseException)}
    assert refused <= {StockRefused, OrderRefused}
    level = StockLevel.objects.get(sku=sku, warehouse=house)
    gone = Transfer.objects.filter(status="sent").count() * 3
    assert level.on_hand == 6 - gone
    assert level.reserved <= level.on_hand
    books_balance()


@pytest.mark.django_db(transaction=True)
def test_the_same_arrival_booked_twice_at_once_counts_once() -> None:
    house = WarehouseFactory(code="HZ")
    WarehouseFactory(code="CD")
    sku = SkuFactory()
    stocked(sku, 6, house)
    transfer = sent((sku, 4))
    line = queries.transfer_lines(transfer_id=transfer.pk)[0]

    def arrive(request: str) -> Callable[[], None]:
        return lambda: services.receive_transfer(
            transfer_id=transfer.pk,
            arrivals=[Arrival(line_id=line.pk, received=2, missing=0, seen=4)],
            missing_reason="",
            note="",
            request_id=request,
            actor=CLERK,
            now=NOON,
        )

    results = together([arrive("a"), arrive("a"), arrive("b")])

    assert sum(isinstance(one, StockMoved) for one in results) in (1, 2)
    assert on_hand(sku) == {"HZ": 2, "CD": 2}
