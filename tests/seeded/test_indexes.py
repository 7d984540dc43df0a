"""Each list and look-up of a shop with very many orders is answered by its index.

Asked of the server that DATABASE_URL names, where the seeded database is kept between runs.
"""

import json
import os
from fnmatch import fnmatch
from typing import Any

import pytest
from tests.seeded.cases import CASES
from tests.seeded.database import Server, run, seeded_database

pytestmark = pytest.mark.seeded
# They grow with every order or every product; no question may read one from end to end.
LARGE = {
    "orders_order",
    "orders_orderline",
    "inventory_stockmovement",
    "inventory_stocklevel",
    "core_event",
    "catalog_searchterm",
    "catalog_product",
    "fulfilment_fulfilmentorder",
    "fulfilment_fulfilmentline",
    "fulfilment_parcel",
    "payments_payment",
    "django_tasks_database_dbtaskresult",
}


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return how the server answers each question."""
    server = Server(os.environ["DATABASE_URL"])
    folder = tmp_path_factory.mktemp("seeded")
    url = seeded_database(server, folder=folder)
    found: dict[str, dict[str, Any]] = json.loads(run("tests.seeded.plans", url=url, folder=folder))
    return found


@pytest.mark.parametrize("name", CASES)
def test_it_uses_its_index(answers: dict[str, dict[str, Any]], name: str) -> None:
    answer = answers[name]

    missing = [
        group
        for group in CASES[name].indexes
        if not any(fnmatch(used, one) for used in answer["indexes"] for one in group)
    ]
    assert missing == [], answer


@pytest.mark.parametrize("name", CASES)
def test_it_reads_no_large_table_from_end_to_end(
    answers: dict[str, dict[str, Any]], name: str
) -> None:
    answer = answers[name]

    assert LARGE & set(answer["whole"]) == set(), answer
    most = CASES[name].most
    assert {t: n for t, n in answer["rows"].items() if t in LARGE and n > most} == {}, answer
