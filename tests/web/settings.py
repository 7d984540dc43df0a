"""Changes of a shop's settings."""

from tests.factories.shop import NOON
from tests.factories.staff import StaffFactory

from zhanggui.accounts.services import save_settings
from zhanggui.accounts.settings import Group
from zhanggui.core.types import Actor, ActorType

# Route → what is opened of it, for tests.web.test_query_counts
SETTINGS_ASKED: dict[str, tuple[str, ...]] = {
    "console/settings/": ("/console/settings/",),
    "console/settings/delivery/": ("/console/settings/delivery/",),
    "console/settings/wechatpay/": ("/console/settings/wechatpay/",),
    "console/settings/history/": (
        "/console/settings/history/",
        "/console/settings/history/?group=contact",
    ),
    "console/settings/<slug:group>/": tuple(f"/console/settings/{one}/" for one in Group),
    "about/": ("/about/",),
    "brand/<str:colour>.css": ("/brand/1f5fbf.css",),
}


def change_settings(size: int) -> None:
    """Make so many changes, each by somebody else, and so many holidays."""
    for number in range(size):
        days = [[f"2026-10-0{day + 1}", f"2026-10-0{day + 1}", None, ""] for day in range(number)]
        save_settings(
            group=Group.CONTACT,
            values={"service_wechat": f"shop{number}", "holidays": days},
            actor=Actor(ActorType.STAFF, StaffFactory().pk),
            now=NOON,
        )
