"""Keys of channels, entered in the console and tried at the channel; and channels on and off."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from zhanggui.accounts import queries as accounts
from zhanggui.accounts import services as account_services
from zhanggui.accounts.queries import SettingChange
from zhanggui.accounts.settings import Group, checked
from zhanggui.core import versions
from zhanggui.core.events import publish
from zhanggui.core.ids import next_id
from zhanggui.core.transactions import retried
from zhanggui.core.types import Actor
from zhanggui.payments import queries
from zhanggui.payments.channels import KEYS, WECHATPAY, fixed_keys, keys_of, merchant_keys
from zhanggui.payments.events import KeysChanged
from zhanggui.payments.models import MerchantAccount
from zhanggui.payments.providers.base import (
    PaymentState,
    Provider,
    ProviderError,
    Scene,
    StartRequest,
)
from zhanggui.payments.providers.registry import wechat, wechat_problems
from zhanggui.payments.types import KeyCheck, KeysFixed, KeysRefused, NoWayToPay

SECRETS = ("private_key_pem", "apiv3_key")
FIELDS = ("mchid", "appid", "serial", *SECRETS, "public_key_id", "public_key_pem")
_CHECK_MINUTES = 5


@retried
def save_keys(*, values: Mapping[str, str], actor: Actor, now: datetime) -> None:
    """Enter WeChat Pay's keys; a secret left empty stays as it is.

    Raises:
        KeysFixed: the environment gives them.
        KeysRefused: some can't be right; nothing was written.
    """
    if fixed_keys() is not None:
        raise KeysFixed
    row = MerchantAccount.objects.select_for_update().filter(provider=WECHATPAY).first()
    row = row or MerchantAccount(provider=WECHATPAY, private_key_pem="", apiv3_key="")
    wanted = {
        name: values[name] or getattr(row, name) if name in SECRETS else values[name]
        for name in FIELDS
    }
    changed = [name for name in FIELDS if wanted[name] != getattr(row, name)]
    for name in changed:
        setattr(row, name, wanted[name])
    if wrong := wechat_problems(keys_of(row)):
        raise KeysRefused(wrong)
    if not changed:
        return
    row.changed_at, row.changed_by = now, actor.id
    row.checked_at, row.check_code = None, ""
    row.save()
    versions.bump(KEYS)
    publish(KeysChanged(subject_id=row.pk, at=now, actor=actor, mchid=row.mchid, keys=changed))


def check_keys(*, notify_url: str, now: datetime) -> KeyCheck:
    """Try the keys that count at the channel, and remember what it said.

    Asks for a number that it can't know, which proves our signature; then opens an attempt over
    one fen and closes it at once, whose answer is signed and so proves the channel's key, and that
    the merchant may use this app. Nobody can pay it.
    """
    keys = merchant_keys()
    if keys is None:
        return KeyCheck(code="no_keys")
    wrong = wechat_problems(keys)
    if wrong:
        found = KeyCheck(code="invalid_keys", fields=tuple(wrong))
    else:
        found = _asked(wechat(keys), notify_url, now)
    if fixed_keys() is None:
        MerchantAccount.objects.filter(provider=WECHATPAY).update(
            checked_at=now, check_code=found.code[:64]
        )
    return found


def _asked(provider: Provider, notify_url: str, now: datetime) -> KeyCheck:
    number = f"CHECK{next_id()}"
    try:
        known = provider.query(out_trade_no=number)
        if known.state != PaymentState.UNKNOWN_NUMBER:
            return KeyCheck(code="unexpected_answer", detail=known.state)
        provider.start(
            StartRequest(
                out_trade_no=number,
                amount_minor=1,
                currency="CNY",
                description=_("密钥检查"),
                notify_url=notify_url,
                expires_at=now + timedelta(minutes=_CHECK_MINUTES),
                scene=Scene.NATIVE,
            )
        )
        provider.close(out_trade_no=number)
    except ProviderError as error:
        return KeyCheck(code=error.code, detail=error.message)
    return KeyCheck(code="ok")


def save_channels(
    *, values: Mapping[str, Any], seen: int | None, is_sure: bool, actor: Actor, now: datetime
) -> SettingChange | None:
    """Switch channels on and off, and say where transfers go.

    One that is switched off can't be chosen any more; what was begun is settled as ever.

    Raises:
        NoWayToPay: none would be left, and whoever does it is not sure.
        SettingRefused, SettingsMoved: as accounts.services.save_settings says.
    """
    wanted = {key: checked(key, value) for key, value in values.items()}
    _need_a_way(wanted, is_sure=is_sure)
    return account_services.save_settings(
        group=Group.PAYMENT, values=wanted, seen=seen, actor=actor, now=now
    )


def undo_channels(
    *, change: SettingChange, is_sure: bool, actor: Actor, now: datetime
) -> SettingChange | None:
    """Undo a change of the channels.

    Raises:
        NoWayToPay, SettingRefused, SettingsMoved: as `save_channels` says.
    """
    _need_a_way({key: before for key, (before, _after) in change.changes.items()}, is_sure=is_sure)
    return account_services.undo_change(change_id=change.pk, actor=actor, now=now)


def _need_a_way(values: Mapping[str, Any], *, is_sure: bool) -> None:
    left = queries.channels(shop=accounts.shop_with(values=values))
    if not left and not is_sure and queries.channels():
        raise NoWayToPay
