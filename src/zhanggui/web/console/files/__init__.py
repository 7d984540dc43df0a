"""Imports and exports of whole tables."""
