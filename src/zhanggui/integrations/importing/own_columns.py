"""The columns of our own template, with the names that they go by in tables of unknown shops."""

import re

from django.utils.translation import gettext_lazy

from zhanggui.integrations.importing.formats import Field

OPTIONS = 3
_SPECS = tuple(
    one
    for n in range(1, OPTIONS + 1)
    for one in (
        Field(
            f"spec{n}_name",
            gettext_lazy("规格项"),
            f"spec{n}_name|规格{n}名称|规格{n}名|规格名{n}|规格项{n}|option{n} name|"
            f"option {n} name|规格名称{n}|option name {n}",
        ),
        Field(
            f"spec{n}_value",
            gettext_lazy("规格值"),
            f"spec{n}_value|规格{n}值|规格值{n}|规格{n}|option{n} value|option {n} value|"
            f"option value {n}",
        ),
    )
)
FIELDS = (
    Field(
        "slug",
        gettext_lazy("商品编码（网址名）"),
        "spu_code|商品编码|SPU编码|款号|款式编码|商品编号|货品编号|货品编码|款式编号|编号|"
        "slug|handle|url handle|网址名|spu|url_key|product code|商品代码|货品代码|product url|"
        "style code|style number",
    ),
    Field(
        "name",
        gettext_lazy("商品名称"),
        "title|商品名称|名称|标题|商品标题|name|product name|product title|宝贝标题|"
        "商品名|品名|post_title|货品名称|产品名称|产品标题|款式名称|item name|"
        "listing title|宝贝名称",
    ),
    Field(
        "subtitle",
        gettext_lazy("副标题"),
        "subtitle|副标题|sub_title|卖点|商品卖点|short description|short_description|简介",
    ),
    Field(
        "category",
        gettext_lazy("类目"),
        "category_path|类目|分类|商品分类|商品类目|category|product type|"
        "类别|product category|product_type|商品类别|产品分类|商品类型|品类|所属分类",
    ),
    Field(
        "categories",
        gettext_lazy("类目（有几个，取第一个）"),
        "categories|categories (x,y,z...)|collections",
    ),
    *_SPECS,
    Field(
        "options",
        gettext_lazy("规格（颜色:黑;尺码:M）"),
        "options|规格|商品规格|规格属性|销售属性|sku属性|option_values|规格型号|规格名称|颜色规格|"
        "颜色及规格|attribute values|variant values|product attributes",
    ),
    Field(
        "sku_code",
        gettext_lazy("规格编码"),
        "sku_code|规格编码|SKU编码|商家编码|商家sku|sku|货号|商品货号|variant sku|sku code|"
        "product_sku|item number|_sku|product code/sku|reference|型号|款色编码|sku id|item sku|"
        "seller sku|internal reference|规格代码|outer_id|商品sku|variant code|custom label",
    ),
    Field(
        "barcode",
        gettext_lazy("条码"),
        "barcode|条码|条形码|商品条码|ean13|ean|gtin|upc|69码|国际条码|国标码|商品条形码|"
        "product upc/ean|isbn|upc/ean|商品upc|条形码编号",
    ),
    Field(
        "price",
        gettext_lazy("售价"),
        "price|售价|价格|销售价|单价|销售价格|regular price|selling price|商品价格|"
        "现价|regular_price|unit price|零售价|基本售价|标准售价|门店价|零售单价|售价(元)|价格(元)|"
        "price tax excluded|销售单价|retail price|建议零售价|sales price|standard price|京东价|"
        "拼单价|商品售价|price (tax incl.)|start price|一口价|宝贝价格",
    ),
    Field(
        "market_price",
        gettext_lazy("划线价"),
        "market_price|划线价|市场价|原价|compare at price|compare-at price|"
        "original_price|list price|msrp|吊牌价|吊牌价格|专柜价|市场/吊牌价|参考价|市场价格|原售价",
    ),
    Field(
        "cost",
        gettext_lazy("成本价"),
        "cost|成本价|成本|进价|cost price|cost per item|进货价|cost_price|采购价|成本价格|采购单价|"
        "供货价|拿货价|wholesale price|标准进价",
    ),
    Field(
        "stock",
        gettext_lazy("库存"),
        "stock|库存|库存数量|库存数|quantity|qty|可用库存|inventory|stock quantity|"
        "stockonhand|on_hand|数量|实际库存|总库存|当前库存|现有库存|库存量|"
        "current stock level|结存数量|quantity on hand|available quantity|num|商品库存|宝贝数量",
    ),
    Field(
        "weight_g",
        gettext_lazy("重量（克）"),
        "weight_g|重量(克)|重量(g)|重量g|重量|克重|weight (g)|grams|weight|商品重量|商品重量(g)|"
        "product weight|毛重(g)|净重(g)",
    ),
    Field(
        "weight_kg",
        gettext_lazy("重量（千克）"),
        "weight_kg|重量(kg)|重量(千克)|重量(公斤)|weight (kg)|毛重(kg)|净重(kg)|商品重量(kg)|"
        "weight kg",
    ),
    Field("volume_cm3", gettext_lazy("体积（立方厘米）"), "volume_cm3|体积(立方厘米)|体积"),
    Field("length_mm", gettext_lazy("长（毫米）"), "length_mm|长(毫米)|长(mm)"),
    Field("width_mm", gettext_lazy("宽（毫米）"), "width_mm|宽(毫米)|宽(mm)"),
    Field("height_mm", gettext_lazy("高（毫米）"), "height_mm|高(毫米)|高(mm)"),
    Field("freight", gettext_lazy("运费模板"), "freight_template|运费模板"),
    Field(
        "images",
        gettext_lazy("图片"),
        "images|图片|商品图片|主图|image|image url|image src|picture|pictures|图片地址|"
        "商品主图|image_urls|图片链接|主图地址|图片url|商品图|image urls (x,y,z...)|images url|"
        "image link|hosted image urls|新图片|宝贝图片",
    ),
    Field("image_alts", gettext_lazy("图片说明"), "image_alts|图片说明|image alt text"),
    Field("sku_image", gettext_lazy("规格图片"), "sku_image|规格图片|variant image|规格图"),
    Field(
        "description",
        gettext_lazy("详情"),
        "detail_html|详情|商品详情|商品描述|描述|description|body (html)|detail|内容|"
        "body_html|product description|商品介绍|商品说明|详情描述|图文详情|"
        "item description|宝贝描述",
    ),
    Field(
        "status",
        gettext_lazy("状态"),
        "status|状态|上架状态|是否上架|商品状态|published|shelf|是否上架(1上架0下架)|销售状态|"
        "是否启用|启用状态|active|product visible|上下架状态|visible",
    ),
    Field("timed_price", gettext_lazy("定时价"), "timed_price|定时价|活动价"),
    Field("timed_from", gettext_lazy("定时价开始"), "timed_from|定时价开始|活动开始时间"),
    Field("timed_until", gettext_lazy("定时价结束"), "timed_until|定时价结束|活动结束时间"),
    Field(
        "leaves_when_sold_out",
        gettext_lazy("售罄自动下架"),
        "leaves_when_sold_out|售罄自动下架",
    ),
    Field(
        "brand",
        gettext_lazy("品牌"),
        "brand|品牌|商品品牌|品牌名称|manufacturer|vendor|brands|brand name",
    ),
    Field("tags", gettext_lazy("标签"), "tags|标签|商品标签|关键词|keywords"),
    Field("attributes", gettext_lazy("属性"), "attributes|属性|商品属性"),
    Field("option_values", gettext_lazy("规格值顺序"), "option_values_order|规格值顺序"),
    Field("category_facts", gettext_lazy("类目资料"), "category_facts|类目资料"),
    Field("attribute", gettext_lazy("属性")),
    Field("option", gettext_lazy("规格")),
    Field("on_at", gettext_lazy("上架时间"), "on_at|上架时间|定时上架"),
    Field("off_at", gettext_lazy("下架时间"), "off_at|下架时间|定时下架"),
)
_OPTION = (  # a column with such a name is an option of the product
    r"(颜色|颜色分类|色彩|花色|尺码|尺寸|鞋码|码数|容量|口味|香型|版本|内存|存储容量|套餐|净含量|"
    r"colou?r|size|flavou?r|scent)"
)
_IMAGE = (
    r"(?:商品)?(?:图片|主图|轮播图|附图|image|picture|photo|product image(?: file)?)"
    r"\s*[-_]?\s*([0-9]{1,2})(?:\s*(?:url|地址|链接))?"
)
PATTERNS = (
    (re.compile(r"(?:stock|库存)\s*[:_(\[]\s*(?!status|id\b|type)(.+?)\s*[)\]]?"), "stock:{0}"),
    (re.compile(r"(?:属性|attribute)\s*[:：]\s*(.+)"), "attribute:{0}"),
    (re.compile(r"(.+) \(product attribute\)"), "attribute:{0}"),
    (re.compile(r"(.+) \(variant attribute\)"), "option:{0}"),
    (re.compile(r".+ price amount"), "price"),
    (re.compile(r".+ \(warehouse quantity\)"), "stock"),
    (re.compile(_OPTION), "option:{0}"),
    (re.compile(_IMAGE), "images:{0}"),
)
