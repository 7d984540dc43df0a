"""People who work in the shop."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from zhanggui.accounts.models import User
from zhanggui.accounts.types import Role

PASSWORD = "kaimen-daji"  # of a test


class StaffFactory(DjangoModelFactory[User]):
    """A member of staff, the owner unless said otherwise."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"staff-{n}")
    name = "林岚"
    role = Role.OWNER
    password = factory.django.Password(PASSWORD)
    created_at = datetime(2026, 11, 1, tzinfo=UTC)


class ShopperUserFactory(StaffFactory):
    """Somebody who signs in to the storefront: no role."""

    role = ""
