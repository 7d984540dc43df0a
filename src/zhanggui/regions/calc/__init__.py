"""Pure arithmetic and text rules of regions."""
