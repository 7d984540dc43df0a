"""Orders: list, page, and what staff do with them."""
