"""Imports of very much: pictures are held a few at a time."""

import pytest
from tests.factories.shop import NOON

from zhanggui.core.types import ActorType
from zhanggui.integrations.models import ImportRow, ImportRun
from zhanggui.integrations.services import working
from zhanggui.integrations.types import Kind, Outcome

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("pictures", "held"),
    [([1] * 7, [1] * 5), ([5, 5, 5], [5, 5]), ([12, 1], [12]), ([11, 1, 1], [11, 1]), ([], [])],
)
def test_the_pictures_of_few_products_are_held_at_once(
    pictures: list[int], held: list[int]
) -> None:
    run = ImportRun.objects.create(
        kind=Kind.PRODUCTS, file_name="x.zip", actor_type=ActorType.STAFF, created_at=NOON
    )
    for place, count in enumerate(pictures):
        ImportRow.objects.create(
            run=run,
            ordinal=place,
            line=place,
            outcome=Outcome.CREATED,
            pictures={"items": [["a.jpg", "", ""]] * count, "skus": [], "clear": False},
        )

    found = working._with_pictures(run)

    assert [len(row.pictures["items"]) for row in found if row.pictures] == held
