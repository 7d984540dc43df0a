"""Home, categories, search and product pages."""
