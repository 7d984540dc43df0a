"""Users, API keys and the shop's own settings."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone

from zhanggui.accounts.roles import role
from zhanggui.accounts.types import FactorKind, Role, RoleView
from zhanggui.core import sql
from zhanggui.core.fields import EncryptedField
from zhanggui.core.ids import IdField


class _Users(BaseUserManager["User"]):
    def get(self, *args: Any, **known: Any) -> "User":
        """Find whoever is signed in, as every page does by `pk`, for a third of the ORM's time."""
        if args or known.keys() != {"pk"}:
            return super().get(*args, **known)
        for found in sql.instances(self.model, "WHERE id IN ({wanted})", [known["pk"]]):
            return found
        raise self.model.DoesNotExist


class StaffRole(models.Model):
    """A role of the shop's own making, or what it changed of a role that every shop has."""

    id = IdField()
    code = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=30)
    home = models.CharField(max_length=10, choices=Role.choices)
    rights = models.JSONField()  # resource → list of actions
    warehouse_ids = models.JSONField(null=True)  # the only ones it sees; null sees all

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(code__in=["", Role.OWNER]), name="role_has_code"),
            models.CheckConstraint(
                condition=Q(home__in=Role.values), name="staff_role_home_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser):
    """Whoever signs in: staff have a role, shoppers have none."""

    id = IdField()
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    email = models.CharField(max_length=254, blank=True)
    role = models.CharField(max_length=24, blank=True)  # code of a role
    is_active = models.BooleanField(default=True)
    access_until = models.DateTimeField(null=True)  # of staff who help for a while
    created_at = models.DateTimeField()

    previewed: RoleView | None = None  # the role as which somebody looks at the console

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[Any] = _Users()

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Tell whether this person may enter the console today."""
        is_over = self.access_until is not None and self.access_until <= timezone.now()
        return self.is_active and bool(self.role) and not is_over

    @property
    def acts_as(self) -> RoleView | None:
        """Return the role whose rights count: the one looked at, else this person's."""
        return self.previewed or role(self.role)

    @property
    def warehouse_ids(self) -> tuple[int, ...] | None:
        """Return the only warehouses whose orders and stock this person sees; None sees all."""
        return _scope(self.acts_as)

    def may(self, resource: str, action: str) -> bool:
        """Tell whether this person has the right; who is no staff any more has none."""
        acts_as = self.acts_as if self.is_staff else None
        return acts_as is not None and acts_as.may(resource, action)


def _scope(acts_as: RoleView | None) -> tuple[int, ...] | None:
    return acts_as.warehouse_ids if acts_as else ()


class Invite(models.Model):
    """A link by which somebody becomes staff. Only the token's hash is stored."""

    id = IdField()
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=24)  # code of a role
    access_until = models.DateTimeField(null=True)
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256, hex
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_by = models.OneToOneField(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class FactorSecret(models.Model):
    """What a code is checked against. allauth's row of the factor holds this row's id in its place.

    So it is encrypted like all that is secret, and there is one of a kind on every database.
    """

    id = IdField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=FactorKind.choices)
    secret = EncryptedField()
    last_step = models.BigIntegerField(default=0)  # half minute of the last code that was used

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="factor_secret_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[FactorKind.CODE, FactorKind.RECOVERY]),
                name="factor_secret_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return str(FactorKind(self.kind).label)


class ApiKey(models.Model):
    """A program's access: some rights of a role, all unless named. Only a hash is stored."""

    id = IdField()
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=24)  # code of a role
    rights = models.JSONField(null=True)  # resource → list of actions, within the role's
    prefix = models.CharField(max_length=12)  # to recognise a key in lists
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256, hex
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_live(self) -> bool:
        """Tell whether the key works today."""
        is_over = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not is_over

    @property
    def acts_as(self) -> RoleView | None:
        """Return the role whose rights count."""
        return role(self.role)

    @property
    def warehouse_ids(self) -> tuple[int, ...] | None:
        """Return the only warehouses whose orders and stock this key sees; None sees all."""
        return _scope(self.acts_as)

    def may(self, resource: str, action: str) -> bool:
        """Tell whether this key has the right; one that does not work any more has none."""
        acts_as = self.acts_as if self.is_live else None
        is_named = self.rights is None or action in self.rights.get(resource, ())
        return acts_as is not None and acts_as.may(resource, action) and is_named


class Shop(models.Model):
    """The shop's settings: one row with id 1."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=60)
    slogan = models.CharField(max_length=120, blank=True)
    logo = models.CharField(max_length=200, blank=True)  # name in the storage
    accent = models.CharField(max_length=7, blank=True)  # #rrggbb
    currency = models.CharField(max_length=3, default="CNY")
    service_phone = models.CharField(max_length=30, blank=True)
    service_email = models.CharField(max_length=254, blank=True)
    service_wechat = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=200, blank=True)
    week = models.JSONField(default=list)  # [start, end] in minutes or null a day, Monday first
    holidays = models.JSONField(default=list)  # [first day, last day, hours or null, note]
    company = models.CharField(max_length=100, blank=True)
    licence_no = models.CharField(max_length=18, blank=True)
    licence_picture = models.CharField(max_length=200, blank=True)
    licence_text = models.CharField(max_length=200, blank=True)  # other licences of the trade
    icp_number = models.CharField(max_length=40, blank=True)
    police_number = models.CharField(max_length=40, blank=True)
    takes_wechat_native = models.BooleanField(default=True)
    takes_wechat_h5 = models.BooleanField(default=True)
    takes_wechat_jsapi = models.BooleanField(default=True)
    takes_transfer = models.BooleanField(default=True)
    transfer_account = models.TextField(blank=True)  # shown to who pays by bank transfer
    unpaid_minutes = models.IntegerField(default=30)  # an unpaid order is closed after
    transfer_days = models.IntegerField(default=3)  # the same for bank transfer
    confirm_days = models.IntegerField(default=10)  # receipt is confirmed by itself after
    ship_hours = models.IntegerField(default=24)  # promised time from payment to shipping
    return_days = models.IntegerField(default=7)  # goods may come back without a reason within
    return_policy = models.TextField(blank=True)
    second_factor_required = models.BooleanField(default=False)  # of all staff
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
            # less than the law grants who buys at a distance
            models.CheckConstraint(condition=Q(return_days__gte=7), name="shop_return_days_legal"),
        ]

    def __str__(self) -> str:
        return self.name


class SettingChange(models.Model):
    """One save of settings: who, when, and each value before and after. Never a secret."""

    id = IdField()
    group = models.CharField(max_length=20)
    changes = models.JSONField()  # key → [before, after]
    actor_type = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["group", "-id"], name="setting_change_by_group")]

    def __str__(self) -> str:
        return f"{self.group} {self.at:%Y-%m-%d %H:%M}"
