"""Order files as marketplaces export them, by their header names, and importing them."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from zhanggui.core.models import Event
from zhanggui.orders.models import CreditNote, ImportedOrder, Order, OrderLine
from zhanggui.orders.services.marketplace import Wish, import_marketplace
from zhanggui.orders.types import HistoryReport

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")

_TAOBAO = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,"
    "买家实际支付金额,买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址,运送方式,联系电话,联系手机,"
    "订单创建时间,订单付款时间,宝贝标题,宝贝种类,物流单号,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,"
    "订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单,分阶段订单信息,定金排名,修改后的sku,"
    "修改后的收货地址,异常信息,卡券抵扣,积分抵扣,是否是O2O交易"
)
_ITEMS = "订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码"
_JD = (
    "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,订单状态,"
    "订单类型,下单帐号,客户姓名,客户地址,联系电话,订单备注,发票类型,发票抬头,发票内容,商家备注,"
    "商家备注等级（等级1-5为由高到低）,运费金额,付款确认时间,增值税发票,货号,订单完成时间,订单来源,订单渠道"
)
_PINDUODUO = (
    "商品,订单号,订单状态,商品总价(元),邮费(元),店铺优惠折扣(元),平台优惠折扣(元),多多支付立减金额(元),"
    "上门安装费(元),送货入户费(元),送货入户并安装费(元),用户实付金额(元),商家实收金额(元),商品数量(件),"
    "是否审核中,支付时间,承诺发货时间,发货时间,确认收货时间,商品id,商品规格,样式ID,商家编码-规格维度,"
    "商家编码-商品维度,商家备注,买家留言,售后状态,消费者资料,快递单号,快递公司,省,市,区,街道/镇"
)
_DOUYIN = (
    "主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,订单应付金额,运费,支付方式,"
    "手续费,收件人,收件人手机号,省,市,区,街道,详细地址,买家留言,订单提交时间,商家备注,订单完成时间,"
    "支付完成时间,APP渠道,流量来源,订单状态,承诺发货时间,订单类型,达人ID,达人昵称,售后状态,取消原因,"
    "是否安心购,发货时间,平台实际承担优惠金额,商家实际承担优惠金额,达人实际承担优惠金额"
)
_SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,"
    "Currency,"
    "Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,"
    "Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,"
    "Billing Street,Billing Zip,Shipping Name,Shipping Street,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,"
    "Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Id,Tags,"
    "Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Phone,Duties"
)


TAOBAO, ITEMS, JD, PINDUODUO, DOUYIN, SHOPIFY = (
    names.split(",") for names in (_TAOBAO, _ITEMS, _JD, _PINDUODUO, _DOUYIN, _SHOPIFY)
)


def row(header: Sequence[str], **values: object) -> list[str]:
    """Return a row by header names; what a name of Python can't hold is left out of it."""
    known = {"".join(filter(str.isalnum, name)): name for name in reversed(header)}
    named = {known[key.replace("_", "")]: str(value) for key, value in values.items()}
    return [named.get(name, "") for name in header]


def text(rows: Sequence[Sequence[str]], *, delimiter: str = ",", end: str = "\r\n") -> str:
    """Return rows as CSV."""
    buffer = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if end == "\r" else csv.QUOTE_MINIMAL  # which leaves LF bare there
    csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return buffer.getvalue()


def save(
    path: Path,
    rows: Sequence[Sequence[str]],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    end: str = "\r\n",
) -> Path:
    """Write rows as CSV and return the path."""
    path.write_bytes(text(rows, delimiter=delimiter, end=end).encode(encoding))
    return path


def taobao(ref: str = "3650028471920586123", **values: object) -> list[str]:
    """Return an order of Taobao that went well."""
    usual = {
        "买家会员名": "t_茶香四溢",
        "买家应付货款": "1299.00",
        "买家应付邮费": "10.00",
        "总金额": "1309.00",
        "买家实际支付金额": "1309.00",
        "订单状态": "交易成功",
        "收货人姓名": "王**",
        "收货地址": "浙江省 杭州市 西湖区 文三路***",
        "联系手机": "'184****1234",
        "订单创建时间": "2026-10-01 09:30:00",
        "订单付款时间": "2026-10-01 09:31:05",
        "宝贝标题": "明前龙井 250克",
        "宝贝总数量": 2,
        "店铺名称": "某某茶庄",
        "订单关闭原因": "订单未关闭",
    }
    return row(TAOBAO, 订单编号=ref, **{**usual, **values})


def imported(
    *paths: Path,
    words: dict[str, str] | None = None,
    format_name: str = "",
    open_orders: bool = False,
    is_dry_run: bool = False,
) -> HistoryReport:
    """Import files as the command does."""
    wish = Wish(words=words or {}, open_orders=open_orders, is_dry_run=is_dry_run)
    return import_marketplace(
        paths=paths, format_name=format_name, wish=wish, zone=SHANGHAI, now=NOON
    )


def counts() -> tuple[int, ...]:
    """Return how many rows stand in the tables that an import writes, and events."""
    models = (Order, OrderLine, CreditNote, ImportedOrder, Event)
    return tuple(model.objects.count() for model in models)
