"""`zhanggui setup`: a real shop in an empty database, ready for its first product."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from zhanggui.accounts import queries, services
from zhanggui.accounts.types import Role
from zhanggui.core.text import clean_text
from zhanggui.inventory import services as inventory
from zhanggui.regions import queries as regions


class Command(BaseCommand):
    """Names the shop, makes its owner and its first warehouse; asks for what is not given."""

    help = "Set up a real shop: name, owner, first warehouse"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe what may be given instead of being asked for."""
        parser.add_argument("--name", help="the shop's name")
        parser.add_argument("--owner", help="the owner's login")
        parser.add_argument("--password", help="the owner's password (asked for when left out)")
        parser.add_argument("--warehouse", help="name of the first warehouse")
        parser.add_argument("--place", help="where it is, for example 浙江省杭州市余杭区")

    def handle(self, *_: Any, **options: Any) -> None:
        """Make all of it or nothing."""
        if queries.has_shop():
            raise CommandError(
                "这里已经有店铺了，用 zhanggui shop、staff、warehouse 修改。"
                "There is a shop already: change it with zhanggui shop, staff, warehouse."
            )
        name = self.wanted(options["name"], "店铺名称 · Shop name", most=60)
        owner = self.wanted(options["owner"], "店主登录名 · Owner's login", most=60)
        password = self.password(options["password"])
        warehouse = self.wanted(options["warehouse"], "仓库名称 · Warehouse name", most=60)
        division_code = self.place(options["place"])
        now = timezone.now()
        with transaction.atomic():
            services.save_shop(name=name)
            services.create_staff(
                username=owner, name=owner, role=Role.OWNER, password=password, now=now
            )
            inventory.save_warehouse(code="WH1", name=warehouse, division_code=division_code)
        self.stdout.write(
            "店铺已建好。下一步：zhanggui up，登录后台，建运费模板、添加商品。\n"
            "The shop is set up. Next: zhanggui up, sign in, make a freight template, add products."
        )

    def wanted(self, given: str | None, label: str, *, most: int) -> str:
        """Return what was given, or ask."""
        text = clean_text(given if given is not None else input(f"{label}: "), max_length=most)
        if not text:
            raise CommandError(f"{label}?")
        return text

    def password(self, given: str | None) -> str:
        """Return a password that the rules accept."""
        password = given if given is not None else getpass("店主密码 · Owner's password: ")
        try:
            validate_password(password)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        return password

    def place(self, given: str | None) -> str:
        """Return the code of the division that the text names."""
        text = self.wanted(given, "仓库在哪个省市区 · Where is it (浙江省杭州市余杭区)", most=100)
        code = regions.parse_address(text=text).code
        if not code:
            raise CommandError(f"没有找到这个地方，请写全省、市、区。Unknown place: {text}")
        return code
