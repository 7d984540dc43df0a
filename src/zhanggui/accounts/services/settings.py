"""Writes of the shop's settings: checked, with their history, and undone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhanggui.accounts.events import SettingsChanged
from zhanggui.accounts.models import SettingChange, Shop
from zhanggui.accounts.queries import SHOP, newest_change, setting_changes, user_names
from zhanggui.accounts.settings import BY_KEY, Group, checked
from zhanggui.accounts.types import SettingsMoved
from zhanggui.core import versions
from zhanggui.core.events import publish
from zhanggui.core.transactions import retried
from zhanggui.core.types import Actor


@transaction.atomic
def save_shop(**values: Any) -> None:
    """Write the shop's settings as it is made, all or some; staff's changes have a history."""
    Shop.objects.update_or_create(pk=1, defaults=values)
    versions.bump(SHOP)


@retried
def save_settings(
    *, group: Group, values: Mapping[str, Any], seen: int | None = None, actor: Actor, now: datetime
) -> SettingChange | None:
    """Give settings of one group other values; None where all have them already.

    `seen` is the newest change of the group that whoever changes it saw (`newest_change`); None
    takes any.

    Raises:
        SettingRefused: a value can't be right; nothing was written.
        SettingsMoved: there is a newer change than the one seen.
    """
    wanted = {key: checked(key, value) for key, value in values.items()}
    wrong = [key for key in wanted if BY_KEY[key].group != group]
    if wrong:
        raise ValueError(f"{wrong} are no settings of {group}.")
    row = _locked()
    if seen is not None and newest_change(group=group) != seen:
        raise SettingsMoved(_who(group))
    return _write(row, group, wanted, None, actor, now)


@retried
def undo_change(*, change_id: int, actor: Actor, now: datetime) -> SettingChange | None:
    """Give the settings of one change the values that they had before it.

    Raises:
        SettingsMoved: one of them was changed again since; nothing was written.
        SettingRefused: what stood there is refused today.
    """
    row = _locked()
    change = SettingChange.objects.get(pk=change_id)
    group = Group(change.group)
    if any(getattr(row, key) != after for key, (_before, after) in change.changes.items()):
        raise SettingsMoved(_who(group))
    before = {key: checked(key, value) for key, (value, _after) in change.changes.items()}
    return _write(row, group, before, change, actor, now)


def _locked() -> Shop:
    Shop.objects.get_or_create(pk=1, defaults={"name": "掌柜"})
    return Shop.objects.select_for_update().get(pk=1)


def _write(
    row: Shop,
    group: Group,
    wanted: Mapping[str, Any],
    undoes: SettingChange | None,
    actor: Actor,
    now: datetime,
) -> SettingChange | None:
    changes = {
        key: [getattr(row, key), value]
        for key, value in wanted.items()
        if getattr(row, key) != value
    }
    if not changes:
        return None
    for key, (_before, after) in changes.items():
        setattr(row, key, after)
    row.save(update_fields=list(changes))
    change = SettingChange.objects.create(
        group=group,
        changes=changes,
        actor_type=actor.type,
        actor_id=actor.id,
        at=now,
        undoes=undoes,
    )
    versions.bump(SHOP)
    publish(
        SettingsChanged(
            subject_id=row.pk,
            at=now,
            actor=actor,
            change_id=change.pk,
            changed=sorted(changes),
            is_undo=undoes is not None,
        )
    )
    return change


def _who(group: Group) -> str:
    """Return the name of who changed a group last."""
    last = setting_changes(group=group).first()
    names = user_names(user_ids={last.actor_id}) if last and last.actor_id else {}
    return next(iter(names.values()), _("系统"))
