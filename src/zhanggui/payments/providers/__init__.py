"""Adapters to payment channels; base.py is what the shop sees of them."""
