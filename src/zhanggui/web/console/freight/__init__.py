"""Freight templates."""
