"""Reactions of payments to events of orders."""
