"""Seeding orders: several processes, each with goods and buyers of its own."""

import multiprocessing
import random
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, connections, transaction

from zhanggui.catalog import queries as catalog
from zhanggui.catalog.types import SkuFacts
from zhanggui.core import versions
from zhanggui.core.bulk import indexes_later, rows_in_memory, stored_moment
from zhanggui.customers.services import NewGuest
from zhanggui.demo.seeding.lives import life
from zhanggui.demo.seeding.moments import DAYS, moments
from zhanggui.demo.seeding.orders import Batch, Bought
from zhanggui.demo.seeding.people import Person, person
from zhanggui.demo.seeding.shelf import RESTOCK, Shelf
from zhanggui.demo.seeding.words import new_ids, words
from zhanggui.inventory import queries as inventory
from zhanggui.inventory.queries import STOCK
from zhanggui.orders import queries as order_queries
from zhanggui.orders import services as orders

BATCH = 2_000  # orders a transaction; more do not fit the processor's cache
_MANY = 20_000  # from here on it is quicker to make the indexes afterwards
_FILLED = ("core", "customers", "inventory", "orders", "payments", "fulfilment")
_NEW_BUYERS = 0.4  # of the orders; the others are bought by somebody who did before
_PIECES = (1, 1, 1, 1, 2, 2, 3)
_KINDS = (1, 1, 1, 2, 2, 3)
_FREIGHT = (0, 0, 0, 600, 800, 1000)

Say = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one process does."""

    number: int
    parts: int
    count: int
    seed: str
    first_order: int  # how many orders there are already: numbers and buyers are counted on
    now: datetime


class NothingToSell(Exception):
    """There are no goods on the shelf or no warehouse."""


def seed_orders(*, count: int, seed: int, processes: int, now: datetime, say: Say) -> None:
    """Write `count` orders of the past year with all that belongs to them; a second run adds more.

    Nobody else may sell meanwhile. `say` is told how many orders are written, now and then.

    Raises:
        NothingToSell: make goods first.
    """
    first_order = order_queries.total()
    products = catalog.live_products(now=now).count()
    if not products or not inventory.warehouses():
        raise NothingToSell
    parts = 1 if connection.vendor == "sqlite" else max(1, min(processes, count, products))
    jobs = [
        Part(
            number=number,
            parts=parts,
            count=len(range(number, count, parts)),
            seed=f"{seed}:{first_order}:{number}",
            first_order=first_order,
            now=now,
        )
        for number in range(parts)
    ]
    is_first_fill = count >= _MANY and count > first_order
    with indexes_later(app_labels=_FILLED) if is_first_fill else nullcontext():
        if parts == 1:
            _run(jobs[0], say)
        else:
            _run_together(jobs, say)
    orders.count_orders_anew()  # one row for each figure, as a worker leaves it in time
    with transaction.atomic():
        versions.bump(STOCK)


def _run_together(jobs: Sequence[Part], say: Say) -> None:
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    running = [fork.Process(target=_run, args=(job, say)) for job in jobs]
    for process in running:
        process.start()
    for process in running:
        process.join()
    if any(process.exitcode for process in running):
        raise ChildProcessError("A part of the orders was not written; the lines above say why.")


def _run(part: Part, say: Say) -> None:
    with rows_in_memory():
        _Street(part).sell(say)


class _Street:
    """One process: its goods, its buyers, its dice."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.dice = random.Random(part.seed)  # noqa: S311 -- the same shop every time
        facts = catalog.live_facts(now=part.now)
        self.facts = sorted(facts, key=_code)[part.number :: part.parts]
        self.houses = [house.warehouse_id for house in inventory.warehouses()]
        self.dice.shuffle(self.facts)  # the first ones sell best
        sku_ids = [fact.sku_id for fact in self.facts]
        self.costs = catalog.cost_prices(sku_ids=sku_ids)
        self.ids = new_ids()
        self.shelf = Shelf(sku_ids=sku_ids, ids=self.ids)
        self.buyers: list[tuple[int, Person]] = []  # id of the customer, who it is
        self.sold = 0

    def sell(self, say: Say) -> None:
        """Write all orders of this part, batch by batch."""
        part = self.part
        opening = part.now - timedelta(days=DAYS + 2)
        pairs = [(fact.sku_id, house) for fact in self.facts for house in self.houses]
        self.shelf.open_with(pairs, quantity=RESTOCK, at=opening)
        batch = Batch(self.dice, self.ids)
        for at in moments(
            count=part.count, part=part.number, parts=part.parts, now=part.now, dice=self.dice
        ):
            batch.add(self._bought(batch, at))
            if len(batch.orders) == BATCH:
                batch.write(self.shelf)
                say(len(batch.orders))
                batch = Batch(self.dice, self.ids)
        batch.write(self.shelf)
        self.shelf.write_counters()
        say(len(batch.orders))

    def _bought(self, batch: Batch, at: datetime) -> Bought:
        dice, part = self.dice, self.part
        customer_id, buyer = self._buyer(batch, at)
        skus = []
        for fact in self._chosen(dice.choice(_KINDS)):
            skus.append((fact, dice.choice(_PIECES), self.costs[fact.sku_id]))
        order_number = part.first_order + self.sold * part.parts + part.number
        self.sold += 1
        return Bought(
            number=order_number,
            customer_id=customer_id,
            buyer=buyer,
            note=dice.choice(words().notes) if dice.random() < 0.15 else "",
            warehouse_id=self.houses[int(dice.random() ** 1.5 * len(self.houses))],
            skus=skus,
            freight_minor=dice.choice(_FREIGHT),
            life=life(placed_at=at, now=part.now, dice=dice),
        )

    def _chosen(self, kinds: int) -> list[SkuFacts]:
        """Pick different SKUs, the first of the list far more often than the last."""
        most = len(self.facts)
        found = {int(self.dice.random() ** 2.5 * most) for _ in range(kinds)}
        return [self.facts[position] for position in found]

    def _buyer(self, batch: Batch, at: datetime) -> tuple[int, Person]:
        if self.buyers and self.dice.random() > _NEW_BUYERS:
            return self.buyers[int(self.dice.random() * len(self.buyers))]
        number = self.part.first_order + len(self.buyers) * self.part.parts + self.part.number
        pk, one = next(self.ids), person(number)
        self.buyers.append((pk, one))
        batch.guests.append(NewGuest(pk, one.name, one.phone, one.phone_index, stored_moment(at)))
        return pk, one


def _code(fact: SkuFacts) -> str:
    return fact.code
