"""Small addresses: language, robots."""
