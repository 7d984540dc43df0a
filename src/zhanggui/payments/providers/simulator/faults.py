"""What can be made to go wrong, set over the local control endpoint."""

from dataclasses import asdict, dataclass, field, fields
from threading import Lock
from typing import Any

API_FAULTS = {"ok", "500", "500_after_success", "429", "timeout", "bad_signature"}
OAUTH_FAULTS = {"ok", "500", "no_json", "no_object", "expired_code", "used_code", "wrong_secret"}
FORGERIES = {"signature", "stale", "serial", "probe", "amount", "merchant"}


@dataclass
class Faults:
    """Every switch and its quiet value."""

    api_delay_s: float = 0.0  # before every answer of the API
    api_next: list[str] = field(default_factory=list)  # API_FAULTS of the next calls, in order
    timeout_hold_s: float = 20.0  # how long a "timeout" keeps the connection before dropping it
    callback_delay_s: float = 0.0
    callback_repeat: int = 0  # further copies of every callback, though the first was taken
    callback_lose: int = 0  # this many callbacks are never sent (one is used up each time)
    callback_forge: list[str] = field(default_factory=list)  # FORGERIES sent before each true one
    sign_with: str = "public_key"  # or "certificate"
    refund_end: str = "SUCCESS"  # or "ABNORMAL", "CLOSED"
    refund_after_s: float = 1.0
    balance_is_short: bool = False  # refunds are refused with NOT_ENOUGH
    oauth_delay_s: float = 0.0  # before every answer about people
    oauth_next: list[str] = field(default_factory=list)  # OAUTH_FAULTS of the next such calls
    wechat_user: str = "小明"  # who holds the phone
    time_shift_s: float = 0.0  # the ledger's clock runs ahead by this; signatures do not

    def check(self) -> None:
        """Raise ValueError for a value that means nothing."""
        rules = {
            "api_next": set(self.api_next) <= API_FAULTS,
            "oauth_next": set(self.oauth_next) <= OAUTH_FAULTS,
            "oauth_delay_s": 0 <= self.oauth_delay_s <= 60,
            "callback_forge": set(self.callback_forge) <= FORGERIES,
            "callback_repeat": 0 <= self.callback_repeat <= 20,
            "callback_lose": self.callback_lose >= 0,
            "sign_with": self.sign_with in {"public_key", "certificate"},
            "refund_end": self.refund_end in {"SUCCESS", "ABNORMAL", "CLOSED"},
            "api_delay_s": 0 <= self.api_delay_s <= 60,
            "callback_delay_s": self.callback_delay_s >= 0,
            "timeout_hold_s": 0 <= self.timeout_hold_s <= 60,
        }
        if wrong := [name for name, fits in rules.items() if not fits]:
            raise ValueError(", ".join(wrong))


class FaultBoard:
    """The switches as all threads see them."""

    def __init__(self) -> None:
        self._faults = Faults()
        self._lock = Lock()

    @property
    def now(self) -> Faults:
        """Return the switches as they stand; a change makes a new object."""
        return self._faults

    def change(self, **values: Any) -> dict[str, Any]:
        """Set some switches and return all.

        Raises:
            ValueError: an unknown switch or a value that it can't have; nothing was changed.
        """
        quiet = asdict(Faults())
        for name, value in values.items():
            if name not in quiet:
                raise ValueError(name)
            accepted = (int, float) if isinstance(quiet[name], float) else type(quiet[name])
            if not isinstance(value, accepted):
                raise ValueError(name)
        with self._lock:
            faults = Faults(**(asdict(self._faults) | values))
            faults.check()
            self._faults = faults
            return asdict(faults)

    def reset(self) -> dict[str, Any]:
        """Let everything go right again."""
        with self._lock:
            self._faults = Faults()
            return asdict(self._faults)

    def take_api_fault(self) -> str:
        """Return and use up what shall happen to this API call."""
        with self._lock:
            return self._faults.api_next.pop(0) if self._faults.api_next else "ok"

    def take_oauth_fault(self) -> str:
        """Return and use up what shall happen to this call about people."""
        with self._lock:
            return self._faults.oauth_next.pop(0) if self._faults.oauth_next else "ok"

    def take_loss(self) -> bool:
        """Say whether this callback is lost, and use up one loss."""
        with self._lock:
            lost = self._faults.callback_lose > 0
            self._faults.callback_lose -= lost
            return lost


SWITCHES = tuple(one.name for one in fields(Faults))
