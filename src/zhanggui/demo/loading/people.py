"""The demo's shop settings and staff."""

from datetime import datetime

from zhanggui.accounts import services as accounts
from zhanggui.accounts.types import Role
from zhanggui.core.types import Actor, ActorType
from zhanggui.demo.content import DemoAddress, DemoContent
from zhanggui.demo.types import PASSWORD


def load_shop(content: DemoContent) -> None:
    """Write the shop's settings."""
    accounts.save_shop(
        name=content.shop.name,
        slogan=content.shop.slogan,
        currency="CNY",
        service_phone=content.shop.phone,
        service_email=content.shop.email,
        address=_one_line(content.shop.address),
        week=[list(day) for day in content.shop.week],
        company=f"{content.shop.name}（演示）",
        return_policy="\n".join(content.shop.notices),
        transfer_account=content.shop.bank_transfer,
        is_demo=True,
    )


def _one_line(place: DemoAddress) -> str:
    return f"{place.province}{place.city}{place.district}{place.detail}"


def load_staff(content: DemoContent, *, now: datetime) -> dict[Role, Actor]:
    """Make the logins, all with the password that everybody knows; return who they are."""
    found = {}
    for person in content.staff:
        role = Role(person.role)
        user = accounts.create_staff(
            username=person.login, name=person.name, role=role, password=PASSWORD, now=now
        )
        found[role] = Actor(ActorType.STAFF, user.pk, person.name)
    return found
