"""Payments: attempts at a channel, refunds carried out."""
