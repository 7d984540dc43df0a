"""Empty tables to fill in: the columns of a kind with an example."""

from collections.abc import Sequence
from io import BytesIO

from zhanggui.core.tables.writing import table_writer
from zhanggui.integrations.services import storage
from zhanggui.integrations.types import Kind
from zhanggui.inventory import queries as inventory

_EXAMPLES: dict[str, Sequence[tuple[str, ...]]] = {
    Kind.PRODUCTS: [
        ("商品编码", "qingci-beizi", "qingci-beizi"),
        ("商品名称", "青瓷杯", "青瓷杯"),
        ("副标题", "手工拉坯", ""),
        ("类目", "家居 > 茶具", ""),
        ("规格1名称", "颜色", "颜色"),
        ("规格1值", "天青", "月白"),
        ("规格2名称", "", ""),
        ("规格2值", "", ""),
        ("规格3名称", "", ""),
        ("规格3值", "", ""),
        ("规格编码", "QC-TQ", "QC-YB"),
        ("条码", "", ""),
        ("售价", "59.00", "59.00"),
        ("划线价", "79.00", ""),
        ("成本价", "", ""),
        ("定时价", "49.00", ""),
        ("定时价开始", "", ""),
        ("定时价结束", "2030-01-01 00:00", ""),
        ("库存", "20", "12"),
        ("重量(克)", "350", "350"),
        ("体积(立方厘米)", "", ""),
        ("运费模板", "", ""),
        ("图片", "https://example.com/1.jpg | https://example.com/2.jpg", ""),
        ("图片说明", "", ""),
        ("规格图片", "", ""),
        ("详情", "<p>口径 8 厘米，可进微波炉。</p>", ""),
        ("状态", "草稿", ""),
        ("上架时间", "", ""),
        ("下架时间", "", ""),
        ("售罄自动下架", "否", ""),
        ("品牌", "", ""),
        ("标签", "手工, 送礼", ""),
        ("属性", "材质:瓷; 产地:龙泉", ""),
    ],
    Kind.PRICES: [
        ("规格编码", "QC-TQ"),
        ("售价", "55.00"),
        ("划线价", "79.00"),
        ("成本价", ""),
    ],
    Kind.ORDERS: [
        ("订单号", "A-1001", "A-1001"),
        ("状态", "已完成", "已完成"),
        ("下单时间", "2026-10-01 09:30:00", "2026-10-01 09:30:00"),
        ("付款时间", "2026-10-01 09:31:00", ""),
        ("完成时间", "2026-10-08 12:00:00", ""),
        ("买家", "会员 1024", ""),
        ("规格编码", "QC-TQ", "QC-YB"),
        ("商品名称", "青瓷杯", "青瓷杯"),
        ("规格", "天青", "月白"),
        ("数量", "2", "1"),
        ("单价", "59.00", "59.00"),
        ("币种", "CNY", ""),
        ("订单运费", "10.00", ""),
        ("订单优惠", "7.00", ""),
        ("订单应付", "180.00", ""),
        ("订单实付", "180.00", ""),
        ("订单已退", "", ""),
        ("留言", "", ""),
    ],
    Kind.STOCK: [
        ("规格编码", "QC-TQ"),
        ("仓库编码", "{warehouse}"),
        ("实物数量", "18"),
        ("原因", "月底盘点"),
    ],
}


def template_file(*, kind: Kind, ending: str) -> BytesIO:
    """Return the table as a file."""
    columns = _EXAMPLES[kind]
    code = next((one.code for one in inventory.warehouses()), "")
    with storage.scratch(f"template.{ending}") as path:
        with table_writer(path, header=[name for name, *_cells in columns]) as writer:
            for cells in zip(*(cells for _name, *cells in columns), strict=True):
                writer.row([cell.replace("{warehouse}", code) for cell in cells])
        return BytesIO(path.read_bytes())
