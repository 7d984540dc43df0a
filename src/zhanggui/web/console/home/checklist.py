"""First steps of a new shop: what is still missing, told from what is there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhanggui.accounts import queries as accounts
from zhanggui.accounts.types import Holder
from zhanggui.catalog import queries as catalog
from zhanggui.core import versions
from zhanggui.demo import queries as demo
from zhanggui.freight import queries as freight
from zhanggui.inventory import queries as inventory
from zhanggui.payments import queries as payments

LASTS = timedelta(minutes=10)  # once all is done; before, it is looked at with every visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that a shop needs; the list goes without the optional ones."""

    label: str | Promise
    why: str | Promise
    address: tuple[str, ...]  # view and arguments
    right: tuple[str, str]
    is_done: bool
    is_optional: bool = False

    @property
    def url(self) -> str:
        """Return where it is done."""
        view, *args = self.address
        return reverse(f"console:{view}", args=args)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """The steps of a person, and how far they are."""

    steps: list[Step]

    @property
    def done(self) -> int:
        """Return how many steps are done."""
        return sum(step.is_done for step in self.steps)


def checklist(person: Holder, *, now: datetime) -> Checklist | None:
    """Return the first steps, None once every one that a shop needs is done."""
    steps = _steps(now)
    if _is_done(steps):
        return None
    mine = [step for step in steps if person.may(*step.right)]
    return Checklist(steps=mine) if mine else None


@versions.lasting(accounts.SHOP, freight.FREIGHT, payments.KEYS)
def _steps(now: datetime) -> tuple[tuple[Step, ...], datetime]:
    """Look at what is there. Nobody is asked again because a shop sold out."""
    name, *others = _of_settings()
    steps = (name, *_of_goods(now), *others, _of_people(now))
    return steps, now + LASTS if _is_done(steps) else now


def _is_done(steps: Iterable[Step]) -> bool:
    return all(step.is_done or step.is_optional for step in steps)


def _of_goods(now: datetime) -> tuple[Step, ...]:
    sample = demo.sample_products()  # goods to try things out with are no goods of the shop
    return (
        Step(
            label=_("建一个默认运费模板"),
            why=_("没有模板就算不出运费，商品买不了。"),
            address=("freight",),
            right=("freight", "edit"),
            is_done=any(one.is_default for one in freight.templates().values()),
        ),
        Step(
            label=_("上架第一件商品"),
            why=_("填名称、价格和图片，然后上架。"),
            address=("products",),
            right=("products", "edit"),
            is_done=catalog.live_products(now=now).exclude(pk__in=sample).exists(),
        ),
        Step(
            label=_("给商品入库"),
            why=_("仓库里有货才能卖。"),
            address=("stock",),
            right=("stock", "edit"),
            is_done=inventory.has_stock(besides=sample),
        ),
    )


def _of_settings() -> tuple[Step, ...]:
    shop = accounts.shop()
    settings = ("settings", "edit")
    return (
        Step(
            label=_("给店铺起名字"),
            why=_("顾客在每一页都看得到。"),
            address=("settings_group", "shop"),
            right=settings,
            is_done=accounts.has_shop(),
        ),
        Step(
            label=_("开通一种收款方式"),
            why=_("微信支付或银行转账，至少一种。"),
            address=("settings_group", "payment"),
            right=("settings", "keys"),
            is_done=bool(payments.channels()),
        ),
        Step(
            label=_("写上客服联系方式"),
            why=_("顾客有问题时找得到你。"),
            address=("settings_group", "contact"),
            right=settings,
            is_done=bool(shop.service_phone or shop.service_wechat or shop.service_email),
        ),
        Step(
            label=_("填写 ICP 备案号"),
            why=_("服务器在中国内地时必须写在页面底部。"),
            address=("settings_group", "licence"),
            right=settings,
            is_done=bool(shop.icp_number),
            is_optional=True,
        ),
        Step(
            label=_("上传店标"),
            why=_("让顾客一眼认出你的店。"),
            address=("settings_group", "shop"),
            right=settings,
            is_done=bool(shop.logo),
            is_optional=True,
        ),
    )


def _of_people(now: datetime) -> Step:
    return Step(
        label=_("再添一位店主"),
        why=_("手机丢了、密码忘了，还有人进得来；或者在“我的账号”里生成恢复码。"),
        address=("invite",),
        right=("staff", "edit"),
        is_done=accounts.has_spare_owner(now=now),
        is_optional=True,
    )
