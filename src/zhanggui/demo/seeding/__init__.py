"""Seeds for measuring: very many goods and orders, set-based, the same for the same number."""

from zhanggui.demo.seeding.goods import seed_products
from zhanggui.demo.seeding.run import NothingToSell, seed_orders
from zhanggui.demo.seeding.shop import open_seed_shop

__all__ = ["NothingToSell", "open_seed_shop", "seed_orders", "seed_products"]
