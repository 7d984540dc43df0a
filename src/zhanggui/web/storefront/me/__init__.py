"""My orders, by phone and one-time code."""
