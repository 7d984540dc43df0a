"""Writes of shoppers: guests, address books, sign-in by phone code."""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from zhanggui.accounts import services as accounts
from zhanggui.core.bulk import insert_rows, stored_moment
from zhanggui.core.encryption import blind_index
from zhanggui.core.ids import next_id
from zhanggui.core.phones import normal_phone, phone_index
from zhanggui.core.transactions import in_transaction
from zhanggui.customers import sql
from zhanggui.customers.models import Address, CodeGate, Customer, PhoneCode
from zhanggui.customers.queries import address_index
from zhanggui.customers.types import (
    CODE_MINUTES,
    CODE_TRIES,
    CODES_PER_DAY,
    SECONDS_BETWEEN,
    WECHAT,
    AddressInput,
    CodeRefused,
    SentCode,
    WechatTaken,
)


class NewGuest(NamedTuple):
    """A guest as a row: name and phone in clear, the moment as `core.bulk.stored_moment` writes."""

    id: int
    name: str
    phone: str
    phone_index: str
    created_at: str


def locked_customers(*, phone_indexes: Collection[str]) -> dict[str, int]:
    """Return phone index → id of known customers, locked in id order; only inside a transaction."""
    return dict(sql.locked_customers(phone_indexes))


def make_guests(*, addresses: Iterable[AddressInput], now: datetime) -> dict[str, int]:
    """Make a guest for each phone and return phone index → customer id. One statement.

    Raises:
        IntegrityError: somebody made one of them meanwhile: start again, it is known now.
    """
    wanted = {phone_index(address.phone): address for address in addresses}
    at = stored_moment(now)
    guests = [
        NewGuest(next_id(), one.name, one.phone, index, at) for index, one in sorted(wanted.items())
    ]
    insert_rows(model=Customer, rows=guests)
    return {guest.phone_index: guest.id for guest in guests}


def remember_addresses(*, addresses: Sequence[tuple[int, AddressInput]], now: datetime) -> None:
    """Put addresses (customer id, address) on top of their address books; repeats are merged."""
    wanted = {(customer, address_index(one)): one for customer, one in addresses}
    if not wanted:
        return
    Address.objects.bulk_create(
        [
            Address(
                customer_id=customer,
                name=one.name,
                phone=one.phone,
                province=one.province,
                city=one.city,
                district=one.district,
                division_code=one.division_code,
                detail=one.detail,
                postcode=one.postcode,
                content_index=index,
                used_at=now,
            )
            for (customer, index), one in sorted(wanted.items())
        ],
        ignore_conflicts=True,
    )
    Address.objects.filter(
        customer_id__in={customer for customer, _index in wanted},
        content_index__in={index for _customer, index in wanted},
    ).update(used_at=now, archived_at=None)


def archive_address(*, user_id: int, address_id: int, now: datetime) -> None:
    """Take an address out of its owner's book; orders keep their own copy."""
    Address.objects.filter(pk=address_id, customer__user_id=user_id).update(archived_at=now)


def issue_code(*, phone: str, client: str, now: datetime) -> SentCode:
    """Make a sign-in code for a phone. `client` is the network address that asks.

    Raises:
        InvalidPhone: it is no phone number.
        CodeRefused: one was sent in the last minute, or ten today for the phone or the address.
    """
    number = normal_phone(phone)
    index, client_index = phone_index(number), blind_index("client", client)
    code = f"{secrets.randbelow(1_000_000):06d}"
    in_transaction(lambda: _store_code(index, client_index, _code_hash(index, code), now))
    return SentCode(number, code)


def _store_code(index: str, client_index: str, code_hash: str, now: datetime) -> None:
    due = Q(passed_at=None) | Q(passed_at__lte=now - timedelta(seconds=SECONDS_BETWEEN))
    if not _pass(f"phone:{index}", due, now):
        raise CodeRefused(_("验证码刚刚发过，请等一分钟再试。"))
    _pass(f"client:{client_index}", Q(), now)
    day_ago = now - timedelta(days=1)
    sent = PhoneCode.objects.filter(phone_index=index, sent_at__gt=day_ago)
    asked = PhoneCode.objects.filter(client_index=client_index, sent_at__gt=day_ago)
    if sent.count() >= CODES_PER_DAY or asked.count() >= CODES_PER_DAY:
        raise CodeRefused(_("今天的验证码已用完，请明天再试，或联系客服。"))
    PhoneCode.objects.create(
        phone_index=index, client_index=client_index, code_hash=code_hash, sent_at=now
    )


