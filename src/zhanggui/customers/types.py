"""Inputs, results and refusals about shoppers."""

from dataclasses import dataclass

from zhanggui.core.types import Refusal

WECHAT = "weixin"  # as allauth names the provider
CODE_MINUTES, CODE_TRIES = 5, 5
CODES_PER_DAY, SECONDS_BETWEEN = 10, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressInput:
    """Where a parcel goes, cleaned and resolved: official division names and code, E.164 phone."""

    name: str
    phone: str
    province: str
    city: str
    district: str
    detail: str
    division_code: str
    postcode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressView:
    """An address of the address book, opened for its owner."""

    address_id: int
    name: str
    phone: str  # as people in China write it
    province: str
    city: str
    district: str
    detail: str
    postcode: str


@dataclass(frozen=True, slots=True)
class SentCode:
    """A fresh sign-in code on its way; `code` goes into the message and nowhere else."""

    phone: str  # E.164
    code: str


class InvalidAddress(Refusal):
    """The address can't be delivered to as written; the text names the field to mend."""

    code = "invalid_address"
    status = 422

    def __init__(self, text: object, *, field: str = "") -> None:
        super().__init__(text)  # type: ignore[arg-type]
        self.field = field


class WechatTaken(Refusal):
    """The WeChat signs another shopper in."""

    code = "wechat_taken"
    status = 409


class CodeRefused(Refusal):
    """A sign-in code can't be sent now, or the one given is wrong or too old."""

    code = "code_refused"
    status = 409
