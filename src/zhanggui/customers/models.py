"""Shoppers, their addresses and sign-in codes. Personal data is encrypted."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from zhanggui.core.fields import EncryptedField
from zhanggui.core.ids import IdField
from zhanggui.customers.types import CODE_TRIES


class Customer(models.Model):
    """Who buys: a guest known by phone, a signed-in shopper, or one from an imported history."""

    id = IdField()
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="customer"
    )
    name = EncryptedField(blank=True, default="")
    phone = EncryptedField(blank=True, default="")  # E.164
    phone_index = models.CharField(max_length=32, null=True, unique=True)
    source = models.CharField(max_length=30, blank=True)  # import format of a historical buyer
    external_ref = models.CharField(max_length=60, null=True)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_ref"], name="customer_once_per_source"
            ),
        ]

    def __str__(self) -> str:
        return f"customer {self.pk}"


class Address(models.Model):
    """A delivery address in a shopper's address book."""

    id = IdField()
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="addresses")
    name = EncryptedField()
    phone = EncryptedField()  # E.164
    province = models.CharField(max_length=40)
    city = models.CharField(max_length=40, blank=True)
    district = models.CharField(max_length=40, blank=True)
    division_code = models.CharField(max_length=6)
    detail = EncryptedField()
    postcode = models.CharField(max_length=10, blank=True)
    content_index = models.CharField(max_length=32)  # blind index of the whole address
    used_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "content_index"], name="address_once_per_customer"
            ),
        ]

    def __str__(self) -> str:
        return f"address {self.pk}"


class PhoneCode(models.Model):
    """A one-time code sent to a phone. Only its hash is stored."""

    id = IdField()
    phone_index = models.CharField(max_length=32)
    client_index = models.CharField(max_length=32)  # blind index of the network address
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["phone_index", "sent_at"], name="code_by_phone"),
            models.Index(fields=["client_index", "sent_at"], name="code_by_client"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(tries__gte=0) & Q(tries__lte=CODE_TRIES), name="code_tries_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"


class CodeGate(models.Model):
    """When a code was last asked for by a phone or a client; its row lets one pass at a time."""

    key = models.CharField(max_length=40, primary_key=True)  # "phone:" or "client:" + blind index
    passed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key.partition(":")[0]
