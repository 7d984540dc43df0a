"""The faces: console, storefront, API and commands."""
