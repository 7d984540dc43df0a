"""Writes of users, roles and keys."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.text import get_text_list

from zhanggui.accounts.events import (
    InviteWithdrawn,
    KeyMade,
    KeyRevoked,
    RoleDeleted,
    RoleSaved,
    StaffChanged,
    StaffInvited,
    StaffJoined,
)
from zhanggui.accounts.models import ApiKey, Invite, StaffRole, User
from zhanggui.accounts.queries import key_hash
from zhanggui.accounts.roles import ROLES, known_rights, listed, role, roles
from zhanggui.accounts.services.devices import end_sessions
from zhanggui.accounts.types import (
    InviteGone,
    LastOwner,
    LoginTaken,
    NewInvite,
    NewKey,
    NotAllowed,
    Role,
    RoleInUse,
    RoleView,
    UnknownRole,
)
from zhanggui.core import audit, versions
from zhanggui.core.events import publish
from zhanggui.core.transactions import retried
from zhanggui.core.types import SYSTEM, Actor, ActorType, By

INVITE_DAYS = 7
_NAMED = 5  # holders of a role that a refusal names


def create_staff(
    *,
    username: str,
    name: str,
    role: str,
    password: str,
    now: datetime,
    actor: Actor = SYSTEM,
) -> User:
    """Make a member of staff, or give the one of that login this name, role and password."""
    _need_role(role)
    with transaction.atomic():
        user = User.objects.filter(username=username).first() or User(
            username=username, created_at=now
        )
        user.name, user.role, user.is_active, user.access_until = name, role, True, None
        user.set_password(password)
        user.save()
        end_sessions(user_id=user.pk, actor=actor, now=now)
        _record_staff(user, "staff.saved", By(actor, now))
    return user


def _record_staff(user: User, kind: str, by: By | None) -> None:
    facts = {"role": user.role}
    audit.record_by(
        by, kind=kind, subject_type="user", subject_id=user.pk, label=user.name, details=facts
    )


def _need_role(code: str, *, by: RoleView | None = None) -> RoleView:
    """Return a role that may be given by somebody; nobody gives more than their own role holds."""
    found = role(code)
    if found is None:
        raise UnknownRole
    if by is not None and not by.covers(found):
        raise NotAllowed
    return found


@retried
def change_staff(
    *,
    user_id: int,
    name: str,
    role: str,
    is_active: bool,
    access_until: datetime | None,
    by: RoleView | None = None,
    actor: Actor = SYSTEM,
    now: datetime,
) -> None:
    """Give a member of staff another name or role, or end the access, at once or at a time.

    `by` is the role of who does it, which must hold all that the old and the new role hold.

    Raises:
        UnknownRole: there is no such role.
        NotAllowed: the old or the new role may more than `by`.
        LastOwner: no owner without an end of access would be left.
    """
    _need_role(role, by=by)
    owners = User.objects.select_for_update().filter(
        role=Role.OWNER, is_active=True, access_until=None
    )
    others = [pk for pk in owners.order_by("id").values_list("pk", flat=True) if pk != user_id]
    user = User.objects.select_for_update().exclude(role="").get(pk=user_id)
    if user.is_active and user.role in roles():
        _need_role(user.role, by=by)
    stays = role == Role.OWNER and is_active and access_until is None
    if user.role == Role.OWNER and not others and not stays:
        raise LastOwner
    user.name, user.role, user.is_active, user.access_until = name, role, is_active, access_until
    user.save(update_fields=["name", "role", "is_active", "access_until"])
    publish(
        StaffChanged(
            subject_id=user.pk,
            at=now,
            actor=actor,
            login=user.username,
            role=role,
            is_active=is_active,
            until=access_until.isoformat() if access_until else "",
        )
    )
    if not user.is_staff:
        end_sessions(user_id=user.pk, actor=actor, now=now)


@retried
def invite_staff(
    *,
    name: str,
    role: str,
    access_until: datetime | None,
    invited_by: int,
    by: RoleView | None = None,
    now: datetime,
) -> NewInvite:
    """Make a link by which somebody becomes staff within a week; it can't be shown again.

    Raises:
        UnknownRole: there is no such role.
        NotAllowed: the role may more than `by`, the role of who invites.
    """
    _need_role(role, by=by)
    token = secrets.token_urlsafe(24)
    invite = Invite.objects.create(
        name=name,
        role=role,
        access_until=access_until,
        token_hash=key_hash(token),
        invited_by_id=invited_by,
        created_at=now,
        expires_at=now + timedelta(days=INVITE_DAYS),
    )
    actor = Actor(ActorType.STAFF, invited_by)
    publish(StaffInvited(subject_id=invite.pk, at=now, actor=actor, role=role))
    return NewInvite(invite.pk, token, invite.expires_at)


@retried
def withdraw_invite(*, invite_id: int, actor: Actor, now: datetime) -> bool:
    """Make an invitation useless; False where it was used or withdrawn before."""
    open_ones = Invite.objects.filter(pk=invite_id, used_by=None, withdrawn_at=None)
    if not open_ones.update(withdrawn_at=now):
        return False
    publish(InviteWithdrawn(subject_id=invite_id, at=now, actor=actor))
    return True


@retried
def accept_invite(*, token: str, username: str, password: str, now: datetime) -> User:
    """Make the member of staff who was invited; an invitation works once.

    Raises:
        InviteGone: it was used, withdrawn or is too old.
        LoginTaken: somebody has this login; the invitation stays open.
        UnknownRole: the role was deleted meanwhile.
    """
    wanted = Invite.objects.select_for_update().filter(token_hash=key_hash(token))
    invite = wanted.filter(used_by=None, withdrawn_at=None, expires_at__gt=now).first()
    if invite is None:
        raise InviteGone
    _need_role(invite.role)
    if User.objects.filter(username=username).exists():
        raise LoginTaken
    user = User(
        username=username,
        name=invite.name,
        role=invite.role,
        access_until=invite.access_until,
        created_at=now,
    )
    user.set_password(password)
    user.save()
    invite.used_by = user
    invite.save(update_fields=["used_by"])
    actor = Actor(ActorType.STAFF, user.pk)
    publish(StaffJoined(subject_id=user.pk, at=now, actor=actor, login=username, role=invite.role))
    return user


@retried
def save_role(
    *,
    code: str,
    name: str,
    home: Role,
    rights: Mapping[str, Collection[str]],
    warehouse_ids: Collection[int] | None,
    by: RoleView | None = None,
    actor: Actor = SYSTEM,
    now: datetime,
) -> str:
    """Make a role (`code` is "") or change one, and return its code.

    Rights that do not exist are left out; who may act on a thing may also see it. `warehouse_ids`
    None means all.

    Raises:
        UnknownRole: the role to change does not exist, or is the owner's, which always may all.
        NotAllowed: the role may more than `by`, the role of who does it, before or afterwards.
    """
    if code == Role.OWNER:
        raise UnknownRole
    if code:
        _need_role(code, by=by)
    wanted = RoleView(
        code=code or f"r{secrets.token_hex(6)}",
        own_name="" if code in Role else name,
        home=home,
        rights=known_rights(rights),
        warehouse_ids=None if warehouse_ids is None else tuple(sorted(warehouse_ids)),
    )
    if by is not None and not by.covers(wanted):
        raise NotAllowed
    kept = listed(wanted.rights)
    row, _is_new = StaffRole.objects.update_or_create(
        code=wanted.code,
        defaults={
            "name": wanted.name,
            "home": home,
            "rights": kept,
            "warehouse_ids": wanted.warehouse_ids,
        },
    )
    versions.bump(ROLES)
    publish(
        RoleSaved(subject_id=row.pk, at=now, actor=actor, code=row.code, name=row.name, rights=kept)
    )
    return wanted.code


@retried
def delete_role(
    *, code: str, by: RoleView | None = None, actor: Actor = SYSTEM, now: datetime
) -> None:
    """Delete a role of the shop's own; one that every shop has gets back the rights it came with.

    Raises:
        UnknownRole: there is no such role.
        NotAllowed: the role may more than `by`, the role of who does it, before or afterwards.
        RoleInUse: staff, an invitation or a key that works still has it.
    """
    _need_role(code, by=by)
    if code not in Role and (holders := _holders(code, now)):
        raise RoleInUse(str(get_text_list(holders[:_NAMED], "…")))
    row = StaffRole.objects.filter(code=code).first()
    if row is None:
        return
    deleted = RoleDeleted(subject_id=row.pk, at=now, actor=actor, code=code, name=row.name)
    row.delete()
    versions.bump(ROLES)
    if code in Role:
        _need_role(code, by=by)  # with the rights that it came with
    publish(deleted)


def _holders(code: str, now: datetime) -> list[str]:
    """Return the names of who has a role now or may have it soon."""
    live = Q(expires_at=None) | Q(expires_at__gt=now)
    found = (
        User.objects.filter(role=code, is_active=True),
        Invite.objects.filter(role=code, used_by=None, withdrawn_at=None, expires_at__gt=now),
        ApiKey.objects.filter(live, role=code, revoked_at=None),
    )
    return [str(name) for rows in found for name in rows.values_list("name", flat=True)[:_NAMED]]


def create_shopper_user(*, now: datetime) -> User:
    """Make the sign-in of a shopper, who has no password and no role."""
    user = User(username=f"s-{secrets.token_hex(12)}", name="", created_at=now)
    user.set_unusable_password()
    user.save()
    return user


@retried
def create_api_key(
    *,
    name: str,
    role: str,
    now: datetime,
    rights: Mapping[str, Collection[str]] | None = None,
    expires_at: datetime | None = None,
    by: RoleView | None = None,
    actor: Actor = SYSTEM,
) -> NewKey:
    """Make an API key, with some rights of a role or all; its token can't be shown again.

    Raises:
        UnknownRole: there is no such role.
        NotAllowed: the role may more than `by`, the role of who makes the key.
    """
    _need_role(role, by=by)
    token = f"zg_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name,
        role=role,
        rights=None if rights is None else listed(known_rights(rights)),
        prefix=token[:9],
        token_hash=key_hash(token),
        created_at=now,
        expires_at=expires_at,
    )
    publish(KeyMade(subject_id=key.pk, at=now, actor=actor, name=name, role=role))
    return NewKey(name=key.name, role=key.role, prefix=key.prefix, token=token)


@retried
def revoke_api_key(*, prefix: str, actor: Actor = SYSTEM, now: datetime) -> bool:
    """Revoke the live key that begins with `prefix`; False where none or several do."""
    keys = list(ApiKey.objects.select_for_update().filter(prefix=prefix, revoked_at=None))
    if len(keys) != 1:
        return False
    key = keys[0]
    key.revoked_at = now
    key.save(update_fields=["revoked_at"])
    publish(KeyRevoked(subject_id=key.pk, at=now, actor=actor, name=key.name))
    return True


@transaction.atomic
def stop_staff(*, username: str, by: By) -> bool:
    """End a member of staff's access at once; False where nobody has this login."""
    user = User.objects.filter(username=username).exclude(role="").first()
    if user is None:
        return False
    User.objects.filter(pk=user.pk).update(is_active=False)
    end_sessions(user_id=user.pk, actor=by.actor, now=by.at)
    _record_staff(user, "staff.stopped", by)
    return True
