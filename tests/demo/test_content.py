"""The demo shop's content is complete, consistent and clearly fictional."""

import csv
import re
from collections import Counter
from pathlib import Path

import nh3
import pytest
from PIL import Image

from zhanggui import regions
from zhanggui.demo.content import DATA, PICTURES, DemoAddress, DemoContent, load

DIVISIONS = Path(regions.__file__).parent / "data" / "divisions.csv"
BANNED = re.compile(r"测试|\btest|lorem|xxx", re.IGNORECASE)


@pytest.fixture(scope="module")
def content() -> DemoContent:
    return load()


@pytest.fixture(scope="module")
def divisions() -> dict[str, str]:
    """Map every division code to its name with those above it."""
    with DIVISIONS.open(encoding="utf-8") as table:
        rows = {row["code"]: row for row in csv.DictReader(table)}

    def full_name(code: str) -> str:
        above = rows[code]["parent_code"]
        return (full_name(above) if above else "") + rows[code]["name"]

    return {code: full_name(code) for code in rows}


def addresses(content: DemoContent) -> list[DemoAddress]:
    shoppers = [address for shopper in content.shoppers for address in shopper.addresses]
    return [content.shop.address, *(house.address for house in content.warehouses), *shoppers]


def check_digit(first_twelve: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(first_twelve))
    return str(-total % 10)


def test_the_shop_is_as_large_as_promised(content: DemoContent) -> None:
    children = [category for category in content.categories if category.parent]
    assert 70 <= len(content.products) <= 95
    assert 12 <= len(content.categories) <= 16
    assert len(children) == 12
    assert len(content.warehouses) == 3
    assert len(content.shoppers) == 40


def test_loading_twice_gives_the_same(content: DemoContent) -> None:
    assert load() == content


def test_every_picture_exists_opens_and_is_small(content: DemoContent) -> None:
    used = {name for product in content.products for name in product.pictures}
    assert used == {file.name for file in PICTURES.iterdir()}
    for name in used:
        with Image.open(PICTURES / name) as picture:
            picture.load()
            assert picture.format in {"JPEG", "WEBP"}, name
            assert max(picture.size) <= 1000, name
            assert min(picture.size) >= 400, name
    assert sum(file.stat().st_size for file in PICTURES.iterdir()) <= 6_000_000


def test_every_photograph_is_named_in_the_licences(content: DemoContent) -> None:
    text = (DATA / "LICENSES.md").read_text(encoding="utf-8")
    for product in content.products:
        for name in product.pictures:
            if name.endswith("-unsplash.jpg"):
                assert f"| {name} |" in text
            else:
                assert name.startswith(("saleor-", "drawn-"))


def test_slugs_codes_barcodes_and_names_are_unique(content: DemoContent) -> None:
    skus = [sku for product in content.products for sku in product.skus]
    for values in (
        [product.slug for product in content.products],
        [product.name for product in content.products],
        [category.slug for category in content.categories],
        [sku.code for sku in skus],
        [sku.barcode for sku in skus],
        [shopper.phone for shopper in content.shoppers],
        [shopper.name for shopper in content.shoppers],
    ):
        assert [value for value, times in Counter(values).items() if times > 1] == []


def test_slugs_are_latin_and_codes_printable(content: DemoContent) -> None:
    slugs = [row.slug for row in (*content.products, *content.categories)]
    assert [slug for slug in slugs if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)] == []
    codes = [sku.code for product in content.products for sku in product.skus]
    assert [code for code in codes if not re.fullmatch(r"SG-[A-Z]{2}\d{2}-\d{2}", code)] == []


def test_barcodes_are_in_store_numbers_with_a_right_check_digit(content: DemoContent) -> None:
    for product in content.products:
        for sku in product.skus:
            assert re.fullmatch(r"2\d{12}", sku.barcode), sku.code
            assert sku.barcode[12] == check_digit(sku.barcode[:12]), sku.code


def test_prices_are_ordered_and_measures_positive(content: DemoContent) -> None:
    for product in content.products:
        for sku in product.skus:
            assert sku.market_price_minor >= sku.price_minor > sku.cost_price_minor > 0, sku.code
            assert sku.weight_grams > 0, sku.code
            assert sku.volume_cm3 > 0, sku.code


