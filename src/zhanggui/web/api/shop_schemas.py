"""What the API tells of the shop itself."""

from ninja import Schema


class HoursOut(Schema):
    """From when to when somebody answers, on the clock of the shop (09:00, 24:00)."""

    start: str
    end: str


class HolidayOut(Schema):
    """Days with other hours than in a usual week; null is closed."""

    first: str
    last: str
    hours: HoursOut | None
    note: str


class ShopOut(Schema):
    """The shop. `hours` are Monday to Sunday, null where closed; empty where nothing is said."""

    name: str
    slogan: str
    logo: str | None
    currency: str
    time_zone: str
    phone: str
    email: str
    wechat: str
    address: str
    hours: list[HoursOut | None]
    holidays: list[HolidayOut]
    company: str
    licence_no: str
    icp_number: str
    return_days: int
    return_policy: str
