"""Zhanggui: an online shop system."""