def test_skus_are_combinations_of_the_product_s_options(content: DemoContent) -> None:
    for product in content.products:
        names = [option.name for option in product.options]
        chosen = [tuple(sku.options[name] for name in names) for sku in product.skus]
        assert product.skus, product.slug
        assert len(set(chosen)) == len(chosen), product.slug
        for sku in product.skus:
            assert list(sku.options) == names, sku.code
            assert sku.picture is None or 0 <= sku.picture < len(product.pictures), sku.code
        for place, option in enumerate(product.options):
            assert {values[place] for values in chosen} == set(option.values), product.slug


def test_categories_and_freight_of_products_resolve(content: DemoContent) -> None:
    parents = {category.slug for category in content.categories if category.parent is None}
    children = {category.slug for category in content.categories if category.parent in parents}
    assert parents | children == {category.slug for category in content.categories}
    assert {product.category for product in content.products} == children
    assert {product.freight for product in content.products} == {
        template.name for template in content.freight
    }


def test_descriptions_are_paragraphs_and_lists_that_cleaning_leaves_alone(
    content: DemoContent,
) -> None:
    for product in content.products:
        cleaned = nh3.clean(product.description_html, tags={"p", "ul", "li"})
        assert cleaned == product.description_html, product.slug
        first = product.description_html.split("</p>")[0]
        assert 2 <= len(re.findall(r"[。！？]", first)) <= 4, product.slug
        assert 4 <= len(product.name) <= 40, product.slug
        assert 4 <= len(product.subtitle) <= 40, product.slug


def test_addresses_carry_real_divisions_and_invented_streets(
    content: DemoContent, divisions: dict[str, str]
) -> None:
    for address in addresses(content):
        city = "" if address.city == address.province else address.city
        written = f"{address.province}{city}{address.district}"
        assert divisions[address.division_code] == written
        assert re.match(r"(示例|样板)", address.detail), address.detail


def test_warehouses_stand_in_three_provinces(content: DemoContent) -> None:
    assert len({house.address.province for house in content.warehouses}) == 3


def test_the_default_freight_reaches_all_of_the_mainland_and_nothing_else(
    content: DemoContent, divisions: dict[str, str]
) -> None:
    outside = {"710000", "810000", "820000"}
    provinces = {code for code in divisions if code.endswith("0000")}
    assert len(provinces) == 34
    for template in content.freight:
        areas = [area for rule in template.rules for area in rule.areas]
        assert len(set(areas)) == len(areas), template.name
        assert set(areas) <= provinces - outside, template.name
        assert template.charge_by in {"weight", "piece"}
    default = [template for template in content.freight if template.is_default]
    assert len(default) == 1
    assert {area for rule in default[0].rules for area in rule.areas} == provinces - outside


def test_people_are_clearly_fictional(content: DemoContent) -> None:
    phones = [
        *(shopper.phone for shopper in content.shoppers),
        *(house.phone for house in content.warehouses),
        content.shop.return_phone,
    ]
    assert [phone for phone in phones if not re.fullmatch(r"1380000\d{4}", phone)] == []
    assert content.shop.phone == "400-000-0000"
    assert content.shop.email.endswith(".example")
    assert [(staff.login, staff.role) for staff in content.staff] == [
        ("owner", "owner"),
        ("service", "service"),
        ("warehouse", "warehouse"),
    ]


@pytest.mark.parametrize("name", ["shop", "staff", "warehouses", "freight", "shoppers"])
def test_no_file_holds_words_of_trial_data(name: str) -> None:
    assert BANNED.search((DATA / f"{name}.json").read_text(encoding="utf-8")) is None


def test_no_product_holds_words_of_trial_data_or_digital_goods(content: DemoContent) -> None:
    for product in content.products:
        options = " ".join(value for option in product.options for value in option.values)
        text = " ".join([product.name, product.subtitle, product.description_html, options])
        assert BANNED.search(text) is None, product.slug
        assert re.search(r"礼品卡|电子书|下载|兑换码", text) is None, product.slug
