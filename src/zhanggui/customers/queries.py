"""Reads of shoppers and checks of addresses."""

from collections.abc import Collection

from allauth.socialaccount.models import SocialAccount
from django.utils.translation import gettext_lazy as _

from zhanggui.core.encryption import blind_index
from zhanggui.core.phones import InvalidPhone, national_phone, normal_phone
from zhanggui.core.text import TextRefused, clean_text, search_form
from zhanggui.customers.models import Address
from zhanggui.customers.models import Customer as Customer
from zhanggui.customers.types import WECHAT, AddressInput, AddressView, InvalidAddress
from zhanggui.regions import queries as regions


def checked_address(
    *,
    name: str,
    phone: str,
    province: str,
    city: str,
    district: str,
    detail: str,
    postcode: str = "",
) -> AddressInput:
    """Return the address with official division names, its code and an E.164 phone.

    Raises:
        InvalidAddress: a part is missing or can't be kept, or there is no such place; `field`
            names the part.
    """
    name, detail = _part("name", name, 60), _part("detail", detail, 200)
    if not name:
        raise InvalidAddress(_("请填写收货人。"), field="name")
    if not detail:
        raise InvalidAddress(_("请填写详细地址，例如街道、小区、门牌号。"), field="detail")
    place = regions.resolve(
        province=_part("province", province, 40),
        city=_part("city", city, 40),
        district=_part("district", district, 40),
    )
    if place is None or not is_deep_enough(code=place.code):
        raise InvalidAddress(
            _("没有找到这个省、市、区，请从列表里选，或粘贴完整地址。"), field="province"
        )
    return AddressInput(
        name=name,
        phone=_phone(phone),
        province=place.province,
        city=place.city,
        district=place.district,
        detail=detail,
        division_code=place.code,
        postcode=_part("postcode", postcode, 10),
    )


def _part(field: str, text: str, max_length: int) -> str:
    try:
        return clean_text(text, max_length=max_length)
    except TextRefused as refusal:
        raise InvalidAddress(refusal.text, field=field) from refusal


def _phone(text: str) -> str:
    try:
        return normal_phone(_part("phone", text, 30))
    except InvalidPhone as refusal:
        raise InvalidAddress(refusal.text, field="phone") from refusal


def is_deep_enough(*, code: str) -> bool:
    """Tell whether a parcel can go there: to a city at least, to a district in municipalities.

    Development zones (高新区, 经开区) are no districts: their addresses end at the city.
    """
    division = regions.division(code=code)
    return division is not None and (division.level > 1 or not regions.children(code=code))


def pasted_address(*, text: str) -> AddressInput:
    """Read a pasted text as an address that can be delivered to.

    Raises:
        InvalidAddress: something is missing; `field` names it ("address" for the whole text).
    """
    found = regions.parse_address(text=_part("address", text, 500))
    if not found.phone:
        raise InvalidAddress(_("没有认出手机号，请补上收货人手机号。"), field="phone")
    return checked_address(
        name=found.name,
        phone=found.phone,
        province=found.province,
        city=found.city,
        district=found.district,
        detail=found.detail,
        postcode=found.postcode,
    )


def name_index(name: str) -> str:
    """Return the blind index by which a person's whole name is found."""
    return blind_index("name", search_form(name))


def address_index(address: AddressInput) -> str:
    """Return the blind index of an address's whole content."""
    parts = (address.name, address.phone, address.division_code, search_form(address.detail))
    return blind_index("address", "\n".join(parts))


def addresses(*, user_id: int, limit: int = 20) -> list[AddressView]:
    """Return the addresses of a signed-in shopper, the last used first."""
    rows = Address.objects.filter(customer__user_id=user_id, archived_at=None)
    return [
        AddressView(
            address_id=row.pk,
            name=row.name,
            phone=national_phone(row.phone),
            province=row.province,
            city=row.city,
            district=row.district,
            detail=row.detail,
            postcode=row.postcode,
        )
        for row in rows.order_by("-used_at", "-id")[:limit]
    ]


def customer_of_user(*, user_id: int) -> Customer | None:
    """Return the shopper behind a sign-in."""
    return Customer.objects.filter(user_id=user_id, archived_at=None).first()


def is_wechat_linked(*, user_id: int) -> bool:
    """Tell whether WeChat signs this shopper in."""
    return bool(SocialAccount.objects.filter(provider=WECHAT, user_id=user_id).exists())


def ids_of_users(*, user_ids: Collection[int]) -> dict[int, int]:
    """Return user id → customer id; no statement where nobody is signed in."""
    if not user_ids:
        return {}
    rows = Customer.objects.filter(user_id__in=user_ids)
    return {user: pk for pk, user in rows.values_list("pk", "user_id")}
