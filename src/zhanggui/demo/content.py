"""What the demo shop is made of, read from the files in data/; touches no database."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent / "data"
PICTURES = DATA / "pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCategory:
    """A node of the category tree; `parent` is the slug of a top category or None."""

    slug: str
    name: str
    parent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOption:
    """One axis of a product's SKU matrix."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSku:
    """One sellable combination; `options` maps every option name of the product to a value."""

    code: str
    options: Mapping[str, str]
    price_minor: int
    market_price_minor: int
    cost_price_minor: int
    barcode: str  # EAN-13 of the in-store range 200, so never a real article
    weight_grams: int
    volume_cm3: int
    picture: int | None  # index into the product's pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoProduct:
    """A product with its SKUs; not every combination of the options has to exist."""

    slug: str
    name: str
    subtitle: str
    description_html: str
    category: str  # slug of a category without children
    pictures: tuple[str, ...]  # file names below PICTURES, the first is the main one
    options: tuple[DemoOption, ...]
    skus: tuple[DemoSku, ...]
    freight: str  # name of a freight template


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAddress:
    """A place in China: real divisions, invented street; `city` or `district` may be empty."""

    division_code: str
    province: str
    city: str
    district: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoWarehouse:
    """A place that ships."""

    code: str
    name: str
    address: DemoAddress
    contact: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFreightRule:
    """What some provinces pay; units are grams or pieces, as the template charges."""

    areas: tuple[str, ...]  # division codes of provinces
    first_units: int
    first_minor: int
    extra_units: int
    extra_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFreight:
    """A freight template; an area that no rule names is not delivered to."""

    name: str
    charge_by: str  # weight or piece
    is_default: bool
    rules: tuple[DemoFreightRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoShopper:
    """A fictional buyer; `note` is what they tend to write under an order, often nothing."""

    name: str
    phone: str
    addresses: tuple[DemoAddress, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStaff:
    """A person who works in the console; the loader gives the password."""

    login: str
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoShop:
    """What the shop tells about itself."""

    name: str
    slogan: str
    intro: str
    phone: str
    email: str
    week: tuple[tuple[int, int], ...]  # [start, end] in minutes a day, Monday first
    address: DemoAddress
    return_contact: str
    return_phone: str
    notices: tuple[str, ...]
    bank_transfer: str  # shown to those who pay by transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoContent:
    """The whole demo shop."""

    shop: DemoShop
    staff: tuple[DemoStaff, ...]
    warehouses: tuple[DemoWarehouse, ...]
    freight: tuple[DemoFreight, ...]
    categories: tuple[DemoCategory, ...]  # parents before their children
    products: tuple[DemoProduct, ...]
    shoppers: tuple[DemoShopper, ...]


def load() -> DemoContent:
    """Read the demo shop; the same objects in the same order every time."""
    return DemoContent(
        shop=_shop(_read("shop")),
        staff=tuple(DemoStaff(**row) for row in _read("staff")),
        warehouses=tuple(_warehouse(row) for row in _read("warehouses")),
        freight=tuple(_freight(row) for row in _read("freight")),
        categories=tuple(DemoCategory(**row) for row in _read("categories")),
        products=tuple(_product(row) for row in _read("products")),
        shoppers=tuple(_shopper(row) for row in _read("shoppers")),
    )


def _read(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def _shop(row: dict[str, Any]) -> DemoShop:
    read = {"address": DemoAddress(**row["address"]), "notices": tuple(row["notices"])}
    read["week"] = tuple(tuple(day) for day in row["week"])
    return DemoShop(**{**row, **read})


def _warehouse(row: dict[str, Any]) -> DemoWarehouse:
    return DemoWarehouse(**{**row, "address": DemoAddress(**row["address"])})


def _freight(row: dict[str, Any]) -> DemoFreight:
    rules = tuple(
        DemoFreightRule(**{**rule, "areas": tuple(rule["areas"])}) for rule in row["rules"]
    )
    return DemoFreight(**{**row, "rules": rules})


def _product(row: dict[str, Any]) -> DemoProduct:
    options = tuple(
        DemoOption(name=option["name"], values=tuple(option["values"])) for option in row["options"]
    )
    skus = tuple(DemoSku(**sku) for sku in row["skus"])
    pictures = tuple(row["pictures"])
    return DemoProduct(**{**row, "pictures": pictures, "options": options, "skus": skus})


def _shopper(row: dict[str, Any]) -> DemoShopper:
    addresses = tuple(DemoAddress(**address) for address in row["addresses"])
    return DemoShopper(**{**row, "addresses": addresses})
