"""Users, API keys and the shop's own settings."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from zhanggui.accounts.types import ROLE_RIGHTS, Role
from zhanggui.core import sql
from zhanggui.core.ids import IdField


class _Users(BaseUserManager["User"]):
    def get(self, *args: Any, **known: Any) -> "User":
        """Find whoever is signed in, as every page does by `pk`, for a third of the ORM's time."""
        if args or known.keys() != {"pk"}:
            return super().get(*args, **known)
        for found in sql.instances(self.model, "WHERE id IN ({wanted})", [known["pk"]]):
            return found
        raise self.model.DoesNotExist


class User(AbstractBaseUser):
    """Whoever signs in: staff have a role, shoppers have none."""

    id = IdField()
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    email = models.CharField(max_length=254, blank=True)
    role = models.CharField(max_length=10, choices=Role.choices, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[Any] = _Users()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role="") | Q(role__in=Role.values), name="user_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def may(self, resource: str, action: str) -> bool:
        """Tell whether this person has the right; an inactive one has none."""
        return self.is_active and action in ROLE_RIGHTS.get(self.role, {}).get(resource, ())


class ApiKey(models.Model):
    """A program's access with the rights of a role. Only the token's hash is stored."""

    id = IdField()
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=10, choices=Role.choices)
    prefix = models.CharField(max_length=12)  # to recognise a key in lists
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256, hex
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="api_key_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def may(self, resource: str, action: str) -> bool:
        """Tell whether this key has the right; a revoked one has none."""
        return self.revoked_at is None and action in ROLE_RIGHTS[self.role].get(resource, ())


class Shop(models.Model):
    """The shop's settings: one row with id 1."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=60)
    slogan = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    service_phone = models.CharField(max_length=30, blank=True)
    service_hours = models.CharField(max_length=60, blank=True)
    transfer_account = models.TextField(blank=True)  # shown to who pays by bank transfer
    unpaid_minutes = models.IntegerField(default=30)  # an unpaid order is closed after
    transfer_days = models.IntegerField(default=3)  # the same for bank transfer
    confirm_days = models.IntegerField(default=10)  # receipt is confirmed by itself after
    ship_hours = models.IntegerField(default=24)  # promised time from payment to shipping
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="shop_is_one"),
            models.CheckConstraint(
                condition=Q(unpaid_minutes__gte=1)
                & Q(transfer_days__gte=1)
                & Q(confirm_days__gte=1)
                & Q(ship_hours__gte=1),
                name="shop_timers_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name
