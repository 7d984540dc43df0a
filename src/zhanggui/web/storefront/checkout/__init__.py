"""Checkout on one screen."""
