"""The page of one order, for whoever holds its token."""