def _pass(key: str, due: Q, now: datetime) -> bool:
    """Pass a gate if it is due, and hold it until the end of the transaction.

    The guarded UPDATE decides, so of two requests at once one passes and the other waits for it.
    """
    gate = CodeGate.objects.filter(key=key)
    if gate.filter(due).update(passed_at=now):
        return True
    if gate.exists():
        return False
    CodeGate.objects.bulk_create([CodeGate(key=key)], ignore_conflicts=True)
    return bool(gate.filter(due).update(passed_at=now))


def forget_codes(*, now: datetime) -> None:
    """Delete what is kept of codes that count for nothing any more."""
    two_days_ago = now - timedelta(days=2)
    PhoneCode.objects.filter(sent_at__lt=two_days_ago).delete()
    CodeGate.objects.filter(passed_at__lt=two_days_ago).delete()


def _code_hash(index: str, code: str) -> str:
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"{index}:{code}".encode(), hashlib.sha256).hexdigest()


def sign_in_by_code(*, phone: str, code: str, now: datetime) -> int:
    """Use a code up and return the user of that phone, made on the first sign-in.

    Guest orders of the phone belong to the shopper from then on, as they hang on the same customer.
    Only the newest code counts. Never inside a transaction, which could take a counted try back.

    Raises:
        CodeRefused: the code is wrong, used, too old, or was tried five times.
    """
    number = normal_phone(phone)
    index = phone_index(number)
    refusal = CodeRefused(_("验证码不对或已过期，请重新获取。"))
    latest = _counted_try(index, now)
    given = unicodedata.normalize("NFKC", code).strip()
    if latest is None or not hmac.compare_digest(latest.code_hash, _code_hash(index, given)):
        raise refusal
    with transaction.atomic():
        if not PhoneCode.objects.filter(pk=latest.pk, used_at=None).update(used_at=now):
            raise refusal
        return _user_of(number, index, now)


@transaction.atomic(durable=True)
def _counted_try(index: str, now: datetime) -> PhoneCode | None:
    """Count a try at the phone's newest code, or return None where none may be tried.

    Committed before the code is compared, so a refusal can't take the count back.
    """
    since = now - timedelta(minutes=CODE_MINUTES)
    codes = PhoneCode.objects.filter(phone_index=index, sent_at__gt=since)
    latest = codes.order_by("-sent_at", "-id").first()
    if latest is None:
        return None
    open_ = PhoneCode.objects.filter(pk=latest.pk, used_at=None, tries__lt=CODE_TRIES)
    return latest if open_.update(tries=F("tries") + 1) else None


def _user_of(number: str, index: str, now: datetime) -> int:
    customer, _new = Customer.objects.get_or_create(
        phone_index=index, defaults={"phone": number, "created_at": now}
    )
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    if customer.user_id is None:
        customer.user_id = accounts.create_shopper_user(now=now).pk
        customer.save(update_fields=["user"])
    return int(customer.user_id)


def link_wechat(*, user_id: int, uid: str) -> None:
    """Let this WeChat sign the shopper in, instead of the one that did; repeatable.

    `uid` is a blind index of the openid.

    Raises:
        WechatTaken: it signs another shopper in.
    """
    in_transaction(lambda: _link_wechat(user_id, uid))


def _link_wechat(user_id: int, uid: str) -> None:
    Customer.objects.select_for_update().get(user_id=user_id)
    account, _new = SocialAccount.objects.get_or_create(
        provider=WECHAT, uid=uid, defaults={"user_id": user_id}
    )
    if account.user_id != user_id:
        raise WechatTaken(_("这个微信已经用于另一个手机号。"))
    others = SocialAccount.objects.filter(provider=WECHAT, user_id=user_id)
    others.exclude(pk=account.pk).delete()


def unlink_wechat(*, user_id: int) -> None:
    """Let no WeChat sign the shopper in any more; the phone does."""
    SocialAccount.objects.filter(provider=WECHAT, user_id=user_id).delete()


def customer_for_import(*, source: str, refs: Sequence[str], now: datetime) -> Mapping[str, int]:
    """Return reference → customer id of an imported history, making those that are new."""
    Customer.objects.bulk_create(
        [Customer(source=source, external_ref=ref, created_at=now) for ref in sorted(set(refs))],
        ignore_conflicts=True,
    )
    rows = Customer.objects.filter(source=source, external_ref__in=set(refs))
    return {ref: pk for pk, ref in rows.values_list("pk", "external_ref") if ref}


def seed_guests(*, guests: Sequence[NewGuest]) -> None:
    """Write guests many at once: for measuring, nothing else. Data is stored encrypted."""
    insert_rows(model=Customer, rows=guests)
