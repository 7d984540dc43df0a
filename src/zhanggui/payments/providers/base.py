"""What the shop asks of every payment channel.

Amounts are integers in minor units of the currency named beside them (fen for CNY). Moments are
aware datetimes; days are days in the channel's time zone. Numbers (`out_trade_no`,
`out_refund_no`) are made by the shop and fixed for one attempt: repeating a call with the same
number and the same values is always safe, at the channel it is the same attempt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Protocol

TIMEOUT = (5, 15)  # seconds to connect, seconds of silence while reading; for every call


class Scene(StrEnum):
    """Where the shopper pays."""

    NATIVE = "native"  # a QR code on our page, scanned with the phone
    H5 = "h5"  # the phone's browser is sent to the channel's page
    JSAPI = "jsapi"  # our page runs inside the channel's own app, which is asked by script


class PaymentState(StrEnum):
    """What a channel says of one attempt."""

    NOT_PAID = "not_paid"
    PAYING = "paying"  # the shopper is typing the password: ask again
    PAID = "paid"
    REFUNDING = "refunding"  # paid, and a refund was started: its own row tells how it went
    CLOSED = "closed"
    FAILED = "failed"
    UNKNOWN_NUMBER = "unknown_number"  # the channel never accepted this number


class RefundState(StrEnum):
    """What a channel says of one refund."""

    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    ABNORMAL = "abnormal"  # the money can't reach the card: staff must act
    CLOSED = "closed"  # given up: a retry needs a new number
    UNKNOWN_NUMBER = "unknown_number"


class CloseOutcome(StrEnum):
    """What became of the wish to close an attempt."""

    CLOSED = "closed"  # can't be paid any more
    QUERY_FIRST = "query_first"  # it was paid meanwhile: query, and settle as paid
    UNKNOWN_NUMBER = "unknown_number"  # the channel never accepted this number: nothing to close


@dataclass(frozen=True, kw_only=True)
class StartRequest:
    """One attempt to pay one order.

    Starting the same attempt again needs the same values in all fields that go to the channel
    (all but `return_url`): keep them with the attempt.
    """

    out_trade_no: str
    amount_minor: int
    currency: str
    description: str  # shown to the shopper by the channel; cut to the channel's length
    notify_url: str  # public address without query string
    expires_at: datetime  # the channel refuses payment after it
    scene: Scene
    client_ip: str = ""  # of the shopper; needed by H5
    return_url: str = ""  # where H5 leads back to
    payer: str = ""  # who pays, as the channel names people to us; needed by JSAPI


@dataclass(frozen=True, kw_only=True)
class Started:
    """What the shopper needs to pay: a QR content, an address, or what to ask the app for."""

    expires_at: datetime  # of this code or address; starting again gives a fresh one
    code_url: str | None = None  # to be drawn as a QR code
    pay_url: str | None = None  # to be opened by the shopper's browser
    bridge: dict[str, str] | None = None  # signed, for the app's script


@dataclass(frozen=True, kw_only=True)
class ChannelPayment:
    """The channel's truth about one attempt; checked for our merchant and app.

    Amount and currency are what the channel says: compare them with what was asked.
    """

    out_trade_no: str
    state: PaymentState
    merchant: str
    app: str
    amount_minor: int | None = None  # None while the channel does not tell (not paid, unknown)
    currency: str | None = None
    channel_ref: str | None = None  # the channel's own number
    paid_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RefundRequest:
    """Money back, wholly or in part; `out_refund_no` is fixed for one refund, also on retry."""

    out_trade_no: str
    out_refund_no: str
    refund_minor: int
    total_minor: int  # what was paid, not what is left
    currency: str
    reason: str = ""  # shown to the shopper by the channel
    notify_url: str = ""


@dataclass(frozen=True, kw_only=True)
class ChannelRefund:
    """The channel's truth about one refund. Accepted is not done: look at the state."""

    out_refund_no: str
    state: RefundState
    out_trade_no: str | None = None
    refund_minor: int | None = None
    total_minor: int | None = None
    currency: str | None = None  # callbacks of refunds do not tell it
    channel_ref: str | None = None
    succeeded_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Callback:
    """A message of the channel that was verified: signature, age, merchant and app.

    `event_id` is the same on every repeat. Number, amount and currency are for the caller to
    compare with its own row.
    """

    event_id: str
    kind: Literal["payment", "refund"]
    payment: ChannelPayment | None = None
    refund: ChannelRefund | None = None


@dataclass(frozen=True, kw_only=True)
class BillRow:
    """One line of the channel's statement: a payment, or a refund of one."""

    kind: Literal["payment", "refund"]
    at: datetime
    out_trade_no: str
    channel_ref: str
    amount_minor: int  # of the order (payment) or asked back (refund)
    fee_minor: int  # negative when the channel gives it back
    currency: str
    state: str  # the channel's own word
    out_refund_no: str | None = None
    refund_ref: str | None = None


class ProviderError(Exception):
    """A call to a channel did not do what was asked.

    `permanent`: the same request will never succeed. `query_first`: what happened at the channel
    is not known, or is not what we believed: ask it before anything else.
    """

    def __init__(
        self, *, permanent: bool, code: str, message: str = "", query_first: bool = False
    ) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.permanent = permanent
        self.code = code
        self.message = message
        self.query_first = query_first


class CallbackRefused(Exception):
    """A message that claims to come from the channel and must change nothing.

    `is_probe`: the channel itself tests our check with a wrong signature; no reason for alarm.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def is_probe(self) -> bool:
        return self.code == "signature_probe"


class Provider(Protocol):
    """A payment channel. Every call may raise ProviderError; none touches our database."""

    def start(self, request: StartRequest) -> Started:
        """Open the attempt at the channel, or open it again with a fresh code."""

    def query(self, *, out_trade_no: str) -> ChannelPayment:
        """Ask how the attempt stands; a number the channel does not know is a state."""

    def close(self, *, out_trade_no: str) -> CloseOutcome:
        """Make the attempt unpayable, unless it was paid meanwhile."""

    def refund(self, request: RefundRequest) -> ChannelRefund:
        """Ask for money back; a repeat with the same number refunds once."""

    def query_refund(self, *, out_refund_no: str) -> ChannelRefund:
        """Ask how the refund stands."""

    def verify_callback(
        self, *, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Callback:
        """Turn a message into facts, or raise CallbackRefused. `body` is as received."""

    def fetch_bill(self, *, day: date) -> tuple[BillRow, ...]:
        """Return all payments and refunds of a past day; empty when there were none."""
