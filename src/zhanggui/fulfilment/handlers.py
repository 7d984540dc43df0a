"""Reactions of fulfilment to events of orders."""
